import { putHead, putSegment, putSource, putSpace } from '../../shared/documents/catalogDocument.ts';
import type { CatalogSegment, CatalogSource, CatalogSpace, SignedHead } from '../../shared/model/status.ts';
import { SharedDocument } from './sharedDocument.ts';

/**
 * The catalog is not stored: it is what the rows say. Each start writes it anew under a higher Yjs client, so replicas that hold an older
 * one take the newer values (of concurrent sets of a Y.Map key the higher client wins).
 */
export class Catalog {
  readonly shared = new SharedDocument('catalog');

  constructor(client: number, space: CatalogSpace) {
    this.shared.doc.clientID = client;
    this.space(space);
  }

  space(space: CatalogSpace): void {
    putSpace(this.shared.doc, space);
  }

  segments(segments: readonly CatalogSegment[]): void {
    this.shared.doc.transact(() => {
      for (const segment of segments) putSegment(this.shared.doc, segment);
    });
  }

  source(source: CatalogSource): void {
    putSource(this.shared.doc, source);
  }

  head(head: SignedHead): void {
    putHead(this.shared.doc, head);
  }
}

import type { DeviceId, SourceId } from '../model/ids.ts';
import { deviceId, sourceId } from '../model/ids.ts';

/** Every document has exactly one writer (DESIGN 4). The name says which kind it is. */
export type DocumentName =
  | { readonly kind: 'catalog' }
  | { readonly kind: 'outbox'; readonly device: DeviceId }
  | { readonly kind: 'ledger'; readonly epoch: number; readonly segment: number }
  | { readonly kind: 'source'; readonly source: SourceId; readonly epoch: number; readonly shard: number }
  | { readonly kind: 'status'; readonly source: SourceId; readonly epoch: number };

export function formatDocumentName(name: DocumentName): string {
  switch (name.kind) {
    case 'catalog':
      return 'catalog';
    case 'outbox':
      return `outbox/${name.device}`;
    case 'ledger':
      return `ledger/${name.epoch}/${name.segment}`;
    case 'source':
      return `source/${name.source}/${name.epoch}/${name.shard}`;
    case 'status':
      return `status/${name.source}/${name.epoch}`;
  }
}

/** @returns undefined for anything that is not the one spelling of a document name. */
export function parseDocumentName(text: string): DocumentName | undefined {
  const parts = text.split('/');
  const name = parsed(parts);
  return name && formatDocumentName(name) === text ? name : undefined;
}

function parsed([kind, first = '', second = '', third = '', ...rest]: string[]): DocumentName | undefined {
  if (rest.length > 0) return undefined;
  if (kind === 'catalog') return { kind };
  if (kind === 'outbox') {
    const device = deviceId.safeParse(first);
    return device.success ? { kind, device: device.data } : undefined;
  }
  if (kind === 'ledger') return { kind, epoch: Number(first), segment: Number(second) };
  const source = sourceId.safeParse(first);
  if (!source.success) return undefined;
  if (kind === 'source') return { kind, source: source.data, epoch: Number(second), shard: Number(third) };
  return kind === 'status' ? { kind, source: source.data, epoch: Number(second) } : undefined;
}

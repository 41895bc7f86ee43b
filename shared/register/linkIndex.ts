import type { Anchor, SourceId } from '../model/ids.ts';
import type { ObservedLink } from '../model/record.ts';
import { MultiIndex, ScopedIndex } from './multiIndex.ts';

export type LinkName = ObservedLink['to'];

/** Name → the records whose links say it. Keys mean the same in every source; other names belong to the source that says them. */
export class LinkIndex {
  private readonly byKey = new MultiIndex();
  private readonly byExternalId = new ScopedIndex<SourceId>();
  private readonly byAlias = new ScopedIndex<SourceId>();

  ofKey(key: string): readonly Anchor[] {
    return this.byKey.get(key);
  }
  ofExternalId(source: SourceId, externalId: string): readonly Anchor[] {
    return this.byExternalId.get(source, externalId);
  }
  ofAlias(source: SourceId, alias: string): readonly Anchor[] {
    return this.byAlias.get(source, alias);
  }

  add(source: SourceId, to: LinkName, from: Anchor): void {
    if ('key' in to) this.byKey.add(to.key, from);
    else if ('externalId' in to) this.byExternalId.add(source, to.externalId, from);
    else this.byAlias.add(source, to.alias, from);
  }

  delete(source: SourceId, to: LinkName, from: Anchor): void {
    if ('key' in to) this.byKey.delete(to.key, from);
    else if ('externalId' in to) this.byExternalId.delete(source, to.externalId, from);
    else this.byAlias.delete(source, to.alias, from);
  }
}

import { isGlobalName } from '../model/globalName.ts';
import type { Anchor, SourceId } from '../model/ids.ts';
import type { ObservedLink } from '../model/record.ts';
import { MultiIndex, ScopedIndex } from './multiIndex.ts';
import { type NamePattern, namePattern } from './namePattern.ts';

export type LinkName = ObservedLink['to'];

/** Whose name it is: a source's own, or everybody's. */
export type NameScope = SourceId | '*';
export const scopeOf = (source: SourceId, name: string): NameScope => (isGlobalName(name) ? '*' : source);

/** Name → the records whose links say it. Keys and global names mean the same in every source; other names belong to the source that says them. */
export class LinkIndex {
  private readonly byKey = new MultiIndex();
  private readonly byExternalId = new ScopedIndex<SourceId>();
  private readonly byAlias = new ScopedIndex<NameScope>();
  private readonly byPattern = new MultiIndex();
  private readonly patterns = new Map<string, NamePattern>();

  ofKey(key: string): readonly Anchor[] {
    return this.byKey.get(key);
  }
  ofExternalId(source: SourceId, externalId: string): readonly Anchor[] {
    return this.byExternalId.get(source, externalId);
  }
  ofAlias(source: SourceId, alias: string): readonly Anchor[] {
    return this.byAlias.get(scopeOf(source, alias), alias);
  }
  /** Those that say a pattern which the global name fits. Patterns are few: each is tried. */
  ofPatternsFor(name: string): Anchor[] {
    const found: Anchor[] = [];
    for (const [text, pattern] of this.patterns) if (pattern.fits(name)) found.push(...this.byPattern.get(text));
    return found;
  }

  add(source: SourceId, to: LinkName, from: Anchor): void {
    if ('key' in to) this.byKey.add(to.key, from);
    else if ('externalId' in to) this.byExternalId.add(source, to.externalId, from);
    else if ('alias' in to) this.byAlias.add(scopeOf(source, to.alias), to.alias, from);
    else {
      this.byPattern.add(to.pattern, from);
      this.patterns.set(to.pattern, namePattern(to.pattern));
    }
  }

  delete(source: SourceId, to: LinkName, from: Anchor): void {
    if ('key' in to) this.byKey.delete(to.key, from);
    else if ('externalId' in to) this.byExternalId.delete(source, to.externalId, from);
    else if ('alias' in to) this.byAlias.delete(scopeOf(source, to.alias), to.alias, from);
    else {
      this.byPattern.delete(to.pattern, from);
      if (this.byPattern.get(to.pattern).length === 0) this.patterns.delete(to.pattern);
    }
  }
}

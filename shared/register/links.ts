import { isGlobalName } from '../model/globalName.ts';
import type { Anchor, IdentityId, SourceId } from '../model/ids.ts';
import { type LinkRelation, type RecordType, recordType } from '../model/vocabulary.ts';
import type { Classes } from './classes.ts';
import type { LinkName } from './linkIndex.ts';
import { namePattern } from './namePattern.ts';
import type { RecordStore, StoredRecord } from './recordStore.ts';

/** What the other end of a link must be, where one name is that of records of several types. */
const END_TYPES: Partial<Record<LinkRelation, RecordType>> = {
  'can-assume': 'identity',
  'acts-for': 'identity',
  'runs-as': 'identity',
  'uses-credential': 'credential',
  'part-of': 'application',
};

/** Resolves what links name, in both directions, over classes. */
export class Links {
  private readonly store: RecordStore;
  private readonly classes: Classes;

  constructor(store: RecordStore, classes: Classes) {
    this.store = store;
    this.classes = classes;
  }

  /** @returns undefined when nothing, or more than one class (of that type, where one is asked for), has that name. */
  target(source: SourceId, to: LinkName, type?: RecordType): IdentityId | undefined {
    let found: IdentityId | undefined;
    for (const anchor of this.anchorsNamed(source, to)) {
      if (type !== undefined && this.store.get(anchor)?.type !== type) continue;
      const id = this.classes.id(anchor);
      if (found !== undefined && found !== id) return undefined;
      found = id;
    }
    return found;
  }

  /**
   * Every class that a link may mean, smallest id first. More than one for a pattern means all of them; for any other name that it
   * is ambiguous. None: no record that was read has that name.
   */
  ends(source: SourceId, { relation, to }: { readonly relation: LinkRelation; readonly to: LinkName }): readonly IdentityId[] {
    const named = this.anchorsNamed(source, to);
    const fitting = named.filter((anchor) => this.store.get(anchor)?.type === END_TYPES[relation]);
    const anchors = END_TYPES[relation] !== undefined && fitting.length > 0 ? fitting : named;
    return [...new Set(anchors.map((anchor) => this.classes.id(anchor)))].sort();
  }

  /** Records whose links may mean one of these, also where the name is not theirs alone. */
  mentioning(anchors: readonly Anchor[]): Set<Anchor> {
    const found = new Set<Anchor>();
    for (const anchor of anchors) {
      const record = this.store.get(anchor);
      if (!record) continue;
      for (const links of [this.store.byCredentialLink, this.store.byOtherLink]) {
        const all = (from: readonly Anchor[]): void => from.forEach((one) => void found.add(one));
        for (const key of record.keys) all(links.ofKey(key));
        all(links.ofExternalId(record.source, record.externalId));
        for (const alias of record.aliases) all(links.ofAlias(record.source, alias));
        for (const alias of record.aliases.filter(isGlobalName)) all(links.ofPatternsFor(alias));
      }
    }
    return found;
  }

  private anchorsNamed(source: SourceId, to: LinkName): readonly Anchor[] {
    if ('key' in to) return recordType.options.flatMap((type) => this.store.byKey.get(type, to.key));
    if ('alias' in to) return this.store.named(source, to.alias);
    if ('pattern' in to) return this.anchorsFitting(to.pattern);
    const anchor = this.store.find(source, to.externalId);
    return anchor === undefined ? [] : [anchor];
  }

  private anchorsFitting(text: string): readonly Anchor[] {
    const pattern = namePattern(text);
    const found: Anchor[] = [];
    for (const name of this.store.globalNames())
      if (name.startsWith(pattern.start) && pattern.fits(name)) found.push(...this.store.withGlobalName(name));
    return found;
  }

  /** Anchors whose records name one of these, and nothing else, in a link. */
  pointingTo(anchors: readonly Anchor[], credential: boolean): Set<Anchor> {
    const found = new Set<Anchor>();
    for (const anchor of anchors) this.eachPointing(anchor, credential, (one) => found.add(one));
    return found;
  }

  private eachPointing(anchor: Anchor, credential: boolean, visit: (from: Anchor) => void): void {
    const record = this.store.get(anchor);
    if (!record) return;
    const links = this.store.linksOf(credential);
    const { source, type, externalId } = record;
    const take = (from: readonly Anchor[], to: () => LinkName): void => {
      if (from.length === 0 || this.target(source, to(), type) !== this.classes.id(anchor)) return;
      for (const one of from) if (one !== anchor) visit(one);
    };
    for (const key of record.keys) take(links.ofKey(key), () => ({ key }));
    take(links.ofExternalId(source, externalId), () => ({ externalId }));
    for (const alias of record.aliases) take(links.ofAlias(source, alias), () => ({ alias }));
  }

  /** Visits records that share a name or fingerprint with this one, that may mean it in a link, or that its links may mean. */
  eachAround(record: StoredRecord, visit: (anchor: Anchor) => void): void {
    const { anchor, source, externalId } = record;
    const { byKey, byFingerprint, byCredentialLink } = this.store;
    const all = (anchors: readonly Anchor[]): void => {
      for (const one of anchors) if (one !== anchor) visit(one);
    };
    if (record.fingerprint !== undefined) all(byFingerprint.get(record.fingerprint));
    all(this.store.elsewhere(record));
    for (const key of record.keys) {
      for (const type of recordType.options) if (!byKey.isAlone(type, key, anchor)) all(byKey.get(type, key));
      all(byCredentialLink.ofKey(key));
    }
    all(byCredentialLink.ofExternalId(source, externalId));
    for (const alias of record.aliases) {
      if (!this.store.isNamedAlone(source, alias, anchor)) all(this.store.named(source, alias));
      all(byCredentialLink.ofAlias(source, alias));
    }
    for (const { credential, to } of record.links) if (credential && !('pattern' in to)) all(this.anchorsNamed(source, to));
    if (record.type === 'application') this.eachNaming(record, all);
  }

  /** Records that may mean this one in a link of another kind: what belongs to an application inherits its owner. */
  private eachNaming({ source, externalId, keys, aliases }: StoredRecord, all: (anchors: readonly Anchor[]) => void): void {
    const links = this.store.linksOf(false);
    for (const key of keys) all(links.ofKey(key));
    all(links.ofExternalId(source, externalId));
    for (const alias of aliases) all(links.ofAlias(source, alias));
  }

  /**
   * `has-credential` may be told from either side: an identity names its credential, or a credential names the identity
   * that it is a credential of. @returns classes of `type` on the other side, smallest id first.
   */
  acrossCredential(id: IdentityId, type: RecordType): readonly IdentityId[] {
    let found: Set<IdentityId> | undefined;
    const take = (other: IdentityId): void => {
      found ??= new Set();
      found.add(other);
    };
    for (const anchor of this.classes.anchors(id)) {
      this.eachPointing(anchor, true, (one) => {
        if (this.store.get(one)?.type === type) take(this.classes.id(one));
      });
      this.ownCredentialLinks(anchor, type, take);
    }
    return found === undefined ? NOBODY : [...found].sort();
  }

  private ownCredentialLinks(anchor: Anchor, type: RecordType, take: (id: IdentityId) => void): void {
    const stored = this.store.get(anchor);
    for (const { credential, to } of stored?.links ?? []) {
      const other = credential && stored && !('pattern' in to) ? this.target(stored.source, to, type) : undefined;
      if (other !== undefined) take(other);
    }
  }
}

const NOBODY: readonly IdentityId[] = [];

import type { Anchor, IdentityId, SourceId } from '../model/ids.ts';
import { type RecordType, recordType } from '../model/vocabulary.ts';
import type { Classes } from './classes.ts';
import type { LinkName } from './linkIndex.ts';
import type { RecordStore, StoredRecord } from './recordStore.ts';

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

  private anchorsNamed(source: SourceId, to: LinkName): readonly Anchor[] {
    if ('key' in to) return recordType.options.flatMap((type) => this.store.byKey.get(type, to.key));
    if ('alias' in to) return this.store.byAlias.get(source, to.alias);
    const anchor = this.store.find(source, to.externalId);
    return anchor === undefined ? [] : [anchor];
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
    const { byKey, byAlias, byFingerprint, byCredentialLink } = this.store;
    const all = (anchors: readonly Anchor[]): void => {
      for (const one of anchors) if (one !== anchor) visit(one);
    };
    if (record.fingerprint !== undefined) all(byFingerprint.get(record.fingerprint));
    for (const key of record.keys) {
      for (const type of recordType.options) if (!byKey.isAlone(type, key, anchor)) all(byKey.get(type, key));
      all(byCredentialLink.ofKey(key));
    }
    all(byCredentialLink.ofExternalId(source, externalId));
    for (const alias of record.aliases) {
      if (!byAlias.isAlone(source, alias, anchor)) all(byAlias.get(source, alias));
      all(byCredentialLink.ofAlias(source, alias));
    }
    for (const { credential, to } of record.links) if (credential) all(this.anchorsNamed(source, to));
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
      const other = credential && stored ? this.target(stored.source, to, type) : undefined;
      if (other !== undefined) take(other);
    }
  }
}

const NOBODY: readonly IdentityId[] = [];

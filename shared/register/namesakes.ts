import { DAY, type Millis, parseTime } from '../base/time.ts';
import type { IdentityId } from '../model/ids.ts';
import type { SourceRecord } from '../model/record.ts';
import type { ProjectionParts } from './projector.ts';
import { isGone, type Subject } from './subject.ts';

/** Others with its name in its source and boundary: `unproved` have no immutable id, so that nobody can say which is which. */
export interface Namesakes {
  readonly before: readonly IdentityId[];
  readonly after: readonly IdentityId[];
  readonly unproved: number;
  /** Those of `before` that were in another cluster. */
  readonly moved: number;
}
export const NO_NAMESAKES: Namesakes = { before: [], after: [], unproved: 0, moved: 0 };

/**
 * Classes with the same first alias in the same source and boundary that were first seen before this one, or after it; and those that went
 * from another cluster about when this one came.
 */
export function sameName(subject: Subject, { store, classes }: Pick<ProjectionParts, 'store' | 'classes'>): Namesakes {
  if (subject.records.every(({ stored }) => store.sameName(stored).length + store.elsewhere(stored).length === 0)) return NO_NAMESAKES;
  const before = new Set<IdentityId>();
  const after = new Set<IdentityId>();
  const unproved = new Set<IdentityId>();
  for (const { stored, record } of subject.records) {
    for (const anchor of store.sameName(stored)) {
      const other = classes.id(anchor);
      if (other === subject.id) continue;
      const seen = store.decode(anchor);
      if (seen && (seen.keys.length === 0 || record.keys.length === 0)) unproved.add(other);
      if (!seen || seen.keys.length === 0 || record.keys.length === 0) continue;
      const earlier = seen.firstSeen === record.firstSeen ? isGone(seen) && !isGone(record) : seen.firstSeen < record.firstSeen;
      const later = seen.firstSeen === record.firstSeen ? !isGone(seen) && isGone(record) : seen.firstSeen > record.firstSeen;
      if (earlier) before.add(other);
      else if (later) after.add(other);
    }
  }
  const moved = movedWith(subject, { store, classes });
  for (const id of moved.from) before.add(id);
  for (const id of moved.to) after.add(id);
  return { before: [...before].sort(), after: [...after].sort(), unproved: unproved.size, moved: moved.from.size };
}

/** Between going there and coming here lies a deployment, or the time until somebody connected the new cluster. */
const WITHIN: Millis = 30 * DAY;

function movedWith(subject: Subject, { store, classes }: Pick<ProjectionParts, 'store' | 'classes'>) {
  const from = new Set<IdentityId>();
  const to = new Set<IdentityId>();
  for (const { stored, record } of subject.records) {
    for (const anchor of store.elsewhere(stored)) {
      const other = store.decode(anchor);
      const id = classes.id(anchor);
      if (!other || id === subject.id) continue;
      if (movedInto(other, record)) from.add(id);
      else if (movedInto(record, other)) to.add(id);
    }
  }
  return { from, to };
}

/** The one went and the other came, at about one time. Where both are there, one manifest was applied to two clusters. */
function movedInto(former: SourceRecord, present: SourceRecord): boolean {
  const gone = parseTime(former.deleted?.at ?? former.missingSince ?? '');
  const came = parseTime(present.firstSeen);
  return gone !== undefined && came !== undefined && !isGone(present) && Math.abs(came - gone) <= WITHIN;
}

/** Other classes of credential with the same published fingerprint, and further identities that present this one. */
export function sharing(id: IdentityId, { store, classes }: Pick<ProjectionParts, 'store' | 'classes'>): Set<IdentityId> {
  const shared = new Set<IdentityId>();
  for (const anchor of classes.anchors(id)) {
    const fingerprint = store.get(anchor)?.fingerprint;
    if (fingerprint === undefined) continue;
    for (const other of store.byFingerprint.get(fingerprint)) if (classes.id(other) !== id) shared.add(classes.id(other));
  }
  return shared;
}

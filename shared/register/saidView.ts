import type { HashHex } from '../base/hash.ts';
import type { Json } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { toInstant } from '../base/time.ts';
import type { Said } from './decide.ts';
import type { Projection } from './projection.ts';
import { valueHash } from './recordStore.ts';
import type { AuthorValue, AuthorView } from './view.ts';

export function sourceTimes(said: Said & { readonly by: 'source' }, projection: Projection): Pick<AuthorValue, 'asOf' | 'freshness'> {
  const { stored, record } = said.from;
  const held =
    record.asOf === undefined
      ? projection.evidence.of(stored.source, stored.coverage)
      : projection.evidence.dated(stored.source, record.asOf);
  return { freshness: said.unread ? 'unknown' : held.level, ...(held.asOf === undefined ? {} : { asOf: toInstant(held.asOf) }) };
}

/** @param hashOf of a value; `unhashed` where nobody will acknowledge it. */
export function authorView(said: Said, { ledger, evidence }: Projection, hashOf: (value: Json) => HashHex = valueHash): AuthorView {
  if (said.by === 'rule') return { kind: 'rule', id: said.id, label: visibleText(said.label) };
  if (said.by === 'source') {
    const { stored } = said.from;
    const run = evidence.status(stored.source)?.runs[0]?.id;
    return {
      kind: 'source',
      source: stored.source,
      label: evidence.label(stored.source),
      externalId: stored.externalId,
      anchor: stored.anchor,
      hash: hashOf(said.value ?? null),
      ...(run === undefined ? {} : { run }),
      coverage: stored.coverage,
    };
  }
  const { head } = said;
  const name = (head.person && ledger.persons().get(head.person)?.name) ?? 'somebody';
  return {
    kind: 'steward',
    name: visibleText(name),
    device: head.device,
    ref: head.ref,
    at: head.at,
    ...(head.person === undefined ? {} : { person: head.person }),
    ...(head.place === undefined ? {} : { place: head.place }),
  };
}

/** What costs most of a view: a hash of every value that a source says. */
export const unhashed = (): HashHex => '' as HashHex;

export const authorName = (view: AuthorView): string => (view.kind === 'steward' ? view.name : view.label);

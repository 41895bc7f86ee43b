import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import type { Anchor, CoverageId, ExternalId, SourceId } from '../../../shared/model/ids.ts';
import { encodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import { Register } from '../../../shared/register/register.ts';
import { MemoryLedger } from '../../support/register/memoryLedger.ts';
import { statusOf } from '../../support/register/statuses.ts';

const NOW = Date.parse('2026-06-01T00:00:00.000Z');
const DAY = 86_400_000;
const SOURCES = ['aws', 'ldap', 'sheet'] as SourceId[];
const HOSTILE = ['__proto__', '<b>x</b>', 'a\u202Eb', '=1+1', 'x'.repeat(300)];

/** mulberry32: one printed seed gives one history. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % below) | 0;
  };
}

function randomRecord(pick: (below: number) => number, id: number): SourceRecord {
  const type = (['identity', 'identity', 'credential', 'party'] as const)[pick(4)] ?? 'identity';
  const name = HOSTILE[pick(40)] ?? `name-${pick(6)}`;
  const seen = toInstant(NOW - pick(900) * DAY);
  const fields: Record<string, string> = { boundary: `b${pick(2)}`, created: seen };
  if (pick(2)) fields.owner = ['Payments', 'payments', 'Platform', 'TBD'][pick(4)] ?? 'x';
  if (pick(3) === 0) fields.status = pick(2) ? 'enabled' : 'disabled';
  if (type === 'credential' && pick(2)) fields.fingerprint = `fp${pick(3)}`;
  if (type === 'credential' && pick(2)) fields.expires = toInstant(NOW + (pick(200) - 50) * DAY);
  if (type === 'party') fields.name = ['Payments', 'Platform', 'Data'][pick(3)] ?? 'x';
  const to = [{ key: `key${pick(5)}` }, { externalId: `id${pick(14)}` as ExternalId }, { alias: `name-${pick(6)}` }][pick(3)] ?? {
    key: 'x',
  };
  return {
    type,
    kind: type === 'credential' ? 'key' : type === 'party' ? 'team' : 'service account',
    externalId: `id${id}` as ExternalId,
    coverage: `c${pick(2)}` as CoverageId,
    keys: pick(3) ? [`key${pick(5)}`] : [],
    aliases: [name],
    fields,
    ...(pick(4) === 0 ? { unread: ['owner'] } : {}),
    ...(pick(2) ? { links: [{ relation: 'has-credential', to, certainty: 'exact' }] } : {}),
    ...(pick(6) === 0 ? { missingSince: seen } : {}),
    ...(pick(8) === 0 ? { asOf: seen } : {}),
    ...(pick(3) === 0 ? { access: [{ level: pick(2) ? 'full' : 'read', on: '*', native: 'n', certainty: 'exact' }] } : {}),
    firstSeen: seen,
    revisions: { owner: 0, entitlement: 0, credential: 0 },
  };
}

interface World {
  readonly ledger: MemoryLedger;
  readonly register: Register;
  readonly held: Map<string, { source: SourceId; externalId: ExternalId; bytes: Uint8Array }>;
  readonly statuses: Map<SourceId, ReturnType<typeof statusOf>>;
  now: number;
}

function step(world: World, pick: (below: number) => number): void {
  const source = SOURCES[pick(3)] as SourceId;
  const id = pick(14);
  const anchor = world.ledger.anchorOf(source, `id${id}` as ExternalId);
  const other = world.ledger.anchorOf(SOURCES[pick(3)] as SourceId, `id${pick(14)}` as ExternalId);
  switch (pick(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      putRecord(world, source, randomRecord(pick, id));
      break;
    case 4: {
      const externalId = `id${id}` as ExternalId;
      world.held.delete(`${source}/${externalId}`);
      world.register.applyRecords(source, [{ externalId, bytes: undefined }]);
      break;
    }
    case 5:
      world.register.ledgerChanged(
        world.ledger.set(anchor, 'owner', ['Payments', `party:${other}`, 'Data'][pick(3)] ?? '', { concurrent: pick(3) === 0 }),
      );
      break;
    case 6:
      world.register.ledgerChanged(world.ledger.set(anchor, 'lifecycle', { state: 'active' }));
      break;
    case 7:
      world.register.ledgerChanged(world.ledger.merge([anchor, other]));
      break;
    case 8:
      world.register.ledgerChanged(world.ledger.split(anchor));
      break;
    case 9: {
      const status = statusOf(source, NOW - pick(40) * DAY, { private: pick(5) === 0, held: pick(3) === 0 ? [`id${id}`] : [] });
      world.statuses.set(source, status);
      world.register.applyStatus(status);
      break;
    }
    case 10:
      world.now += pick(30) * DAY;
      world.register.setNow(world.now);
      break;
    default:
      world.register.ledgerChanged(
        world.ledger.create(`${pick(3)}`.repeat(32) as Anchor, 'party', 'team', ['Payments', 'Platform', 'TBD'][pick(3)] ?? 'x'),
      );
  }
}

function putRecord(world: World, source: SourceId, record: SourceRecord): void {
  const bytes = encodeRecord(record);
  world.held.set(`${source}/${record.externalId}`, { source, externalId: record.externalId, bytes });
  world.register.applyRecords(source, [{ externalId: record.externalId, bytes }]);
}

function fromScratch(world: World, backwards: boolean): string {
  const fresh = new Register({ ledger: world.ledger, now: world.now });
  const records = [...world.held.values()].sort((a, b) => (`${a.source}/${a.externalId}` < `${b.source}/${b.externalId}` ? -1 : 1));
  if (!backwards) for (const status of world.statuses.values()) fresh.applyStatus(status);
  for (const { source, externalId, bytes } of backwards ? records.reverse() : records) fresh.applyRecords(source, [{ externalId, bytes }]);
  if (backwards) for (const status of world.statuses.values()) fresh.applyStatus(status);
  return fresh.dump();
}

describe('[REC8] the projection, incrementally and from scratch', () => {
  const seeds = Array.from({ length: Number(process.env.FUZZ_ROUNDS ?? 60) }, (_, index) => Number(process.env.FUZZ_SEED ?? 1_000) + index);
  it.each(seeds)('seed %i: same bytes after every few changes, in either order of arrival', (seed) => {
    const pick = randomOf(seed);
    const ledger = new MemoryLedger();
    const world: World = { ledger, register: new Register({ ledger, now: NOW }), held: new Map(), statuses: new Map(), now: NOW };
    let rows = 0;
    for (let index = 0; index < 120; index++) {
      step(world, pick);
      if (pick(4) > 0 && index < 119) continue;
      const dump = world.register.dump();
      rows = Math.max(rows, JSON.parse(dump).length);
      expect(JSON.parse(dump)).toEqual(JSON.parse(fromScratch(world, index % 2 === 0)));
    }
    expect(rows).toBeGreaterThan(5);
  });
});

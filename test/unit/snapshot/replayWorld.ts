import { hashHex } from '../../../shared/base/hash.ts';
import type { Json } from '../../../shared/base/json.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Act } from '../../../shared/model/act.ts';
import { type Anchor, anchorOf, type CoverageId, type ExternalId, type SourceId } from '../../../shared/model/ids.ts';
import { encodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import type { SourceStatus } from '../../../shared/model/status.ts';
import { valueHash } from '../../../shared/register/recordStore.ts';
import { Register } from '../../../shared/register/register.ts';
import type { RecordLine, StatusLine } from '../../../shared/snapshot/format.ts';
import { clockAt } from '../../../shared/snapshot/replay.ts';
import type { SnapshotData } from '../../../shared/snapshot/replayed.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { device, LedgerBuilder, person, SPACE } from '../ledger/ledgerBuilder.ts';

export const START = Date.parse('2026-06-01T00:00:00.000Z');
export const DAY = 86_400_000;
export const SOURCES = ['aws', 'ldap', 'sheet'] as SourceId[];
const OWNERS = ['Payments', 'payments', 'Platform', 'TBD', '__proto__', 'a\u202Eb', 'Zoë \u{1F600}'];
const PARTIES = ['a', 'b', 'c'].map((digit) => digit.repeat(32) as Anchor);
const BEN = device('B');

/** A register that lives through what happens, and all that a snapshot keeps of it. */
export class ReplayWorld {
  readonly random: Random;
  readonly server = LedgerBuilder.started();
  readonly ledger = new LedgerState({ space: SPACE });
  readonly register: Register;
  readonly records: RecordLine[] = [];
  readonly statuses: StatusLine[] = [];
  /** The canonical form of the register when the next place came, by place − 1; the last is missing. */
  readonly dumps: string[] = [];
  private readonly held = new Map<SourceId, Map<string, Uint8Array>>();
  private readonly last = new Map<SourceId, SourceStatus>();
  private readonly removed = new Set<SourceId>();
  readonly ids: number;
  private run = 0;
  now = START;

  constructor(seed: number, ids = 9) {
    this.random = new Random(seed);
    this.ids = ids;
    this.server.now = this.now;
    this.server.enrol(BEN, person('2'), 'steward');
    this.ledger.append(this.server.values);
    for (let place = 1; place < this.server.values.length; place++) this.dumps.push('[]');
    this.register = new Register({ ledger: this.ledger, now: this.now });
  }

  get data(): SnapshotData {
    const ledger = this.server.values.map(({ value }) => value);
    return { space: SPACE, restores: [], ledger, records: this.records, statuses: this.statuses };
  }

  /** Something happens: a run, a status, a change of a person, a source that is removed or counts again. */
  step(): void {
    this.now += this.random.below(4) === 0 ? this.random.below(20) * DAY : 1_000;
    const roll = this.random.below(20);
    if (roll < 9) this.observe();
    else if (roll < 12) this.status(this.random.pick(SOURCES));
    else if (roll < 13) this.remove(this.random.pick(SOURCES), this.random.chance(0.5));
    else this.act([this.anyAct()], this.random.chance(0.3));
  }

  act(acts: readonly Act[], concurrent = false): void {
    // A clock that is read at a place is the one that the file gives.
    this.register.setNow(clockAt(this.data, this.ledger.place));
    this.dumps.push(this.register.dump());
    this.server.now = this.now;
    this.server.place(this.random.chance(0.5) ? device('A') : BEN, acts, concurrent ? { seen: 3 } : {});
    this.register.ledgerChanged(this.ledger.append(this.server.values.slice(this.ledger.place)));
  }

  observe(source = this.random.pick(SOURCES), count = 1 + this.random.below(3)): void {
    const run = ++this.run;
    for (let index = 0; index < count; index++) this.put(source, this.record(), run);
  }
  put(source: SourceId, record: SourceRecord, run = ++this.run): void {
    const bytes = encodeRecord(record);
    const place = this.ledger.place;
    this.records.push({ source, id: record.externalId, run, at: toInstant(this.now), place, hash: hashHex(bytes), bytes });
    const held = this.held.get(source) ?? new Map<string, Uint8Array>();
    this.held.set(source, held.set(record.externalId, bytes));
    if (!this.removed.has(source)) this.register.applyRecords(source, [{ externalId: record.externalId, bytes }]);
  }

  status(source: SourceId, status = this.anyStatus(source)): void {
    this.statuses.push({ at: toInstant(this.now), place: this.ledger.place, source, status: status as unknown as Json });
    this.last.set(source, status);
    if (!this.removed.has(source)) this.register.applyStatus(status);
  }
  private anyStatus(source: SourceId): SourceStatus {
    const held = this.random.chance(0.3) ? [`id${this.random.below(this.ids)}`] : [];
    return statusOf(source, this.now - this.random.below(40) * DAY, {
      private: this.random.chance(0.1),
      held,
      gap: this.random.chance(0.1),
    });
  }

  remove(source: SourceId, removed: boolean): void {
    this.statuses.push({ at: toInstant(this.now), place: this.ledger.place, source, removed });
    if (removed === this.removed.has(source)) return;
    if (removed) {
      this.removed.add(source);
      this.register.removeSource(source);
    } else {
      this.removed.delete(source);
      for (const [externalId, bytes] of this.held.get(source) ?? [])
        this.register.applyRecords(source, [{ externalId: externalId as ExternalId, bytes }]);
      const status = this.last.get(source);
      if (status) this.register.applyStatus(status);
    }
  }

  private anchors(): Anchor[] {
    const one = (): Anchor =>
      this.random.chance(0.15)
        ? this.random.pick(PARTIES)
        : anchorOf(this.random.pick(SOURCES), `id${this.random.below(this.ids)}` as ExternalId);
    const [first, second] = [one(), one()];
    return this.random.chance(0.3) && first !== second ? [first, second] : [first];
  }

  private anyAct(): Act {
    const { random } = this;
    const anchors = this.anchors();
    const owner = random.chance(0.3) ? `party:${random.pick(PARTIES)}` : random.pick(OWNERS);
    const name = random.pick(['Payments', 'Platform', 'Data']);
    const previous = this.ledger.lastOn('policy/a') ?? null;
    return random.pick<() => Act>([
      () => ({ kind: 'set', anchors, field: 'owner', value: owner }),
      () => ({ kind: 'set', anchors, field: 'owner', value: owner }),
      () => ({
        kind: 'set',
        anchors,
        field: 'owner',
        value: 'Data',
        acknowledges: [{ source: random.pick(SOURCES), hash: valueHash(owner) }],
      }),
      () => ({ kind: 'set', anchors, field: 'criticality', value: 'high', until: toInstant(this.now + 30 * DAY) }),
      () => ({ kind: 'set', anchors, field: 'purpose', value: random.pick(['Deploys payments', 'Ünïcode load', 'nightly']) }),
      () => ({ kind: 'accept', anchors }),
      () => ({ kind: 'accept', anchors }),
      () => ({ kind: 'exclude', anchors, reason: 'out of scope' }),
      () => ({ kind: 'lifecycle', anchors, state: random.pick(['active', 'retiring', 'retired'] as const) }),
      () => ({ kind: random.chance(0.7) ? 'add' : 'remove', anchors, field: 'tags', element: `tag ${random.below(3)}` }),
      () => ({ kind: 'create', anchor: random.pick(PARTIES), type: 'party', recordKind: 'team', name }),
      () => ({ kind: 'clear', anchors, field: 'owner' }),
      () => (anchors.length > 1 ? { kind: 'merge', anchors } : { kind: 'split', anchor: anchors[0] as Anchor }),
      () => ({ kind: 'policy', key: 'a', previous, value: { kind: 'threshold', name: 'key age', days: 10 + random.below(400) } }),
    ])();
  }

  record(): SourceRecord {
    const { random } = this;
    const type = random.pick(['identity', 'identity', 'identity', 'credential', 'party', 'application', 'workload'] as const);
    const seen = toInstant(START - random.below(900) * DAY);
    const to = random.pick([
      { key: `key${random.below(4)}` },
      { externalId: `id${random.below(this.ids)}` as ExternalId },
      { alias: 'svc' },
    ]);
    return {
      type,
      kind: { identity: 'service account', credential: 'key', party: 'person', application: 'application', workload: 'job' }[type],
      externalId: `id${random.below(this.ids)}` as ExternalId,
      coverage: `c${random.below(2)}` as CoverageId,
      keys: random.chance(0.4) ? [`key${random.below(this.ids)}`] : [],
      aliases: [random.pick(['svc', 'deploy', 'Payments', 'Checkout', '__proto__', '<b>x</b>', 'KELVIN \u212a', 'Zoë \u{1F600}'])],
      fields: this.fields(type, seen),
      ...(random.chance(0.2) ? { unread: [random.pick(['owner', 'lastUsed', 'access', 'expires', 'fingerprint'])] } : {}),
      ...(random.chance(0.5) ? { links: [{ relation: random.pick(['has-credential', 'part-of'] as const), to, certainty: 'exact' }] } : {}),
      ...(random.chance(0.15) ? { missingSince: seen } : {}),
      ...(random.chance(0.1) ? { asOf: seen } : {}),
      ...(random.chance(0.1) ? { gained: seen } : {}),
      ...(random.chance(0.4) ? { access: [{ level: random.pick(['read', 'full']), on: '*', native: 'n', certainty: 'exact' }] } : {}),
      firstSeen: seen,
      revisions: { owner: 0, entitlement: random.below(2), credential: 0 },
    };
  }

  private fields(type: SourceRecord['type'], seen: string): SourceRecord['fields'] {
    const { random } = this;
    const environment = random.pick(['production', 'staging']);
    return {
      boundary: `b${random.below(2)}`,
      created: seen,
      environment,
      ...(random.chance(0.5) ? { owner: random.pick(OWNERS), lastUsed: seen.slice(0, 10) } : {}),
      ...(random.chance(0.3) ? { application: random.pick(['Checkout', 'Payments']), vendor: 'Acme' } : {}),
      ...(random.chance(0.3) ? { criticality: random.pick(['low', 'high']), classification: 'internal' } : {}),
      ...(random.chance(0.3) ? { status: random.pick(['enabled', 'disabled']), tags: [`cost ${random.below(3)}`] } : {}),
      ...(type === 'credential' && random.chance(0.5) ? { fingerprint: `fp${random.below(2)}` } : {}),
      ...(type === 'credential' && random.chance(0.5) ? { expires: toInstant(this.now + (random.below(200) - 50) * DAY) } : {}),
      ...(type === 'party' && random.chance(0.5) ? { active: random.chance(0.5) } : {}),
    };
  }
}

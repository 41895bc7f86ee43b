import * as Y from 'yjs';
import { toInstant } from '../../../shared/base/time.ts';
import { putRecords } from '../../../shared/documents/sourceDocument.ts';
import type { Act } from '../../../shared/model/act.ts';
import { type Anchor, anchorOf, type CoverageId, type ExternalId, type SourceId } from '../../../shared/model/ids.ts';
import { encodeRecord, type ObservedLink, type SourceRecord } from '../../../shared/model/record.ts';
import type { SourceStatus } from '../../../shared/model/status.ts';
import { valueHash } from '../../../shared/register/recordStore.ts';
import { statusOf } from '../../support/register/statuses.ts';
import type { Random } from '../ledger/random.ts';

const START = Date.parse('2026-06-01T00:00:00.000Z');
const DAY = 86_400_000;
const IDS = 9;
const OWNERS = ['Payments', 'payments', 'Platform', 'TBD', '__proto__', 'a\u202Eb'];
const PARTY_ANCHORS = ['a', 'b', 'c'].map((digit) => digit.repeat(32) as Anchor);

/** What the runners of three sources write, and the acts that people may make about it. */
export class Estate {
  readonly random: Random;
  readonly sources = ['aws', 'ldap', 'sheet'] as SourceId[];
  readonly updates: { readonly source: SourceId; readonly update: Uint8Array }[] = [];
  readonly statuses = new Map<SourceId, SourceStatus>();
  private readonly documents = new Map<SourceId, Y.Doc>();
  now = START;
  records = 0;

  constructor(random: Random) {
    this.random = random;
    for (const source of this.sources) {
      const doc = new Y.Doc();
      doc.on('update', (update: Uint8Array) => this.updates.push({ source, update }));
      this.documents.set(source, doc);
    }
  }

  /** A run of one source: some records, in one transaction, and sometimes a status. */
  run(): void {
    const source = this.random.pick(this.sources);
    const records = Array.from({ length: 1 + this.random.below(3) }, () => this.record());
    putRecords(
      this.documents.get(source) as Y.Doc,
      records.map((record) => ({ externalId: record.externalId, bytes: encodeRecord(record) })),
    );
    this.records += records.length;
    if (this.random.chance(0.4)) this.status(source);
    if (this.random.chance(0.2)) this.now += this.random.below(20) * DAY;
  }

  private status(source: SourceId): void {
    const held = this.random.chance(0.3) ? [`id${this.random.below(IDS)}`] : [];
    const asOf = this.now - this.random.below(40) * DAY;
    this.statuses.set(source, statusOf(source, asOf, { private: this.random.chance(0.1), held }));
  }

  private anchor(): Anchor {
    return this.random.chance(0.15)
      ? this.random.pick(PARTY_ANCHORS)
      : anchorOf(this.random.pick(this.sources), `id${this.random.below(IDS)}` as ExternalId);
  }

  private anchors(): Anchor[] {
    const first = this.anchor();
    const second = this.anchor();
    return this.random.chance(0.3) && first !== second ? [first, second] : [first];
  }

  /** @returns undefined where the fold's own acts are to be tried: withdraw, clear, policy and the like. */
  act = (random: Random): Act | undefined => {
    const anchors = this.anchors();
    const roll = random.below(20);
    if (roll < 5) return { kind: 'set', anchors, field: 'owner', value: this.owner() };
    if (roll < 6)
      return {
        kind: 'set',
        anchors,
        field: 'owner',
        value: 'Data',
        acknowledges: [{ source: random.pick(this.sources), hash: valueHash(random.pick(OWNERS)) }],
      };
    if (roll < 7) return { kind: 'set', anchors, field: 'criticality', value: 'high', until: toInstant(this.now + 30 * DAY) };
    if (roll < 8) return { kind: 'accept', anchors };
    if (roll < 9) return { kind: random.chance(0.7) ? 'add' : 'remove', anchors, field: 'tags', element: `tag ${random.below(3)}` };
    if (roll < 10) return this.party();
    if (roll < 11) return { kind: 'add', anchors: [random.pick(PARTY_ANCHORS)], field: 'aliases', element: random.pick(OWNERS) };
    if (roll < 12 && random.chance(0.6)) return { kind: 'split', anchor: anchors[0] as Anchor };
    if (roll < 13) return { kind: 'request', anchors, text: 'Is it still needed?' };
    if (roll >= 15) return undefined;
    return anchors.length > 1 ? { kind: 'merge', anchors } : { kind: 'clear', anchors, field: 'owner' };
  };

  private party(): Act {
    const index = this.random.below(PARTY_ANCHORS.length);
    const name = this.random.pick(['Payments', 'Platform', 'Data']);
    return { kind: 'create', anchor: PARTY_ANCHORS[index] as Anchor, type: 'party', recordKind: 'team', name };
  }

  private owner(): string {
    return this.random.chance(0.3) ? `party:${this.random.pick(PARTY_ANCHORS)}` : this.random.pick(OWNERS);
  }

  private record(): SourceRecord {
    const { random } = this;
    const type = random.pick(['identity', 'identity', 'identity', 'credential', 'party', 'application'] as const);
    const seen = toInstant(START - random.below(900) * DAY);
    const keys = random.chance(0.6) ? [`key${random.below(4)}`] : [];
    return {
      type,
      kind: { identity: 'service account', credential: 'key', party: 'person', application: 'application' }[type],
      externalId: `id${random.below(IDS)}` as ExternalId,
      coverage: `c${random.below(2)}` as CoverageId,
      keys,
      aliases: [random.pick(['svc', 'deploy', 'Payments', 'Checkout', '__proto__', '<b>x</b>'])],
      fields: this.fields(type, seen),
      ...(random.chance(0.2) ? { unread: [random.pick(['owner', 'lastUsed', 'access'])] } : {}),
      ...(random.chance(0.5) ? { links: [this.link()] } : {}),
      ...(random.chance(0.15) ? { missingSince: seen } : {}),
      ...(random.chance(0.1) ? { asOf: seen } : {}),
      ...(random.chance(0.4) ? { access: [{ level: random.pick(['read', 'full']), on: '*', native: 'n', certainty: 'exact' }] } : {}),
      firstSeen: seen,
      revisions: { owner: 0, entitlement: random.below(2), credential: 0 },
    };
  }

  private fields(type: SourceRecord['type'], seen: string): SourceRecord['fields'] {
    const { random } = this;
    return {
      boundary: `b${random.below(2)}`,
      created: seen,
      ...(random.chance(0.5) ? { owner: random.pick(OWNERS) } : {}),
      ...(random.chance(0.3) ? { application: random.pick(['Checkout', 'Payments']) } : {}),
      ...(random.chance(0.3) ? { criticality: random.pick(['low', 'high']) } : {}),
      ...(random.chance(0.3) ? { status: random.pick(['enabled', 'disabled']) } : {}),
      ...(type === 'credential' && random.chance(0.5) ? { fingerprint: `fp${random.below(2)}` } : {}),
      ...(type === 'credential' && random.chance(0.5) ? { expires: toInstant(this.now + (random.below(200) - 50) * DAY) } : {}),
      ...(type === 'party' && random.chance(0.5) ? { active: random.chance(0.5) } : {}),
    };
  }

  private link(): ObservedLink {
    const { random } = this;
    const relation = random.pick(['has-credential', 'has-credential', 'part-of', 'can-assume'] as const);
    const to = random.pick([{ key: `key${random.below(4)}` }, { externalId: `id${random.below(IDS)}` as ExternalId }, { alias: 'svc' }]);
    return { relation, to, certainty: 'exact' };
  }
}

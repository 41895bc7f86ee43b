import { toInstant } from '../../../shared/base/time.ts';
import type { LedgerChange } from '../../../shared/ledger/ledgerReader.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Act, ActOf, ActRef } from '../../../shared/model/act.ts';
import type { Entry } from '../../../shared/model/entry.ts';
import { type Anchor, anchorOf, type CoverageId, type ExternalId, type IdentityId, type SourceId } from '../../../shared/model/ids.ts';
import type { PolicyValue } from '../../../shared/model/policy.ts';
import { encodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import type { SourceStatus } from '../../../shared/model/status.ts';
import type { RecordType } from '../../../shared/model/vocabulary.ts';
import { Register } from '../../../shared/register/register.ts';
import type { EditChange, Finding, FindingRule, InboxGroupKind, InboxItem } from '../../../shared/register/view.ts';
import { device, LedgerBuilder, person, SPACE } from '../../unit/ledger/ledgerBuilder.ts';

export const NOW = Date.parse('2026-06-01T00:00:00.000Z');
export const DAY = 86_400_000;
export const AWS = 'aws' as SourceId;
export const LDAP = 'ldap' as SourceId;
export const SHEET = 'sheet' as SourceId;

/** Two administrators, each on a computer of their own, and a steward. */
export const ANA = device('A');
export const BEN = device('B');
export const CHRIS = device('C');

export interface Circumstances {
  readonly by?: typeof ANA;
  /** The author had seen nothing of what others did since the space was set up. */
  readonly concurrent?: boolean;
  /** The author's clock. */
  readonly at?: number;
}
export type SetOptions = Circumstances & Partial<Pick<ActOf<'set'>, 'until' | 'acknowledges' | 'why'>>;

/** A record as a runner writes it, with what a test leaves open. */
export function record(id: string, part: Partial<SourceRecord> = {}): SourceRecord {
  return {
    type: 'identity',
    kind: 'service account',
    externalId: id as ExternalId,
    coverage: 'c0' as CoverageId,
    keys: [],
    aliases: [id],
    fields: {},
    firstSeen: toInstant(NOW - 30 * DAY),
    revisions: { owner: 0, entitlement: 0, credential: 0 },
    ...part,
  };
}

/** The whole chain: signed-for entries are judged, placed and folded by the real ledger, and the register is told. */
export class RegisterWorld {
  readonly server = LedgerBuilder.started();
  readonly replica = new LedgerState({ space: SPACE });
  readonly register: Register;
  private readonly setUp: number;

  constructor(now = NOW) {
    this.server.now = now;
    this.server.enrol(BEN, person('2'), 'admin').enrol(CHRIS, person('3'), 'steward');
    this.replica.append(this.server.values);
    this.setUp = this.server.values.length;
    this.register = new Register({ ledger: this.replica, now, me: person('1') });
  }

  // What sources say

  put(source: SourceId, ...records: readonly SourceRecord[]): Anchor {
    this.register.applyRecords(
      source,
      records.map((one) => ({ externalId: one.externalId, bytes: encodeRecord(one) })),
    );
    return anchorOf(source, records[0]?.externalId as ExternalId);
  }
  status(status: SourceStatus): void {
    this.register.applyStatus(status);
  }

  // What people do

  act(acts: readonly Act[], { by = ANA, concurrent = false, at }: Circumstances = {}): Entry {
    const options = { ...(concurrent ? { seen: this.setUp } : {}), ...(at === undefined ? {} : { at }) };
    const { entry } = this.server.place(by, acts, options);
    this.register.ledgerChanged(this.replica.append(this.server.values.slice(this.replica.place)));
    return entry;
  }
  set(anchor: Anchor | readonly Anchor[], field: string, value: ActOf<'set'>['value'], options: SetOptions = {}): ActRef {
    const { until, acknowledges, why } = options;
    const anchors = typeof anchor === 'string' ? [anchor] : [...anchor];
    const act: Act = {
      kind: 'set',
      anchors,
      field,
      value,
      ...(until === undefined ? {} : { until }),
      ...(acknowledges === undefined ? {} : { acknowledges }),
      ...(why === undefined ? {} : { why }),
    };
    return { entry: this.act([act], options).id, act: 0 };
  }
  policy(key: string, value: PolicyValue): void {
    const previous = this.replica.lastOn(`policy/${key}`) ?? null;
    this.act([{ kind: 'policy', key, previous, value }]);
  }
  create(digit: string, type: RecordType, recordKind: string, name: string): Anchor {
    const anchor = digit.repeat(32) as Anchor;
    this.act([{ kind: 'create', anchor, type, recordKind, name }]);
    return anchor;
  }
  /** Saved on this device, not on the server yet. */
  wait(acts: readonly Act[]): LedgerChange {
    const entry = this.server.entry(ANA, acts);
    const change = this.replica.setOutbox([entry]);
    this.register.ledgerChanged(change);
    return change;
  }
  /** Signs what a preview proposes. */
  edit(ids: readonly IdentityId[], change: EditChange): void {
    const { acts } = this.register.preview(ids, change);
    if (acts.length > 0) this.act(acts);
  }

  // What is to be seen

  ids(text: string): readonly IdentityId[] {
    return this.register.ids({ text, sort: [] });
  }
  finding(id: IdentityId, rule: FindingRule): Finding | undefined {
    return this.register.identity(id)?.findings.find((one) => one.rule === rule);
  }
  inbox(kind: InboxGroupKind): readonly InboxItem[] {
    return this.register.inbox().find((group) => group.kind === kind)?.items ?? [];
  }
}

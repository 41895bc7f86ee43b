import { canonicalJson, type Json } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { DAY, type Day, type Instant, type Millis, parseTime } from '../base/time.ts';
import type { FindingFacts } from '../findings/finding.ts';
import { markFindings } from '../findings/findings.ts';
import type { LedgerReader } from '../ledger/ledgerReader.ts';
import { FIELDS } from '../model/fields.ts';
import type { IdentityId, SourceId } from '../model/ids.ts';
import type { FreshnessLevel, Lifecycle, ObservedState } from '../model/vocabulary.ts';
import { type AccessSummary, accessRank, summariseAccess } from './access.ts';
import type { Application, ApplicationDirectory } from './applicationDirectory.ts';
import type { Authority, AuthorityTable } from './authority.ts';
import type { Classes } from './classes.ts';
import { type CredentialFacts, type CredentialVerdict, inUse, judgeCredential, worstOf } from './credential.ts';
import { type DecideContext, type Decision, decide, decideSet, isUnsaid, type RuleValue, UNSAID } from './decide.ts';
import type { CoverageEvidence, EvidenceBook } from './evidence.ts';
import type { Links } from './links.ts';
import type { OwnershipRules } from './ownershipRules.ts';
import type { PartyDirectory } from './partyDirectory.ts';
import type { Projected } from './projected.ts';
import type { RecordStore } from './recordStore.ts';
import { type Review, reviewOf } from './review.ts';
import { SharedValues } from './sharedValues.ts';
import { isBlank, isGone, type Subject, subjectOf } from './subject.ts';
import { days, type Thresholds } from './thresholds.ts';
import type { PartyText, Row, RowState } from './view.ts';

/** Fields whose conflicts and drifts a row marks. */
const MARKED = [
  'owner',
  'team',
  'application',
  'environment',
  'purpose',
  'criticality',
  'classification',
  'vendor',
  'usedBy',
  'neededUntil',
  'lifecycle',
  'name',
] as const;
/** The others are looked at only where a steward said something: what nobody set can neither conflict nor drift. */
const SELDOM = FIELDS.filter(
  ({ plane, type, name }) => plane === 'governance' && type !== 'set' && !(MARKED as readonly string[]).includes(name),
).map(({ name }) => name);
const PARTY_FIELDS: ReadonlySet<string> = new Set(['owner', 'team', 'technicalContact', 'requestedBy', 'approvedBy', 'vendor']);

export interface ProjectionParts {
  readonly ledger: LedgerReader;
  readonly store: RecordStore;
  readonly classes: Classes;
  readonly links: Links;
  readonly parties: PartyDirectory;
  readonly applications: ApplicationDirectory;
  readonly evidence: EvidenceBook;
  readonly row: (id: IdentityId) => Projected | undefined;
}

/** What policy and the clock say: replaced as a whole when either changes. */
export interface Standing {
  readonly now: Millis;
  readonly authority: AuthorityTable;
  readonly thresholds: Thresholds;
  readonly rules: OwnershipRules;
}

/** Computes one row from its records, the ledger and the clock. */
export class Projector {
  readonly parts: ProjectionParts;
  standing: Standing;
  private readonly context: DecideContext;
  /** Rows hold references to these: 100,000 of them say the same few things. */
  private readonly shared = new SharedValues();

  constructor(parts: ProjectionParts, standing: Standing) {
    this.parts = parts;
    this.standing = standing;
    const clock = (): Millis => this.standing.now;
    this.context = {
      ledger: parts.ledger,
      get now() {
        return clock();
      },
      kindOfSource: parts.evidence.kindOf,
      canonical: (field, value) => this.canonical(field, value),
    };
  }

  subject(id: IdentityId): Subject | undefined {
    return subjectOf(id, this.parts.classes, this.parts.store, this.parts.ledger);
  }

  authorityOf(subject: Subject, field: string): Authority {
    if (!this.standing.authority.isNarrowed(field)) return this.standing.authority.plain(field);
    return this.standing.authority.of(field, {
      type: subject.type,
      kind: subject.kind,
      sources: subject.records.map(({ stored }) => stored.source),
      coverages: subject.records.map(({ stored }) => stored.coverage),
    });
  }

  decide(subject: Subject, field: string, rule?: RuleValue): Decision {
    const ruled = rule ?? this.ruleFor(subject, field);
    return ruled === undefined && isUnsaid(subject, field)
      ? UNSAID
      : decide(subject, field, this.authorityOf(subject, field), ruled, this.context);
  }

  /** References are compared after parties and classes are resolved (DESIGN 7). */
  canonical(field: string, value: Json): string {
    if (typeof value !== 'string') return canonicalJson(value);
    if (!PARTY_FIELDS.has(field)) return `s${value}`;
    const party = this.parts.parties.resolve(value);
    return party ? `p${party.id}` : `s${value}`;
  }

  ruleFor(subject: Subject, field: string): RuleValue | undefined {
    const { rules } = this.standing;
    if (field === 'environment') {
      const mapped = rules.environmentOf(subject.boundary);
      if (mapped) return mapped;
    }
    return rules.has(field) ? rules.valueFor(field, () => this.plainRow(subject)) : undefined;
  }

  /** The row that ownership rules see: what sources and stewards say, no rule's own result. */
  private plainRow(subject: Subject): Record<string, unknown> {
    const text = (field: string): string => {
      const { value } = decide(subject, field, this.authorityOf(subject, field), undefined, this.context);
      return typeof value === 'string' ? value : '';
    };
    const row: Record<string, unknown> = {
      type: subject.type,
      kind: subject.kind,
      subtype: subject.subtype ?? '',
      boundary: subject.boundary ?? '',
    };
    for (const field of ['owner', 'team', 'application', 'environment', 'purpose', 'criticality', 'classification', 'vendor'])
      row[field] = text(field);
    row.name = this.nameOf(subject);
    row.alias = subject.records[0]?.record.aliases[0] ?? '';
    row.sources = subject.records.map(({ stored }) => stored.source);
    row.tags = decideSet(subject, 'tags', this.parts.ledger);
    return row;
  }

  /** As the first record says that could read it. */
  observed(subject: Subject, field: string): Json | undefined {
    const first = subject.records[0];
    if (subject.records.length === 1 && first)
      return isBlank(first.record.fields[field]) || first.record.unread?.includes(field) ? undefined : first.record.fields[field];
    return subject.records.length === 0 ? undefined : this.decide(subject, field).value;
  }
  private time(subject: Subject, field: string): Millis | undefined {
    const value = this.observed(subject, field);
    return typeof value === 'string' ? parseTime(value) : undefined;
  }
  private unread(subject: Subject, field: string): boolean {
    return subject.records.some(({ record }) => record.unread?.includes(field));
  }

  nameOf(subject: Subject): string {
    const { value } = this.decide(subject, 'name');
    if (typeof value === 'string' && value.trim() !== '') return value;
    const first = subject.records[0];
    return first?.record.aliases[0] || subject.created?.name || first?.stored.externalId || subject.id;
  }

  observedState(subject: Subject): ObservedState {
    if (subject.records.length === 0) return 'never seen';
    if (subject.records.every(({ record }) => isGone(record))) return 'missing';
    const status = this.observed(subject, 'status');
    if (status === 'disabled') return 'disabled';
    const expires = this.time(subject, 'expires');
    if (status === 'expired' || (expires !== undefined && expires < this.standing.now)) return 'expired';
    return status === undefined && this.unread(subject, 'status') ? 'unread' : 'enabled';
  }

  credentialFacts(subject: Subject): CredentialFacts {
    return {
      kind: subject.kind,
      subtype: subject.subtype,
      firstSeen: firstSeen(subject),
      created: this.time(subject, 'created'),
      rotated: this.time(subject, 'rotated'),
      expires: this.time(subject, 'expires'),
      expiryUnread: this.unread(subject, 'expires'),
      ageUnread: this.unread(subject, 'created'),
      fingerprintUnread: this.unread(subject, 'fingerprint'),
      inUse: inUse(this.observedState(subject)),
    };
  }

  /** Credentials are judged with the privilege of the identity that they prove. */
  verdicts(id: IdentityId, privileged: boolean): JudgedCredential[] {
    const verdicts: JudgedCredential[] = [];
    for (const credential of this.parts.links.acrossCredential(id, 'credential')) {
      const facts = this.parts.row(credential)?.facts ?? this.factsOf(credential);
      if (facts)
        verdicts.push({ id: credential, facts, verdict: judgeCredential(facts, privileged, this.standing.thresholds, this.standing.now) });
    }
    return verdicts;
  }
  private factsOf(id: IdentityId): CredentialFacts | undefined {
    const subject = this.subject(id);
    return subject && this.credentialFacts(subject);
  }

  /** Classes with the same first alias in the same source and boundary that were first seen before this one, or after it. */
  sameName(subject: Subject): Namesakes {
    if (subject.records.every(({ stored }) => this.parts.store.sameName(stored).length === 0)) return NO_NAMESAKES;
    const before = new Set<IdentityId>();
    const after = new Set<IdentityId>();
    const unproved = new Set<IdentityId>();
    for (const { stored, record } of subject.records) {
      for (const anchor of this.parts.store.sameName(stored)) {
        const other = this.parts.classes.id(anchor);
        if (other === subject.id) continue;
        const seen = this.parts.store.decode(anchor);
        if (seen && (seen.keys.length === 0 || record.keys.length === 0)) unproved.add(other);
        if (!seen || seen.keys.length === 0 || record.keys.length === 0) continue;
        const earlier = seen.firstSeen === record.firstSeen ? isGone(seen) && !isGone(record) : seen.firstSeen < record.firstSeen;
        const later = seen.firstSeen === record.firstSeen ? !isGone(seen) && isGone(record) : seen.firstSeen > record.firstSeen;
        if (earlier) before.add(other);
        else if (later) after.add(other);
      }
    }
    return { before: [...before].sort(), after: [...after].sort(), unproved: unproved.size };
  }

  /** Other classes of credential with the same published fingerprint, and further identities that present this one. */
  sharing(id: IdentityId): Set<IdentityId> {
    const shared = new Set<IdentityId>();
    for (const anchor of this.parts.classes.anchors(id)) {
      const fingerprint = this.parts.store.get(anchor)?.fingerprint;
      if (fingerprint === undefined) continue;
      for (const other of this.parts.store.byFingerprint.get(fingerprint))
        if (this.parts.classes.id(other) !== id) shared.add(this.parts.classes.id(other));
    }
    return shared;
  }

  /** @returns undefined when nothing is known of the class any more. */
  project(id: IdentityId): Projected | undefined {
    const subject = this.subject(id);
    return subject && this.projectSubject(subject);
  }

  gather(subject: Subject): Gathered {
    const values = new Map<string, Decision>();
    for (const field of MARKED) this.gatherField(subject, field, values);
    if (subject.touched.size > 0) for (const field of SELDOM) if (subject.touched.has(field)) this.gatherField(subject, field, values);
    const text = (field: string): string | undefined => textOf(values.get(field)?.value);
    const parent = subject.type === 'credential' ? this.parts.links.acrossCredential(subject.id, 'identity') : [];
    const above = parent[0] === undefined ? undefined : this.parts.row(parent[0]);
    const critical = text('environment') === 'production' && text('criticality') === 'critical';
    const access = summariseAccess(subject, critical);
    const observed = this.observedState(subject);
    const privileged = subject.type === 'credential' ? above?.row.privileged : access.privileged;
    const facts = subject.type === 'credential' ? this.credentialFacts(subject) : undefined;
    const verdict = facts && judgeCredential(facts, privileged === true, this.standing.thresholds, this.standing.now);
    const verdicts = subject.type === 'identity' ? this.verdicts(subject.id, privileged === true) : [];
    const application = subject.type === 'identity' ? this.applicationOf(subject, text('application')) : undefined;
    return { subject, values, text, parents: parent, above, access, observed, privileged, facts, verdict, verdicts, application };
  }

  private gatherField(subject: Subject, field: string, values: Map<string, Decision>): void {
    const decision = this.decide(subject, field);
    if (decision !== UNSAID) values.set(field, decision);
  }

  /** The one application that a link names, else the one that is called so. */
  private applicationOf(subject: Subject, name: string | undefined): Application | undefined {
    for (const { stored, record } of subject.records)
      for (const link of record.links ?? []) {
        const target = link.relation === 'part-of' ? this.parts.links.target(stored.source, link.to, 'application') : undefined;
        const application = target === undefined ? undefined : this.parts.applications.get(target);
        if (application) return application;
      }
    return name === undefined ? undefined : this.parts.applications.named(name);
  }

  findingFacts(gathered: Gathered, freshness = this.freshness(gathered.subject).level): FindingFacts {
    const { subject, values, above, verdict, verdicts, privileged, observed } = gathered;
    const own = values.get('owner') ?? UNSAID;
    const ownerValue = textOf(own.value) ?? inheritedFrom(gathered).owner;
    const party = ownerValue === undefined ? undefined : this.parts.parties.resolve(ownerValue);
    const lifecycle = values.get('lifecycle') ?? UNSAID;
    const sharedWith =
      subject.type === 'credential'
        ? this.sharing(subject.id).size + Math.max(0, gathered.parents.length - 1)
        : verdicts.reduce((count, one) => count + this.sharing(one.id).size, 0);
    const namesakes = subject.type === 'identity' ? this.sameName(subject) : NO_NAMESAKES;
    return {
      now: this.standing.now,
      registrable: gathered.subject.type === 'identity' || (subject.type === 'credential' && above === undefined),
      owner: {
        text: ownerValue === undefined ? '' : this.parts.parties.text(ownerValue, false).text,
        state: own.state === 'conflict' ? 'conflict' : ownerValue !== undefined ? 'set' : own.state === 'unread' ? 'unread' : 'blank',
        active: party?.active,
        leftOn: party?.leftOn,
      },
      directory: this.parts.parties.isDirectory,
      live: observed === 'enabled' || observed === 'unread',
      lifecycle: lifecycleOf(lifecycle.value, subject),
      lifecycleConflict: lifecycle.state === 'conflict',
      firstSeen: firstSeen(subject),
      unregisteredDays: days(this.standing.thresholds, 'unregistered'),
      privileged,
      credentials: verdict ? [verdict] : verdicts.map((one) => one.verdict),
      missingSince: observed === 'missing' ? missingSince(subject) : undefined,
      observed: subject.records.length > 0,
      evidenceUnknown: freshness === 'unknown',
      succeeds: namesakes.before.length,
      namesakesUnproved: namesakes.unproved,
      sharedWith,
      fingerprintsUnread: (gathered.facts ? [gathered.facts] : verdicts.map((one) => one.facts)).filter((one) => one.fingerprintUnread)
        .length,
    };
  }

  /** The best evidence that there is for the record; each field shows its own. */
  freshness(subject: Subject): { level: FreshnessLevel; evidence: CoverageEvidence[]; datedAsOf: Millis | undefined; next: Millis } {
    const evidence: CoverageEvidence[] = [];
    let level: FreshnessLevel = 'unknown';
    let datedAsOf: Millis | undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const { stored, record } of subject.records) {
      const dated = record.asOf === undefined ? undefined : this.parts.evidence.dated(stored.source, record.asOf);
      const held = dated ? undefined : this.parts.evidence.of(stored.source, stored.coverage);
      if (held && !evidence.includes(held)) evidence.push(held);
      if (dated?.asOf !== undefined) datedAsOf = Math.max(datedAsOf ?? dated.asOf, dated.asOf);
      next = Math.min(next, dated?.next ?? next);
      level = better(level, (dated ?? held)?.level ?? 'unknown');
    }
    return { level, evidence, datedAsOf, next };
  }

  private projectSubject(subject: Subject): Projected {
    const gathered = this.gather(subject);
    const { values, text, above, access, observed, privileged, facts, verdict, verdicts, parents } = gathered;
    const fresh = this.freshness(subject);
    const findingFacts = this.findingFacts(gathered, fresh.level);
    const own = { owner: text('owner'), team: text('team'), vendor: text('vendor') };
    const inherited = inheritedFrom(gathered);
    const lifecycle = findingFacts.lifecycle as Lifecycle;
    const gained = gainedAt(subject);
    const review = this.reviewDue(gathered, findingFacts, gained);
    const name = this.nameOf(subject);
    const marks = marksOf(values);
    const registered = findingFacts.registrable;
    const lastUsed = this.observed(subject, 'lastUsed');
    const row: Mutable<Row> = {
      id: subject.id,
      type: subject.type,
      kind: this.shared.text(subject.kind),
      name,
      states: NO_STATES,
      lifecycle,
      observed,
      tags: this.shared.list(decideSet(subject, 'tags', this.parts.ledger)),
      credentials: verdicts.length,
      lastUsedUnread: lastUsed === undefined && this.unread(subject, 'lastUsed'),
      freshness: fresh.level,
      sources: this.shared.list(sourcesOf(subject)),
      findings: this.shared.findings(registered || subject.type === 'credential' ? markFindings(findingFacts) : []),
      conflicts: marks.conflicts,
      drifts: marks.drifts,
      private: subject.records.length > 0 && subject.records.every(({ stored }) => this.parts.evidence.isPrivate(stored.source)),
    };
    const alias = subject.records[0]?.record.aliases[0];
    put(row, 'subtype', this.shared.optional(subject.subtype));
    put(row, 'alias', alias !== name ? alias : undefined);
    put(row, 'owner', this.party(own.owner, inherited.owner));
    put(row, 'team', this.party(own.team, inherited.team));
    put(row, 'vendor', this.party(own.vendor, above?.vendorValue));
    for (const field of ['application', 'environment', 'purpose', 'criticality', 'classification', 'usedBy', 'neededUntil'] as const) {
      const inherited = field === 'application' || field === 'environment' ? above?.row[field] : undefined;
      put(row, field, this.shared.optional(text(field) ?? inherited));
    }
    put(row, 'access', access.level);
    put(row, 'accessCertainty', access.certainty);
    put(row, 'privileged', privileged);
    put(row, 'credential', verdict?.worst ?? worstOf(verdicts.map((one) => one.verdict)));
    put(row, 'lastUsed', typeof lastUsed === 'string' ? this.shared.text(lastUsed.slice(0, 10).toWellFormed() as Day) : undefined);
    put(row, 'reviewDue', registered ? this.shared.day(review.due) : undefined);
    put(row, 'created', textOf(this.observed(subject, 'created')) as Instant | undefined);
    put(row, 'boundary', this.shared.optional(subject.boundary));
    row.states = this.shared.list(this.states(row, subject, registered));
    const ageFrom = facts?.rotated ?? facts?.created ?? this.time(subject, 'created');
    return {
      id: subject.id,
      row,
      registered,
      parent: parents[0],
      ownerValue: own.owner ?? inherited.owner,
      teamValue: own.team ?? inherited.team,
      vendorValue: own.vendor ?? above?.vendorValue,
      evidence: this.shared.evidence(fresh.evidence),
      datedAsOf: fresh.datedAsOf,
      facts,
      verdict,
      next: Math.min(fresh.next, nextOf(verdict, verdicts), this.nextMoment(gathered, findingFacts, review.at)),
      otherHeads: marks.conflicts.length === 0 ? undefined : otherHeads(values, (field, value) => this.shown(field, value)),
      expiry: facts?.expires ?? this.time(subject, 'expires'),
      born: ageFrom,
      overdue: registered && review.overdue,
      gained: registered && gained !== undefined && gained > (acceptedAt(gathered) ?? 0) ? gained : undefined,
      sortName: name.toLowerCase(),
      names: namesOf(subject),
    };
  }

  private nextMoment({ subject, values }: Gathered, facts: FindingFacts, review: Millis | undefined): Millis {
    const { now } = this.standing;
    let next = Number.POSITIVE_INFINITY;
    const consider = (moment: Millis): void => {
      if (moment > now && moment < next) next = moment;
    };
    const expires = this.time(subject, 'expires');
    if (expires !== undefined) consider(expires + 1);
    if (review !== undefined) consider(review);
    if (facts.firstSeen !== undefined && facts.lifecycle === 'unregistered') consider(facts.firstSeen + facts.unregisteredDays * DAY + 1);
    if (subject.touched.size === 0) return next;
    for (const { stewards } of values.values())
      for (const { head } of stewards) {
        const until = head.until === undefined ? undefined : parseTime(head.until);
        if (until !== undefined) consider(until + 1);
      }
    return next;
  }

  private party(own: string | undefined, inherited: string | undefined): PartyText | undefined {
    if (own !== undefined) return this.parts.parties.text(own, false);
    return inherited === undefined ? undefined : this.parts.parties.text(inherited, true);
  }

  /** A value as people read it. */
  shown(field: string, value: Json | undefined): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string')
      return PARTY_FIELDS.has(field) || field === 'backup' ? this.parts.parties.text(value, false).text : visibleText(value, 1_000);
    if (Array.isArray(value)) return value.map((one) => this.shown(field, one as Json)).join(', ');
    if (typeof value === 'object') return lifecycleText(value);
    return String(value);
  }

  private states(row: Row, subject: Subject, registered: boolean): readonly RowState[] {
    const states: RowState[] = [];
    if (row.conflicts.length > 0) states.push('conflict');
    if (row.drifts.length > 0) states.push('drift');
    if (subject.records.some(({ stored }) => this.parts.evidence.isHeld(stored.source, stored.externalId))) states.push('held');
    if (row.observed === 'missing' || row.observed === 'disabled' || row.observed === 'expired') states.push(row.observed);
    if (row.lifecycle === 'unregistered' || row.lifecycle === 'retiring' || row.lifecycle === 'retired' || row.lifecycle === 'excluded')
      states.push(row.lifecycle);
    if (subject.records.length > 0 && row.freshness !== 'fresh') states.push(row.freshness);
    if (row.private) states.push('private');
    if (row.type === 'credential' && registered) states.push('unbound');
    return states;
  }

  private reviewDue(gathered: Gathered, findings: FindingFacts, gained: Millis | undefined): Review {
    const { subject, access, privileged, text, verdicts } = gathered;
    const facts = {
      lifecycle: findings.lifecycle as Lifecycle,
      accepted: acceptedAt(gathered),
      firstSeen: findings.firstSeen,
      production: text('environment') === 'production',
      privileged: privileged === true,
      thirdParty: text('vendor') !== undefined,
      powerfulAgent: subject.kind === 'agent' && access.level !== undefined && accessRank(access.level) >= accessRank('write'),
      gained,
      credentials: verdicts.map((one) => one.facts),
      succeeds: findings.succeeds > 0,
      ownerLeft: findings.owner?.active === false ? { on: leftOn(findings.owner.leftOn) } : undefined,
    };
    return reviewOf(facts, this.standing.thresholds, this.standing.now);
  }
}

function nextOf(verdict: CredentialVerdict | undefined, verdicts: readonly JudgedCredential[]): Millis {
  let next = verdict?.next ?? Number.POSITIVE_INFINITY;
  for (const one of verdicts) next = Math.min(next, one.verdict.next);
  return next;
}

const leftOn = (day: string | undefined): Millis | undefined => (day === undefined ? undefined : parseTime(day));

/** When a steward's last word on its lifecycle was said. */
function acceptedAt({ values }: Gathered): Millis | undefined {
  const winner = values.get('lifecycle')?.winner;
  return winner?.by === 'steward' ? parseTime(winner.head.at) : undefined;
}

function gainedAt(subject: Subject): Millis | undefined {
  let last: Millis | undefined;
  for (const { record } of subject.records) {
    const gained = record.gained === undefined ? undefined : parseTime(record.gained);
    if (gained !== undefined && (last === undefined || gained > last)) last = gained;
  }
  return last;
}

/** A credential's owner is that of what it proves; an identity's that of the application that it belongs to. */
function inheritedFrom({ above, application }: Gathered): { readonly owner: string | undefined; readonly team: string | undefined } {
  return { owner: above?.ownerValue ?? application?.ownerValue, team: above?.teamValue ?? application?.teamValue };
}

const NO_STATES: readonly RowState[] = [];

const namesOf = ({ records }: Subject): readonly string[] =>
  records.length === 1 && records[0] ? records[0].stored.aliases : records.flatMap(({ stored }) => stored.aliases);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Gathered {
  readonly subject: Subject;
  /** Without the fields that nobody says anything of. */
  readonly values: ReadonlyMap<string, Decision>;
  readonly text: (field: string) => string | undefined;
  readonly parents: readonly IdentityId[];
  readonly above: Projected | undefined;
  readonly access: AccessSummary;
  readonly observed: ObservedState;
  readonly privileged: boolean | undefined;
  readonly facts: CredentialFacts | undefined;
  readonly verdict: CredentialVerdict | undefined;
  readonly verdicts: readonly JudgedCredential[];
  /** What it belongs to, and inherits an owner and a team from where it has none. */
  readonly application: Application | undefined;
}

/** Others with its name in its source and boundary: `unproved` have no immutable id, so that nobody can say which is which. */
export interface Namesakes {
  readonly before: readonly IdentityId[];
  readonly after: readonly IdentityId[];
  readonly unproved: number;
}
const NO_NAMESAKES: Namesakes = { before: [], after: [], unproved: 0 };

export interface JudgedCredential {
  readonly id: IdentityId;
  readonly facts: CredentialFacts;
  readonly verdict: CredentialVerdict;
}

function put<K extends keyof Row>(row: Mutable<Row>, key: K, value: Row[K] | undefined): void {
  if (value !== undefined) row[key] = value;
}

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

const RANK: Record<FreshnessLevel, number> = { fresh: 0, stale: 1, unknown: 2 };
const better = (a: FreshnessLevel, b: FreshnessLevel): FreshnessLevel => (RANK[b] < RANK[a] ? b : a);

export function lifecycleOf(value: Json | undefined, subject: Subject): Lifecycle {
  if (value !== null && typeof value === 'object' && 'state' in value && typeof value.state === 'string') return value.state as Lifecycle;
  return subject.records.length === 0 && subject.created ? 'active' : 'unregistered';
}

function lifecycleText(value: object): string {
  const { state, reason } = value as { state?: unknown; reason?: unknown };
  if (typeof state !== 'string') return visibleText(JSON.stringify(value), 400);
  return typeof reason === 'string' ? `${state}: ${reason}` : state;
}

export function firstSeen(subject: Subject): Millis | undefined {
  let first: Millis | undefined = subject.records.length === 0 && subject.created ? parseTime(subject.created.at) : undefined;
  for (const { record } of subject.records) {
    const seen = parseTime(record.firstSeen);
    if (seen !== undefined && (first === undefined || seen < first)) first = seen;
  }
  return first;
}

function missingSince(subject: Subject): Millis | undefined {
  let last: Millis | undefined;
  for (const { record } of subject.records) {
    const since = parseTime(record.missingSince ?? record.deleted?.at ?? '');
    if (since !== undefined && (last === undefined || since > last)) last = since;
  }
  return last;
}

function sourcesOf(subject: Subject): readonly SourceId[] {
  const first = subject.records[0];
  if (subject.records.length === 1 && first) return [first.stored.source];
  return [...new Set(subject.records.map(({ stored }) => stored.source))].sort();
}

const NO_MARKS: readonly string[] = [];
function marksOf(values: ReadonlyMap<string, Decision>): { conflicts: readonly string[]; drifts: readonly string[] } {
  let conflicts = NO_MARKS;
  let drifts = NO_MARKS;
  for (const [field, { state }] of values) {
    if (state === 'conflict') conflicts = [...conflicts, field];
    if (state === 'drift') drifts = [...drifts, field];
  }
  return { conflicts, drifts };
}

function otherHeads(
  values: ReadonlyMap<string, Decision>,
  shown: (field: string, value: Json | undefined) => string,
): ReadonlyMap<string, readonly string[]> | undefined {
  let others: Map<string, readonly string[]> | undefined;
  for (const [field, { state, stewards }] of values)
    if (state === 'conflict') {
      others ??= new Map();
      others.set(
        field,
        stewards.slice(1).map((said) => shown(field, said.value).toLowerCase()),
      );
    }
  return others;
}

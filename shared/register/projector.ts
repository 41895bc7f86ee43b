import { canonicalJson, type Json } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { type Millis, parseTime } from '../base/time.ts';
import type { FindingFacts } from '../findings/finding.ts';
import type { LedgerReader } from '../ledger/ledgerReader.ts';
import { FIELDS } from '../model/fields.ts';
import type { IdentityId } from '../model/ids.ts';
import type { FreshnessLevel, ObservedState } from '../model/vocabulary.ts';
import { summariseAccess } from './access.ts';
import type { Application, ApplicationDirectory } from './applicationDirectory.ts';
import type { Authority, AuthorityTable } from './authority.ts';
import type { Classes } from './classes.ts';
import { type CredentialFacts, inUse, judgeCredential } from './credential.ts';
import { type DecideContext, type Decision, decide, decideSet, isUnsaid, type RuleValue, UNSAID } from './decide.ts';
import type { CoverageEvidence, EvidenceBook } from './evidence.ts';
import { type Gathered, inheritedFrom, type JudgedCredential, textOf } from './gathered.ts';
import type { Links } from './links.ts';
import { NO_NAMESAKES, sameName, sharing } from './namesakes.ts';
import type { OwnershipRules } from './ownershipRules.ts';
import type { PartyDirectory } from './partyDirectory.ts';
import type { Projected } from './projected.ts';
import type { RecordStore } from './recordStore.ts';
import { RowWriter } from './rowWriter.ts';
import { isBlank, isGone, type Subject, subjectOf } from './subject.ts';
import { firstSeen, lifecycleOf, lifecycleText, missingSince } from './subjectFacts.ts';
import { days, type Thresholds } from './thresholds.ts';

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
  private readonly rows = new RowWriter(this);

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
  time(subject: Subject, field: string): Millis | undefined {
    const value = this.observed(subject, field);
    return typeof value === 'string' ? parseTime(value) : undefined;
  }
  unread(subject: Subject, field: string): boolean {
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

  /** @returns undefined when nothing is known of the class any more. */
  project(id: IdentityId): Projected | undefined {
    const subject = this.subject(id);
    return subject && this.rows.project(subject);
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
    const application =
      subject.type === 'identity' || subject.type === 'workload' ? this.applicationOf(subject, text('application')) : undefined;
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
        ? sharing(subject.id, this.parts).size + Math.max(0, gathered.parents.length - 1)
        : verdicts.reduce((count, one) => count + sharing(one.id, this.parts).size, 0);
    const namesakes = subject.type === 'identity' ? sameName(subject, this.parts) : NO_NAMESAKES;
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
      moved: namesakes.moved,
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

  /** A value as people read it. */
  shown(field: string, value: Json | undefined): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string')
      return PARTY_FIELDS.has(field) || field === 'backup' ? this.parts.parties.text(value, false).text : visibleText(value, 1_000);
    if (Array.isArray(value)) return value.map((one) => this.shown(field, one as Json)).join(', ');
    if (typeof value === 'object') return lifecycleText(value);
    return String(value);
  }
}

const RANK: Record<FreshnessLevel, number> = { fresh: 0, stale: 1, unknown: 2 };
const better = (a: FreshnessLevel, b: FreshnessLevel): FreshnessLevel => (RANK[b] < RANK[a] ? b : a);

import { DAY, type Day, type Instant, type Millis, parseTime } from '../base/time.ts';
import type { FindingFacts } from '../findings/finding.ts';
import { markFindings } from '../findings/findings.ts';
import type { Lifecycle } from '../model/vocabulary.ts';
import { accessRank } from './access.ts';
import { worstOf } from './credential.ts';
import { decideSet } from './decide.ts';
import { acceptedAt, type Gathered, inheritedFrom, marksOf, nextVerdict, otherHeads, textOf } from './gathered.ts';
import type { Projected } from './projected.ts';
import type { Projector } from './projector.ts';
import { type Review, reviewOf } from './review.ts';
import { SharedValues } from './sharedValues.ts';
import type { Subject } from './subject.ts';
import { gainedAt, namesOf, sourcesOf } from './subjectFacts.ts';
import type { PartyText, Row, RowState } from './view.ts';

/** Writes the row of a class from what was gathered of it. */
export class RowWriter {
  private readonly projector: Projector;
  /** Rows hold references to these: 100,000 of them say the same few things. */
  private readonly shared = new SharedValues();

  constructor(projector: Projector) {
    this.projector = projector;
  }

  /** One row of a class, and what it takes to keep it. */
  project(subject: Subject): Projected {
    const gathered = this.projector.gather(subject);
    const { values, text, above, access, observed, privileged, facts, verdict, verdicts, parents } = gathered;
    const fresh = this.projector.freshness(subject);
    const findingFacts = this.projector.findingFacts(gathered, fresh.level);
    const own = { owner: text('owner'), team: text('team'), vendor: text('vendor') };
    const inherited = inheritedFrom(gathered);
    const lifecycle = findingFacts.lifecycle as Lifecycle;
    const gained = gainedAt(subject);
    const review = this.reviewDue(gathered, findingFacts, gained);
    const alias = subject.records[0]?.stored.aliases[0];
    const called = this.projector.nameOf(subject);
    // One text where a source says it twice.
    const name = called === alias ? alias : called;
    const marks = marksOf(values);
    const registered = findingFacts.registrable;
    const lastUsed = this.projector.observed(subject, 'lastUsed');
    const row: Mutable<Row> = {
      id: subject.id,
      type: subject.type,
      kind: this.shared.text(subject.kind),
      name,
      states: NO_STATES,
      lifecycle,
      observed,
      tags: this.shared.list(decideSet(subject, 'tags', this.projector.parts.ledger)),
      credentials: verdicts.length,
      lastUsedUnread: lastUsed === undefined && this.projector.unread(subject, 'lastUsed'),
      freshness: fresh.level,
      sources: this.shared.list(sourcesOf(subject)),
      findings: this.shared.findings(registered || subject.type === 'credential' ? markFindings(findingFacts) : []),
      conflicts: marks.conflicts,
      drifts: marks.drifts,
      private: subject.records.length > 0 && subject.records.every(({ stored }) => this.projector.parts.evidence.isPrivate(stored.source)),
    };
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
    put(row, 'created', textOf(this.projector.observed(subject, 'created')) as Instant | undefined);
    put(row, 'boundary', this.shared.optional(subject.boundary));
    row.states = this.shared.list(this.states(row, subject, registered));
    const ageFrom = facts?.rotated ?? facts?.created ?? this.projector.time(subject, 'created');
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
      next: Math.min(fresh.next, nextVerdict(verdict, verdicts), this.nextMoment(gathered, findingFacts, review.at)),
      otherHeads: marks.conflicts.length === 0 ? undefined : otherHeads(values, (field, value) => this.projector.shown(field, value)),
      expiry: facts?.expires ?? this.projector.time(subject, 'expires'),
      born: ageFrom,
      overdue: registered && review.overdue,
      gained: registered && gained !== undefined && gained > (acceptedAt(gathered) ?? 0) ? gained : undefined,
      sortName: name.toLowerCase(),
      names: namesOf(subject),
    };
  }

  private nextMoment({ subject, values }: Gathered, facts: FindingFacts, review: Millis | undefined): Millis {
    const { now } = this.projector.standing;
    let next = Number.POSITIVE_INFINITY;
    const consider = (moment: Millis): void => {
      if (moment > now && moment < next) next = moment;
    };
    const expires = this.projector.time(subject, 'expires');
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
    if (own !== undefined) return this.projector.parts.parties.text(own, false);
    return inherited === undefined ? undefined : this.projector.parts.parties.text(inherited, true);
  }

  private states(row: Row, subject: Subject, registered: boolean): readonly RowState[] {
    const states: RowState[] = [];
    if (row.conflicts.length > 0) states.push('conflict');
    if (row.drifts.length > 0) states.push('drift');
    if (subject.records.some(({ stored }) => this.projector.parts.evidence.isHeld(stored.source, stored.externalId))) states.push('held');
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
    return reviewOf(facts, this.projector.standing.thresholds, this.projector.standing.now);
  }
}

const leftOn = (day: string | undefined): Millis | undefined => (day === undefined ? undefined : parseTime(day));

const NO_STATES: readonly RowState[] = [];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function put<K extends keyof Row>(row: Mutable<Row>, key: K, value: Row[K] | undefined): void {
  if (value !== undefined) row[key] = value;
}

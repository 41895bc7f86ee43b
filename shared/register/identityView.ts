import { visibleText } from '../base/text.ts';
import { type Instant, toInstant } from '../base/time.ts';
import { describeFindings } from '../findings/findings.ts';
import { BY_PROPOSAL, FIELDS } from '../model/fields.ts';
import type { IdentityId } from '../model/ids.ts';
import { accessUnread, plainAccess } from './access.ts';
import { activityOf } from './activity.ts';
import { fieldView } from './fieldView.ts';
import { linksOf, linksUnread, refusedPairs } from './linkViews.ts';
import { sameName } from './namesakes.ts';
import { needsOf } from './needs.ts';
import type { Projection } from './projection.ts';
import { sentenceOf } from './sentence.ts';
import { shownRow } from './shownRow.ts';
import type { Subject } from './subject.ts';
import type { CredentialView, IdentityView } from './view.ts';

export { shownRow } from './shownRow.ts';

const HISTORY = 200;

export function identityView(id: IdentityId, projection: Projection): IdentityView | undefined {
  const projected = projection.row(id);
  const subject = projected && projection.projector.subject(id);
  if (!projected || !subject) return undefined;
  const row = shownRow(projected, projection);
  const gathered = projection.projector.gather(subject);
  const findings = describeFindings(projection.projector.findingFacts(gathered));
  const fields = FIELDS.filter((field) => field.on.includes(subject.type) && field.name !== 'access' && !BY_PROPOSAL.has(field.name)).map(
    (field) => fieldView(subject, field, projection),
  );
  const links = linksOf(subject, projection);
  const succession = subject.type === 'identity' || subject.type === 'workload';
  const names = succession ? sameName(subject, projection) : { before: [], after: [] };
  const needs = needsOf(subject, row, fields, findings, projection, names.before);
  return {
    id,
    anchors: subject.anchors,
    row,
    sentence: sentenceOf(row, subject, projection),
    needs,
    findings,
    fields,
    access: accessOf(subject, projection),
    accessUnread: accessUnread(subject),
    credentials: credentialsOf(id, row.privileged === true, projection),
    links,
    linksUnread: linksUnread(subject, links, projection),
    refused: refusedPairs(subject, projection),
    comments: commentsOf(subject, projection),
    history: activityOf(projection, { runs: false, limit: HISTORY }, subject.anchors),
    records: recordsOf(subject, projection),
    succeeds: names.before,
    succeededBy: names.after,
  };
}

export function accessOf(subject: Subject, projection: Projection): IdentityView['access'] {
  return subject.records.flatMap(({ stored, record }) => {
    const { asOf } = projection.evidence.of(stored.source, stored.coverage);
    return (record.access ?? []).map((right) => ({
      ...right,
      source: stored.source,
      plain: plainAccess(right),
      ...(asOf === undefined ? {} : { asOf: toInstant(asOf) }),
    }));
  });
}

export function credentialsOf(id: IdentityId, privileged: boolean, projection: Projection): CredentialView[] {
  const verdicts = projection.projector.verdicts(id, privileged);
  return verdicts.flatMap(({ id: credential, verdict }) => {
    const projected = projection.row(credential);
    const subject = projected && projection.projector.subject(credential);
    if (!projected || !subject) return [];
    const text = (field: string): string | undefined => {
      const value = projection.projector.observed(subject, field);
      return typeof value === 'string' ? value : undefined;
    };
    const row = shownRow(projected, projection);
    const optional = {
      subtype: row.subtype,
      created: text('created'),
      rotated: text('rotated'),
      expires: text('expires'),
      lastUsed: row.lastUsed,
      fingerprint: text('fingerprint'),
      location: text('location'),
      asOf: row.asOf,
      source: row.sources[0],
    };
    const findings = describeFindings(projection.projector.findingFacts(projection.projector.gather(subject))).filter(
      (finding) => finding.verdict !== 'clear',
    );
    const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return [
      {
        id: credential,
        name: row.name,
        kind: row.kind,
        observed: row.observed,
        worst: verdict.worst,
        findings,
        ...present,
      } as CredentialView,
    ];
  });
}

export function commentsOf(subject: Subject, { ledger }: Projection): IdentityView['comments'] {
  const seen = new Map<string, IdentityView['comments'][number]>();
  for (const anchor of subject.anchors)
    for (const comment of ledger.comments(anchor)) {
      const who = (comment.person && ledger.persons().get(comment.person)?.name) ?? 'somebody';
      seen.set(`${comment.ref.entry}/${comment.ref.act}`, {
        ref: comment.ref,
        who: visibleText(who),
        at: comment.at,
        text: comment.text,
        placed: comment.place !== undefined,
      });
    }
  return [...seen.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function recordsOf(subject: Subject, projection: Projection): IdentityView['records'] {
  const observed = subject.records.map(({ stored, record }) => {
    const held =
      record.asOf === undefined
        ? projection.evidence.of(stored.source, stored.coverage)
        : projection.evidence.dated(stored.source, record.asOf);
    const status = projection.evidence.status(stored.source);
    return {
      anchor: stored.anchor,
      source: stored.source,
      externalId: stored.externalId,
      coverage: stored.coverage,
      rereadable: status !== undefined && status.kind !== 'file' && status.kind !== 'workstation',
      ...(held.asOf === undefined ? {} : { asOf: toInstant(held.asOf) }),
      ...(record.missingSince === undefined ? {} : { missingSince: record.missingSince as Instant }),
    };
  });
  const bare = subject.anchors.filter((anchor) => !projection.store.has(anchor)).map((anchor) => ({ anchor, rereadable: false }));
  return [...observed, ...bare];
}

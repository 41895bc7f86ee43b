import { type Instant, toInstant } from '../base/time.ts';
import { describeFindings } from '../findings/findings.ts';
import type { LedgerLine } from '../ledger/ledgerReader.ts';
import { BY_PROPOSAL, FIELDS, type FieldDefinition } from '../model/fields.ts';
import type { Anchor, CoverageId, ExternalId, IdentityId, Place, SourceId } from '../model/ids.ts';
import type { FreshnessLevel } from '../model/vocabulary.ts';
import { accessUnread } from './access.ts';
import { entryLine, idsOf } from './activity.ts';
import { fieldView } from './fieldView.ts';
import { accessOf, commentsOf, credentialsOf, shownRow } from './identityView.ts';
import { linksOf } from './linkViews.ts';
import type { Projection } from './projection.ts';
import { sentenceOf } from './sentence.ts';
import type { Subject } from './subject.ts';
import type { ActivityLine, CredentialView, FieldView, Finding, IdentityView, LinkView } from './view.ts';

/** A record as it is observed, and how to find every version of it. */
export interface DossierRecord {
  readonly anchor: Anchor;
  readonly source: SourceId;
  readonly externalId: ExternalId;
  readonly coverage: CoverageId;
  readonly asOf?: Instant;
  /** For reports. */
  readonly freshness: FreshnessLevel;
  readonly firstSeen?: string;
  readonly missingSince?: string;
}

/** Everything known of one record and who said it; no history, which a report holds once for all, and nothing to be done about it. */
export interface Dossier {
  readonly id: IdentityId;
  readonly anchors: readonly Anchor[];
  readonly sentence: string;
  /** Those of which somebody said something, and those that every record should have; brief, as `fieldView` has it. */
  readonly fields: readonly FieldView[];
  readonly access: IdentityView['access'];
  readonly accessUnread: boolean;
  readonly credentials: readonly (CredentialView & { readonly records: readonly DossierRecord[] })[];
  readonly findings: readonly Finding[];
  readonly links: readonly LinkView[];
  readonly comments: IdentityView['comments'];
  readonly records: readonly DossierRecord[];
}

/** An entry of the ledger with its line in words, and every record that it is about. */
export interface EntryInWords {
  readonly entry: LedgerLine;
  readonly line: ActivityLine;
  readonly ids: readonly IdentityId[];
}

/** Blank or not, an auditor asks for them (DOMAIN D). */
const ALWAYS: ReadonlySet<string> = new Set(['owner', 'team', 'purpose', 'application', 'environment', 'criticality']);

/** @returns undefined when nothing is known of the id. */
export function dossierOf(id: IdentityId, projection: Projection): Dossier | undefined {
  const projected = projection.row(id);
  const subject = projected && projection.projector.subject(id);
  if (!projected || !subject) return undefined;
  const row = shownRow(projected, projection);
  return {
    id,
    anchors: subject.anchors,
    sentence: sentenceOf(row, subject, projection),
    fields: FIELDS.filter((field) => isSaid(field, subject)).map((field) => fieldView(subject, field, projection, true)),
    access: accessOf(subject, projection),
    accessUnread: accessUnread(subject),
    credentials: subject.type === 'identity' ? credentialsWithRecords(id, row.privileged === true, projection) : [],
    findings: describeFindings(projection.projector.findingFacts(projection.projector.gather(subject))),
    links: linksOf(subject, projection),
    comments: commentsOf(subject, projection),
    records: recordsOf(subject, projection),
  };
}

function isSaid(field: FieldDefinition, subject: Subject): boolean {
  if (!field.on.includes(subject.type) || field.name === 'access' || BY_PROPOSAL.has(field.name)) return false;
  return (
    ALWAYS.has(field.name) ||
    subject.touched.has(field.name) ||
    subject.records.some(({ record }) => record.fields[field.name] !== undefined || record.unread?.includes(field.name))
  );
}

function credentialsWithRecords(id: IdentityId, privileged: boolean, projection: Projection): Dossier['credentials'] {
  return credentialsOf(id, privileged, projection).map((credential) => {
    const subject = projection.projector.subject(credential.id);
    return { ...credential, records: subject ? recordsOf(subject, projection) : [] };
  });
}

const recordsOf = ({ records }: Subject, projection: Projection): DossierRecord[] => records.map((record) => recordOf(record, projection));

function recordOf({ stored, record }: Subject['records'][number], { evidence }: Projection): DossierRecord {
  const held = record.asOf === undefined ? evidence.of(stored.source, stored.coverage) : evidence.dated(stored.source, record.asOf);
  return {
    anchor: stored.anchor,
    source: stored.source,
    externalId: stored.externalId,
    coverage: stored.coverage,
    freshness: held.level,
    firstSeen: record.firstSeen,
    ...(held.asOf === undefined ? {} : { asOf: toInstant(held.asOf) }),
    ...(record.missingSince === undefined ? {} : { missingSince: record.missingSince }),
  };
}

/** @param options `before`: entries at lower places only. Newest first; decoded as they are asked for. */
export function entriesInWords(
  options: { readonly before?: Place; readonly limit: number },
  projection: Projection,
): readonly EntryInWords[] {
  return projection.ledger
    .lines(options)
    .map((entry) => ({ entry, line: entryLine(entry, projection, undefined), ids: idsOf(entry.entry.acts, projection) }));
}

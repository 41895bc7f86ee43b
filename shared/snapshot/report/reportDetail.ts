import { visibleText } from '../../base/text.ts';
import type { DeviceId } from '../../model/ids.ts';
import type { Dossier } from '../../register/dossier.ts';
import type { AuthorValue, FieldView } from '../../register/view.ts';
import { listedVersions, type RecordVersions, rotationsOf, versionAt } from './recordVersions.ts';
import type { ReportCredential, ReportDetail, ReportField, ReportRecord, ReportRight, ReportValue } from './reportData.ts';

/** What details of rows are made of, besides the rows themselves. */
export interface DetailSources {
  readonly versions: RecordVersions;
  readonly deviceLabel: (device: DeviceId) => string;
  /** Places of the entries that touch a record, newest first. */
  readonly touching: (id: string) => readonly number[];
}

/** Longer values are in the snapshot's records; a megabyte of one field helps nobody to read. */
const LONGEST = 2_000;
const shown = (text: string): string => visibleText(text, LONGEST);

export function detailOf(dossier: Dossier, sources: DetailSources): ReportDetail {
  const { versions } = sources;
  const records = dossier.records.map((record) => recordOf(record, versions));
  return {
    id: dossier.id,
    sentence: dossier.sentence,
    fields: dossier.fields.map((field) => fieldOf(field, records, sources)),
    access: dossier.access.map(rightOf),
    accessUnread: dossier.accessUnread,
    credentials: dossier.credentials.map((credential) => credentialOf(credential, versions)),
    rotations: rotationsAcross(dossier.records, versions),
    findings: dossier.findings,
    links: dossier.links,
    comments: dossier.comments.map(({ who, at, text }) => ({ who, at, text: shown(text) })),
    records,
    changes: sources.touching(dossier.id),
  };
}

function recordOf(record: Dossier['records'][number], versions: RecordVersions): ReportRecord {
  const { source, externalId, coverage, asOf, freshness, firstSeen, missingSince } = record;
  return {
    source,
    externalId: shown(externalId),
    coverage,
    ...(asOf === undefined ? {} : { asOf }),
    freshness,
    ...(firstSeen === undefined ? {} : { firstSeen }),
    ...(missingSince === undefined ? {} : { missingSince }),
    ...listedVersions(versions.of(source, externalId)),
  };
}

function fieldOf(field: FieldView, records: readonly ReportRecord[], sources: DetailSources): ReportField {
  return {
    field: field.field,
    label: field.label,
    plane: field.plane,
    text: shown(field.text),
    state: field.state,
    decides: field.decides,
    values: field.values.map((value) => saidOf(value, records, sources)),
    why: field.why,
    ...(field.inherited ? { inherited: true } : {}),
  };
}

function saidOf(value: AuthorValue, records: readonly ReportRecord[], { deviceLabel }: DetailSources): ReportValue {
  const { author } = value;
  return {
    by: author.kind,
    text: shown(value.text),
    ...flags(value),
    ...(value.asOf === undefined ? {} : { at: value.asOf }),
    ...(value.freshness === undefined ? {} : { freshness: value.freshness }),
    ...(author.kind === 'steward'
      ? {
          name: author.name,
          device: deviceLabel(author.device),
          ...(author.place === undefined ? {} : { place: author.place, stood: stoodOn(records, author.place) }),
          ...(value.why === undefined ? {} : { why: shown(value.why) }),
          ...(value.until === undefined ? {} : { until: value.until }),
        }
      : { name: author.label, ...(author.kind === 'source' ? { source: author.source } : {}) }),
  };
}

const flags = ({ wins, unread, acknowledged }: AuthorValue): Pick<ReportValue, 'wins' | 'unread' | 'acknowledged'> => ({
  ...(wins ? { wins: true } : {}),
  ...(unread ? { unread: true } : {}),
  ...(acknowledged ? { acknowledged: true } : {}),
});

/** What each source said of the record when the entry got its place. */
function stoodOn(records: readonly ReportRecord[], place: number): readonly (readonly [number, number])[] {
  return records.flatMap(({ versions }, index) => {
    const version = versionAt(versions, place);
    return version < 0 ? [] : [[index, version] as const];
  });
}

const rightOf = (right: Dossier['access'][number]): ReportRight => ({
  level: right.level,
  plain: right.plain,
  native: shown(right.native),
  on: shown(right.on),
  certainty: right.certainty,
  source: right.source,
  ...(right.boundary === undefined ? {} : { boundary: shown(right.boundary) }),
  ...(right.via === undefined ? {} : { via: right.via.map(shown) }),
  ...(right.asOf === undefined ? {} : { asOf: right.asOf }),
});

const credentialOf = (
  { subtype: _, records, ...credential }: Dossier['credentials'][number],
  versions: RecordVersions,
): ReportCredential => ({
  ...credential,
  rotations: rotationsAcross(records, versions),
});

const rotationsAcross = (records: Dossier['records'], versions: RecordVersions): ReportCredential['rotations'] =>
  records.flatMap(({ source, externalId }) => rotationsOf(versions.of(source, externalId)));

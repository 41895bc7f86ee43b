import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { SnapshotProblem, SnapshotSample } from '../../../shared/bridge/snapshot.ts';
import type { IdentityId } from '../../../shared/model/ids.ts';
import type { OpenSnapshot } from '../../../shared/snapshot/contracts.ts';
import { type SampleSpec, sampleSpec } from '../../../shared/snapshot/format.ts';
import type { Gaps } from '../../../shared/snapshot/gaps.ts';
import type { People } from '../../../shared/snapshot/people.ts';
import { populationOf } from '../../../shared/snapshot/population.ts';
import type { SnapshotData } from '../../../shared/snapshot/replayed.ts';
import { RecordVersions } from '../../../shared/snapshot/report/recordVersions.ts';
import { aboutOf, aboutTable } from '../../../shared/snapshot/tables/about.ts';
import { collected } from '../../../shared/snapshot/tables/chunks.ts';
import { csvChunks } from '../../../shared/snapshot/tables/csvChunks.ts';
import { jsonChunks } from '../../../shared/snapshot/tables/jsonChunks.ts';
import { tableOf, watermarkOf } from '../../../shared/snapshot/tables/snapshotTables.ts';
import type { TableInput } from '../../../shared/snapshot/tables/tableInput.ts';
import { xlsxChunks } from '../../../shared/snapshot/tables/xlsxChunks.ts';
import type { PlaceSeeker } from './placeSeeker.ts';

/** What samples are drawn from: the population that was asked for, as of the last place, whatever place is shown. */
export interface SampleSource {
  readonly open: OpenSnapshot;
  readonly data: SnapshotData;
  readonly seeker: PlaceSeeker;
}

/** A sample of the size and from the seed that a person names: the same that anybody else draws. */
export function sampleOf(source: SampleSource, seed: string, size: number): Result<SnapshotSample, SnapshotProblem> {
  const draw = sampleSpec.safeParse({ seed, size });
  if (!draw.success) return err(BAD_DRAW);
  const { ids, sample } = drawn(source, draw.data);
  const { register } = source.seeker.end;
  const rows = (sample?.ids ?? []).flatMap((id) => {
    const row = register.row(id as IdentityId);
    return row ? [{ id, name: row.name, kind: row.kind, owner: row.owner?.text ?? '' }] : [];
  });
  return ok({ seed, size, of: ids.length, method: sample?.method ?? 'sha256-order', rows });
}

/** The sample as a review needs it: with who said each value and on what, and with how to draw it again. */
export function exportSample(
  source: SampleSource,
  seed: string,
  size: number,
  format: 'csv' | 'xlsx' | 'json',
): Promise<Uint8Array<ArrayBuffer>> {
  const input = tableInput(source, sampleSpec.parse({ seed, size }));
  const table = tableOf('sample', input);
  const about = aboutOf(input);
  switch (format) {
    case 'csv':
      return collected(csvChunks(table));
    case 'xlsx':
      return collected(xlsxChunks([aboutTable(about), table], watermarkOf(input)));
    case 'json':
      return collected(jsonChunks(table, about));
  }
}

const drawn = ({ open, data, seeker }: SampleSource, draw: SampleSpec) => populationOf(seeker.end, { ...open.manifest, draw }, data);

function tableInput(source: SampleSource, draw: SampleSpec): TableInput {
  const { open, data, seeker } = source;
  return {
    manifest: { ...open.manifest, draw },
    fingerprint: open.fingerprint,
    register: seeker.end.register,
    versions: new RecordVersions(data.records, seeker.last),
    population: drawn(source, draw),
    people: NO_PEOPLE,
    gaps: NO_GAPS,
  };
}

/** Neither stands in the table of a sample. */
const NO_PEOPLE: People = { persons: [], others: [] };
const NO_GAPS: Gaps = { void: [], ignored: [], held: [], sources: [], withoutStatus: [], directory: false, cannotEvaluate: [] };

const BAD_DRAW: SnapshotProblem = { message: 'A sample has a seed of 1 to 200 characters and a size of 1 to 100,000.' };

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { DerivedPart, Replayed, SnapshotData } from '../../shared/snapshot/replayed.ts';
import { reportHtml } from '../../shared/snapshot/report/reportHtml.ts';
import { nodePacking } from './nodeHost.ts';
import { loadReportTemplate } from './reportTemplate.ts';
import type { ManifestDraft } from './snapshotOrder.ts';

export interface Reported {
  readonly data: SnapshotData;
  readonly draft: ManifestDraft;
  readonly replayed: Replayed;
  readonly derived: readonly DerivedPart[];
}

/** `report.html`, piece by piece. */
export async function* reportParts({ data, draft, replayed, derived }: Reported): AsyncGenerator<Uint8Array> {
  const template = await loadReportTemplate();
  const population = populationOf(derived);
  const { format: _format, v: _version, ...manifest } = draft;
  const input = { manifest, replayed, population, records: data.records, derived };
  yield* reportHtml(input, template, { ...nodePacking, breathe: () => nextTurn() });
}

function populationOf(derived: readonly DerivedPart[]): readonly IdentityId[] {
  const part = derived.find(({ name }) => name === 'population.json');
  if (!part) throw new Error('a report is made from a population');
  return (JSON.parse(Buffer.from(part.bytes).toString('utf8')) as { ids: IdentityId[] }).ids;
}

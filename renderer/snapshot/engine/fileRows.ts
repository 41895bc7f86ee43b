import { fromUtf8 } from '../../../shared/base/bytes.ts';
import { ok, type Result } from '../../../shared/base/result.ts';
import { parseTime } from '../../../shared/base/time.ts';
import type { PortableRow } from '../../../shared/register/portableRow.ts';
import { RowsReader, type RowsStanding } from '../../../shared/register/rowsReader.ts';
import type { OpenSnapshot, SnapshotHost, SnapshotRefusal } from '../../../shared/snapshot/contracts.ts';
import type { PartEntry } from '../../../shared/snapshot/format.ts';
import { isOfSeries } from '../../../shared/snapshot/partOrder.ts';
import { linesOf } from '../../../shared/snapshot/recordLines.ts';
import { refuse } from '../../../shared/snapshot/refusal.ts';
import { rowsStandingOf } from '../../../shared/snapshot/rowsStanding.ts';
import { portableRowOf } from './portableRowOf.ts';

/** Lines that are read before other work may run. */
const SLICE = 500;

/**
 * The rows as the file holds them, quick to show: what they are worth is known when they were computed again. A line of another shape
 * is refused at once.
 */
export async function readFileRows(
  open: OpenSnapshot,
  host: SnapshotHost,
  onProgress: (done: number, total: number) => void,
): Promise<Result<RowsReader, SnapshotRefusal>> {
  const parts = open.parts.filter(({ name }) => isOfSeries('register', name));
  const rows: PortableRow[] = [];
  let reading = readAhead(open, parts[0]);
  for (const [index, part] of parts.entries()) {
    const bytes = await (reading ?? open.read(part));
    reading = readAhead(open, parts[index + 1]);
    if (!bytes.ok) return bytes;
    let number = 0;
    for (const { line } of linesOf(bytes.value)) {
      const row = portableRowOf(jsonOf(line));
      number++;
      if (!row) return refuse('not recomputed', 'A row of the register is not what the format says.', { part: part.name, line: number });
      rows.push(row);
      if (number % SLICE === 0) await host.breathe();
    }
    onProgress(index + 1, parts.length);
  }
  return ok(new RowsReader(rows, await standingOf(open)));
}

/** What the file says of its rows besides. A file that does not say it shows sources by their ids until they were computed again. */
async function standingOf(open: OpenSnapshot): Promise<RowsStanding> {
  const now = parseTime(open.manifest.asOf) ?? 0;
  const [gaps, population] = [await jsonPart(open, 'gaps.json'), await jsonPart(open, 'population.json')];
  return rowsStandingOf(gaps, population, now) ?? { now, directory: false, parties: 0, sourceLabels: new Map() };
}

async function jsonPart(open: OpenSnapshot, name: string): Promise<unknown> {
  const part = open.parts.find((one) => one.name === name);
  const bytes = part && (await open.read(part));
  return bytes?.ok === true ? jsonOf(bytes.value) : undefined;
}

/** The browser inflates and hashes beside this worker: the next part is read while the rows of this one are parsed. */
function readAhead(open: OpenSnapshot, part: PartEntry | undefined): ReturnType<OpenSnapshot['read']> | undefined {
  const reading = part && open.read(part);
  // Where a row before it is refused, nobody waits for it any more.
  reading?.catch(() => undefined);
  return reading;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return undefined;
  }
}

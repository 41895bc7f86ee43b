import type { IdentityId } from '../../shared/model/ids.ts';
import type { PortableRow } from '../../shared/register/portableRow.ts';
import { RowsReader } from '../../shared/register/rowsReader.ts';
import type { Query } from '../../shared/register/view.ts';
import type { ReportHead } from '../../shared/snapshot/report/reportData.ts';
import { breathe, Chunks, Damaged, readHead } from './chunks.ts';
import { type Answer, Report, type Rows } from './report.ts';

/** Everything in the population, also where the query asked for what a register leaves out unless it is asked for. */
const WHOLE: NonNullable<Query['include']> = ['excluded', 'archived', 'parties', 'workloads'];

/** The register's own reader, over the rows of the report. */
class ReportRows implements Rows {
  readonly total: number;
  private readonly reader: RowsReader;
  private readonly include: Pick<Query, 'include'>;

  constructor(reader: RowsReader) {
    this.reader = reader;
    this.total = reader.size;
    this.include = reader.ids({ text: '', sort: [] }).length === reader.size ? {} : { include: WHOLE };
  }

  answer(query: Query): Answer {
    const asked = { ...this.include, ...query };
    const { problem, hint } = this.reader.window(asked, 0, 0);
    return { ids: this.reader.ids(asked), ...(problem ? { problem } : {}), ...(hint ? { hint } : {}) };
  }
  counts(query: Query): ReturnType<Rows['counts']> {
    return this.reader.counts({ ...this.include, ...query });
  }
  row(id: IdentityId): ReturnType<Rows['row']> {
    return this.reader.row(id);
  }
}

const isPortable = (value: unknown): value is PortableRow => {
  const { row, facts } = (value ?? {}) as Partial<PortableRow>;
  return (
    typeof row === 'object' &&
    typeof facts === 'object' &&
    typeof row?.id === 'string' &&
    typeof row.name === 'string' &&
    [row.states, row.tags, row.sources, row.findings, row.conflicts, row.drifts, facts?.names].every(Array.isArray)
  );
};

/** @param onProgress rows read, of all. @throws Damaged */
export async function loadReport(onProgress: (head: ReportHead, rows: number) => void): Promise<Report> {
  const head = await readHead();
  const chunks = new Chunks(head.chunks);
  const rows: PortableRow[] = [];
  for (const name of chunks.names('rows')) {
    for (const row of await chunks.readList(name)) {
      if (!isPortable(row)) throw new Damaged('A row of this report is not in a form that this page knows.');
      rows.push(row);
    }
    onProgress(head, rows.length);
    await breathe();
  }
  const part = async <T>(name: string): Promise<T> => (await chunks.read(name)) as T;
  const labels = new Map(head.sources.map(({ status }) => [status.source as string, status.label || status.source]));
  const reader = new RowsReader(rows, { now: head.now, directory: head.directory, parties: head.counts.parties, sourceLabels: labels });
  return new Report({
    head,
    chunks,
    rows: new ReportRows(reader),
    order: rows.map(({ row }) => row.id),
    population: await part('population'),
    gaps: await part('gaps'),
    people: await part('people'),
    policy: await part('policy'),
  });
}

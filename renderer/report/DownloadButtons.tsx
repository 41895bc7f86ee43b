import { type ReactNode, useState } from 'react';
import type { Table } from '../../shared/snapshot/tables/table.ts';
import { Icon } from '../parts/Icon.tsx';
import { Damaged } from './chunks.ts';
import { download, FORMATS, type TableFormat } from './downloads.ts';
import { useReport } from './parts.tsx';

/** The table that is in sight as a file, made in this page. */
export function DownloadButtons({ table, query }: { table: () => Table; query: string }): ReactNode {
  const { head } = useReport();
  const [busy, setBusy] = useState<TableFormat>();
  const [problem, setProblem] = useState('');
  const start = (format: TableFormat): void => {
    setBusy(format);
    setProblem('');
    download(format, table(), head, query)
      .catch((error: unknown) => setProblem(error instanceof Damaged ? error.message : 'The file could not be made.'))
      .finally(() => setBusy(undefined));
  };
  return (
    <fieldset className="downloads" aria-label="Save this table">
      {problem !== '' && <span role="alert">{problem}</span>}
      {FORMATS.map((format) => (
        <button key={format} type="button" className="button" disabled={busy !== undefined} onClick={() => start(format)}>
          <Icon name="download" size={13} />
          {busy === format ? 'Writing …' : format}
        </button>
      ))}
    </fieldset>
  );
}

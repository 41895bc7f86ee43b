import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Act } from '../../../shared/model/act.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import type { Row, SourceView } from '../../../shared/register/view.ts';
import type { SpreadsheetReport } from '../../../shared/wire/http.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { SPREADSHEET_400, SPREADSHEET_SECRETS, writeSpreadsheet400 } from '../../support/spreadsheet400.ts';
import { TestDevice } from '../../support/testClient.ts';

let folder: string;
let path: string;
let server: AppServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-sheet-'));
  path = join(folder, 'nhi.xlsx');
  await writeSpreadsheet400(path);
  server = await startAppServer();
});
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const json = async <T>(...command: string[]): Promise<T> => {
  const { stdout, stderr } = await server.muster(...command, '--format', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
};
const secrets = Object.values(SPREADSHEET_SECRETS);

/** Names of files below the data directory that hold one of the secrets. */
function filesWithSecrets(): string[] {
  const files = readdirSync(server.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => secretTexts(path).length > 0);
}
/** A workbook is packed: its bytes alone would say nothing. */
function secretTexts(path: string): string[] {
  const bytes = readFileSync(path);
  const text =
    bytes[0] === 0x50 && bytes[1] === 0x4b
      ? Object.values(unzipSync(bytes))
          .map((part) => strFromU8(part))
          .join('')
      : bytes.toString('latin1');
  return secrets.filter((secret) => text.includes(secret));
}

describe('[OBS] a spreadsheet of 400 rows with duplicates, blanks, spellings and secrets', () => {
  it('dropped on the window: the preview says what it holds and writes nothing; taken over, the file with its secrets is gone', async () => {
    const device = await TestDevice.enrol(server.launchLink());
    const uploaded = await fetch(`${server.address}/api/uploads?name=nhi.xlsx`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await device.ticket()}`, 'content-type': 'application/octet-stream' },
      body: readFileSync(path),
    });
    const { upload } = (await uploaded.json()) as { upload: string };
    const settings = { id: 'nhi', kind: 'file', path: `upload:${upload}`, mode: 'take over' };
    const { status, body } = await device.request('POST', '/api/sources/dry-run', settings);
    expect(status).toBe(200);
    const report = (body as { report: SpreadsheetReport }).report;
    expect(report).toMatchObject({ rows: 400, identities: 371, blankOwners: 212 });
    expect(report.duplicates.reduce((sum, { rows }) => sum + rows.length - 1, 0)).toBe(SPREADSHEET_400.duplicateRows);
    expect(report.unnamed).toHaveLength(SPREADSHEET_400.unnamed);
    expect(report.columns.filter(({ field }) => field !== undefined)).toHaveLength(SPREADSHEET_400.understood);
    expect(report.owners).toHaveLength(SPREADSHEET_400.owners);
    expect(report.owners.flatMap(({ spellings }) => spellings)).toHaveLength(SPREADSHEET_400.spellings);
    expect(report.secrets.map(({ row }) => row)).toEqual(SPREADSHEET_400.secretRows);
    expect(secrets.filter((secret) => JSON.stringify(body).includes(secret))).toEqual([]);
    expect(await json<Row[]>('list')).toEqual([]);
    expect(await json<SourceView[]>('sources')).toEqual([]);
    expect(filesWithSecrets()).toHaveLength(1);

    const { digest } = body as { digest: string };
    expect((await device.request('POST', `/api/plans/${digest}/apply`, {})).status).toBe(200);
    expect(await json<Row[]>('list')).toHaveLength(SPREADSHEET_400.identities);
    expect(filesWithSecrets()).toEqual([]);
    await server.stop();
    await server.start();
    expect(await json<SourceView[]>('sources')).toMatchObject([{ status: { state: 'paused' }, coverageComplete: 1 }]);
    const again = await TestDevice.enrol(server.launchLink());
    expect((await again.request('DELETE', '/api/sources/nhi')).status).toBe(200);
    expect(await json<Row[]>('list')).toEqual([]);
  });

  it('a removed source that is imported again with the command line brings back its identities, their owners, and not one of the secrets', async () => {
    expect(await json('import', path)).toMatchObject({ source: 'nhi', counts: { unchanged: SPREADSHEET_400.identities } });
    const rows = await json<Row[]>('list');
    expect(rows).toHaveLength(SPREADSHEET_400.identities);
    expect((await json<Row[]>('list', '--query', 'owner:none')).length).toBeGreaterThan(150);
    expect(rows.every(({ lifecycle }) => lifecycle === 'unregistered')).toBe(true);
    expect(secrets.filter((secret) => JSON.stringify(rows).includes(secret))).toEqual([]);
    expect(filesWithSecrets()).toEqual([]);
  });

  it('four spellings of a team become one party once a person confirms them', async () => {
    expect(SPREADSHEET_400.payments).toHaveLength(4);
    const owned = (): Promise<Row[]> => json<Row[]>('list').then((rows) => rows.filter(({ owner }) => /payments/i.test(owner?.text ?? '')));
    const before = await owned();
    expect(new Set(before.map(({ owner }) => owner?.text)).size).toBeGreaterThan(1);
    const device = await TestDevice.enrol(await launchLink());
    await device.connect();
    const anchor = 'c'.repeat(32) as Anchor;
    const aliases = SPREADSHEET_400.payments.map((element): Act => ({ kind: 'add', anchors: [anchor], field: 'aliases', element }));
    await device.commit([{ kind: 'create', anchor, type: 'party', recordKind: 'team', name: 'Payments' }, ...aliases]);
    device.close();
    const after = await owned();
    expect(after).toHaveLength(before.length);
    expect(new Set(after.map(({ owner }) => owner?.party))).toEqual(new Set([anchor]));
  });
});

/** A further one-use link: the first one is used up. */
async function launchLink(): Promise<string> {
  await server.stop();
  await server.start();
  return server.launchLink();
}

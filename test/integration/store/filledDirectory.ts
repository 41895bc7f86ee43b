import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Act } from '../../../shared/model/act.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import { startTestServer } from '../../support/startTestServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

export interface Filled {
  readonly data: string;
  readonly place: number;
}

/** A data directory with a ledger, a source with two runs, and its history; its server was stopped as it should be. */
export async function filledDirectory(): Promise<Filled> {
  const data = throwAwayDirectory();
  const server = await startTestServer({ data, background: false });
  const path = join(data, 'accounts.csv');
  const accounts = (owner: string): string =>
    ['name,system,owner', ...Array.from({ length: 60 }, (_, index) => `svc-${index},AD,${owner} ${index % 4}`)].join('\n');
  writeFileSync(path, accounts('Team'));
  const settings = { id: 'sheet', kind: 'file', path, map: { name: 'name', system: 'system', owner: 'owner' } };
  await server.runner.add(settings, { run: false });
  await server.runner.run('sheet' as never, 'person');
  writeFileSync(path, accounts('Group'));
  await server.runner.run('sheet' as never, 'person');
  for (let index = 0; index < 40; index++) await server.core.commit([create(index)]);
  const { place } = server.core.ledger;
  await server.close();
  return { data, place };
}

const create = (index: number): Act => ({
  kind: 'create',
  anchor: index.toString(16).padStart(32, 'a') as Anchor,
  type: 'identity',
  recordKind: 'service account',
  name: `identity ${index}`,
});

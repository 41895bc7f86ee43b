import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, type Millis } from '../../shared/base/time.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import type { LocalCore } from './localCore.ts';
import { writeCertificates } from './sample/certificates.ts';
import { accountsSheet, writeEstate } from './sample/estateFiles.ts';
import { stewardshipActs } from './sample/stewardship.ts';

/**
 * The sample estate: a server of its own on a directory of its own, with real connectors over generated files. It never
 * touches the real space, and the real space cannot join it.
 */
export async function fillSample(core: LocalCore, data: string): Promise<void> {
  const folder = join(data, 'estate');
  if (core.runner.list().length > 0 && existsSync(folder)) return;
  const now = core.now();
  writeEstate(folder, now);
  await writeCertificates(join(folder, 'certificates'), now);
  saveSheet(folder, now, 1);
  for (const settings of sampleSources(folder)) await addAndRun(core, settings);
  saveSheet(folder, now, 2);
  await core.runner.run('sheet' as SourceId, 'watch');
  await core.commit(stewardshipActs(core));
}

/** A sheet that nobody has saved for more than a year, as they are. */
function saveSheet(folder: string, now: Millis, version: 1 | 2): void {
  const path = join(folder, 'accounts.csv');
  writeFileSync(path, accountsSheet(now, version), { mode: 0o600 });
  const saved = new Date(now - (version === 1 ? 431 : 430) * DAY);
  utimesSync(path, saved, saved);
}

async function addAndRun(core: LocalCore, settings: Record<string, unknown>): Promise<void> {
  const added = await core.runner.add(settings, { run: false });
  if (added.ok) await core.runner.run(added.value.id, 'start');
}

const sampleSources = (folder: string): Record<string, unknown>[] => [
  { id: 'teams', kind: 'file', label: 'Team directory', path: join(folder, 'teams.csv'), type: 'party', mode: 'follow' },
  { id: 'sheet', kind: 'file', label: 'Accounts sheet', path: join(folder, 'accounts.csv'), mode: 'follow' },
  { id: 'ci', kind: 'file', label: 'CI export', path: join(folder, 'pipelines.ndjson'), system: 'ci-server', mode: 'follow' },
  { id: 'certs', kind: 'x509', label: 'Certificates', paths: [join(folder, 'certificates')] },
  { id: 'laptop', kind: 'workstation', label: 'Sample computer', home: join(folder, 'home') },
];

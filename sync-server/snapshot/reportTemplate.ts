import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReportTemplate } from '../../shared/snapshot/report/reportHtml.ts';
import { buildWhenOld, isOld } from '../cli/buildWhenOld.ts';

const here = fileURLToPath(import.meta.url);
/** In a checkout this file is TypeScript; the desktop program holds it built, beside the page. */
const isCheckout = here.endsWith('.ts');
const root = join(here, isCheckout ? '../../..' : '../../../..');
const folder = isCheckout ? join(root, 'dist', 'report') : join(root, 'report');

const CONFIGURATION = 'vite.report.config.ts';
const BUILT = { path: 'dist/report/report.js', sources: ['renderer', 'shared', CONFIGURATION] };

/** Built beside and moved into place, so that two processes that find it old at once both get a whole one. */
async function build(): Promise<void> {
  if (!isCheckout || !isOld(root, BUILT)) return;
  await mkdir(folder, { recursive: true });
  const beside = mkdtempSync(join(root, 'dist', 'report-'));
  const vite = ['node_modules/vite/bin/vite.js', 'build', '-c', CONFIGURATION, '--outDir', beside, '--logLevel', 'error'];
  try {
    if (buildWhenOld(root, BUILT, vite, true)) for (const name of readdirSync(beside)) renameSync(join(beside, name), join(folder, name));
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** The page of `report.html`, built when it is missing or older than its sources. @throws when there is none and none can be built. */
export async function loadReportTemplate(): Promise<ReportTemplate> {
  await build();
  if (!existsSync(join(folder, 'report.js'))) throw new Error('the page of the report is not built: npm run build');
  const [script, style] = await Promise.all([readFile(join(folder, 'report.js'), 'utf8'), readFile(join(folder, 'report.css'), 'utf8')]);
  return { script, style };
}

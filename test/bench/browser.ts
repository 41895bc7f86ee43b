import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { hashHex } from '../../shared/base/hash.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import { dataPaths } from '../../sync-server/core/dataDirectory.ts';
import { StoredSources } from '../../sync-server/documents/sourceStore.ts';
import { SqliteStorage } from '../../sync-server/storage/sqliteStorage.ts';
import { type AppServer, startAppServer } from '../support/appServer.ts';
import { chromiumArguments, ensureChromium } from '../support/chromium.ts';
import { statusOf } from '../support/register/statuses.ts';
import { encodedEstate } from './estate.ts';
import { type Figure, figure } from './measure.ts';

const COUNT = 100_000;

const SOURCE = 'estate' as SourceId;

/** The estate as a source left it in the store of a server that is not running. */
async function fillStore(data: string): Promise<void> {
  const storage = new SqliteStorage(dataPaths(data).store);
  const unheard = { catalog: () => undefined, records: () => undefined, status: () => undefined };
  const sources = new StoredSources({ storage, statusClient: 1, events: unheard, clock: Date.now, place: () => 0 });
  await sources.open(SOURCE, 'space');
  const changes = encodedEstate(COUNT).map(({ externalId, bytes }) => ({ externalId, bytes, hash: hashHex(bytes) }));
  await sources.commit(SOURCE, changes, statusOf(SOURCE, Date.now(), { coverages: ['aws/123456789012'], kind: 'aws' }), { run: 1 });
  sources.destroy();
  await storage.close();
}

/** Long tasks of the page, as the browser itself reports them (W3C Long Tasks): those of more than 50 ms. Call before it navigates. */
async function watchBlocks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const durations: number[] = [];
    Object.assign(globalThis, { longTasks: durations });
    new PerformanceObserver((list) => durations.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
      buffered: true,
    });
  });
}

const longestBlock = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as { longTasks: number[] }).longTasks.splice(0)));

const firstRow = (page: Page) => page.locator('.ag-root [row-index="0"]').getByText(/^svc-/).first();

/** Cold start in Chromium, from IndexedDB to a grid that shows rows, with the whole estate on the device. */
export async function benchBrowser(): Promise<Figure[]> {
  const found = ensureChromium();
  if (!('path' in found)) throw new Error(found.problem);
  const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  const server = await startAppServer();
  try {
    await server.stop();
    await fillStore(server.data);
    await server.start();
    return await inBrowser(join(folder, 'profile'), found.path, server);
  } finally {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inBrowser(profile: string, executablePath: string, server: AppServer): Promise<Figure[]> {
  const open = () =>
    chromium.launchPersistentContext(profile, { executablePath, args: chromiumArguments(), viewport: { width: 1440, height: 900 } });
  const first = await open();
  const filling = await first.newPage();
  await filling.goto(server.launchLink());
  await filling.getByText(`${COUNT.toLocaleString('en')} identities`).waitFor({ timeout: 300_000 });
  await filling.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await filling.waitForTimeout(SETTLED);
  await first.close();

  const second = await open();
  try {
    const page = await second.newPage();
    return [...(await coldStart(page, server.address)), ...(await asking(page))];
  } finally {
    await second.close();
  }
}

/** Milliseconds in which what arrived is on the device's disk. */
const SETTLED = 10_000;

async function coldStart(page: Page, address: string): Promise<Figure[]> {
  await watchBlocks(page);
  const started = performance.now();
  await page.goto(`${address}/#/register`);
  await firstRow(page).waitFor({ timeout: 120_000 });
  const seconds = (performance.now() - started) / 1_000;
  await page.getByText(`${COUNT.toLocaleString('en')} identities`).waitFor({ timeout: 120_000 });
  const whole = (performance.now() - started) / 1_000;
  const longest = await longestBlock(page);
  return [
    figure(`cold start in Chromium from IndexedDB, ${COUNT} identities → rows on screen`, seconds, 's', { most: 2.5 }),
    figure('… → all of them counted', whole, 's', { most: 2.5 }),
    figure('longest block of the page meanwhile', longest, 'ms', { most: 50 }),
  ];
}

/** From what a person does to the first window of the answer on screen. */
async function asking(page: Page): Promise<Figure[]> {
  await page.waitForTimeout(1_000);
  await longestBlock(page);
  const figures: Figure[] = [];
  for (const text of ['application-217', 'application-17 security', 'owner:none', 'environment:production is:privileged']) {
    const millis = await untilOtherRows(page, { type: text });
    figures.push(figure(`typed "${text}" → first window on screen`, millis, 'ms', { most: 50 }));
  }
  await untilOtherRows(page, { type: '' });
  for (const column of ['lastUsed', 'name']) {
    const millis = await untilOtherRows(page, { header: column });
    figures.push(figure(`sorted by ${column} → first window on screen`, millis, 'ms', { most: 50 }));
  }
  const longest = await longestBlock(page);
  return [...figures, figure('longest block of the page in all of this', longest, 'ms', { most: 50 })];
}

type Asked = { readonly type: string } | { readonly header: string };

/** Does it in the page itself and waits for the frame after other rows came: the way from here to the page is not measured. */
function untilOtherRows(page: Page, asked: Asked): Promise<number> {
  return page.evaluate(async (what) => {
    const shown = (): string => {
      const grid = document.querySelector('.ag-root');
      const row = grid?.querySelector('[row-index="0"]');
      return `${row?.getAttribute('row-id')} of ${grid?.getAttribute('aria-rowcount')}`;
    };
    const before = shown();
    const started = performance.now();
    if ('type' in what) {
      const input = document.querySelector<HTMLInputElement>('input[aria-label="Filter the register"]');
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, what.type);
      input?.dispatchEvent(new Event('input', { bubbles: true }));
    } else document.querySelector<HTMLElement>(`.ag-header-cell[col-id="${what.header}"] .ag-header-cell-label`)?.click();
    for (let now = shown(); now === before || now.startsWith('null') || now.startsWith('undefined'); now = shown()) {
      if (performance.now() - started > 20_000) throw new Error(`no other rows after ${JSON.stringify(what)}: ${now}`);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return performance.now() - started;
  }, asked);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { type AppServer, startAppServer } from '../support/appServer.ts';
import { chromiumArguments, ensureChromium } from '../support/chromium.ts';
import { fillStore } from './filledStore.ts';
import { firstRow, longestBlock, untilOtherRows, watchBlocks } from './gridOnPage.ts';
import { type Figure, figure } from './measure.ts';

const COUNT = 100_000;

/** Cold start in Chromium, from IndexedDB to a grid that shows rows, with the whole estate on the device. */
export async function benchBrowser(): Promise<Figure[]> {
  const found = ensureChromium();
  if (!('path' in found)) throw new Error(found.problem);
  const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  const server = await startAppServer();
  try {
    await server.stop();
    await fillStore(server.data, COUNT);
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

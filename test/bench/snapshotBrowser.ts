import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { type AppServer, startAppServer } from '../support/appServer.ts';
import { chromiumArguments, ensureChromium } from '../support/chromium.ts';
import { fillStore } from './filledStore.ts';
import { firstRow, longestBlock, untilOtherRows, watchBlocks } from './gridOnPage.ts';
import { type Figure, figure, timed } from './measure.ts';

const COUNT = 100_000;

/** A snapshot of the whole estate: made, opened in the app, and its report opened from disk and searched. */
export async function benchSnapshotBrowser(): Promise<Figure[]> {
  const found = ensureChromium();
  if (!('path' in found)) throw new Error(found.problem);
  const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  const server = await startAppServer();
  try {
    await server.stop();
    await fillStore(server.data, COUNT);
    await server.start();
    const [snapshot, report] = [join(folder, 'all.muster'), join(folder, 'report.html')];
    return [
      ...(await making(server, snapshot, report)),
      ...(await inPage(found.path, (page) => opening(page, server.address, snapshot))),
      ...(await inPage(found.path, (page) => reading(page, report))),
    ];
  } finally {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function making(server: AppServer, ...paths: readonly string[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const path of paths) {
    const { millis, value } = await timed(() => server.muster('snapshot', 'create', '-o', path));
    if (value.code !== 0) throw new Error(value.stderr);
    const what = path.endsWith('.html') ? 'its report alone' : `a snapshot of ${COUNT} identities`;
    figures.push(figure(`${what}, made`, millis / 1_000, 's', undefined, `${(statSync(path).size / 1e6).toFixed(1)} MB`));
  }
  return figures;
}

async function inPage(executablePath: string, measure: (page: Page) => Promise<Figure[]>): Promise<Figure[]> {
  const browser = await chromium.launch({ executablePath, args: chromiumArguments() });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await watchBlocks(page);
    return await measure(page);
  } finally {
    await browser.close();
  }
}

/** As an auditor does, without an enrolment: the file is chosen on the first screen. */
async function opening(page: Page, address: string, snapshot: string): Promise<Figure[]> {
  await page.goto(address);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /Open a snapshot/ }).click();
  const files = await chooser;
  await longestBlock(page);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1_000;
  await files.setFiles(snapshot);
  await firstRow(page).waitFor({ timeout: 120_000 });
  const shown = seconds();
  await page.getByRole('button', { name: /Verified/ }).waitFor({ timeout: 300_000 });
  const verified = seconds();
  const block = await longestBlock(page);
  const found = await untilOtherRows(page, { type: 'application-217' });
  return [
    figure('… opened in the app → rows on screen', shown, 's', { most: 2.5 }),
    figure('… → verified, its register computed again', verified, 's'),
    figure('longest block of the page meanwhile', block, 'ms', { most: 50 }),
    figure('typed "application-217" → first window on screen', found, 'ms', { most: 50 }),
  ];
}

/** From disk, without any server. A text is typed letter by letter; the frame after each is waited for. */
async function reading(page: Page, report: string): Promise<Figure[]> {
  const started = performance.now();
  await page.goto(`${pathToFileURL(report)}#inventory`);
  await page.locator('[role=grid] [role=row][aria-selected]').first().waitFor({ timeout: 120_000 });
  const shown = (performance.now() - started) / 1_000;
  const slowest = await page.evaluate(async (text) => {
    const input = document.querySelector<HTMLInputElement>('[data-filter]');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    const times: number[] = [];
    for (let length = 1; length <= text.length; length++) {
      const before = performance.now();
      set?.call(input, text.slice(0, length));
      input?.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      times.push(performance.now() - before);
    }
    return Math.max(...times);
  }, 'payments owner:none');
  return [
    figure('report.html opened from disk → rows on screen', shown, 's', { most: 5 }),
    figure('… a letter typed in its filter → next frame, the slowest', slowest, 'ms', { most: 250 }),
  ];
}

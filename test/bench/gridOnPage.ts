import type { Locator, Page } from '@playwright/test';

/** Long tasks of the page, as the browser itself reports them (W3C Long Tasks): those of more than 50 ms. Call before it navigates. */
export async function watchBlocks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const durations: number[] = [];
    Object.assign(globalThis, { longTasks: durations });
    new PerformanceObserver((list) => durations.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
      buffered: true,
    });
  });
}

export const longestBlock = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as { longTasks: number[] }).longTasks.splice(0)));

export const firstRow = (page: Page): Locator => page.locator('.ag-root [row-index="0"]').getByText(/^svc-/).first();

type Asked = { readonly type: string } | { readonly header: string };

/** Does it in the page itself and waits for the frame after other rows came: the way from here to the page is not measured. */
export function untilOtherRows(page: Page, asked: Asked): Promise<number> {
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

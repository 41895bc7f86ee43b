import type { Page } from '@playwright/test';
import { expect } from './musterTest.ts';

/** Nothing that came with the data has become part of the page, and nothing hidden is still hidden. */
export async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const active = all.filter(
      (element) =>
        element.matches('main script, main img, main iframe, main style, a[href^="javascript"], [role=dialog] img, [role=dialog] script') ||
        [...element.attributes].some(({ name }) => name.startsWith('on')),
    );
    const hidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const shown: string[] = [];
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode as Text;
      if (hidden.test(data) && !parentElement?.closest('style, script')) shown.push(`${parentElement?.outerHTML.slice(0, 200)}`);
    }
    return { ran: '__ran' in window, active: active.map(({ outerHTML }) => outerHTML.slice(0, 200)), shown: shown.slice(0, 5) };
  });
  expect(found).toEqual({ ran: false, active: [], shown: [] });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect((await page.content()).length, 'no view holds a megabyte of one name').toBeLessThan(2_000_000);
}

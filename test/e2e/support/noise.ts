import type { BrowserContext, ConsoleMessage, Page } from '@playwright/test';

/** What a page must never do, whatever it shows: complain, break, ask, or run a script that came with the data. */
export interface Noise {
  /** From now on everything is reported, or only what an absent server does not explain by itself. */
  expectServerDown(): void;
  listenTo(context: BrowserContext): void;
  readonly heard: readonly string[];
}

/** The browser itself says so when a request or a socket finds nobody; no page can keep it from that. */
const SERVER_DOWN = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)|WebSocket connection to/;

export function listenForNoise(): Noise {
  const heard: string[] = [];
  let serverDown = false;
  const onConsole = (message: ConsoleMessage): void => {
    if (!['error', 'warning', 'assert'].includes(message.type())) return;
    if (!serverDown || !SERVER_DOWN.test(message.text())) heard.push(`console ${message.type()}: ${message.text()}`);
  };
  const onPage = (page: Page): void => {
    page.on('pageerror', (error) => heard.push(`page error: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  };
  return {
    heard,
    expectServerDown: () => {
      serverDown = true;
    },
    listenTo: (context) => {
      context.on('console', onConsole);
      context.on('page', onPage);
      for (const page of context.pages()) onPage(page);
    },
  };
}

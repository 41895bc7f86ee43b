import type { BrowserContext, ConsoleMessage, Page } from '@playwright/test';

/** What a page must never do, whatever it shows: complain, break, ask, or run a script that came with the data. */
export interface Noise {
  /** From now on everything is reported, or only what an absent server does not explain by itself. */
  expectServerDown(): void;
  /** From now on a call that the server refuses is expected: the browser writes its status to the console. */
  expectRefusedCalls(): void;
  listenTo(context: BrowserContext): void;
  readonly heard: readonly string[];
}

/** The browser itself says so when a request or a socket finds nobody; no page can keep it from that. */
const SERVER_DOWN = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)|WebSocket connection to/;
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;

export function listenForNoise(): Noise {
  const heard: string[] = [];
  const expected: RegExp[] = [];
  const onConsole = (message: ConsoleMessage): void => {
    if (!['error', 'warning', 'assert'].includes(message.type())) return;
    if (!expected.some((pattern) => pattern.test(message.text()))) heard.push(`console ${message.type()}: ${message.text()}`);
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
      expected.push(SERVER_DOWN);
    },
    expectRefusedCalls: () => {
      expected.push(REFUSED);
    },
    listenTo: (context) => {
      context.on('console', onConsole);
      context.on('page', onPage);
      for (const page of context.pages()) onPage(page);
    },
  };
}

import type { Page } from '@playwright/test';
import type { Bridge, MenuCommand } from '../../../shared/bridge/bridge.ts';
import type { DeepLink } from '../../../shared/bridge/deepLink.ts';

/** What the page asked its host for. */
export interface HostCalls {
  readonly kept: { name: string; value: string }[];
  readonly forgotten: string[];
  readonly opened: string[];
}

/** The system hands a link over: it waits at the host, and the page is told. */
export async function offerLink(page: Page, link: DeepLink): Promise<void> {
  await page.evaluate((offered) => {
    const host = window as unknown as { hostLink?: DeepLink; hostMenu: ((command: string) => void)[] };
    host.hostLink = offered;
    for (const listener of host.hostMenu) listener('link');
  }, link);
}

/** The page in a desktop's window, as far as it can tell: a host with a keychain stands where the preload puts the bridge. */
export async function desktopHost(page: Page, keyring: 'there' | 'none' = 'there'): Promise<HostCalls> {
  const calls: HostCalls = { kept: [], forgotten: [], opened: [] };
  await page.exposeFunction('hostKept', (request: { name: string; value: string }) => void calls.kept.push(request));
  await page.exposeFunction('hostForgot', (name: string) => void calls.forgotten.push(name));
  await page.exposeFunction('hostOpened', (url: string) => void calls.opened.push(url));
  await page.addInitScript((hasKeyring) => {
    const host = window as unknown as {
      muster?: Partial<Bridge>;
      hostLink?: DeepLink | undefined;
      hostMenu: ((command: MenuCommand) => void)[];
      hostKept(request: object): void;
      hostForgot(name: string): void;
      hostOpened(url: string): void;
    };
    host.hostMenu = [];
    const launchToken = /#launch=([\w-]+)/.exec(location.hash)?.[1];
    const names: string[] = [];
    host.muster = {
      info: async () => ({
        host: 'electron',
        platform: 'linux',
        version: '1',
        server: location.origin,
        ...(launchToken === undefined ? {} : { launchToken }),
      }),
      setTheme: async () => undefined,
      openedFile: async () => undefined,
      openedLink: async () => {
        const link = host.hostLink;
        host.hostLink = undefined;
        return link;
      },
      openExternal: async ({ url }) => host.hostOpened(url),
      onMenu: (listener) => {
        host.hostMenu.push(listener);
        return () => {
          host.hostMenu = host.hostMenu.filter((each) => each !== listener);
        };
      },
      secretsAvailable: async () =>
        hasKeyring
          ? { done: true }
          : { done: false, trouble: { message: 'This desktop has no keyring', wayOut: 'Install one, or name a file.' } },
      secretNames: async () => names as never,
      keepSecret: async (request) => {
        names.push(request.name);
        host.hostKept(request);
        return { done: true };
      },
      forgetSecret: async ({ name }) => {
        host.hostForgot(name);
        return { done: true };
      },
    };
  }, keyring === 'there');
  return calls;
}

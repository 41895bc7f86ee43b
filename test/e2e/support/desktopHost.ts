import type { Page } from '@playwright/test';
import type { Bridge } from '../../../shared/bridge/bridge.ts';

/** What the page asked its host for. */
export interface HostCalls {
  readonly kept: { name: string; value: string }[];
  readonly forgotten: string[];
}

/** The page in a desktop's window, as far as it can tell: a host with a keychain stands where the preload puts the bridge. */
export async function desktopHost(page: Page, keyring: 'there' | 'none' = 'there'): Promise<HostCalls> {
  const calls: HostCalls = { kept: [], forgotten: [] };
  await page.exposeFunction('hostKept', (request: { name: string; value: string }) => void calls.kept.push(request));
  await page.exposeFunction('hostForgot', (name: string) => void calls.forgotten.push(name));
  await page.addInitScript((hasKeyring) => {
    const host = window as unknown as { muster?: Partial<Bridge>; hostKept(request: object): void; hostForgot(name: string): void };
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
      onMenu: () => () => undefined,
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

import type { Page } from '@playwright/test';
import type { Bridge, MenuCommand } from '../../../shared/bridge/bridge.ts';
import type { DeepLink } from '../../../shared/bridge/deepLink.ts';
import type { HostSpace, SpacePlace } from '../../../shared/bridge/hostSpaces.ts';
import type { SpaceId } from '../../../shared/model/ids.ts';

/** What the page asked its host for. */
export interface HostCalls {
  readonly kept: { name: string; value: string }[];
  readonly forgotten: string[];
  readonly opened: string[];
  /** The registers of this desktop, as its main process keeps them. */
  readonly spaces: HostSpace[];
  /** Whether the program's own question is answered with yes. */
  saysYes: boolean;
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
  const calls: HostCalls = { kept: [], forgotten: [], opened: [], spaces: [{ place: 'local' }], saysYes: true };
  await spacesOf(page, calls);
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
      hostSpaces(verb: string, request: object): Promise<unknown>;
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
      spaces: async () => (await host.hostSpaces('list', { origin: location.origin })) as never,
      handedOver: async () => {
        const bytes = (await host.hostSpaces('handed', { origin: location.origin })) as number[] | undefined;
        return bytes && new Uint8Array(bytes);
      },
      // Bytes cross this binding as a list of numbers.
      openSpace: async ({ copy, ...request }) =>
        void (await host.hostSpaces('open', { ...request, ...(copy === undefined ? {} : { copy: [...copy] }) })),
      joinSpace: async (request) => (await host.hostSpaces('join', request)) === true,
      leaveSpace: async (request) => void (await host.hostSpaces('leave', request)),
      nameSpace: async (request) => void (await host.hostSpaces('name', { ...request, origin: location.origin })),
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

/** What a page asks of the list of registers. */
interface Asked {
  readonly origin?: string;
  readonly place?: SpacePlace;
  readonly copy?: readonly number[];
  readonly server?: string;
  readonly token?: string;
  readonly key?: string;
  readonly name?: string;
  readonly space?: SpaceId;
}

/** Each register in a page of its own, as the desktop's main process does it; here it comes from its own server. */
async function spacesOf(page: Page, calls: HostCalls): Promise<void> {
  let local = '';
  let carried: { place: SpacePlace; copy: readonly number[] } | undefined;
  const placeAt = (origin: string): SpacePlace => (origin === local ? 'local' : (origin as SpacePlace));
  const addressOf = (place: SpacePlace): string => (place === 'local' ? local : place);
  const show = (place: SpacePlace, fragment = ''): void => void page.goto(`${addressOf(place)}/?shown=${Math.random()}${fragment}`);
  const verbs: Record<string, (asked: Asked) => unknown> = {
    list: ({ origin = '' }) => {
      local ||= origin;
      return { current: placeAt(origin), spaces: calls.spaces };
    },
    open: ({ place = 'local', copy }) => {
      carried = copy && { place, copy };
      show(place);
    },
    handed: ({ origin = '' }) => {
      const copy = carried?.place === placeAt(origin) ? carried.copy : undefined;
      if (copy) carried = undefined;
      return copy;
    },
    join: ({ server = '', token, key }) => {
      if (!calls.saysYes) return false;
      if (!calls.spaces.some(({ place }) => place === server)) calls.spaces.push({ place: server as SpacePlace });
      show(server as SpacePlace, `#join=${token}&key=${key}`);
      return true;
    },
    leave: ({ place }) => {
      calls.spaces.splice(
        calls.spaces.findIndex((space) => space.place === place),
        1,
      );
      show('local');
    },
    name: ({ origin = '', name, space }) => {
      local ||= origin;
      const at = calls.spaces.findIndex(({ place }) => place === placeAt(origin));
      if (name !== undefined && space !== undefined) calls.spaces[at] = { place: placeAt(origin), name, space };
    },
  };
  await page.exposeFunction('hostSpaces', (verb: string, request: Asked) => verbs[verb]?.(request));
}

import {
  type Bridge,
  type HostInfo,
  openExternalRequest,
  type SecretOutcome,
  saveFileRequest,
  themeRequest,
} from '../../shared/bridge/bridge.ts';

declare global {
  interface Window {
    /** The preload's bridge, in Electron. */
    readonly muster?: Bridge;
  }
}

/**
 * The host: the desktop application where its preload is there, else the browser itself. One for a page, and asked for its
 * facts once: a launch token is told only once.
 */
export const findBridge: () => Bridge = once(() => {
  const bridge = window.muster ?? browserBridge();
  return { ...bridge, info: once(() => bridge.info()) };
});

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const THEME = 'muster-theme';
const LAUNCH = /[#&]launch=([A-Za-z0-9_-]{16,256})(?:&|$)/;

const NO_KEYCHAIN: SecretOutcome = {
  done: false,
  trouble: {
    message: 'A browser keeps no secrets',
    wayOut: 'Name an environment variable or a file of the server, or use the desktop application.',
  },
};

const ONE_SERVER = 'A page in a browser shows the register of its own server';

export function browserBridge(): Bridge {
  const launchToken = LAUNCH.exec(location.hash)?.[1];
  return {
    info: async () => ({
      host: 'browser',
      platform: platform(),
      version: document.querySelector<HTMLMetaElement>('meta[name="version"]')?.content ?? '',
      server: location.origin,
      ...(launchToken === undefined ? {} : { launchToken }),
    }),
    saveFile: async (request) => {
      const { name, bytes } = saveFileRequest.parse(request);
      download(name, bytes);
      return true;
    },
    openExternal: async (request) => {
      window.open(openExternalRequest.parse(request).url, '_blank', 'noopener,noreferrer');
    },
    setTheme: async (request) => localStorage.setItem(THEME, themeRequest.parse(request).theme),
    /** A browser hands a file over by picking or dropping it. */
    openedFile: async () => undefined,
    openedLink: async () => undefined,
    keepSecret: async () => NO_KEYCHAIN,
    forgetSecret: async () => NO_KEYCHAIN,
    secretNames: async () => [],
    secretsAvailable: async () => NO_KEYCHAIN,
    /** A browser comes back to the page itself. */
    beginSignIn: () => Promise.reject(new Error('A browser signs in on its own page')),
    openForSignIn: () => Promise.reject(new Error('A browser signs in on its own page')),
    signInResult: () => Promise.reject(new Error('A browser signs in on its own page')),
    /** A page of a server shows that server's register. */
    spaces: async () => ({ current: 'local', spaces: [{ place: 'local' }] }),
    handedOver: async () => undefined,
    openSpace: () => Promise.reject(new Error(ONE_SERVER)),
    joinSpace: () => Promise.reject(new Error(ONE_SERVER)),
    leaveSpace: () => Promise.reject(new Error(ONE_SERVER)),
    nameSpace: async () => undefined,
    /** A browser has no application menu; the same commands are on the keyboard. */
    onMenu: () => () => undefined,
  };
}

function platform(): HostInfo['platform'] {
  const agent = navigator.userAgent;
  if (/Mac|iPhone|iPad/.test(agent)) return 'mac';
  if (agent.includes('Windows')) return 'windows';
  return /Linux|X11|CrOS/.test(agent) ? 'linux' : 'other';
}

/** The browser asks where, or does what its user told it to do with downloads. */
function download(name: string, bytes: Uint8Array): void {
  const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

import type {
  AppWindow,
  Desktop,
  IpcSender,
  MenuItem,
  Rectangle,
  SchemeReply,
  ServerProcess,
  WindowOptions,
} from '../../electron/facade.ts';
import { type FakeSafeStorage, fakeSafeStorage } from './fakeSafeStorage.ts';

/** Electron's facade as a recorder: what the composition asked for, and buttons to press. */
export interface FakeDesktop extends Desktop {
  readonly log: string[];
  readonly windows: {
    options: WindowOptions;
    window: AppWindow;
    loaded: string[];
    sent: [string, unknown][];
    close: () => void;
    navigate: (url: string) => boolean;
    webview: () => boolean;
    open: (url: string) => string;
  }[];
  readonly handlers: Map<string, (sender: IpcSender, message: unknown) => Promise<unknown>>;
  readonly schemes: Map<string, (url: string) => Promise<SchemeReply>>;
  permission: ((permission: string, url: string) => boolean) | undefined;
  menu: readonly MenuItem[];
  readonly server: {
    started: number;
    say: (message: unknown) => void;
    exit: (code: number | null) => void;
    sent: unknown[];
    killed: number;
  };
  readonly errors: string[];
  quitting: number;
  stop: (() => Promise<void>) | undefined;
  savePath: string | undefined;
  readonly opened: string[];
  secondInstance: (launchArguments?: readonly string[], folder?: string) => void;
  openFile: (path: string) => void;
  openUrl: (url: string) => void;
  readonly safeStorage: FakeSafeStorage;
  readonly told: string[];
  saysYes: boolean;
  /** What was asked of the network, and what is there. */
  readonly fetched: string[];
  readonly web: Map<string, Uint8Array>;
  readonly installed: string[];
}

export interface FakeOptions {
  readonly userData: string;
  readonly lock?: boolean;
  readonly platform?: Desktop['platform'];
  readonly launchArguments?: readonly string[];
  /** What the server says when it is started. */
  readonly firstWord?: unknown;
  /** A real server instead of the recorder. */
  readonly forkServer?: (args: readonly string[]) => ServerProcess;
}

export const READY = { kind: 'ready', address: 'http://127.0.0.1:4747', launchToken: 'launch-token-of-the-test' };

export function fakeDesktop({
  userData,
  lock = true,
  platform = 'linux',
  launchArguments = [],
  firstWord = READY,
  forkServer,
}: FakeOptions): FakeDesktop {
  const log: string[] = [];
  const serverListeners: { message: ((message: unknown) => void)[]; exit: ((code: number | null) => void)[] } = { message: [], exit: [] };
  const server: FakeDesktop['server'] = {
    started: 0,
    sent: [],
    killed: 0,
    say: (message) => {
      for (const listener of serverListeners.message) listener(message);
    },
    exit: (code) => {
      const listeners = serverListeners.exit;
      serverListeners.exit = [];
      serverListeners.message = [];
      for (const listener of listeners) listener(code);
    },
  };
  const fake: FakeDesktop = {
    log,
    windows: [],
    handlers: new Map(),
    schemes: new Map(),
    permission: undefined,
    menu: [],
    server,
    errors: [],
    told: [],
    saysYes: false,
    fetched: [],
    web: new Map(),
    installed: [],
    quitting: 0,
    stop: undefined,
    savePath: undefined,
    opened: [],
    secondInstance: () => undefined,
    openFile: () => undefined,
    openUrl: () => undefined,
    launchArguments,
    folder: userData,
    platform,
    version: '0.0.0-test',
    userData,
    requestSingleInstanceLock: () => lock,
    onSecondInstance: (listener) => {
      fake.secondInstance = (launchArguments = [], folder = userData) => listener(launchArguments, folder);
    },
    onOpenFile: (listener) => {
      fake.openFile = listener;
    },
    onOpenUrl: (listener) => {
      fake.openUrl = listener;
    },
    registerProtocol: (scheme) => void log.push(`protocol ${scheme}`),
    onActivate: () => undefined,
    onAllWindowsClosed: () => undefined,
    onBeforeQuit: (stop) => {
      fake.stop = stop;
    },
    quit: () => {
      fake.quitting++;
    },
    enableSandbox: () => void log.push('sandbox'),
    whenReady: async () => void log.push('ready'),
    registerScheme: (scheme) => void log.push(`scheme ${scheme}`),
    handleScheme: (scheme, handler) => void fake.schemes.set(scheme, handler),
    setPermissionHandler: (handler) => {
      fake.permission = handler;
    },
    createWindow: (options) => fakeWindow(fake, options),
    safeStorage: fakeSafeStorage(),
    tell: async (title, message) => void fake.told.push(`${title}: ${message}`),
    ask: async (_title, message) => {
      fake.told.push(message);
      return fake.saysYes;
    },
    fetchBytes: async (url, limit) => {
      fake.fetched.push(url);
      const bytes = fake.web.get(url);
      if (bytes === undefined || bytes.length > limit) throw new Error('not found');
      return bytes;
    },
    installAtQuit: async (release, address) => void fake.installed.push(`${release.version} from ${address}`),
    displays: () => [{ x: 0, y: 0, width: 1_920, height: 1_080 }],
    setMenu: (items) => {
      fake.menu = items;
    },
    setTheme: (theme) => void log.push(`theme ${theme}`),
    openExternal: async (url) => void fake.opened.push(url),
    chooseSavePath: async (name) => {
      log.push(`save ${name}`);
      return fake.savePath;
    },
    showError: (_title, message) => void fake.errors.push(message),
    handle: (channel, handler) => void fake.handlers.set(channel, handler),
    forkServer: (path, args) => {
      log.push(`fork ${path} ${args.join(' ')}`);
      server.started++;
      if (forkServer) return forkServer(args);
      queueMicrotask(() => queueMicrotask(() => server.say(firstWord)));
      const child: ServerProcess = {
        onMessage: (listener) => void serverListeners.message.push(listener),
        onExit: (listener) => void serverListeners.exit.push(listener),
        send: (message) => {
          server.sent.push(message);
          if ((message as { kind?: unknown }).kind === 'stop') server.exit(0);
        },
        kill: () => {
          server.killed++;
        },
      };
      return child;
    },
  };
  return fake;
}

function fakeWindow(fake: FakeDesktop, options: WindowOptions): AppWindow {
  const closers: (() => void)[] = [];
  const loaded: string[] = [];
  const sent: [string, unknown][] = [];
  let onNavigate: (event: { preventDefault(): void }, url: string) => void = () => undefined;
  let onWebview: (event: { preventDefault(): void }) => void = () => undefined;
  let onOpen: (url: string) => string = () => 'allow';
  const prevented = (act: (event: { preventDefault(): void }) => void): boolean => {
    let stopped = false;
    act({
      preventDefault: () => {
        stopped = true;
      },
    });
    return stopped;
  };
  const bounds: Rectangle = { x: 10, y: 20, width: 1_200, height: 800 };
  const window: AppWindow = {
    contents: {
      id: 7 + fake.windows.length,
      onNavigate: (listener) => {
        onNavigate = listener;
      },
      onAttachWebview: (listener) => {
        onWebview = listener;
      },
      setWindowOpenHandler: (handler) => {
        onOpen = handler;
      },
      send: (channel, message) => void sent.push([channel, message]),
    },
    load: async (url) => void loaded.push(url),
    show: () => void fake.log.push('show'),
    focus: () => void fake.log.push('focus'),
    restore: () => undefined,
    isMinimized: () => false,
    isMaximized: () => false,
    maximize: () => undefined,
    bounds: () => bounds,
    onReady: (listener) => listener(),
    onClose: (listener) => void closers.push(listener),
  };
  fake.windows.push({
    options,
    window,
    loaded,
    sent,
    close: () => {
      for (const closer of closers) closer();
    },
    navigate: (url) => prevented((event) => onNavigate(event, url)),
    webview: () => prevented((event) => onWebview(event)),
    open: (url) => onOpen(url),
  });
  return window;
}

import { join } from 'node:path';
import { CHANNEL, type MenuCommand } from '../shared/bridge/bridge.ts';
import type { SpacePlace } from '../shared/bridge/hostSpaces.ts';
import { serveAsset } from './appProtocol.ts';
import type { AppWindow, Desktop, WebPreferences } from './facade.ts';
import { APP_ORIGIN, guardContents, guardPermissions, SCHEME } from './guards.ts';
import { answerBridge } from './ipc.ts';
import { Keychain } from './keychain.ts';
import { menuTemplate } from './menuTemplate.ts';
import { offerUpdate } from './offerUpdate.ts';
import { LINK_SCHEME, OpenedLink } from './openedLink.ts';
import { OpenedSnapshot } from './openedSnapshot.ts';
import { type EmbeddedServer, startEmbeddedServer } from './serverProcess.ts';
import { SignInRedirect } from './signInRedirect.ts';
import { SpaceList } from './spaceList.ts';
import { loadWindowState, MINIMUM, placeWindow, saveWindowState } from './windowState.ts';

/** Where the built parts are. */
export interface Parts {
  readonly assets: string;
  readonly preload: string;
  readonly server: string;
}

const webPreferences = (preload: string): WebPreferences => ({
  preload,
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
});

const LIST_DAMAGED =
  'It was put aside as spaces.json.damaged. Nothing of the registers is lost: open an invitation, or ask for one, and what this device holds is there again.';

/** Puts the desktop program together. Everything it does goes through the facade. */
export async function compose(desktop: Desktop, parts: Parts): Promise<void> {
  if (!desktop.requestSingleInstanceLock()) return desktop.quit();
  desktop.enableSandbox();
  desktop.registerScheme(SCHEME);
  const opened = new OpenedSnapshot(desktop);
  opened.offer(desktop.launchArguments, desktop.folder);
  let window: AppWindow | undefined;
  const tell = (): void => window?.contents.send(CHANNEL.menu, 'opened');
  desktop.onOpenFile((path) => opened.offer([path], desktop.folder) && tell());
  const link = new OpenedLink();
  link.offer(desktop.launchArguments);
  const ask = (): void => window?.contents.send(CHANNEL.menu, 'link');
  desktop.onOpenUrl((url) => {
    if (!link.offer([url])) return;
    if (window) raise(window);
    ask();
  });
  await desktop.whenReady();
  desktop.registerProtocol(LINK_SCHEME);

  const keychain = new Keychain(desktop);
  const signIn = new SignInRedirect();
  const server = await startServer(desktop, parts, keychain);
  if (server === undefined) return desktop.quit();

  guardPermissions(desktop);
  const { list, damaged } = SpaceList.open(join(desktop.userData, 'spaces.json'));
  if (damaged) desktop.showError('The list of registers could not be read', LIST_DAMAGED);
  const address = (): string => (list.current === 'local' ? server.address : list.current);
  desktop.handleScheme(SCHEME, (url) => serveAsset(parts.assets, url, address()));
  const send = (command: MenuCommand): void => window?.contents.send(CHANNEL.menu, command);
  // Each showing is an address of its own: one that differs after the # alone would not be loaded, with the policy of the server before.
  let shown = 0;
  const show = async (fragment: string): Promise<void> => {
    shown++;
    await window?.load(`${APP_ORIGIN}/?shown=${shown}${fragment}`);
  };
  const setMenu = (): void => {
    const open = (place: SpacePlace): void => {
      list.open(place);
      setMenu();
      void show('');
    };
    desktop.setMenu(menuTemplate(desktop.platform, { send, checkForUpdates: () => void offerUpdate(desktop), spaces: list.all, open }));
  };
  setMenu();
  answerBridge(desktop, () => window?.contents.id, {
    info: () => {
      const launchToken = list.current === 'local' ? server.takeLaunchToken() : undefined;
      const info = { host: 'electron' as const, platform: desktop.platform, version: desktop.version, server: address() };
      return launchToken === undefined ? info : { ...info, launchToken };
    },
    openedFile: () => opened.take(),
    openedLink: () => link.take(),
    keychain,
    signIn,
    spaces: { list, show, wasHandedOver: (given) => link.wasHandedOver(given), onChange: setMenu },
  });

  const open = async (): Promise<void> => {
    window = openWindow(desktop, parts);
    window.onClose(() => {
      window = undefined;
    });
    await window.load(`${APP_ORIGIN}/`);
  };
  desktop.onSecondInstance((launchArguments, folder) => {
    const offered = opened.offer(launchArguments, folder);
    const linked = link.offer(launchArguments);
    if (!window) return void open();
    raise(window);
    if (offered) tell();
    if (linked) ask();
  });
  desktop.onActivate(() => (window ? raise(window) : void open()));
  desktop.onAllWindowsClosed(() => {
    if (desktop.platform !== 'mac') desktop.quit();
  });
  desktop.onBeforeQuit(() => {
    signIn.stop();
    return server.stop();
  });
  await open();
}

async function startServer(desktop: Desktop, parts: Parts, keychain: Keychain): Promise<EmbeddedServer | undefined> {
  try {
    return await startEmbeddedServer(desktop, parts.server, join(desktop.userData, 'space'), {
      onLost: (message) => desktop.showError('Muster’s server stopped', message),
      secret: (name) => keychain.reveal(name),
    });
  } catch (error) {
    desktop.showError('Muster could not start its server', error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function openWindow(desktop: Desktop, parts: Parts): AppWindow {
  const path = join(desktop.userData, 'window.json');
  const saved = loadWindowState(path);
  const window = desktop.createWindow({
    ...placeWindow(saved, desktop.displays()),
    ...MINIMUM,
    show: false,
    title: 'Muster',
    backgroundColor: '#1b1c1e',
    webPreferences: webPreferences(parts.preload),
  });
  guardContents(window.contents);
  window.onReady(() => {
    if (saved?.maximized) window.maximize();
    window.show();
  });
  window.onClose(() => void saveWindowState(path, { ...window.bounds(), maximized: window.isMaximized() }));
  return window;
}

function raise(window: AppWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}

import {
  app,
  BrowserWindow,
  dialog,
  type IpcMainInvokeEvent,
  ipcMain,
  Menu,
  type MenuItemConstructorOptions,
  nativeTheme,
  net,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron';
import type { AppWindow, Desktop, IpcSender, MenuItem, ServerProcess, WindowOptions } from './facade.ts';
import { fetchBytes } from './fetchBytes.ts';
import { installAtQuit } from './installAtQuit.ts';

const PLATFORMS: Readonly<Record<string, Desktop['platform']>> = { darwin: 'mac', win32: 'windows', linux: 'linux' };

/** The facade over the real program: one line a member, no decisions. */
export function electronDesktop(): Desktop {
  return {
    platform: PLATFORMS[process.platform] ?? 'other',
    version: app.getVersion(),
    userData: app.getPath('userData'),
    launchArguments: process.argv.slice(1),
    folder: process.cwd(),
    requestSingleInstanceLock: () => app.requestSingleInstanceLock(),
    onSecondInstance: (listener) =>
      void app.on('second-instance', (_event, launchArguments, folder) => listener(launchArguments.slice(1), folder)),
    onOpenFile: (listener) =>
      void app.on('open-file', (event, path) => {
        event.preventDefault();
        listener(path);
      }),
    onOpenUrl: (listener) =>
      void app.on('open-url', (event, url) => {
        event.preventDefault();
        listener(url);
      }),
    // Windows puts the link behind `--`: what a page writes into it is never an option of the program.
    registerProtocol: (scheme) => void (app.isPackaged && app.setAsDefaultProtocolClient(scheme, process.execPath, ['--'])),
    onActivate: (listener) => void app.on('activate', () => listener()),
    onAllWindowsClosed: (listener) => void app.on('window-all-closed', () => listener()),
    onBeforeQuit: (stop) => stopOnce(stop),
    quit: () => app.quit(),
    enableSandbox: () => app.enableSandbox(),
    whenReady: () => app.whenReady(),
    registerScheme: (scheme) =>
      protocol.registerSchemesAsPrivileged([
        { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, codeCache: true, stream: true } },
      ]),
    handleScheme: (scheme, handler) =>
      protocol.handle(scheme, async (request) => {
        const { status, headers, body } = await handler(request.url);
        return new Response(body, { status, headers });
      }),
    setPermissionHandler: (handler) => {
      session.defaultSession.setPermissionRequestHandler((contents, permission, callback) =>
        callback(handler(permission, contents?.getURL() ?? '')),
      );
      session.defaultSession.setPermissionCheckHandler((_contents, permission, origin) => handler(permission, origin.replace(/\/$/, '')));
    },
    createWindow: appWindow,
    displays: () => screen.getAllDisplays().map((display) => display.workArea),
    setMenu: (items) => Menu.setApplicationMenu(Menu.buildFromTemplate(items.map(menuItem))),
    setTheme: (theme) => {
      nativeTheme.themeSource = theme;
    },
    openExternal: (url) => shell.openExternal(url),
    chooseSavePath: async (name) => {
      const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath: name });
      return canceled || filePath === '' ? undefined : filePath;
    },
    showError: (title, message) => dialog.showErrorBox(title, message),
    handle: (channel, handler) => ipcMain.handle(channel, (event, message: unknown) => handler(senderOf(event), message)),
    safeStorage: {
      isAvailable: () => safeStorage.isAsyncEncryptionAvailable(),
      encrypt: (text) => safeStorage.encryptStringAsync(text),
      decrypt: (bytes) => safeStorage.decryptStringAsync(Buffer.from(bytes)),
      backend: () => safeStorage.getSelectedStorageBackend(),
    },
    tell: async (title, message) => void (await dialog.showMessageBox({ type: 'info', message: title, detail: message, buttons: ['OK'] })),
    ask: async (title, message, yes) => {
      const buttons = [yes, 'Not now'];
      return (
        (await dialog.showMessageBox({ type: 'question', message: title, detail: message, buttons, defaultId: 1, cancelId: 1 }))
          .response === 0
      );
    },
    fetchBytes: (url, limit) => fetchBytes((address, init) => net.fetch(address, init), url, limit),
    installAtQuit,
    forkServer,
  };
}

function stopOnce(stop: () => Promise<void>): void {
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
}

/** Only the top frame counts: a frame inside the page has no business with the host. */
function senderOf(event: IpcMainInvokeEvent): IpcSender {
  const frame = event.senderFrame;
  return { contentsId: event.sender.id, topFrameUrl: frame && frame.parent === null ? frame.url : undefined };
}

function appWindow(options: WindowOptions): AppWindow {
  const window = new BrowserWindow(options);
  const { webContents } = window;
  return {
    contents: {
      id: webContents.id,
      onNavigate: (listener) => {
        webContents.on('will-navigate', (event) => listener(event, event.url));
        webContents.on('will-redirect', (event) => listener(event, event.url));
        webContents.on('will-frame-navigate', (event) => listener(event, event.url));
      },
      onAttachWebview: (listener) => void webContents.on('will-attach-webview', listener),
      setWindowOpenHandler: (handler) => webContents.setWindowOpenHandler(({ url }) => ({ action: handler(url) })),
      send: (channel, message) => webContents.send(channel, message),
    },
    load: (url) => window.loadURL(url),
    show: () => window.show(),
    focus: () => window.focus(),
    restore: () => window.restore(),
    isMinimized: () => window.isMinimized(),
    isMaximized: () => window.isMaximized(),
    maximize: () => window.maximize(),
    bounds: () => window.getNormalBounds(),
    onReady: (listener) => void window.once('ready-to-show', listener),
    onClose: (listener) => void window.on('close', listener),
  };
}

function menuItem(item: MenuItem): MenuItemConstructorOptions {
  switch (item.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'role':
      return {
        role: item.role as NonNullable<MenuItemConstructorOptions['role']>,
        ...(item.label === undefined ? {} : { label: item.label }),
      };
    case 'command':
      return { label: item.label, click: item.run, ...(item.accelerator === undefined ? {} : { accelerator: item.accelerator }) };
    case 'submenu':
      return { label: item.label, submenu: item.items.map(menuItem) };
  }
}

function forkServer(path: string, args: readonly string[]): ServerProcess {
  const child = utilityProcess.fork(path, [...args], { serviceName: 'Muster server', stdio: 'inherit' });
  return {
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    send: (message) => child.postMessage(message),
    kill: () => void child.kill(),
  };
}

import type { Release } from './release.ts';

/**
 * The part of Electron that Muster uses, as an interface. `main.ts` fills it from the real program; tests fill it with a
 * recording fake, so that the composition is checked against Electron's security checklist without the program.
 */
export interface WebPreferences {
  readonly preload: string;
  readonly sandbox: boolean;
  readonly contextIsolation: boolean;
  readonly nodeIntegration: boolean;
  readonly nodeIntegrationInWorker: boolean;
  readonly nodeIntegrationInSubFrames: boolean;
  readonly webSecurity: boolean;
  readonly allowRunningInsecureContent: boolean;
  readonly experimentalFeatures: boolean;
  readonly webviewTag: boolean;
  readonly navigateOnDragDrop: boolean;
  readonly spellcheck: boolean;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowOptions extends Partial<Rectangle> {
  readonly minWidth: number;
  readonly minHeight: number;
  readonly show: boolean;
  readonly title: string;
  readonly backgroundColor: string;
  readonly webPreferences: WebPreferences;
}

export interface Cancellable {
  preventDefault(): void;
}

export interface Contents {
  readonly id: number;
  onNavigate(listener: (event: Cancellable, url: string) => void): void;
  onAttachWebview(listener: (event: Cancellable) => void): void;
  setWindowOpenHandler(handler: (url: string) => 'deny'): void;
  send(channel: string, message: unknown): void;
}

export interface AppWindow {
  readonly contents: Contents;
  load(url: string): Promise<void>;
  show(): void;
  focus(): void;
  restore(): void;
  isMinimized(): boolean;
  isMaximized(): boolean;
  maximize(): void;
  bounds(): Rectangle;
  onReady(listener: () => void): void;
  onClose(listener: () => void): void;
}

/** Who sent a message over IPC: checked before anything is done with it. */
export interface IpcSender {
  readonly contentsId: number;
  /** Undefined when the frame is gone or is not the top frame. */
  readonly topFrameUrl: string | undefined;
}

export interface ServerProcess {
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number | null) => void): void;
  send(message: unknown): void;
  kill(): void;
}

export type MenuItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'role'; readonly role: string; readonly label?: string }
  | { readonly kind: 'command'; readonly label: string; readonly accelerator?: string; readonly run: () => void }
  | { readonly kind: 'submenu'; readonly label: string; readonly items: readonly MenuItem[] };

/** Electron's `safeStorage`, the asynchronous half: the other is gone in Electron 46. Only after the program is ready. */
export interface SafeStorage {
  isAvailable(): Promise<boolean>;
  encrypt(text: string): Promise<Uint8Array>;
  decrypt(bytes: Uint8Array): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }>;
  /** Linux only: elsewhere there is no such question. */
  backend(): string;
}

export interface Desktop {
  readonly platform: 'mac' | 'windows' | 'linux' | 'other';
  readonly version: string;
  /** Where this person's application data lives. */
  readonly userData: string;
  /** What the program was started with, after its own name. */
  readonly launchArguments: readonly string[];
  /** The folder that relative paths among them are seen from. */
  readonly folder: string;
  requestSingleInstanceLock(): boolean;
  /** With the arguments of the second start, and the folder that its relative paths are seen from. */
  onSecondInstance(listener: (launchArguments: readonly string[], folder: string) => void): void;
  /** A document that the system hands over (macOS), perhaps before the program is ready. */
  onOpenFile(listener: (path: string) => void): void;
  /** A link of the system (macOS), perhaps before the program is ready. */
  onOpenUrl(listener: (url: string) => void): void;
  /** Tells the system that links of this scheme are ours. In a checkout it does nothing: the system would start a bare Electron. */
  registerProtocol(scheme: string): void;
  onActivate(listener: () => void): void;
  onAllWindowsClosed(listener: () => void): void;
  /** Waits for `stop` before the program ends. */
  onBeforeQuit(stop: () => Promise<void>): void;
  quit(): void;
  /** Before ready: every renderer is sandboxed, whatever a window asks for. */
  enableSandbox(): void;
  whenReady(): Promise<void>;
  /** Before ready: standard, secure, fetch, no CSP bypass. */
  registerScheme(scheme: string): void;
  handleScheme(scheme: string, handler: (url: string) => Promise<SchemeReply>): void;
  /** Every permission request of every page. */
  setPermissionHandler(handler: (permission: string, url: string) => boolean): void;
  createWindow(options: WindowOptions): AppWindow;
  displays(): readonly Rectangle[];
  setMenu(items: readonly MenuItem[]): void;
  setTheme(theme: 'light' | 'dark' | 'system'): void;
  openExternal(url: string): Promise<void>;
  chooseSavePath(name: string): Promise<string | undefined>;
  showError(title: string, message: string): void;
  handle(channel: string, handler: (sender: IpcSender, message: unknown) => Promise<unknown>): void;
  readonly safeStorage: SafeStorage;
  /** A box with one button. */
  tell(title: string, message: string): Promise<void>;
  /** A box with two. @returns whether it was `yes`. */
  ask(title: string, message: string, yes: string): Promise<boolean>;
  /** Https, no redirects, at most `limit` bytes. */
  fetchBytes(url: string, limit: number): Promise<Uint8Array>;
  /** Downloads what a verified release names from `address`, and has it installed when the program ends. */
  installAtQuit(release: Release, address: string): Promise<void>;
  forkServer(path: string, args: readonly string[]): ServerProcess;
}

export interface SchemeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compose } from '../../../electron/compose.ts';
import type { MenuItem } from '../../../electron/facade.ts';
import { externalLink } from '../../../electron/guards.ts';
import { CHANNEL, signInBegun } from '../../../shared/bridge/bridge.ts';
import { type FakeDesktop, type FakeOptions, fakeDesktop } from '../../support/fakeDesktop.ts';

let folder: string;
const parts = (): { assets: string; preload: string; server: string } => ({
  assets: join(folder, 'assets'),
  preload: '/p/preload.cjs',
  server: '/p/embedded.js',
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-desktop-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets', 'index.html'), '<script nonce="__CSP_NONCE__"></script>');
  writeFileSync(join(folder, 'secret.json'), '{}');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function started(options: Partial<FakeOptions> = {}): Promise<FakeDesktop> {
  const desktop = fakeDesktop({ userData: folder, ...options });
  await compose(desktop, parts());
  return desktop;
}
const first = (desktop: FakeDesktop): FakeDesktop['windows'][number] => {
  const [window] = desktop.windows;
  if (!window) throw new Error('no window was opened');
  return window;
};

type Verb = Exclude<keyof typeof CHANNEL, 'menu'>;

/** What each verb refuses. A verb that takes nothing has nothing to refuse; one that is missing here does not compile. */
const MISUSES: Readonly<Record<Verb, readonly unknown[]>> = {
  info: [],
  openedFile: [],
  openedLink: [],
  secretNames: [],
  secretsAvailable: [],
  openExternal: [undefined, {}, { url: 'file:///etc/passwd' }, { url: 'https://u:p@example.org' }, { url: 'https://a.example', more: 1 }],
  saveFile: [undefined, { name: 'x', bytes: 'text' }, { name: '', bytes: new Uint8Array() }],
  setTheme: [undefined, { theme: 'dark', extra: 1 }, { theme: 'sepia' }],
  keepSecret: [
    undefined,
    { name: 'db.password' },
    { name: 'db.password', value: '' },
    { name: '../keychain', value: 'x' },
    { name: '__proto__', value: 'x' },
    { name: 'db', value: 'x'.repeat(16_385) },
    { name: 'db', value: 'x', more: 1 },
  ],
  beginSignIn: [],
  openForSignIn: [
    undefined,
    { id: 'x', address: 'https://a.example/' },
    { id: 'A'.repeat(22), address: 'https://a.example/?state=0123456789abcdef' },
    { id: 'A'.repeat(22), address: 'javascript:alert(1)' },
  ],
  signInResult: [undefined, { id: '' }, { id: '../../etc/passwd' }, { id: 'A'.repeat(22), more: 1 }],
  spaces: [],
  handedOver: [],
  openSpace: [
    undefined,
    {},
    { place: 'https://evil.example' },
    { place: 'file:///x' },
    { place: 'local', identity: '../x' },
    { place: 'local', copy: 'text' },
    { place: 'local', more: 1 },
  ],
  joinSpace: [
    undefined,
    { kind: 'join', server: 'http://evil.example', token: 'token-of-an-invitation', key: '0'.repeat(64) },
    { kind: 'join', server: 'https://evil.example/path', token: 'token-of-an-invitation', key: '0'.repeat(64) },
    { kind: 'join', server: 'https://a.example', token: 'short', key: '0'.repeat(64) },
    { kind: 'open', space: '0'.repeat(32), id: '0'.repeat(32) },
  ],
  leaveSpace: [undefined, { place: 'local' }, { place: 'https://a.example', more: 1 }],
  nameSpace: [undefined, { name: 'x' }, { name: 'x'.repeat(2_000), space: '0'.repeat(32) }, { name: 'x', space: 'y' }],
  forgetSecret: [undefined, { name: '' }, { name: '../x' }, { name: 'db', more: 1 }],
};

describe('Electron security checklist, by its numbers', () => {
  it('1, 16: loads only its own scheme, never a remote page', async () => {
    expect(first(await started()).loaded).toEqual(['muster://app/']);
  });

  it('2, 3, 4, 8, 9, 10, 11: isolation on, Node off, sandbox on, web security on, no experiments', async () => {
    expect(first(await started()).options.webPreferences).toEqual({
      preload: '/p/preload.cjs',
      contextIsolation: true,
      sandbox: true,
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
  });

  it('5: refuses every permission but writing the clipboard and keeping its own storage, and those only to its own page', async () => {
    const { permission } = await started();
    const asked = [
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'clipboard-read',
      'fileSystem',
      'usb',
      'serial',
      'hid',
      'display-capture',
    ];
    expect(asked.filter((name) => permission?.(name, 'muster://app/'))).toEqual([]);
    expect(permission?.('clipboard-sanitized-write', 'muster://app/')).toBe(true);
    expect(permission?.('clipboard-sanitized-write', 'https://example.org/')).toBe(false);
    expect(permission?.('persistent-storage', 'muster://app.example.org/')).toBe(false);
  });

  it('7: every page has a policy with a fresh nonce, and no unsafe word in it', async () => {
    const serve = (await started()).schemes.get('muster');
    const [one, two] = [await serve?.('muster://app/'), await serve?.('muster://app/')];
    const policy = one?.headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:4747 ws://127.0.0.1:4747");
    expect(policy).not.toMatch(/unsafe|\*/);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(one?.body).toBe(`<script nonce="${nonce}"></script>`);
    expect(one?.headers['content-security-policy']).not.toBe(two?.headers['content-security-policy']);
  });

  it.each([
    'muster://app/../secret.json',
    'muster://app/%2e%2e/secret.json',
    'muster://app/..%2fsecret.json',
    'muster://app/%5c..%5csecret.json',
    'muster://evil/index.html',
    'file:///etc/passwd',
    'muster://app/%00',
    'muster://app/%zz',
    'nonsense',
  ])('6: the scheme serves nothing outside the app: %s', async (url) => {
    const reply = await (await started()).schemes.get('muster')?.(url);
    expect([403, 404]).toContain(reply?.status);
    expect(reply?.body).not.toBe('{}');
  });

  it('12, 13, 14: no webviews, no navigation away, no new windows', async () => {
    const window = first(await started());
    expect(window.webview()).toBe(true);
    expect(
      ['https://example.org/', 'file:///etc/passwd', 'javascript:alert(1)', 'muster://application/', 'data:text/html,x'].filter(
        (url) => !window.navigate(url),
      ),
    ).toEqual([]);
    expect(window.navigate('muster://app/index.html')).toBe(false);
    expect(window.open('https://example.org')).toBe('deny');
  });

  it('15: only https links without credentials reach the system', () => {
    expect(externalLink('https://owasp.org/x')).toBe('https://owasp.org/x');
    expect(['http://a.example', 'file:///x', 'javascript:alert(1)', 'https://user:pw@a.example', 'smb://x', ''].map(externalLink)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });

  describe('17: verbs of the bridge', () => {
    const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };
    const strangers = [
      { contentsId: 8, topFrameUrl: 'muster://app/' },
      { contentsId: 7, topFrameUrl: 'https://example.org/' },
      { contentsId: 7, topFrameUrl: 'muster://app.example.org/' },
      { contentsId: 7, topFrameUrl: undefined },
    ];
    const call = (desktop: FakeDesktop, verb: Verb, sender: (typeof strangers)[number], message?: unknown): Promise<unknown> =>
      desktop.handlers.get(CHANNEL[verb])?.(sender, message) ?? Promise.reject(new Error('no handler'));

    it('these and no others are answered', async () => {
      const answered = (Object.keys(MISUSES) as Verb[]).map((verb) => CHANNEL[verb]);
      expect([...(await started()).handlers.keys()].sort()).toEqual(answered.sort());
      await expect(call(await started(), 'info', ours)).resolves.toMatchObject({ host: 'electron', server: 'http://127.0.0.1:4747' });
    });

    it.each(Object.entries(MISUSES) as [Verb, readonly unknown[]][])(
      '%s answers its own window’s top frame and nobody else, and checks the shape',
      async (verb, misuses) => {
        const desktop = await started();
        for (const stranger of strangers)
          await expect(call(desktop, verb, stranger, misuses[0])).rejects.toThrow('not the app’s own window');
        for (const message of misuses) await expect(call(desktop, verb, ours, message)).rejects.toThrow(/^refused/);
        expect(desktop.opened).toEqual([]);
        expect(desktop.log.filter((line) => /^(theme|save)/.test(line))).toEqual([]);
        expect(desktop.safeStorage.encrypted).toEqual([]);
      },
    );
  });

  it('19: the fuses of the packaged program are set', () => {
    const config = parse(readFileSync(new URL('../../../electron/builder.yml', import.meta.url), 'utf8')) as {
      electronFuses: Record<string, boolean>;
    };
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });
});

describe('the desktop host', () => {
  it('hands the launch token out once', async () => {
    const desktop = await started();
    const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };
    await expect(desktop.handlers.get(CHANNEL.info)?.(ours, undefined)).resolves.toHaveProperty('launchToken');
    await expect(desktop.handlers.get(CHANNEL.info)?.(ours, undefined)).resolves.not.toHaveProperty('launchToken');
  });

  it('is one instance: a second one raises the window of the first and ends', async () => {
    const second = await started({ lock: false });
    expect([second.quitting, second.windows.length, second.server.started]).toEqual([1, 0, 0]);
    const desktop = await started();
    desktop.secondInstance();
    expect(desktop.log).toContain('focus');
    expect(desktop.windows.length).toBe(1);
  });

  it('sandboxes everything and registers the scheme before the program is ready', async () => {
    const { log } = await started();
    expect(log.slice(0, 3)).toEqual(['sandbox', 'scheme muster', 'ready']);
  });

  it('says in words why a server could not start, and ends', async () => {
    const desktop = await started({ firstWord: { kind: 'failed', message: 'Port 4747 is taken by another program.' } });
    expect(desktop.errors).toEqual(['Port 4747 is taken by another program.']);
    expect(desktop.quitting).toBe(1);
  });

  it('starts a server that crashed again, three times, and then says so', async () => {
    const desktop = await started();
    for (let round = 0; round < 4; round++) {
      desktop.server.exit(139);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(desktop.server.started).toBe(4);
    expect(desktop.errors.at(-1)).toContain('again and again');
  });

  it('asks the server to stop before it ends', async () => {
    const desktop = await started();
    await desktop.stop?.();
    expect(desktop.server.sent).toEqual([{ kind: 'stop' }]);
    expect(desktop.server.killed).toBe(0);
  });

  it('opens where it was left, and in view when that display is gone', async () => {
    const desktop = await started();
    first(desktop).close();
    expect(first(await started()).options).toMatchObject({ x: 10, y: 20, width: 1_200, height: 800 });
    writeFileSync(join(folder, 'window.json'), JSON.stringify({ x: 9_000, y: 20, width: 1_200, height: 800, maximized: false }));
    expect(first(await started()).options).not.toHaveProperty('x');
    writeFileSync(join(folder, 'window.json'), 'rubbish');
    expect(first(await started()).options).toMatchObject({ width: 1_440, height: 900 });
  });

  it('sends a menu’s command to the page, with the platform’s own menus', async () => {
    const desktop = await started();
    const palette = flat(desktop.menu).find((item) => item.kind === 'command' && item.label === 'Anything…');
    if (palette?.kind === 'command') palette.run();
    expect(first(desktop).sent).toEqual([[CHANNEL.menu, 'palette']]);
    expect(desktop.menu[0]).toMatchObject({ label: 'File' });
    expect((await started({ platform: 'mac' })).menu[0]).toMatchObject({ label: 'Muster' });
    const accelerators = flat(desktop.menu).flatMap((item) => (item.kind === 'command' && item.accelerator ? [item.accelerator] : []));
    expect(new Set(accelerators).size).toBe(accelerators.length);
  });

  it('writes an export where the person chose, by name only', async () => {
    const desktop = await started();
    const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };
    const save = desktop.handlers.get(CHANNEL.saveFile);
    await expect(save?.(ours, { name: '../../register.csv', bytes: Uint8Array.of(65) })).resolves.toBe(false);
    expect(desktop.log).toContain('save register.csv');
    desktop.savePath = join(folder, 'out.csv');
    await expect(save?.(ours, { name: 'register.csv', bytes: Uint8Array.of(65, 66) })).resolves.toBe(true);
    expect(readFileSync(desktop.savePath, 'utf8')).toBe('AB');
  });
});

describe('a snapshot that the system asks the desktop to open', () => {
  const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };
  const taken = (desktop: FakeDesktop): Promise<unknown> =>
    desktop.handlers.get(CHANNEL.openedFile)?.(ours, undefined) ?? Promise.reject(new Error('no handler'));
  const snapshot = (name = 'november.muster'): string => {
    writeFileSync(join(folder, name), 'PK');
    return join(folder, name);
  };

  it('[SNP57] the file of the command line is handed to the page once, by name and bytes', async () => {
    const desktop = await started({ launchArguments: ['--flag', snapshot()] });
    await expect(taken(desktop)).resolves.toEqual({ name: 'november.muster', bytes: new Uint8Array(Buffer.from('PK')) });
    await expect(taken(desktop)).resolves.toBeUndefined();
  });

  it('[SNP57] a second start and the system’s own request reach the window that is open', async () => {
    const desktop = await started();
    desktop.secondInstance([snapshot('second.muster')]);
    expect(first(desktop).sent).toEqual([[CHANNEL.menu, 'opened']]);
    await expect(taken(desktop)).resolves.toMatchObject({ name: 'second.muster' });
    desktop.openFile(snapshot('third.muster'));
    expect(first(desktop).sent.length).toBe(2);
    await expect(taken(desktop)).resolves.toMatchObject({ name: 'third.muster' });
  });

  it('[SNP57] nothing but a snapshot is read, and what cannot be read is said in words', async () => {
    const desktop = await started({ launchArguments: [join(folder, 'secret.json'), '--inspect.muster'] });
    await expect(taken(desktop)).resolves.toBeUndefined();
    desktop.openFile(join(folder, 'gone.muster'));
    await expect(taken(desktop)).resolves.toBeUndefined();
    expect(desktop.errors).toEqual(['The file gone.muster cannot be read.']);
  });

  it('[DSK10] a file manager’s address and a path that is seen from another folder are found', async () => {
    const there = join(folder, 'with a space');
    mkdirSync(there);
    writeFileSync(join(there, 'näme #1.muster'), 'PK');
    const desktop = await started({ launchArguments: [pathToFileURL(join(there, 'näme #1.muster')).href] });
    await expect(taken(desktop)).resolves.toMatchObject({ name: 'näme #1.muster' });
    desktop.secondInstance(['näme #1.muster'], there);
    await expect(taken(desktop)).resolves.toMatchObject({ name: 'näme #1.muster' });
    desktop.secondInstance(['näme #1.muster'], folder);
    await expect(taken(desktop)).resolves.toBeUndefined();
    expect(desktop.errors).toEqual(['The file näme #1.muster cannot be read.']);
  });

  it('[DSK10] nothing of another computer is asked for, and a folder or a broken address is no snapshot', async () => {
    mkdirSync(join(folder, 'folder.muster'));
    const desktop = await started();
    for (const text of [
      'file://evil.example/share/x.muster',
      'FILE://evil.example/x.muster',
      'file:///%zz.muster',
      'file:///a%2Fb.muster',
      'x\0.muster',
      '--x.muster',
      'https://evil.example/x',
    ]) {
      desktop.secondInstance([text]);
      await expect(taken(desktop)).resolves.toBeUndefined();
    }
    expect(desktop.errors).toEqual([]);
    desktop.openFile(join(folder, 'folder.muster'));
    await expect(taken(desktop)).resolves.toBeUndefined();
    expect(desktop.errors).toEqual(['The file folder.muster cannot be read.']);
  });

  it('[SNP57] only the app’s own window is answered', async () => {
    const desktop = await started({ launchArguments: [snapshot()] });
    const stranger = { contentsId: 7, topFrameUrl: 'https://example.org/' };
    await expect(desktop.handlers.get(CHANNEL.openedFile)?.(stranger, undefined)).rejects.toThrow('refused');
  });
});

describe('what the embedded server may ask for', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('[DSK4] one secret by its name; anything else is not answered, and nobody else hears the value', async () => {
    const desktop = await started();
    await desktop.handlers.get(CHANNEL.keepSecret)?.(
      { contentsId: 7, topFrameUrl: 'muster://app/' },
      { name: 'db.password', value: 'value-of-it' },
    );
    for (const message of [
      { kind: 'secret wanted', question: 1, name: '../keychain' },
      { kind: 'secret wanted', question: 0, name: 'db.password' },
      { kind: 'secret wanted', question: 1, name: 'db.password', more: 1 },
      { kind: 'all secrets', question: 1 },
      'secret wanted',
      null,
    ])
      desktop.server.say(message);
    await settled();
    expect(desktop.server.sent).toEqual([]);
    desktop.server.say({ kind: 'secret wanted', question: 1, name: 'db.password' });
    desktop.server.say({ kind: 'secret wanted', question: 2, name: 'none' });
    await settled();
    expect(desktop.server.sent.length).toBe(2);
    expect(desktop.server.sent).toContainEqual({ kind: 'secret', question: 1, value: 'value-of-it' });
    expect(desktop.server.sent).toContainEqual({
      kind: 'no secret',
      question: 2,
      trouble: { message: expect.stringContaining('no secret none'), wayOut: expect.any(String) },
    });
    expect(first(desktop).sent).toEqual([]);
  });
});

describe('a sign-in through the bridge', () => {
  const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };

  it('[DSK6] [DSK7] opens the provider’s page and gives the answer back, and ends with the program', async () => {
    const desktop = await started();
    const call = (channel: string, message?: unknown): Promise<unknown> =>
      desktop.handlers.get(channel)?.(ours, message) ?? Promise.reject(new Error('no handler'));
    const { id, redirect } = signInBegun.parse(await call(CHANNEL.beginSignIn));
    const state = 'state-0123456789abcdef';
    const address = `https://login.example.org/?${new URLSearchParams({ redirect_uri: redirect, state })}`;
    await expect(call(CHANNEL.openForSignIn, { id, address: address.replace('https', 'http') })).rejects.toThrow('refused');
    await call(CHANNEL.openForSignIn, { id, address });
    expect(desktop.opened).toEqual([address]);
    const waiting = call(CHANNEL.signInResult, { id });
    expect((await fetch(`${redirect}?code=c&state=${state}`)).status).toBe(200);
    await expect(waiting).resolves.toEqual({ query: `code=c&state=${state}` });
    const next = signInBegun.parse(await call(CHANNEL.beginSignIn));
    await desktop.stop?.();
    await expect(fetch(next.redirect)).rejects.toThrow();
  });
});

describe('what the packaged program tells the system', () => {
  const config = parse(readFileSync(new URL('../../../electron/builder.yml', import.meta.url), 'utf8')) as {
    fileAssociations: Record<string, string>[];
    protocols: { schemes: string[] }[];
  };

  it('[DSK10] snapshots are its files, muster-link its links, and the page’s own scheme is nobody’s', () => {
    expect(config.fileAssociations).toMatchObject([{ ext: 'muster', mimeType: 'application/vnd.muster.snapshot', role: 'Viewer' }]);
    expect(config.protocols.flatMap(({ schemes }) => schemes)).toEqual(['muster-link']);
  });
});

describe('a link that the system asks the desktop to open', () => {
  const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };
  const OPEN = `muster-link://open?space=${'0'.repeat(32)}&id=${'1'.repeat(32)}`;
  const OTHER = OPEN.replace(/1{32}/, '2'.repeat(32));
  const taken = (desktop: FakeDesktop): Promise<unknown> =>
    desktop.handlers.get(CHANNEL.openedLink)?.(ours, undefined) ?? Promise.reject(new Error('no handler'));

  it('[DSK8] at a cold start it waits for the page, once', async () => {
    const desktop = await started({ launchArguments: ['--', OPEN] });
    expect(desktop.log).toContain('protocol muster-link');
    expect(first(desktop).sent).toEqual([]);
    await expect(taken(desktop)).resolves.toMatchObject({ kind: 'open', id: '1'.repeat(32) });
    await expect(taken(desktop)).resolves.toBeUndefined();
  });

  it('[DSK8] a second start and macOS tell the open window', async () => {
    const desktop = await started({ platform: 'mac' });
    desktop.secondInstance(['--', OPEN]);
    await expect(taken(desktop)).resolves.toMatchObject({ id: '1'.repeat(32) });
    desktop.openUrl(OTHER);
    await expect(taken(desktop)).resolves.toMatchObject({ id: '2'.repeat(32) });
    expect(first(desktop).sent).toEqual([
      [CHANNEL.menu, 'link'],
      [CHANNEL.menu, 'link'],
    ]);
  });

  it('[DSK9] nothing is opened, loaded or changed by a link, and what is no link is dropped', async () => {
    const desktop = await started({ launchArguments: ['muster-link://join?server=file:///etc#join=x'] });
    desktop.openUrl('muster-link://run?command=calc');
    desktop.secondInstance(['muster-link://open?space=x', 'https://evil.example/']);
    await expect(taken(desktop)).resolves.toBeUndefined();
    desktop.openUrl(`muster-link://join?server=https%3A%2F%2Fa.example#join=${'t'.repeat(20)}&key=${'0'.repeat(32)}`);
    expect([desktop.opened, first(desktop).loaded, desktop.errors, desktop.windows.length]).toEqual([[], ['muster://app/'], [], 1]);
    expect(first(desktop).sent).toEqual([[CHANNEL.menu, 'link']]);
  });
});

const flat = (items: readonly MenuItem[]): MenuItem[] => items.flatMap((item) => (item.kind === 'submenu' ? flat(item.items) : [item]));

import type { Contents, Desktop } from './facade.ts';

/** The page's origin. A scheme of our own: no file access, no other page shares its storage. */
export const SCHEME = 'muster';
export const APP_ORIGIN = `${SCHEME}://app`;

export const isAppUrl = (url: string): boolean => url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`);

/** Only the clipboard may be written; nothing else is ever asked of the system by a page (Electron checklist 5). */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'persistent-storage']);

export function guardPermissions(desktop: Desktop): void {
  desktop.setPermissionHandler((permission, url) => ALLOWED_PERMISSIONS.has(permission) && isAppUrl(url));
}

/** A window shows the app and nothing else: no navigation away, no new windows, no webviews (Electron checklist 12 to 14). */
export function guardContents(contents: Contents): void {
  contents.onNavigate((event, url) => {
    if (!isAppUrl(url)) event.preventDefault();
  });
  contents.onAttachWebview((event) => event.preventDefault());
  contents.setWindowOpenHandler(() => 'deny');
}

/** @returns the link when it may be handed to the system's browser: https, no credentials in it. */
export function externalLink(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : undefined;
}

import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a person's application data lives, by the platform's own convention (XDG Base Directory on Linux). */
export function defaultDataDirectory(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Muster', 'space');
  if (platform === 'win32') return join(environment.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Muster', 'space');
  const base = environment.XDG_DATA_HOME;
  return join(base?.startsWith('/') ? base : join(homedir(), '.local', 'share'), 'muster', 'space');
}

/** Whether a browser can be opened here at all. */
export function hasDisplay(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (platform === 'darwin' || platform === 'win32') return environment.SSH_CONNECTION === undefined;
  return (environment.DISPLAY ?? environment.WAYLAND_DISPLAY ?? '') !== '';
}

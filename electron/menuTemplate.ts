import type { MenuCommand } from '../shared/bridge/bridge.ts';
import { type HostSpace, type HostSpaces, type SpacePlace, spaceWords } from '../shared/bridge/hostSpaces.ts';
import type { Desktop, MenuItem } from './facade.ts';

const separator: MenuItem = { kind: 'separator' };
const role = (name: string, label?: string): MenuItem =>
  label === undefined ? { kind: 'role', role: name } : { kind: 'role', role: name, label };

export interface MenuActions {
  readonly send: (command: MenuCommand) => void;
  readonly checkForUpdates: () => void;
  readonly spaces: HostSpaces;
  readonly open: (place: SpacePlace) => void;
}

/** Names are what others chose; an ampersand would make the next letter a shortcut. */
const spaceLabel = (space: HostSpace, current: SpacePlace): string =>
  `${space.place === current ? '● ' : ''}${spaceWords(space)}`.replaceAll('&', '&&');

/** The menu in each platform's own order and with its own shortcuts. Commands go to the page; the page does them. */
export function menuTemplate(platform: Desktop['platform'], { send, checkForUpdates, spaces, open }: MenuActions): MenuItem[] {
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItem => {
    const run = (): void => send(name);
    return accelerator === undefined ? { kind: 'command', label, run } : { kind: 'command', label, accelerator, run };
  };
  const mac = platform === 'mac';
  const settings = command('Settings…', 'settings', 'CmdOrCtrl+,');
  const updates: MenuItem = { kind: 'command', label: 'Check for updates…', run: checkForUpdates };
  const app: MenuItem = {
    kind: 'submenu',
    label: 'Muster',
    items: [
      role('about'),
      updates,
      separator,
      settings,
      separator,
      role('services'),
      separator,
      role('hide'),
      role('hideOthers'),
      role('unhide'),
      separator,
      role('quit'),
    ],
  };
  const file: MenuItem = {
    kind: 'submenu',
    label: 'File',
    items: [
      command('Open snapshot…', 'openSnapshot', 'CmdOrCtrl+O'),
      separator,
      command('Import a spreadsheet…', 'import', 'CmdOrCtrl+I'),
      command('Export this view…', 'export', 'CmdOrCtrl+E'),
      separator,
      ...(mac ? [role('close')] : [settings, separator, role('quit')]),
    ],
  };
  const registers: MenuItem = {
    kind: 'submenu',
    label: 'Registers',
    items: [
      ...spaces.spaces.map(
        (space): MenuItem => ({ kind: 'command', label: spaceLabel(space, spaces.current), run: () => open(space.place) }),
      ),
      separator,
      command('Join another register…', 'joinSpace'),
    ],
  };
  const edit: MenuItem = {
    kind: 'submenu',
    label: 'Edit',
    items: [
      command('Undo change', 'undo', 'CmdOrCtrl+Z'),
      separator,
      role('cut'),
      role('copy'),
      role('paste'),
      role('selectAll'),
      separator,
      command('Filter', 'filter', 'CmdOrCtrl+F'),
    ],
  };
  const go: MenuItem = {
    kind: 'submenu',
    label: 'Go',
    items: [
      command('Anything…', 'palette', 'CmdOrCtrl+K'),
      separator,
      command('Inbox', 'inbox', 'CmdOrCtrl+1'),
      command('Register', 'register', 'CmdOrCtrl+2'),
      command('Sources', 'sources', 'CmdOrCtrl+3'),
      command('Activity', 'activity', 'CmdOrCtrl+4'),
      separator,
      command('Re-read now', 'reread', 'CmdOrCtrl+R'),
    ],
  };
  const view: MenuItem = {
    kind: 'submenu',
    label: 'View',
    items: [role('zoomIn'), role('zoomOut'), role('resetZoom'), separator, role('togglefullscreen')],
  };
  const window: MenuItem = {
    kind: 'submenu',
    label: 'Window',
    items: [role('minimize'), ...(mac ? [role('zoom'), separator, role('front')] : [role('close')])],
  };
  const help: MenuItem = {
    kind: 'submenu',
    label: 'Help',
    items: [command('Keys', 'keys', 'CmdOrCtrl+/'), ...(mac ? [] : [separator, updates, role('about')])],
  };
  return [...(mac ? [app] : []), file, registers, edit, go, view, window, help];
}

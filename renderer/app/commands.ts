import { BY_PROPOSAL, FIELDS } from '../../shared/model/fields.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { Editing } from '../editing/useEditing.ts';
import type { IconName } from '../parts/Icon.tsx';
import { DEFAULT_VIEWS } from '../register/defaultViews.ts';
import { openView, useSavedViews } from '../register/savedViews.ts';
import { actOn } from '../register/selection.ts';
import { pickSnapshot, useOpenSnapshot } from '../snapshot/openSnapshot.ts';
import { useSnapshotPanel } from '../snapshot/panelStore.ts';
import { createSnapshotHere } from '../snapshotCreate/createStore.ts';
import { pickCopy } from '../transfer/pickCopy.ts';
import { useTransfer } from '../transfer/transferStore.ts';
import { useNavigation } from './navigation.ts';
import { useShell } from './shellStore.ts';

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  readonly keys?: string;
  readonly run: () => void;
}

/** Everything that can be done without pointing at it: places, views, and acts on what is selected. */
export function commandsNow(editing: Editing, setScheme: (scheme: 'light' | 'dark' | 'auto') => void): readonly Command[] {
  if (useOpenSnapshot.getState().picked !== undefined) return [...openedCommands(), ...viewCommands(), ...themeCommands(setScheme)];
  return [...placeCommands(), ...actCommands(editing, actOn()), ...viewCommands(), ...themeCommands(setScheme)];
}

const NOT_IN_SNAPSHOT: ReadonlySet<string> = new Set(['inbox', 'team', 'settings', 'import copy']);

/** The open snapshot's own, and of the places those that it has. */
function openedCommands(): Command[] {
  const panel = useSnapshotPanel.getState();
  return [
    ...placeCommands().filter(({ id }) => !NOT_IN_SNAPSHOT.has(id)),
    { id: 'verification', label: 'Verification of this snapshot', icon: 'check', run: () => panel.show('verification') },
    { id: 'gaps', label: 'What this snapshot cannot say', icon: 'unknown', run: () => panel.show('gaps') },
    { id: 'sample', label: 'Draw a random sample', icon: 'register', run: () => panel.show('sample') },
    { id: 'close snapshot', label: 'Close snapshot', icon: 'close', run: () => useOpenSnapshot.getState().close() },
  ];
}

function placeCommands(): Command[] {
  const { go } = useNavigation.getState();
  const shell = useShell.getState();
  return [
    { id: 'inbox', label: 'Go to Inbox', icon: 'inbox', keys: 'g i', run: () => go({ screen: 'inbox', query: '' }) },
    { id: 'register', label: 'Go to Register', icon: 'register', keys: 'g r', run: () => go({ screen: 'register', query: '' }) },
    { id: 'sources', label: 'Go to Sources', icon: 'sources', keys: 'g s', run: () => go({ screen: 'sources', query: '' }) },
    { id: 'activity', label: 'Go to Activity', icon: 'activity', keys: 'g a', run: () => go({ screen: 'activity', query: '' }) },
    { id: 'people', label: 'Go to People', icon: 'people', keys: 'g p', run: () => go({ screen: 'people', query: '' }) },
    { id: 'writes', label: 'Go to Write-back', icon: 'arrowUp', keys: 'g w', run: () => go({ screen: 'writes', query: '' }) },
    {
      id: 'team',
      label: 'Go to Team: roles, devices, invitations',
      icon: 'privileged',
      keys: 'g t',
      run: () => go({ screen: 'team', query: '' }),
    },
    { id: 'settings', label: 'Settings', icon: 'settings', keys: 'mod+,', run: () => go({ screen: 'settings' }) },
    { id: 'keys', label: 'Show all keys', icon: 'keyboard', keys: '?', run: () => shell.open('keys') },
    { id: 'filter', label: 'Filter the register', icon: 'filter', keys: '/', run: () => shell.inRegister(shell.wishFilter) },
    { id: 'open snapshot', label: 'Open snapshot…', icon: 'lock', run: () => pickSnapshot() },
    { id: 'export', label: 'Export this view', icon: 'download', run: () => shell.inRegister(shell.wishExport) },
    { id: 'import copy', label: 'Import a copy of another register…', icon: 'download', run: () => pickCopy() },
    ...snapshotCommands(),
  ];
}

/** A snapshot of a snapshot would be signed by nobody. */
const snapshotCommands = (): Command[] =>
  useOpenSnapshot.getState().picked === undefined
    ? [{ id: 'create snapshot', label: 'Create snapshot…', icon: 'certificate', run: createSnapshotHere }]
    : [];

function actCommands(editing: Editing, ids: readonly IdentityId[]): Command[] {
  const undo: Command = { id: 'undo', label: 'Undo the last change', icon: 'undo', keys: 'mod+Z', run: () => void editing.undo() };
  if (ids.length === 0) return [undo];
  const of = ids.length === 1 ? '' : ` of ${ids.length} identities`;
  const fields = FIELDS.filter(
    (field) => field.plane === 'governance' && field.type !== 'fact' && field.on.includes('identity') && !BY_PROPOSAL.has(field.name),
  );
  return [
    undo,
    {
      id: 'accept',
      label: `Accept${of === '' ? '' : ` ${ids.length} identities`}`,
      icon: 'check',
      keys: 'a',
      run: () => void editing.previewAndSign(ids, { kind: 'accept' }),
    },
    { id: 'comment', label: 'Comment', icon: 'comment', keys: 'c', run: () => void editing.comment(ids) },
    {
      id: 'copy',
      label: `Copy${of === '' ? '' : ` ${ids.length} identities`} to another register…`,
      icon: 'external',
      run: () => useTransfer.getState().choose(ids),
    },
    ...fields.map(
      (field): Command => ({
        id: `field ${field.name}`,
        label: `Set ${field.label.toLowerCase()}${of}`,
        icon: field.type === 'party' ? 'person' : 'register',
        ...(field.name === 'owner' ? { keys: 'o' } : {}),
        run: () => void editing.editField(ids, field.name),
      }),
    ),
  ];
}

function viewCommands(): Command[] {
  const views = [...DEFAULT_VIEWS, ...useSavedViews.getState().views];
  return views.map((view) => ({
    id: `view ${view.name}`,
    label: `View: ${view.name}`,
    icon: 'filter',
    run: () => openView(view),
  }));
}

const themeCommands = (set: (scheme: 'light' | 'dark' | 'auto') => void): Command[] => [
  { id: 'light', label: 'Light theme', icon: 'sun', run: () => set('light') },
  { id: 'dark', label: 'Dark theme', icon: 'moon', run: () => set('dark') },
  { id: 'auto', label: 'Theme of this computer', icon: 'settings', run: () => set('auto') },
];

/** Every word typed begins a word of the label. */
export function matchesCommand(command: Command, text: string): boolean {
  const label = ` ${command.label.toLowerCase()}`;
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => label.includes(` ${word}`));
}

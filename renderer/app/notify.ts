import { notifications, notificationsStore } from '@mantine/notifications';
import type { ReactNode } from 'react';

export type Tone = 'info' | 'warning' | 'error';

const STAY: Readonly<Record<Tone, number | false>> = { info: 5_000, warning: 9_000, error: false };

/** A notice at the bottom. A newer one takes the place of the last of its kind; errors stay until they are closed. */
export function notify(message: ReactNode, tone: Tone = 'info'): void {
  if (tone !== 'error') hideOthers(tone);
  notifications.show({
    id: `${tone} ${crypto.randomUUID()}`,
    message,
    autoClose: STAY[tone],
    role: tone === 'error' ? 'alert' : 'status',
    withBorder: false,
    closeButtonProps: { 'aria-label': 'Close this notice' },
  });
}

function hideOthers(tone: Tone): void {
  const { notifications: shown, queue } = notificationsStore.getState();
  for (const { id } of [...shown, ...queue]) if (id?.startsWith(`${tone} `)) notifications.hide(id);
}

export const notifyProblem = (problem: { readonly message: string; readonly wayOut?: string | undefined }): void =>
  notify(problem.wayOut === undefined ? problem.message : `${problem.message} ${problem.wayOut}`, 'error');

/** What the host refused or could not do: it says why in its error. */
export const notifyTrouble = (error: unknown): void =>
  notifyProblem({ message: error instanceof Error ? error.message : String(error), wayOut: 'Nothing was changed.' });

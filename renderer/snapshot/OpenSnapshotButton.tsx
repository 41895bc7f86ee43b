import type { ReactNode } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { pickSnapshot } from './openSnapshot.ts';

/** For those who have a file and perhaps nothing else: no server, no enrolment. */
export function OpenSnapshotButton(): ReactNode {
  return <ActionButton onClick={() => pickSnapshot()}>Open a snapshot…</ActionButton>;
}

import { lazy } from 'react';

/** The screens load when they are first shown: the register is on screen before the rest has arrived. */
export const IdentityPeek = lazy(async () => ({ default: (await import('../identity/IdentityPeek.tsx')).IdentityPeek }));
export const IdentityPage = lazy(async () => ({ default: (await import('../identity/IdentityPage.tsx')).IdentityPage }));
export const InboxScreen = lazy(async () => ({ default: (await import('../inbox/InboxScreen.tsx')).InboxScreen }));
export const SourcesScreen = lazy(async () => ({ default: (await import('../sources/SourcesScreen.tsx')).SourcesScreen }));
export const ActivityScreen = lazy(async () => ({ default: (await import('../activity/ActivityScreen.tsx')).ActivityScreen }));
export const PeopleScreen = lazy(async () => ({ default: (await import('../people/PeopleScreen.tsx')).PeopleScreen }));
export const WriteBackScreen = lazy(async () => ({ default: (await import('../writeBack/WriteBackScreen.tsx')).WriteBackScreen }));
export const SendDialog = lazy(async () => ({ default: (await import('../writeBack/SendDialog.tsx')).SendDialog }));
export const TeamScreen = lazy(async () => ({ default: (await import('../team/TeamScreen.tsx')).TeamScreen }));
export const FirstRun = lazy(async () => ({ default: (await import('../firstRun/FirstRun.tsx')).FirstRun }));
export const JoinScreen = lazy(async () => ({ default: (await import('../firstRun/JoinScreen.tsx')).JoinScreen }));
export const SnapshotCreateDialog = lazy(async () => ({ default: (await import('../snapshotCreate/SnapshotCreate.tsx')).SnapshotCreate }));
export const DropTarget = lazy(async () => ({ default: (await import('../firstRun/DropTarget.tsx')).DropTarget }));

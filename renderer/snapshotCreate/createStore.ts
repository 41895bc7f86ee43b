import { create } from 'zustand';
import type { SnapshotJob } from '../../shared/wire/http.ts';
import { useNavigation } from '../app/navigation.ts';
import type { SnapshotWish } from './snapshotWish.ts';

export interface Problem {
  readonly message: string;
  readonly wayOut?: string | undefined;
}

export type CreateStep =
  | { readonly kind: 'form'; readonly problem?: Problem }
  | { readonly kind: 'working'; readonly job: SnapshotJob; readonly waiting: boolean }
  | { readonly kind: 'ready'; readonly job: SnapshotJob; readonly saved: boolean };

interface CreateState {
  readonly opened: boolean;
  /** It was opened once. */
  readonly wanted: boolean;
  readonly wish: SnapshotWish;
  /** Closing the dialog ends nothing: it comes back to where it was. */
  readonly step: CreateStep;
  /** @param query the filter that is on screen. */
  readonly open: (query: string) => void;
  /** As it is. */
  readonly show: () => void;
  readonly close: () => void;
  readonly change: (part: Partial<SnapshotWish>) => void;
  readonly go: (step: CreateStep) => void;
}

export const useCreateSnapshot = create<CreateState>((set, get) => ({
  opened: false,
  wanted: false,
  wish: {
    what: 'register',
    query: '',
    asOf: 'now',
    place: 1,
    sample: 'none',
    size: '50',
    seed: newSeed(),
    withPrivate: false,
    file: 'muster',
  },
  step: { kind: 'form' },
  open: (query) => {
    const { step, wish } = get();
    set({ opened: true, wanted: true });
    if (step.kind !== 'form') return;
    const fresh = { query, asOf: 'now', what: query === '' ? 'register' : wish.what } as const;
    set({ step: { kind: 'form' }, wish: { ...wish, ...fresh } });
  },
  show: () => set({ opened: true }),
  close: () => set({ opened: false }),
  change: (part) => set({ wish: { ...get().wish, ...part } }),
  go: (step) => set({ step }),
}));

/** With the view that the register shows, or would show. */
export const createSnapshotHere = (): void => useCreateSnapshot.getState().open(useNavigation.getState().query);

/** Hard to guess, so that nobody can arrange what it will draw; short enough to be read out. */
export function newSeed(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

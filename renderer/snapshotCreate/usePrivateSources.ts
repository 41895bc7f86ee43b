import { useLive } from '../app/engine.tsx';

export interface SourceNumbers {
  readonly sources: number;
  readonly records: number;
}

const NONE: SourceNumbers = { sources: 0, records: 0 };

const useSourcesOf = (visibility: 'space' | 'private'): SourceNumbers =>
  useLive(
    (api) =>
      api.sources().then((all) => {
        const wanted = all.filter(({ status }) => status.visibility === visibility);
        return { sources: wanted.length, records: wanted.reduce((sum, { records }) => sum + records, 0) };
      }),
    [visibility],
  ) ?? NONE;

/** Sources that this person keeps to their own computer: nobody else's engine knows of them. */
export const usePrivateSources = (): SourceNumbers => useSourcesOf('private');
export const useSharedSources = (): SourceNumbers => useSourcesOf('space');

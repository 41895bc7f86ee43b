import { create } from 'zustand';
import type { IdentityId } from '../../shared/model/ids.ts';

export type Screen = 'inbox' | 'register' | 'sources' | 'activity' | 'people' | 'writes' | 'team' | 'settings';

/** Where the person is. The address bar follows (`#/register/<id>?q=…`), so back, forward and bookmarks work. */
export interface Place {
  readonly screen: Screen;
  /** The register's query line. */
  readonly query: string;
  /** The identity whose peek panel is open at the right. */
  readonly peek?: IdentityId | undefined;
  /** The identity, source or party whose full page is open. */
  readonly page?: string | undefined;
  /** Where on the identity's page to land: its history. */
  readonly section?: 'history' | undefined;
}

export interface Navigation extends Place {
  readonly go: (place: Partial<Place>) => void;
  /** Letter by letter: back leads to the query before the first of them, not through each. */
  readonly typeQuery: (query: string) => void;
  readonly peekAt: (id: IdentityId | undefined) => void;
  readonly open: (id: string, section?: Place['section']) => void;
  /** To a neighbour, in place of the page that is open: back leads to where that one was opened from. */
  readonly stepTo: (id: string) => void;
  readonly back: () => void;
}

const hashOf = (place: Place): string => {
  const page = place.page === undefined ? '' : `/${encodeURIComponent(place.page)}`;
  const query = place.query === '' ? '' : `?q=${encodeURIComponent(place.query)}`;
  return `#/${place.screen}${page}${query}`;
};

const SCREENS: readonly string[] = ['inbox', 'register', 'sources', 'activity', 'people', 'writes', 'team', 'settings'] satisfies Screen[];

function placeOf(hash: string): Place {
  const match = /^#\/([a-z]+)(?:\/([^?]+))?(?:\?q=(.*))?$/.exec(hash);
  const screen = match?.[1] !== undefined && SCREENS.includes(match[1]) ? (match[1] as Screen) : 'register';
  return { screen, query: decoded(match?.[3]) ?? '', page: decoded(match?.[2]) };
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export const useNavigation = create<Navigation>((set, get) => {
  let typing = false;
  const move = (place: Partial<Place>, typed = false): void => {
    set(place);
    const hash = hashOf(get());
    if (hash === location.hash) return;
    if (typed && typing) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
    typing = typed;
  };
  addEventListener('popstate', () => {
    typing = false;
    set({ peek: undefined, ...placeOf(location.hash) });
  });
  return {
    ...placeOf(location.hash),
    go: (place) => move({ page: undefined, peek: undefined, section: undefined, ...place }),
    typeQuery: (query) => move({ screen: 'register', page: undefined, peek: undefined, section: undefined, query }, true),
    peekAt: (peek) => set({ peek }),
    open: (page, section) => move({ page, section }),
    stepTo: (page) => {
      set({ page, section: undefined });
      history.replaceState(null, '', hashOf(get()));
    },
    back: () => (get().page === undefined ? set({ peek: undefined }) : history.back()),
  };
});

import { useSyncExternalStore } from 'react';

/** Where in the report one is. It is the fragment of the address, so that a place can be written down and sent on: `#inventory?q=owner:none&id=…`. */
export const VIEWS = ['summary', 'inventory', 'findings', 'changes', 'sources', 'people', 'policy', 'sample'] as const;
export type ViewName = (typeof VIEWS)[number];

export interface ReportPlace {
  readonly view: ViewName;
  readonly query: string;
  /** A CEL condition. */
  readonly where: string;
  /** `name.descending`. */
  readonly sort: string;
  /** The identity whose detail is open. */
  readonly id: string;
}

const START: ReportPlace = { view: 'summary', query: '', where: '', sort: '', id: '' };

export function placeOf(hash: string): ReportPlace {
  const [view = '', rest = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const known = VIEWS.find((name) => name === view);
  if (!known) return START;
  const values = new URLSearchParams(rest);
  const value = (name: string): string => (values.get(name) ?? '').slice(0, 4_096);
  return { view: known, query: value('q'), where: value('where'), sort: value('sort'), id: value('id') };
}

export function hashOf({ view, query, where, sort, id }: ReportPlace): string {
  const values = new URLSearchParams();
  for (const [name, value] of [
    ['q', query],
    ['where', where],
    ['sort', sort],
    ['id', id],
  ] as const)
    if (value !== '') values.set(name, value);
  const text = values.toString();
  return `#${view}${text === '' ? '' : `?${text}`}`;
}

let heldHash: string | undefined;
let heldPlace = START;
/** The same object as long as the address is the same. */
function current(): ReportPlace {
  if (location.hash !== heldHash) {
    heldHash = location.hash;
    heldPlace = placeOf(heldHash);
  }
  return heldPlace;
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

export const usePlace = (): ReportPlace => useSyncExternalStore(subscribe, current);

/** Another view starts afresh; within one, what is not named stays. Typing does not fill the history. */
export function go(change: Partial<ReportPlace>, replace = false): void {
  const now = current();
  const base = change.view !== undefined && change.view !== now.view ? START : now;
  const hash = hashOf({ ...base, ...change });
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, '', hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else location.hash = hash;
}

import type { WriteBackState, WriteBackView } from '../../shared/register/view.ts';

export type WriteGroupName = 'Waits for approval' | 'Needs a person' | 'On the way' | 'Done';
export interface WriteGroup {
  readonly name: WriteGroupName;
  readonly writes: readonly WriteBackView[];
}

const ON_THE_WAY: ReadonlySet<WriteBackState> = new Set(['approved', 'sending', 'outcome unknown', 'waits for confirmation']);
const TROUBLE: ReadonlySet<WriteBackState> = new Set(['source changed', 'refused', 'not sent', 'not kept', 'stale']);

/** What became of it matters to somebody only while nothing newer was proposed there and the source does not agree. */
function groupOf({ state, latest, agrees }: WriteBackView): WriteGroupName {
  if (state === 'waits for approval') return 'Waits for approval';
  if (ON_THE_WAY.has(state)) return 'On the way';
  return TROUBLE.has(state) && latest && !agrees ? 'Needs a person' : 'Done';
}

/** In the order in which somebody looks at them; without the empty ones. */
export function writeGroups(writes: readonly WriteBackView[]): WriteGroup[] {
  const names = ['Needs a person', 'Waits for approval', 'On the way', 'Done'] as const;
  return names
    .map((name) => ({ name, writes: writes.filter((write) => groupOf(write) === name) }))
    .filter((group) => group.writes.length > 0);
}

/** What a person can do about it, in a sentence; undefined where there is nothing to do. */
export function whatToDo({ state, needsOther, sourceLabel, receipt }: WriteBackView): string | undefined {
  switch (state) {
    case 'waits for approval':
      return needsOther ? 'You proposed it: another person has to approve it.' : 'Approve it, or reject it: nothing is sent before.';
    case 'stale':
      return 'Something else is registered by now. Plan it again, or leave it.';
    case 'source changed':
      return `${sourceLabel} held something else when it was to be sent, so nothing was written. Plan it again on what it holds now, or take its value.`;
    case 'not kept':
      return `${sourceLabel} says something else since. Plan it again, or take its value.`;
    case 'not sent':
      return 'The registered value had changed before it could be sent. Plan it again.';
    case 'refused':
      return `${sourceLabel} did not take it. ${receipt?.problem?.wayOut ?? 'Plan it again when that is mended.'}`;
    case 'outcome unknown':
      return 'It was sent and no answer came. The source is read before it is tried again.';
    case 'approved':
      return receipt?.problem ? `It is tried again: ${receipt.problem.message}.` : 'It is sent as soon as the source can be reached.';
    default:
      return undefined;
  }
}

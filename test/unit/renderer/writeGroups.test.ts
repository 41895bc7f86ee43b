import { describe, expect, it } from 'vitest';
import { whatToDo, writeGroups } from '../../../renderer/writeBack/writeGroups.ts';
import type { WriteBackState, WriteBackView } from '../../../shared/register/view.ts';

const STATES: readonly WriteBackState[] = [
  'waits for approval',
  'stale',
  'rejected',
  'approved',
  'sending',
  'outcome unknown',
  'waits for confirmation',
  'confirmed',
  'not kept',
  'source changed',
  'refused',
  'not sent',
  'ended',
];
const view = (state: WriteBackState, rest: Partial<WriteBackView> = {}): WriteBackView =>
  ({ digest: state, state, latest: true, agrees: false, needsOther: false, sourceLabel: 'the database', ...rest }) as WriteBackView;
const grouped = (views: readonly WriteBackView[]) =>
  Object.fromEntries(writeGroups(views).map(({ name, writes }) => [name, writes.map((one) => one.state)]));

describe('[WB12] what was sent, in groups', () => {
  it('each state has its place, what needs a person first', () => {
    const groups = writeGroups(STATES.map((state) => view(state)));
    expect(groups.map(({ name }) => name)).toEqual(['Needs a person', 'Waits for approval', 'On the way', 'Done']);
    expect(grouped(STATES.map((state) => view(state)))).toEqual({
      'Needs a person': ['stale', 'not kept', 'source changed', 'refused', 'not sent'],
      'Waits for approval': ['waits for approval'],
      'On the way': ['approved', 'sending', 'outcome unknown', 'waits for confirmation'],
      Done: ['rejected', 'confirmed', 'ended'],
    });
  });

  it('trouble is over once the source agrees, or something newer was proposed for the same place', () => {
    expect(grouped([view('source changed', { agrees: true }), view('refused', { latest: false })])).toEqual({
      Done: ['source changed', 'refused'],
    });
  });

  it('whoever looks is told what to do, wherever there is something to do', () => {
    const silent = STATES.filter((state) => whatToDo(view(state)) === undefined);
    expect(silent).toEqual(['rejected', 'sending', 'waits for confirmation', 'confirmed', 'ended']);
    expect(whatToDo(view('waits for approval', { needsOther: true }))).toContain('another person');
    const problem = { code: 'forbidden', message: 'm', retry: false, wayOut: 'Run the statements.' } as const;
    expect(whatToDo(view('refused', { receipt: { problem } as never }))).toContain('Run the statements.');
  });
});

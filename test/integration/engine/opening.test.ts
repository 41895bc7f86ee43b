import { describe, expect, it } from 'vitest';
import { engineApi } from '../../../renderer/engine/engineApi.ts';
import type { Joining } from '../../../renderer/engine/joining.ts';
import { Opening } from '../../../renderer/engine/opening.ts';
import type { SpaceSession } from '../../../renderer/engine/spaceSession.ts';
import type { EngineApi, EngineStatus } from '../../../shared/bridge/engine.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { ExternalId, SourceId } from '../../../shared/model/ids.ts';
import { encodeRecord } from '../../../shared/model/record.ts';
import { Register } from '../../../shared/register/register.ts';
import type { Query } from '../../../shared/register/view.ts';
import { estateRecord } from '../../bench/estate.ts';

const ALL: Query = { text: '', sort: [] };
const SOURCE = 'estate' as SourceId;

/** A space of which so many records have come from disk. */
function openedSpace(records: number): { api: EngineApi; opening: Opening; take: (more: number) => void } {
  const register = new Register({ ledger: new LedgerState(), now: 0 });
  const opening = new Opening();
  let taken = 0;
  const take = (more: number): void => {
    for (const end = taken + more; taken < end; taken++) {
      const record = estateRecord(taken);
      register.applyRecords(SOURCE, [{ externalId: record.externalId as ExternalId, bytes: encodeRecord(record) }]);
    }
    opening.applied(more);
  };
  const session = { register, opening } as unknown as SpaceSession;
  opening.expect(20);
  take(records);
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  const api = engineApi({
    session: () => session,
    status: () => ({}) as EngineStatus,
    joining: {} as Joining,
    server: '',
    now: unused,
    random: unused,
    onOwnChange: unused,
  });
  return { api, opening, take };
}

describe('a start from disk that is under way', () => {
  it('[ENG13] rows are answered at once and say that they are not all', async () => {
    const { api, opening } = openedSpace(5);
    expect(await api.window(ALL, 0, 10)).toMatchObject({ total: 5, incomplete: true });
    expect(await api.counts()).toMatchObject({ identities: 5, incomplete: true });
    expect(opening.progress).toBe(0.25);
  });

  it('[ENG13] what must not be half of the truth waits for all of it', async () => {
    const { api, opening, take } = openedSpace(5);
    const asked = [api.ids(ALL), api.exportRows(ALL, ['name'], 'json'), api.inbox(), api.parties(), api.sources()] as const;
    let answered = 0;
    for (const one of asked) void one.then(() => answered++);
    take(15);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(answered).toBe(0);
    opening.end();
    expect(await asked[0]).toHaveLength(20);
    expect(JSON.parse(new TextDecoder().decode(await asked[1]))).toMatchObject({});
    const window = await api.window(ALL, 0, 10);
    expect([window.total, window.incomplete, opening.progress]).toEqual([20, undefined, undefined]);
  });
});

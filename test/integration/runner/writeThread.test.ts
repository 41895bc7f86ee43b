import { afterEach, describe, expect, it } from 'vitest';
import type { ExternalId, SourceId } from '../../../shared/model/ids.ts';
import type { PlannedWrite } from '../../../sync-server/connectors/writeBack.ts';
import { noKeychain } from '../../../sync-server/runner/keychain.ts';
import { configure } from '../../../sync-server/runner/settings.ts';
import { WriteThread } from '../../../sync-server/runner/writeThread.ts';
import { connector, SECRET } from '../../support/connectors/writingConnector.ts';

const REGISTERED = {
  kind: 'writing',
  module: new URL('../../support/connectors/writingConnector.ts', import.meta.url).href,
  load: async () => ({ connector }),
};
const threads: WriteThread[] = [];
async function newThread(timeout = '60s'): Promise<WriteThread> {
  const configured = await configure({ id: 'w' as SourceId, kind: 'writing', timeout }, [REGISTERED], Date.now());
  if (!configured.ok) throw new Error(configured.error.message);
  const thread = new WriteThread(configured.value, { uploads: '/nonexistent', ask: noKeychain });
  threads.push(thread);
  return thread;
}
afterEach(() => {
  for (const thread of threads.splice(0)) thread.end();
});
const wish = (externalId: string) => ({ externalId: externalId as ExternalId, field: 'owner', value: 'Payments' });
const write = (externalId: string): PlannedWrite => ({
  ...wish(externalId),
  externalId: externalId as ExternalId,
  target: 't',
  from: null,
  to: 'Payments',
  version: '1',
  statement: 's',
});

describe('[WB10] the thread that plans and sends', () => {
  it('answers one request after the other in one thread', async () => {
    const thread = await newThread();
    for (const count of [1, 2, 3]) expect(await thread.plan(wish('a'))).toMatchObject({ ok: true, value: { target: `asked ${count}` } });
    expect(await thread.write(write('a'))).toEqual({ kind: 'applied', version: '2' });
  });

  it.each(['crash', 'exit'])('%s in the middle of a write is unknown, never refused; the next request has a new thread', async (how) => {
    const thread = await newThread();
    await thread.plan(wish('a'));
    const outcome = await thread.write(write(how));
    expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'crashed' } });
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
    expect(await thread.plan(wish('a'))).toMatchObject({ ok: true, value: { target: 'asked 1' } });
  });

  it('a write that never answers is unknown after the source’s timeout', async () => {
    const thread = await newThread('1s');
    expect(await thread.write(write('hang'))).toMatchObject({ kind: 'unknown', problem: { code: 'timed out' } });
  });

  it('[WB11] no secret leaves it: not in a plan, in what the source holds now, or in a message', async () => {
    const thread = await newThread();
    const answers = [await thread.plan(wish('secret')), await thread.write(write('changed')), await thread.plan(wish('unreachable'))];
    expect(answers).toMatchObject([
      { ok: false, error: { code: 'misconfigured' } },
      { kind: 'changed', now: 'token [redacted]' },
      { ok: false, error: { code: 'unreachable' } },
    ]);
    expect(JSON.stringify(answers)).not.toContain(SECRET);
    expect(await thread.plan(wish('long'))).toMatchObject({ ok: false, error: { code: 'too large' } });
  });
});

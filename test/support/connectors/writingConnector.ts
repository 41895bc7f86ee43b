import * as z from 'zod';
import { err, ok } from '../../../shared/base/result.ts';
import { MINUTE } from '../../../shared/base/time.ts';
import { type Connector, problem } from '../../../sync-server/connectors/connector.ts';

/** What its source does is written in the external id that is asked for: for tests of the thread that plans and sends. */
const settings = z.object({});
export const SECRET = `ghp_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`;
let asked = 0;

export const connector: Connector<z.infer<typeof settings>> = {
  kind: 'writing',
  settings,
  fields: ['name', 'owner'],
  traits: () => ({
    mechanism: 'poll',
    cadence: MINUTE,
    levels: { reporting: MINUTE, control: null },
    lag: 0,
    private: false,
    watch: [],
    label: 'Writing',
  }),
  list: async function* () {},
  writes: ['owner'],
  async planWrite(_context, { externalId, field, value }) {
    asked++;
    if (externalId === 'unreachable') return err(problem('unreachable', `no answer to ${SECRET}`, true));
    const from = externalId === 'secret' ? SECRET : externalId === 'long' ? 'x'.repeat(20_000) : null;
    return ok({
      externalId,
      field,
      target: `asked ${asked}`,
      from,
      to: value === null ? null : String(value),
      version: '1',
      statement: 's',
    });
  },
  async write(_context, { externalId }) {
    if (externalId === 'crash') throw new RangeError(`with ${SECRET} in it`);
    if (externalId === 'exit') process.exit(0);
    if (externalId === 'hang') await new Promise(() => undefined);
    if (externalId === 'changed') return { kind: 'changed', now: `token ${SECRET}`, version: '2' };
    return { kind: 'applied', version: '2' };
  },
};

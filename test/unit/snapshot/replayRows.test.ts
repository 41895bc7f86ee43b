import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { PortableRow } from '../../../shared/register/portableRow.ts';
import type { Register } from '../../../shared/register/register.ts';
import { RowsReader } from '../../../shared/register/rowsReader.ts';
import type { Query } from '../../../shared/register/view.ts';
import { ReplayWorld } from './replayWorld.ts';

const ask = (text: string, rest: Partial<Query> = {}): Query => ({ text, sort: [], ...rest });
const ALL = ['excluded', 'archived', 'parties', 'workloads'] as const;

const QUERIES: readonly Query[] = [
  ...['', 'owner:none', 'owner:payments', '-owner:any', 'is:drift', 'is:conflict', 'is:unregistered', 'is:overdue'],
  ...['is:expiring', 'is:privileged', 'is:gained', 'is:held', 'is:excluded', 'is:retired', 'is:stale', 'is:unknown', 'is:private'],
  ...['svc', '-svc', 'deploy payments', 'zoë', 'kelvin', '"<b>x</b>"', 'prod', 'cannot:evaluate', 'cannot:owner-gone', 'cannot:expiring'],
  ...[
    'finding:no-owner',
    'age>90d',
    'age<400d',
    'expires<30d',
    'lastused>1w',
    'source:AWS',
    'source:ldap',
    'tag:none',
    'nosuch',
    'is:nosuch',
  ],
].map((text) => ask(text));

const FURTHER: readonly Query[] = [
  ask('', { where: 'row.owner == "" && row.environment == "production"' }),
  ask('', { where: 'row.ownerReference.startsWith("party:")' }),
  ask('svc', { where: 'row.overdue' }),
  ask('', { where: 'row.nosuch ==' }),
  ask('', { include: ALL }),
  ask('payments', { include: ['parties'] }),
  ask('owner:any', { include: ['excluded', 'archived'] }),
  ...(['name', 'owner', 'asOf', 'credential', 'lastUsed', 'findings', 'created', 'access', 'states', 'tags'] as const).flatMap((column) => [
    ask('', { include: ALL, sort: [{ column, direction: 'descending' }] }),
    ask('', {
      sort: [
        { column: 'environment', direction: 'ascending' },
        { column, direction: 'ascending' },
      ],
    }),
  ]),
];

function lived(seed: number): Register {
  const world = new ReplayWorld(seed, 40);
  for (let index = 0; index < 300; index++) world.step();
  world.register.setNow(world.now);
  return world.register;
}

const overTheWire = (register: Register): PortableRow[] => JSON.parse(canonicalJson([...register.portableRows()])) as PortableRow[];

describe('[SNP23] rows that left the register', () => {
  it.each([11, 12, 13, 14])('answer every query, order and count as it does (seed %i)', (seed) => {
    const register = lived(seed);
    const reader = new RowsReader(overTheWire(register), register.rowsStanding());
    expect(reader.size).toBeGreaterThan(20);
    let hits = 0;
    for (const query of [...QUERIES, ...FURTHER]) {
      expect(reader.ids(query), canonicalJson(query)).toEqual(register.ids(query));
      expect(reader.window(query, 1, 7), canonicalJson(query)).toEqual(register.window(query, 1, 7));
      expect(reader.counts(query), canonicalJson(query)).toEqual(register.counts(query));
      if (register.ids(query).length > 0) hits++;
    }
    expect(hits).toBeGreaterThan(35);
    for (const id of register.ids(ask('', { include: ALL }))) expect(reader.row(id)).toEqual(register.row(id));
    expect(reader.row('f'.repeat(32) as never)).toBeUndefined();
  });

  it('are sent again unchanged', () => {
    const register = lived(15);
    expect(canonicalJson([...register.portableRows()])).toBe(canonicalJson(overTheWire(register)));
  });
});

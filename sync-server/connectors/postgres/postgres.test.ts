import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../shared/base/time.ts';
import { databaseProblem } from './client.ts';
import { connector } from './connector.ts';
import * as queries from './queries.ts';
import type { RoleRow, Snapshot } from './snapshot.ts';
import { toObservations } from './toObservations.ts';

const role = (oid: string, name: string, more: Partial<RoleRow> = {}): RoleRow => ({
  oid,
  name,
  login: true,
  superuser: false,
  createRole: false,
  createDatabase: false,
  replication: false,
  bypassRowSecurity: false,
  inherit: true,
  validUntil: null,
  comment: null,
  ...more,
});
const snapshot = (more: Partial<Snapshot>): Snapshot => ({
  asOf: '2026-01-02T03:04:05.000Z' as Instant,
  systemId: '7',
  server: 'db:5432',
  database: 'app',
  databaseOid: '5',
  version: 150_000,
  roles: [],
  memberships: [],
  grants: [],
  ...more,
});
const observed = (more: Partial<Snapshot>, builtIn = new Map<string, string>()) =>
  toObservations({ snapshot: snapshot(more), builtIn, problems: [] }).records;

const member = (group: string, of: string, more: object = {}) => ({ group, member: of, admin: false, inherits: null, ...more });
const group = (oid: string, name: string, more: Partial<RoleRow> = {}): RoleRow => role(oid, name, { login: false, ...more });

describe('roles', () => {
  it('a password that ran out is expired by the clock of the database', () => {
    const [past, future] = observed({
      roles: [
        role('1', 'past', { validUntil: '2026-01-02T03:04:04.000Z' as Instant }),
        role('2', 'future', { validUntil: '2026-01-02T03:04:06.000Z' as Instant }),
      ],
    });
    expect([past?.fields.status, future?.fields.status]).toEqual(['expired', 'enabled']);
  });

  it('rights come through every group on the way, shortest path first, also where groups form a ring', () => {
    const records = observed({
      roles: [role('1', 'bot'), group('2', 'inner'), group('3', 'outer', { superuser: true })],
      memberships: [member('2', '1'), member('3', '2'), member('2', '3')],
    });
    expect(records.find((record) => record.fields.name === 'bot')?.access).toEqual([
      { level: 'full', on: '*', boundary: 'db:5432', via: ['inner', 'outer'], native: 'SUPERUSER', certainty: 'upper bound' },
    ]);
  });

  it('a right that takes SET ROLE is an upper bound', () => {
    const grants = [
      {
        grantee: '2',
        on: 'table',
        schema: 's',
        privilege: 'SELECT',
        grantable: false,
        objects: 1,
        total: 2,
        examples: ['t'],
        owned: false,
      },
    ] as const;
    const certainty = (inherit: boolean, inherits: boolean | null) =>
      observed({ roles: [role('1', 'bot', { inherit }), group('2', 'readers')], memberships: [member('2', '1', { inherits })], grants })[0]
        ?.access?.[0]?.certainty;
    expect([certainty(true, null), certainty(false, null), certainty(false, true), certainty(true, false)]).toEqual([
      'exact',
      'upper bound',
      'exact',
      'upper bound',
    ]);
  });

  it('membership in a built-in role is a right, PUBLIC is everybody', () => {
    const [bot] = observed(
      {
        roles: [role('1', 'bot')],
        memberships: [member('90', '1')],
        grants: [
          {
            grantee: '0',
            on: 'schema',
            schema: 'public',
            privilege: 'CREATE',
            grantable: false,
            objects: 1,
            total: 1,
            examples: [],
            owned: false,
          },
        ],
      },
      new Map([['90', 'pg_read_server_files']]),
    );
    expect(bot?.access?.map(({ level, native, via }) => [level, native, via])).toEqual([
      ['secrets', 'pg_read_server_files', ['pg_read_server_files']],
      ['write', 'GRANT CREATE ON schema public', ['PUBLIC']],
    ]);
    expect(bot?.links).toEqual([{ relation: 'member-of', to: { alias: 'pg_read_server_files' }, certainty: 'exact' }]);
  });

  it('without the cluster identifier the address stands in, and more than 1,000 rights are cut and said', () => {
    const grants = Array.from({ length: 1_001 }, (_, index) => ({
      ...({ grantee: '1', on: 'table', schema: `s${index}`, privilege: 'SELECT', grantable: false } as const),
      ...{ objects: 1, total: 1, examples: ['t'], owned: false },
    }));
    const { records, problems } = toObservations({
      snapshot: { ...snapshot({ roles: [role('1', 'bot')], grants }), systemId: undefined },
      builtIn: new Map(),
      problems: [],
    });
    expect(records[0]?.keys).toEqual(['postgres:db:5432/5/1']);
    expect(records[0]?.access).toHaveLength(1_000);
    expect(problems).toMatchObject([{ code: 'too large' }]);
  });
});

describe('what is asked', () => {
  it('never names the column of passwords or its table', () => {
    const text = Object.values(queries)
      .filter((value) => typeof value === 'string')
      .join('\n');
    expect(text).toContain('pg_roles');
    expect(text).not.toMatch(/rolpassword|pg_authid\b(?!')|pg_shadow/);
  });

  it('least rights quote names', () => {
    expect(queries.leastRights('a"b', 'd')).toContain('CREATE ROLE "a""b" LOGIN;');
  });
});

describe('errors', () => {
  const failure = (code: string, message = 'role "x" password hunter2') => Object.assign(new Error(message), { code });
  it.each([
    ['28P01', 'unauthorized', false],
    ['28000', 'unauthorized', false],
    ['3D000', 'not found', false],
    ['42501', 'forbidden', false],
    ['57014', 'timed out', true],
    ['57P01', 'unreachable', true],
    ['ECONNREFUSED', 'unreachable', true],
    ['ENOTFOUND', 'unreachable', true],
  ])('%s is %s', (state, code, retry) => {
    const problem = databaseProblem(failure(state), 'db:5432');
    expect(problem).toMatchObject({ code, retry });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});

describe('settings', () => {
  it.each(['', 'mysql://a@b/c', 'postgres://user:word@host/db', 'postgres://user@host/db?password=word', 'not an address'])(
    '%j is refused',
    (url) => {
      const parsed = connector.settings.safeParse({ url });
      expect(parsed.success).toBe(false);
      expect(JSON.stringify(parsed.error)).not.toContain('word@');
    },
  );

  it('a password is a reference', () => {
    expect(connector.settings.safeParse({ url: 'postgres://a@b/c', password: 'word' }).success).toBe(false);
    expect(connector.settings.safeParse({ url: 'postgres://a@b/c', password: { env: 'P' } }).success).toBe(true);
  });
});

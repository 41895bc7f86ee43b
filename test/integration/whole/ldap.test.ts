import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IdentityView, Row } from '../../../shared/register/view.ts';
import { type Slapd, SUFFIX, startSlapd } from '../../servers/slapd.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';

const PASSWORD = 'a-test-password';
const [PEOPLE, SERVICES] = [`ou=people,${SUFFIX}`, `ou=services,${SUFFIX}`];
let folder: string;
let slapd: Slapd | { readonly unavailable: string };
let server: AppServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-whole-'));
  slapd = await startSlapd(PASSWORD);
  if ('unavailable' in slapd) return;
  const directory = {
    ...{ id: 'directory', kind: 'ldap', url: `ldap://127.0.0.1:${slapd.port}`, bindDn: `cn=admin,${SUFFIX}` },
    ...{ password: { env: 'LDAP_PASSWORD' }, ownerAttribute: 'seeAlso', schedule: 'every 1h' },
  };
  const sources = join(folder, 'sources.json');
  writeFileSync(sources, JSON.stringify({ sources: [directory] }));
  server = await startAppServer({ args: ['--sources', sources], environment: { LDAP_PASSWORD: PASSWORD } });
});
afterAll(async () => {
  await server?.dispose();
  if (slapd && !('unavailable' in slapd)) await slapd.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const json = async <T>(...command: string[]): Promise<T> => {
  const { stdout, stderr } = await server.muster(...command, '--format', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
};
const discover = async (): Promise<string> =>
  (await json<{ outcome: string }[]>('discover', '--source', 'directory'))[0]?.outcome ?? 'none';
const rowOf = async (name: string): Promise<Row | undefined> => (await json<Row[]>('list')).find((row) => row.name === name);
const ownerGone = async (name: string): Promise<string | undefined> => {
  const view = await json<IdentityView>('show', (await rowOf(name))?.id ?? '');
  return view.findings.find(({ rule }) => rule === 'owner-gone')?.verdict;
};

describe('[FIN3, LDP4] an owner who leaves, from the directory to the register', () => {
  it('is found on what they own when they are disabled, and when they are deleted', async (context) => {
    if ('unavailable' in slapd) return context.skip(slapd.unavailable);
    for (const uid of ['ana', 'bo']) {
      await slapd.add(`uid=${uid},${PEOPLE}`, {
        objectClass: 'inetOrgPerson',
        uid,
        cn: `${uid} Example`,
        sn: 'Example',
        mail: `${uid}@example.org`,
      });
      await slapd.add(`uid=${uid}-batch,${SERVICES}`, { objectClass: 'account', uid: `${uid}-batch`, seeAlso: `uid=${uid},${PEOPLE}` });
    }
    await slapd.add(`uid=nightly,${SERVICES}`, { objectClass: 'account', uid: 'nightly' });
    expect(await discover()).toBe('complete');
    expect(await rowOf('ana-batch')).toMatchObject({ owner: { text: 'ana Example' }, observed: 'enabled' });
    await server.muster('set', (await rowOf('nightly'))?.id ?? '', 'owner=bo@example.org', '--why', 'he built it');
    expect(await rowOf('nightly')).toMatchObject({ owner: { text: 'bo Example' } });
    expect([await ownerGone('ana-batch'), await ownerGone('bo-batch'), await ownerGone('nightly')]).toEqual(['clear', 'clear', 'clear']);

    await slapd.set(`uid=ana,${PEOPLE}`, 'pwdAccountLockedTime', ['000001010000Z']);
    expect(await discover()).toBe('complete');
    expect([await ownerGone('ana-batch'), await ownerGone('bo-batch')]).toEqual(['found', 'clear']);

    await slapd.admin((client) => client.del(`uid=bo,${PEOPLE}`));
    expect(await discover()).toBe('complete');
    expect([await ownerGone('ana-batch'), await ownerGone('bo-batch'), await ownerGone('nightly')]).toEqual(['found', 'found', 'found']);
    expect(await rowOf('nightly')).toMatchObject({ owner: { text: 'bo Example' } });

    await slapd.stop();
    expect(await discover()).toBe('failed');
    expect(await rowOf('nightly')).toMatchObject({ observed: 'enabled' });
  });
});

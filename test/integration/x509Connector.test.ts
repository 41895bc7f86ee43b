import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import { connector } from '../../sync-server/connectors/x509/connector.ts';
import { freePort } from '../servers/postgres.ts';
import { type Authority, startAuthority, startTlsServer } from '../servers/tls.ts';
import { collect, reread } from '../support/collect.ts';

let authority: Authority;
let unavailable: string | undefined;
const folder = mkdtempSync(join(tmpdir(), 'muster-x509-'));

beforeAll(() => {
  const started = startAuthority();
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
  } else authority = started;
});
afterAll(() => {
  authority?.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const write = (path: string, content: string | Uint8Array): string => {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};
const spkiOf = (pem: string): string =>
  execFileSync('sh', ['-c', 'openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -r'], { input: pem })
    .toString()
    .slice(0, 64);

describe('certificates in files', () => {
  it('[OBS33] reads PEM and DER, and of a file with a private key only the certificate', async () => {
    const made = authority.issue({ name: 'api.example.org', days: 30, alternatives: 'DNS:api.example.org,DNS:www.example.org' });
    write('site/both.pem', made.key + made.certificate);
    write('site/api.der', new X509Certificate(made.certificate).raw);
    write('site/only.key.pem', made.key);
    const run = await collect(connector, { paths: [join(folder, 'site')] });
    expect([...run.done.values()]).toMatchObject([{ outcome: 'complete', problems: [] }]);
    expect(run.records.map((record) => record.fields.location)).toEqual([join(folder, 'site/api.der'), join(folder, 'site/both.pem')]);
    expect(new Set(run.records.map((record) => record.keys[0])).size).toBe(1);
    const leaf = new X509Certificate(made.certificate);
    expect(run.records[0]).toMatchObject({
      type: 'credential',
      kind: 'certificate',
      aliases: ['CN=api.example.org', 'api.example.org', 'www.example.org'],
      fields: {
        name: 'api.example.org',
        created: new Date(leaf.validFrom).toISOString(),
        expires: new Date(leaf.validTo).toISOString(),
        fingerprint: `spki:sha256:${spkiOf(made.certificate)}`,
        serial: leaf.serialNumber.toLowerCase(),
        issuer: 'CN=Example Root, O=Example',
        algorithm: 'RSA 2048',
      },
    });
    const line = made.key.split('\n')[3] ?? '';
    expect(line.length).toBeGreaterThan(40);
    expect(JSON.stringify(run.messages)).not.toContain(line);
  });

  it('keys certificates by issuer and serial, and finds them by a pattern', async () => {
    const made = authority.issue({ name: 'renewed.example.org', days: 10 });
    write('renew/a.pem', made.certificate);
    const other = authority.issue({ name: 'other.example.org', days: 10 });
    write('renew/b.pem', other.certificate);
    const { records } = await collect(connector, { paths: [join(folder, 'renew/*.pem')] });
    expect(records).toHaveLength(2);
    const issuers = new Set(records.map((record) => record.keys[0]?.split('/')[0]));
    expect(issuers.size).toBe(1);
    expect(new Set(records.flatMap((record) => record.keys)).size).toBe(2);
  });

  it('lists who proves itself, not the authorities of a chain or bundle', async () => {
    const made = authority.issue({ name: 'chain.example.org', days: 30 });
    write('bundles/fullchain.pem', made.certificate + authority.certificate);
    write('bundles/ca-bundle.crt', authority.certificate.repeat(3));
    write('bundles/root.crt', authority.certificate);
    const { records } = await collect(connector, { paths: [join(folder, 'bundles')] });
    expect(records.map((record) => record.fields.name).sort()).toEqual(['Example Root', 'chain.example.org']);
  });

  it('a SPIFFE certificate proves a workload identity', async () => {
    const id = 'spiffe://example.org/payments/api';
    const made = authority.issue({ name: 'workload', days: 1, alternatives: `URI:${id}` });
    write('spiffe/svid.pem', made.certificate);
    const { records } = await collect(connector, { paths: [join(folder, 'spiffe')] });
    const identity = records.find((record) => record.type === 'identity');
    expect(identity).toMatchObject({ kind: 'workload identity', subtype: 'spiffe.id', aliases: [id], fields: { name: id } });
    const certificate = records.find((record) => record.type === 'credential');
    expect(identity?.links).toEqual([{ relation: 'has-credential', to: { externalId: certificate?.externalId }, certainty: 'exact' }]);
  });

  it('a damaged block makes its path partial, a path that is not there failed; neither touches the others', async () => {
    const good = write('good/a.pem', authority.issue({ name: 'good.example.org', days: 5 }).certificate);
    const bad = write('bad/a.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const absent = join(folder, 'absent');
    const run = await collect(connector, { paths: [bad, absent, good] });
    const outcomes = [bad, absent, good].map((path) => run.done.get(`path/${path}` as CoverageId)?.outcome);
    expect(outcomes).toEqual(['partial', 'failed', 'complete']);
    expect(run.records).toHaveLength(1);
  });
});

describe('certificates that endpoints present', () => {
  it('[OBS34] sees a renewal, and an endpoint that stops answering as failed', async () => {
    const first = authority.issue({ name: 'localhost', days: 5 });
    const server = await startTlsServer(first);
    const endpoint = `127.0.0.1:${server.port}`;
    const before = (await collect(connector, { endpoints: [endpoint] })).records[0];
    expect(before?.fields).toMatchObject({ location: endpoint, fingerprint: `spki:sha256:${spkiOf(first.certificate)}` });
    expect(before?.links).toContainEqual({ relation: 'presented-at', to: { alias: `tls://${endpoint}` }, certainty: 'exact' });

    server.present(authority.issue({ name: 'localhost', days: 90 }));
    const after = (await collect(connector, { endpoints: [endpoint] })).records[0];
    expect(after?.externalId).not.toBe(before?.externalId);
    const gone = await reread(connector, { endpoints: [endpoint] }, before?.externalId as ExternalId);
    expect(gone.messages).toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: before?.externalId }));

    await server.stop();
    const down = await collect(connector, { endpoints: [endpoint] });
    expect(down.records).toEqual([]);
    expect(down.done.get(`tls/${endpoint}` as CoverageId)).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'unreachable', retry: true }],
    });
    const silent = await reread(connector, { endpoints: [endpoint] }, after?.externalId as ExternalId);
    expect(silent.messages.some((message) => message.kind === 'deleted')).toBe(false);
  });

  it('one dead endpoint does not hide the others', async () => {
    const server = await startTlsServer(authority.issue({ name: 'localhost', days: 5 }));
    const dead = `127.0.0.1:${await freePort()}`;
    const run = await collect(connector, { endpoints: [dead, `localhost:${server.port}`] });
    await server.stop();
    expect([...run.done.values()].map(({ outcome }) => outcome)).toEqual(['failed', 'complete']);
  });
});

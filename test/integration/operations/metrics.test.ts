import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchor, type SourceId } from '../../../shared/model/ids.ts';
import { writeCertificates } from '../../../sync-server/cli/sample/certificates.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const folder = throwAwayDirectory();
let server: TestServer;
let device: TestDevice;

beforeAll(async () => {
  server = await startTestServer({ background: false });
  await writeCertificates(join(folder, 'canary-folder'), Date.now());
  const sources = { 'canary-good': [join(folder, 'canary-folder')], 'canary-bad': [join(folder, 'not-there')] };
  for (const [id, paths] of Object.entries(sources)) {
    await server.runner.add({ id, kind: 'x509', label: `canary-label ${id}`, paths }, { run: false });
    await server.runner.run(id as SourceId, 'person');
  }
  device = await (await TestDevice.enrol(server.launchLink(), { personName: 'canary-person' })).connect();
  await device.commit([{ kind: 'comment', anchors: [anchor.parse('a'.repeat(32))], text: 'canary-text' }]);
});
afterAll(async () => {
  device.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const page = async (): Promise<string> => (await fetch(`${server.address}/metrics`)).text();
const sampleOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1] ?? Number.NaN,
  );

describe('[OPS10] /metrics', () => {
  it('says what happened: places, sockets by kind of document, sources by outcome, the disk', async () => {
    const text = await page();
    expect(sampleOf(text, 'muster_ledger_place')).toBe(device.seen().place);
    expect(sampleOf(text, 'muster_commit_seconds_count')).toBeGreaterThan(1);
    expect(sampleOf(text, 'muster_commit_seconds_sum')).toBeGreaterThan(0);
    expect(sampleOf(text, 'muster_document_sockets{document="ledger"}')).toBe(1);
    expect(sampleOf(text, 'muster_document_sockets{document="outbox"}')).toBe(1);
    expect(sampleOf(text, 'muster_document_sockets{document="status"}')).toBe(0);
    expect(sampleOf(text, 'muster_sources{kind="x509",outcome="complete"}')).toBe(1);
    expect(sampleOf(text, 'muster_sources{kind="x509",outcome="failed"}')).toBe(1);
    expect(sampleOf(text, 'muster_source_age_seconds{kind="x509"}')).toBeLessThan(60);
    expect(sampleOf(text, 'muster_store_bytes{file="store"}') + sampleOf(text, 'muster_store_bytes{file="log"}')).toBeGreaterThan(10_000);
  });

  it('holds no name, id or path', async () => {
    const text = await page();
    expect(text).not.toContain('canary');
    expect(text).not.toContain(device.device);
    expect(text).not.toContain(server.data);
  });

  it('and its documentation name the same metrics', async () => {
    const served = [...(await page()).matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
    const documentation = readFileSync(new URL('../../../docs/operations/metrics.md', import.meta.url), 'utf8');
    const documented = [...documentation.matchAll(/`((?:muster|nodejs|process)_[a-z0-9_]*[a-z0-9])`/g)].map(([, name = '']) => name);
    const own = (names: readonly string[]): string[] => [...new Set(names.filter((name) => name.startsWith('muster_')))].sort();
    expect(own(documented)).toEqual(own(served));
    expect(served.filter((name) => !/^(muster|process|nodejs)_/.test(name))).toEqual([]);
    // What the kernel tells on Linux alone is not asked for elsewhere.
    if (process.platform === 'linux') expect(documented.filter((name) => !served.includes(name))).toEqual([]);
  });
});

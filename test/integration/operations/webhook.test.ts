import { createHmac, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Anchor } from '../../../shared/model/ids.ts';
import { webhookSettings } from '../../../shared/wire/webhook.ts';
import type { ChangeLine } from '../../../sync-server/core/changeLines.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';
import { enrolled } from '../../support/writeBackWorld.ts';

const SECRET = 'a-secret-that-signs-changes';
process.env.MUSTER_TEST_WEBHOOK = SECRET;

interface Heard {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Somebody else's program that is told of changes, and answers as the test says. */
class Receiver {
  readonly heard: Heard[] = [];
  status = 200;
  retryAfter: string | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        this.heard.push({ headers: request.headers, body });
        response.writeHead(this.status, this.retryAfter === undefined ? {} : { 'retry-after': this.retryAfter }).end();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}/changes`;
  }
  lines(): ChangeLine[] {
    return this.heard.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as ChangeLine),
    );
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** What a receiver does, written from the documentation alone. */
function isAuthentic({ headers, body }: Heard): boolean {
  const said = String(headers['x-muster-signature']);
  const expected = `v1=${createHmac('sha256', SECRET).update(`${headers['x-muster-timestamp']}.${body}`).digest('hex')}`;
  return said.length === expected.length && timingSafeEqual(Buffer.from(said), Buffer.from(expected));
}

const comment = (text: string) => [{ kind: 'comment' as const, anchors: ['c'.repeat(32) as Anchor], text }];
const places = (receiver: Receiver): number[] => receiver.lines().map(({ place }) => place);

describe('[OPS16] a webhook', () => {
  let data: string;
  let server: TestServer;
  let owner: TestDevice;
  let receiver: Receiver;
  beforeAll(async () => {
    data = throwAwayDirectory();
    server = await startTestServer({ data });
    owner = await (await TestDevice.enrol(server.launchLink())).connect();
  });
  afterAll(async () => {
    owner.close();
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });
  afterEach(() => receiver.close());
  const put = async (since?: number): Promise<number> => {
    receiver = await Receiver.open();
    const settings = { url: receiver.url, secret: { env: 'MUSTER_TEST_WEBHOOK' }, ...(since === undefined ? {} : { since }) };
    return (await owner.request('PUT', '/api/webhook', settings)).status;
  };

  it('is told every entry in order, each with a signature that holds, and nothing that was before unless asked', async () => {
    expect(await put()).toBe(200);
    const before = server.core.ledger.place;
    for (const text of ['one', 'two', 'three']) await owner.commit(comment(text));
    await expect.poll(() => places(receiver)).toEqual([before + 1, before + 2, before + 3]);
    expect(receiver.heard.every(isAuthentic)).toBe(true);
    const [first] = receiver.heard;
    expect(first?.headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'x-muster-space': owner.space });
    expect(isAuthentic({ headers: first?.headers ?? {}, body: `${first?.body} ` })).toBe(false);
    expect(JSON.stringify(receiver.heard)).not.toContain(SECRET);
    receiver.close();
    await put(0);
    await expect.poll(() => places(receiver)).toEqual(Array.from({ length: before + 3 }, (_, index) => index + 1));
  });

  it('what is not taken is tried again, the same and in order, and only then goes on', async () => {
    await put();
    receiver.status = 503;
    const before = server.core.ledger.place;
    await owner.commit(comment('a'));
    await expect.poll(() => receiver.heard.length).toBeGreaterThan(1);
    const { body } = await owner.request('GET', '/api/webhook');
    expect(body).toMatchObject({ place: before, waiting: 1, last: { ok: false, message: 'it answered 503' }, nextTry: expect.any(String) });
    expect(new Set(receiver.heard.map(({ headers }) => headers['x-muster-delivery'])).size).toBe(1);
    receiver.status = 204;
    await owner.commit(comment('b'));
    await expect
      .poll(async () => (await owner.request('GET', '/api/webhook')).body)
      .toMatchObject({ place: before + 2, waiting: 0, failures: 0 });
    expect([...new Set(places(receiver))]).toEqual([before + 1, before + 2]);
  });

  it('a receiver that asks for time gets it', async () => {
    await put();
    receiver.status = 429;
    receiver.retryAfter = '300';
    await owner.commit(comment('slow'));
    await expect.poll(() => receiver.heard.length).toBe(1);
    const { body } = await owner.request('GET', '/api/webhook');
    expect(Date.parse((body as { nextTry: string }).nextTry) - Date.now()).toBeGreaterThan(200_000);
  });

  it('goes on after a restart where it was, and is turned off', async () => {
    await put();
    receiver.status = 500;
    const before = server.core.ledger.place;
    await owner.commit(comment('before the restart'));
    await expect.poll(() => receiver.heard.length).toBeGreaterThan(0);
    owner.close();
    await server.close();
    receiver.status = 200;
    server = await startTestServer({ data });
    await expect.poll(() => places(receiver).at(-1)).toBe(before + 1);
    owner = await (await TestDevice.enrol(server.launchLink())).connect();
    expect((await owner.request('DELETE', '/api/webhook')).status).toBe(200);
    const heard = receiver.heard.length;
    await owner.commit(comment('nobody is told'));
    expect((await owner.request('GET', '/api/webhook')).body).not.toHaveProperty('settings');
    expect(receiver.heard.length).toBe(heard);
  });

  it('is an administrator’s to set, and takes no plain http beyond this computer, no password and no secret', async () => {
    receiver = await Receiver.open();
    const steward = await enrolled(owner, 'steward');
    const settings = { url: receiver.url, secret: { env: 'MUSTER_TEST_WEBHOOK' } };
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await steward.request(method, '/api/webhook', method === 'PUT' ? settings : undefined)).status).toBe(403);
    steward.close();
    for (const url of ['http://example.org/x', 'https://user:word@example.org/', 'ftp://example.org/', 'http://127.0.0.1.example.org/'])
      expect(webhookSettings.safeParse({ ...settings, url }).success, url).toBe(false);
    expect(webhookSettings.safeParse({ ...settings, secret: SECRET }).success).toBe(false);
    expect((await owner.request('PUT', '/api/webhook', { ...settings, since: 1_000_000 })).status).toBe(400);
    expect((await owner.request('PUT', '/api/webhook', { ...settings, secret: { env: 'MUSTER_TEST_NOT_SET' } })).status).toBe(200);
    await owner.commit(comment('x'));
    await expect
      .poll(async () => (await owner.request('GET', '/api/webhook')).body)
      .toMatchObject({ last: { ok: false, message: expect.stringContaining('MUSTER_TEST_NOT_SET is not set') } });
    await owner.request('DELETE', '/api/webhook');
  });
});

describe('[OPS16] on the command line', () => {
  let server: AppServer;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.open();
    server = await startAppServer({ environment: { MUSTER_TEST_WEBHOOK: SECRET } });
  });
  afterAll(async () => {
    await server.dispose();
    receiver.close();
  });

  it('kill -9 between a delivery and its answer tells it again: at least once, and nothing is left out', async () => {
    const set = await server.muster('webhook', receiver.url, '--secret-env', 'MUSTER_TEST_WEBHOOK', '--since', '0');
    expect(set.stdout).toContain(`Changes are told to ${receiver.url}`);
    await expect.poll(() => places(receiver).length).toBeGreaterThan(0);
    receiver.status = 500;
    const told = receiver.heard.length;
    await server.muster('invite', '--role', 'reader');
    await expect.poll(() => receiver.heard.length).toBeGreaterThan(told);
    await server.kill();
    receiver.status = 200;
    await server.start();
    const { stdout } = await server.muster('changes', '--since', '0', '--format', 'ndjson');
    const all = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as ChangeLine).place);
    expect(all).toEqual(all.map((_, index) => index + 1));
    await expect.poll(() => [...new Set(places(receiver))]).toEqual(all);
    const later = await server.muster('changes', '--since', String(all.length - 1), '--limit', '5', '--format', 'ndjson');
    expect((JSON.parse(later.stdout) as ChangeLine).place).toBe(all.length);
    expect((await server.muster('webhook')).stdout).toContain(`Taken up to place ${all.length}`);
    expect((await server.muster('webhook', '--off')).stdout).toContain('No webhook');
    expect(await server.muster('webhook', receiver.url)).toMatchObject({ code: 2, stderr: expect.stringContaining('A webhook is signed') });
  });
});

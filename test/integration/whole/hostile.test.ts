import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { signedMessage } from '../../../shared/base/signature.ts';
import { putOutboxEntries } from '../../../shared/documents/outboxDocument.ts';
import { type EntryBytes, entryIdOf } from '../../../shared/model/entry.ts';
import type { Anchor, EntryId } from '../../../shared/model/ids.ts';
import type { Row } from '../../../shared/register/view.ts';
import { SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { TestDevice } from '../../support/testClient.ts';

const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
const REQUESTS = 10_000;
/** Sent in every place of a request; must never be seen in a log. */
const MARK = 'k7Qv-must-not-be-logged-9Zx';

let folder: string;
let server: AppServer;
let device: TestDevice;
let log = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-hostile-'));
  log = join(folder, 'log');
  server = await startAppServer({ environment: { MUSTER_LOG: 'debug' }, log });
  device = await TestDevice.enrol(server.launchLink());
});
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const alive = async (): Promise<number> => (await fetch(`${server.address}/healthz`)).status;
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** JSON as text, because that is how an attacker writes it. */
const BODIES: readonly string[] = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `{"device":${nested(20_000)}}`,
  `{"id":"a","kind":"file","path":"x.csv","guard":${nested(20_000)}}`,
  `{"id":"a","kind":"file","path":"${'x'.repeat(1_000_000)}"}`,
  `{"id":"a","kind":"__proto__"}`,
  `{"id":"__proto__","kind":"file","path":"x.csv"}`,
  `{"id":"constructor","kind":"toString"}`,
  `{"${'k'.repeat(1_000_000)}":1}`,
  `{"token":"${MARK}","device":"${MARK}","proof":"${MARK}","label":"${MARK}"}`,
  '{"only":["__proto__"]}',
  '{"a":1e999,"b":-0,"c":"\\u0000\\ud800"}',
  '[]',
  'null',
  '"text"',
  '',
  '{',
  '\u0000\u0001\u0002',
];
const PATHS: readonly (readonly [string, string])[] = [
  ['POST', '/api/auth/nonce'],
  ['POST', '/api/auth/ticket'],
  ['POST', '/api/enrol'],
  ['POST', '/api/invitations'],
  ['POST', '/api/sources'],
  ['PUT', '/api/sources/a'],
  ['PUT', '/api/sources/__proto__'],
  ['POST', '/api/sources/dry-run'],
  ['POST', '/api/sources/a/run'],
  ['POST', '/api/sources/a/reread'],
  ['POST', `/api/plans/${'a'.repeat(64)}/apply`],
  ['POST', '/api/local/list'],
  ['POST', '/api/local/__proto__'],
  ['POST', '/api/local/constructor'],
];

describe('[SYN] hostile bodies', () => {
  it('every body at every address is refused with a reason that repeats nothing of it, and harms nothing', async () => {
    const authorization = `Bearer ${await device.ticket()}`;
    for (const [method, path] of PATHS)
      for (const body of BODIES) {
        const reply = await fetch(server.address + path, { method, body, headers: { authorization, 'content-type': 'application/json' } });
        const text = await reply.text();
        expect([method, path, body.slice(0, 60), reply.status]).toEqual([
          method,
          path,
          body.slice(0, 60),
          expect.toSatisfy((status: number) => status < 500),
        ]);
        expect(text.length).toBeLessThan(10_000);
        expect(text).not.toContain(MARK);
      }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(await alive()).toBe(200);
    const { body } = await device.request('GET', '/api/sources');
    for (const { id } of (body as { sources: { id: string }[] }).sources) await device.request('DELETE', `/api/sources/${id}`);
  }, 60_000);

  it('no path leaves the app: traversal in every spelling is answered with the app or with nothing', async () => {
    const { request } = await import('node:http');
    const raw = (path: string): Promise<{ status: number; body: string }> =>
      new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port: server.port, path, headers: { host: `127.0.0.1:${server.port}` } }, (reply) => {
          let body = '';
          reply.on('data', (chunk: Buffer) => {
            body += chunk.toString('latin1');
          });
          reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body }));
        })
          .on('error', reject)
          .end();
      });
    const ups = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..\\', '..%5c', '..%252f', '....//', '..;/', '.%00./'];
    for (const up of ups)
      for (const start of ['/', '/assets/', '/api/../', '//']) {
        for (const target of ['etc/passwd', 'package.json', 'sync-server/server.ts']) {
          const { status, body } = await raw(start + up.repeat(8) + target);
          expect([up, start, target, status < 500, /root:x:|"devDependencies"|startServer/.test(body)]).toEqual([
            up,
            start,
            target,
            true,
            false,
          ]);
        }
      }
  });
});

describe('[SYN] hostile entries', () => {
  it.each([
    ['nested deeper than a stack', nested(120_000)],
    ['an object nested deeper than a stack', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['names of every object', '{"__proto__":{"v":1},"constructor":1,"v":1}'],
    ['no JSON at all', '\u0000\u0001'],
    ['a megabyte', `"${'x'.repeat(1_000_000)}"`],
  ])('%s: the device is told, the server goes on', async (_name, text) => {
    const other = await TestDevice.resume(device).connect();
    const outbox = await other.open(`outbox/${device.device}`);
    const closed = outbox.closed();
    const signature = new Uint8Array(64);
    putOutboxEntries(outbox.doc, [
      { id: 'f'.repeat(64) as EntryId, bytes: new Uint8Array([...signature, ...new TextEncoder().encode(text)]) as EntryBytes },
    ]);
    expect((await closed).code).toBe(4422);
    other.close();
    expect(await alive()).toBe(200);
  });
});

describe('[SYN] entries that are signed and hostile all the same', () => {
  it.each([100, 1_000, 2_000, 3_000, 4_000, 6_000, 8_000, 50_000])(
    'a value nested %i deep is refused or void, and the next edit is placed',
    async (depth) => {
      const author = await (await TestDevice.enrol(await launchLink())).connect();
      const said = { v: 1, space: author.space, device: author.device, prev: null, at: '2026-01-01T00:00:00.000Z', seen: author.seen() };
      const act = { kind: 'set', anchors: ['d'.repeat(32)], field: 'purpose', value: 'HERE' };
      const body = utf8(canonicalJson({ ...said, acts: [act] }).replace('"HERE"', nested(depth)));
      const signature = await author.signer.sign(signedMessage('muster/entry/1', body));
      const outbox = await author.open(`outbox/${author.device}`);
      const closed = outbox.closed();
      const id = entryIdOf(body);
      putOutboxEntries(outbox.doc, [{ id, bytes: concatBytes(signature, body) as EntryBytes }]);
      const outcome = await Promise.race([closed.then(({ code }) => code), author.placed(id).then(({ receipt }) => receipt.void?.['0'])]);
      expect([4422, 'not a valid value']).toContain(outcome);
      author.close();
      const again = await TestDevice.resume(device).connect();
      await expect(
        again.commit([
          { kind: 'create', anchor: depth.toString(16).padStart(32, 'e') as Anchor, type: 'identity', recordKind: 'unknown', name: 'next' },
        ]),
      ).resolves.toHaveLength(1);
      device = again;
      again.close();
    },
  );
});

/** A further one-use link. */
async function launchLink(): Promise<string> {
  const { secret } = JSON.parse(readFileSync(join(server.data, 'server.json'), 'utf8')) as { secret: string };
  const headers = { 'content-type': 'application/json', 'x-muster-secret': secret };
  const reply = await fetch(`${server.address}/api/local/launch-link`, { method: 'POST', headers, body: '{}' });
  return ((await reply.json()) as { link: string }).link;
}

describe('[SYN] 10,000 random requests and frames', () => {
  it(`of seed ${SEED}: none is answered with a failure, none ends the server, nothing of them is in a log`, async () => {
    const ticket = await device.ticket();
    const segment = fc.oneof(
      fc.constantFrom(
        'api',
        'sync',
        'assets',
        'ledger',
        '0',
        'sources',
        'history',
        'evidence',
        'local',
        'plans',
        MARK,
        '__proto__',
        '%00',
        '..',
        'catalog',
      ),
      fc.string({ maxLength: 20 }).map(encodeURIComponent),
    );
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'),
      path: fc.array(segment, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
      query: fc.option(fc.constantFrom(`?token=${MARK}`, '?mode=x', '?name=a&name=b', '?__proto__[x]=1')),
      ticket: fc.constantFrom(ticket, MARK, ''),
      body: fc.option(fc.oneof(fc.json(), fc.string(), fc.constantFrom(...BODIES.filter(({ length }) => length < 1_000)))),
    });
    const samples = fc.sample(request, { numRuns: REQUESTS, seed: SEED });
    const failed: unknown[] = [];
    const send = async (one: (typeof samples)[number]): Promise<void> => {
      const hasBody = one.body !== null && !['GET', 'HEAD'].includes(one.method);
      const reply = await fetch(server.address + one.path + (one.query ?? ''), {
        method: one.method,
        redirect: 'manual',
        headers: { authorization: `Bearer ${one.ticket}`, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
        ...(hasBody ? { body: one.body as string } : {}),
      });
      await reply.arrayBuffer();
      // 503: the app is not built here.
      if (reply.status >= 500 && reply.status !== 503) failed.push([one.method, one.path, one.query, reply.status]);
    };
    for (let from = 0; from < samples.length; from += 50) await Promise.all(samples.slice(from, from + 50).map(send));
    expect(failed).toEqual([]);
    expect(await alive()).toBe(200);
  }, 120_000);

  it(`frames of seed ${SEED} to every kind of document`, async () => {
    const names = [
      'catalog',
      'ledger/0/0',
      `outbox/${device.device}`,
      `outbox/${'A'.repeat(43)}`,
      'source/a/0/0',
      'status/a/0',
      MARK,
      '%00',
      '../catalog',
    ];
    const update = Y.encodeStateAsUpdate(new Y.Doc());
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .tuple(fc.constantFrom(0, 1, 2, 3, 4, 127), fc.constantFrom(0, 1, 2, 3), fc.uint8Array({ maxLength: 200 }))
        .map(([a, b, rest]) => Uint8Array.of(a, b, ...rest)),
      fc.constant(Uint8Array.of(0, 2, update.length, ...update)),
      fc.constant(Uint8Array.of(0, 0, 255, 255, 255, 255, 15)),
      fc.constant(Uint8Array.of(1, 255, 255, 255, 127)),
    );
    const frames = fc.sample(frame, { numRuns: 2_000, seed: SEED });
    for (const [index, name] of names.entries()) {
      const mine = frames.filter((_, at) => at % names.length === index);
      for (let from = 0; from < mine.length; from += 20) await sendFrames(name, await device.ticket(), mine.slice(from, from + 20));
    }
    expect(await alive()).toBe(200);
    const other = await TestDevice.resume(device).connect();
    expect(other.ledger.place).toBeGreaterThan(0);
    other.close();
  }, 120_000);

  it('nothing that was sent is in the log', () => {
    const text = readFileSync(log, 'utf8');
    expect(text).toContain('"route"');
    expect(text).not.toContain(MARK);
    expect(text).not.toMatch(/Unhandled|uncaught|at .*\.ts:\d+/);
  });
});

function sendFrames(name: string, ticket: string, frames: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/sync/${name}`, [SUBPROTOCOL, ticket]);
    socket.on('open', () => {
      for (const frame of frames) if (socket.readyState === socket.OPEN) socket.send(frame);
      setTimeout(() => socket.close(), 5);
    });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
}

describe('[OBS] hostile content in every kind of source', () => {
  const long = 'L'.repeat(1_000_000);

  it('names of every object, control characters, right-to-left marks and strings of a megabyte are read harmlessly or named', async () => {
    const home = join(folder, 'home');
    const { mkdirSync } = await import('node:fs');
    for (const part of ['.ssh', '.aws', '.cursor', '.docker', '.kube']) mkdirSync(join(home, part), { recursive: true });
    writeFileSync(
      join(home, '.aws', 'credentials'),
      `[__proto__]\naws_access_key_id = AKIA${'A'.repeat(16)}\n[${long}]\naws_access_key_id = x\n`,
    );
    writeFileSync(
      join(home, '.cursor', 'mcp.json'),
      `{"mcpServers":{"__proto__":{"command":"x"},"constructor":{"command":"${long}"},"<img src=x>":{"url":"https://x.invalid"}}}`,
    );
    writeFileSync(join(home, '.docker', 'config.json'), `{"auths":{"__proto__":{"auth":"eA=="},"\\u202egro.elpmaxe":{"auth":"eA=="}}}`);
    writeFileSync(join(home, '.npmrc'), `//${long}/:_authToken=x\n//__proto__/:_authToken=y\n`);
    writeFileSync(join(home, '.ssh', 'id_\u202egnp.exe'), '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n');
    writeFileSync(
      join(folder, 'names.csv'),
      `Account,System,Purpose,__proto__\n__proto__,constructor,x,y\n<script>alert(1)</script>,"=1+1","\u0000\u001b[31m\u202e",z\nlong,${long},x,y\n`,
    );
    writeFileSync(
      join(folder, 'names.json'),
      `[{"name":"__proto__","__proto__":{"owner":"x"}},{"name":"toString","owner":"hasOwnProperty"},{"name":"${long}"},{"name":"deep","owner":${nested(20_000)}}]`,
    );
    writeFileSync(join(folder, 'junk.pem'), `-----BEGIN CERTIFICATE-----\n${long}\n-----END CERTIFICATE-----\n`);
    const sources = {
      sources: [
        { id: 'hostile-home', kind: 'workstation', home },
        { id: 'hostile-csv', kind: 'file', path: join(folder, 'names.csv') },
        { id: 'hostile-json', kind: 'file', path: join(folder, 'names.json') },
        { id: 'hostile-certs', kind: 'x509', paths: [join(folder, 'junk.pem'), join(folder, 'a\nb.pem')] },
        { id: 'hostile-db', kind: 'postgres', url: `postgres://__proto__@127.0.0.1:9/${'d'.repeat(200)}` },
      ],
    };
    const path = join(folder, 'hostile.json');
    writeFileSync(path, JSON.stringify(sources));
    const { stdout, stderr } = await server.muster('discover', '--sources', path, '--format', 'json');
    expect(stderr).toBe('');
    const outcomes = JSON.parse(stdout) as { source: string; outcome: string; problems: { message: string }[] }[];
    expect(outcomes.map(({ source }) => source)).toEqual(sources.sources.map(({ id }) => id));
    expect(outcomes.flatMap(({ problems }) => problems).filter(({ message }) => message.length > 600)).toEqual([]);
    expect(outcomes.filter(({ problems }) => problems.some(({ message }) => /unexpectedly/.test(message)))).toEqual([]);
    const rows = JSON.parse((await server.muster('list', '--format', 'json')).stdout) as Row[];
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['__proto__', '<script>alert(1)</script>', 'toString']));
    expect(rows.filter(({ name }) => name.length > 4_096)).toEqual([]);
    for (const command of [['list'], ['findings'], ['sources'], ['show', '__proto__'], ['discover']]) {
      const said = await server.muster(...command);
      expect([command, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(said.stdout + said.stderr)]).toEqual([
        command,
        false,
      ]);
    }
  }, 60_000);
});

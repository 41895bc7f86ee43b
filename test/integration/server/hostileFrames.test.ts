import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import { ledgerPlaces, ledgerValueAt } from '../../../shared/documents/ledgerDocument.ts';
import type { SignedEntry } from '../../../shared/ledger/author.ts';
import { decodeLedgerValue } from '../../../shared/model/entry.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import { CLOSE } from '../../../shared/wire/closeCodes.ts';
import type { Aim, AttackOrder, AttackReport } from '../../support/hostile/attack.ts';
import { hostileEntries } from '../../support/hostile/hostileEntries.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
const MB = 1024 * 1024;
const ANCHOR = 'a'.repeat(32) as Anchor;
/** Documents of one device each, and how many mutated frames go to them. Four devices attack their own outbox. */
const READ = { catalog: 1_500, 'ledger/0/0': 1_300, 'source/shared/0/0': 1_300, 'status/shared/0': 1_300 } as const;
const OWN = [1_000, 1_000, 1_000, 1_000] as const;
const CLOSED = { 'ledger/9/9': 200, 'outbox/of another': 300, '__proto__/%00/x': 100 } as const;

/** Each stock provider listens for the end of the process. */
process.setMaxListeners(60);

let child: ChildProcess;
let address = '';
let errors = '';
let ana: TestDevice;
let ben: TestDevice;
/** Everything that was said in earnest. */
const said = new Set<string>();

async function ask<T>(question: 'link' | 'memory'): Promise<T> {
  const answered = once(child, 'message');
  child.send(question);
  return ((await answered) as [T])[0];
}

const enrol = async (): Promise<TestDevice> => TestDevice.enrol((await ask<{ link: string }>('link')).link);

beforeAll(async () => {
  const program = fileURLToPath(new URL('../../support/measuredServer.ts', import.meta.url));
  child = fork(program, [throwAwayDirectory()], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, MUSTER_LOG: 'error' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  [{ address }] = (await once(child, 'message')) as [{ address: string }];
  ana = await (await enrol()).connect();
  ben = await (await enrol()).connect();
});
afterAll(() => {
  ana?.close();
  ben?.close();
  child?.kill();
});

/** One edit of Ana, until Ben has it. */
async function edit(): Promise<number> {
  const [entry] = await ana.sign([{ kind: 'comment', anchors: [ANCHOR], text: 'in earnest' }]);
  said.add((entry as SignedEntry).id);
  const started = performance.now();
  ana.send([entry as SignedEntry]);
  await ben.placed((entry as SignedEntry).id);
  return performance.now() - started;
}

const p99 = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;

/** What somebody new is shown: the catalog without its head, which moves with the ledger, and each document of the source to the byte. */
async function shown(): Promise<{ fixed: Record<string, string>; ledger: Map<number, string> }> {
  const device = await enrol();
  const fixed: Record<string, string> = {};
  for (const name of ['source/shared/0/0', 'status/shared/0']) {
    const { doc, synced } = await device.open(name);
    await synced;
    fixed[name] = Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64');
  }
  const catalog = await device.open('catalog');
  await catalog.synced;
  const { head: _moves, ...rest } = catalog.doc.getMap('catalog').toJSON();
  fixed.catalog = JSON.stringify(Object.entries(rest).sort());
  const ledger = await device.open('ledger/0/0');
  await ledger.synced;
  const values = new Map(ledgerPlaces(ledger.doc).map((place) => [place as number, hex(ledgerValueAt(ledger.doc, place))]));
  device.close();
  return { fixed, ledger: values };
}

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** Places of the ledger that nobody said in earnest; enrolments of the test's own devices are in earnest too. */
function strange(before: ReadonlyMap<number, string>, after: ReadonlyMap<number, string>): unknown[] {
  const changed = [...before].filter(([place, value]) => after.get(place) !== value);
  const added = [...after].flatMap(([place, value]) => {
    const entry = before.has(place) ? undefined : decodeLedgerValue(Uint8Array.from(Buffer.from(value, 'hex')))?.entry;
    return entry && !said.has(entry.id) && entry.acts.some(({ kind }) => kind !== 'enrol') ? [entry] : [];
  });
  return [...changed, ...added];
}

interface Memory {
  readonly live: number;
  readonly resident: number;
}

const megabytes = (bytes: number): string => (bytes / MB).toFixed(1);

/** What is closing has ten seconds to be gone. */
async function memoryBack(before: Memory): Promise<Memory> {
  let memory = await ask<Memory>('memory');
  for (let wait = 0; wait < 20 && memory.live - before.live > 50 * MB; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    memory = await ask('memory');
  }
  return memory;
}

async function editUntil(over: AbortSignal, times: number[]): Promise<void> {
  while (!over.aborted) {
    times.push(await edit());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function aimsOf(devices: readonly TestDevice[]): Promise<Aim[]> {
  const [forRead, forClosed, own] = [devices.slice(0, 4), devices.slice(4, 7), devices.slice(7)];
  const aim = async (device: TestDevice | undefined, document: string, mutations: number): Promise<Aim> => ({
    document: document.replace('of another', ana.device),
    ticket: (await device?.ticket()) ?? '',
    mutations,
  });
  return Promise.all([
    ...Object.entries(READ).map(([name, count], index) => aim(forRead[index], name, count)),
    ...Object.entries(CLOSED).map(([name, count], index) => aim(forClosed[index], name, count)),
    ...own.map((device, index) => aim(device, `outbox/${device.device}`, OWN[index] ?? 0)),
  ]);
}

async function attack(order: AttackOrder): Promise<AttackReport> {
  const program = fileURLToPath(new URL('../../support/hostile/attack.ts', import.meta.url));
  const attacker = fork(program, [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  attacker.send(order);
  const [report] = await once(attacker, 'message');
  return report as AttackReport;
}

/** Devices who each have one entry in the ledger, which they may send again. */
async function authors(count: number): Promise<{ devices: TestDevice[]; entries: SignedEntry[] }> {
  const devices: TestDevice[] = [];
  const entries: SignedEntry[] = [];
  while (devices.length < count) {
    const device = await (await enrol()).connect();
    entries.push(await inEarnest(device));
    devices.push(device);
  }
  return { devices, entries };
}

async function inEarnest(device: TestDevice): Promise<SignedEntry> {
  const [entry] = (await device.sign([{ kind: 'comment', anchors: [ANCHOR], text: 'mine' }])) as [SignedEntry];
  said.add(entry.id);
  device.send([entry]);
  await device.placed(entry.id);
  return entry;
}

it(`[HOS3, HOS4, HOS9] 10,000 mutated frames of seed ${SEED} and 1,000 hand-made ones harm nobody but their sender`, async () => {
  const borrowed = await inEarnest(ana);
  const { devices: mallories, entries: replayed } = await authors(OWN.length);
  const others: TestDevice[] = [];
  while (others.length < 7) others.push(await enrol());
  const hostile = await hostileEntries(mallories[0] as TestDevice, ana, borrowed.bytes);
  const present = await ben.open('catalog');
  present.provider.awareness.setLocalState({ record: 'where Ben is' });
  for (const device of mallories) device.close();

  const before = await shown();
  const quiet: number[] = [];
  for (let count = 0; count < 200; count++) quiet.push(await edit());
  const memoryBefore = await ask<Memory>('memory');
  const busy: number[] = [];
  const over = new AbortController();
  const working = editUntil(over.signal, busy);
  const report = await attack({
    address,
    seed: SEED,
    aims: await aimsOf([...others, ...mallories]),
    hostile: [...hostile.values()],
    replayed: replayed.map(({ id, bytes }) => [id, hex(bytes)]),
    other: present.doc.clientID,
  });
  over.abort();
  await working;

  const [calm, busyP99] = [p99(quiet), p99(busy)];
  const metrics = await (await fetch(`${address}/metrics`)).text();
  const after = await shown();
  const memory = await memoryBack(memoryBefore);
  process.stdout.write(
    [
      `hostile frames of seed ${SEED}: ${report.handMade} hand-made, ${report.mutated} mutated, in ${report.seconds.toFixed(1)} s`,
      `edits of others: p99 ${busyP99.toFixed(1)} ms of ${busy.length}, ${calm.toFixed(1)} ms of ${quiet.length} before`,
      `memory ${megabytes(memoryBefore.live)} → ${megabytes(memory.live)} MB live, ${megabytes(memoryBefore.resident)} → ${megabytes(memory.resident)} MB resident`,
      `closed: ${JSON.stringify(report.closes)}`,
      ...(metrics.match(/^muster_(refusals|entries_refused|frames_dropped)_total.*$/gm) ?? []),
      '',
    ].join('\n'),
  );

  expect([child.exitCode, (await fetch(`${address}/healthz`)).status, errors]).toEqual([null, 200, '']);
  expect(report.handMade).toBeGreaterThanOrEqual(1_000);
  expect(report.mutated).toBeGreaterThanOrEqual(10_000);
  expect(after.fixed).toEqual(before.fixed);
  expect(strange(before.ledger, after.ledger)).toEqual([]);
  // On a quiet machine it is below 250 ms; what must never be is that others stand still while one is hostile.
  expect(busyP99).toBeLessThanOrEqual(Math.max(1_000, 10 * calm));
  expect(memory.live - memoryBefore.live).toBeLessThan(50 * MB);
  // 1006: the network's own end, after pings without end.
  const ours: number[] = [...Object.values(CLOSE), 1006];
  const closed = Object.keys(report.closes).map(Number);
  expect(closed.filter((code) => !ours.includes(code))).toEqual([]);
  const met = [CLOSE.malformed, CLOSE.tooLarge, CLOSE.forbidden, CLOSE.unknownDocument, CLOSE.entryRefused];
  expect(met.filter((code) => !closed.includes(code))).toEqual([]);
  const there = (await ana.open('catalog')).provider.awareness.getStates().get(present.doc.clientID);
  expect(there).toMatchObject({ person: ben.person, record: 'where Ben is' });
  expectCounted(metrics);
}, 180_000);

/** Kinds that the campaign must have met, and labels that are words of ours alone. */
function expectCounted(metrics: string): void {
  const kinds = new Set([...metrics.matchAll(/^muster_refusals_total\{kind="([^"]*)"\}/gm)].map(([, kind]) => kind));
  const met = [
    'not for this principal',
    'no such document',
    'entry refused',
    'frame too large',
    'not a frame',
    'not a message',
    'not an update',
  ];
  expect([...met, 'clock out of bounds', 'not an entry of the outbox'].filter((kind) => !kinds.has(kind))).toEqual([]);
  expect(metrics.match(/^muster_entries_refused_total\{problem="bad signature"\} \d+/m)).not.toBeNull();
  const labels = [...metrics.matchAll(/^muster_(?:refusals|entries_refused|frames_dropped)_total\{\w+="([^"]*)"\}/gm)].map(
    ([, label]) => label,
  );
  expect(labels.filter((label) => !/^[a-zA-Z ]{3,40}$/.test(label ?? ''))).toEqual([]);
  expect(labels.length).toBeLessThan(50);
}

import { appendFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { threadId } from 'node:worker_threads';

/**
 * Loaded with `NODE_OPTIONS=--import` before everything else, in each process and each worker. Writes every attempt to reach something
 * to the file in `RECORD_CONNECTIONS`, and lets none leave this computer.
 */
const load = createRequire(import.meta.url);
const file = process.env.RECORD_CONNECTIONS ?? '';
const note = (kind: string, to: string): void => appendFileSync(file, `${JSON.stringify({ kind, to, pid: process.pid, threadId })}\n`);
const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\..*)$/.test(host);

class LeavesThisComputer extends Error {
  override readonly name = 'LeavesThisComputer';
}

function seen(kind: string, to: string): void {
  note(kind, to);
  if (!isLoopback(to)) throw new LeavesThisComputer(to);
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, unknown>;

/** Puts `before` in front of a method. */
function watch(owner: Methods, name: string, before: (args: readonly unknown[]) => void): void {
  const original = owner[name] as Callable;
  owner[name] = function watched(this: unknown, ...args: unknown[]): unknown {
    before(args);
    return original.apply(this, args);
  };
}

/** `connect` takes a port and a host, an object, a path, or what Node made of these already (an array). */
function targetOf(args: readonly unknown[]): string | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { host?: string; path?: string };
    return path === undefined ? (host ?? 'localhost') : undefined;
  }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return undefined;
  return typeof second === 'string' ? second : 'localhost';
}

const net = load('node:net') as { Socket: { prototype: Methods } };
watch(net.Socket.prototype, 'connect', (args) => {
  const target = targetOf(args);
  if (target !== undefined) seen('connect', target);
});
const dns = load('node:dns') as Methods & { promises: Methods };
for (const owner of [dns, dns.promises])
  for (const name of Object.keys(owner).filter((key) => /^(lookup|resolve|reverse)/.test(key) && typeof owner[key] === 'function'))
    watch(owner, name, ([host]) => seen(`dns ${name}`, String(host)));
const dgram = load('node:dgram') as { Socket: { prototype: Methods } };
watch(dgram.Socket.prototype, 'send', (args) => seen('udp', String(args.findLast((one) => typeof one === 'string') ?? 'localhost')));
watch(dgram.Socket.prototype, 'connect', ([, host]) => seen('udp', typeof host === 'string' ? host : 'localhost'));
syncBuiltinESMExports();
note('loaded', 'localhost');

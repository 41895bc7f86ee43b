import { spawnSync } from 'node:child_process';

/** A tracer of system calls that works here: found, or installed as root from the system's packages. @returns why there is none. */
export function ensureStrace(): { readonly path: string } | { readonly unavailable: string } {
  if (process.platform !== 'linux') return { unavailable: 'system calls are traced on Linux alone' };
  if (!works() && process.getuid?.() === 0) {
    spawnSync('apt-get', ['update'], { stdio: 'ignore', timeout: 120_000 });
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'strace'], { stdio: 'ignore', timeout: 120_000 });
  }
  return works() ? { path: 'strace' } : { unavailable: 'there is no strace here that may trace processes' };
}

const works = (): boolean => spawnSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore', timeout: 30_000 }).status === 0;

export interface TracedCall {
  readonly name: string;
  /** Its arguments as the tracer prints them. */
  readonly text: string;
  /** The lines of the trace at which it began and had ended. */
  readonly began: number;
  readonly ended: number;
}

/** Reads what `strace -f` wrote. A call that another thread's call interrupts is printed in two parts. */
export function readTrace(trace: string): TracedCall[] {
  const calls: { name: string; text: string; began: number; ended: number }[] = [];
  const open = new Map<string, (typeof calls)[number]>();
  trace.split('\n').forEach((line, index) => {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = rest.startsWith('<... ') ? open.get(pid) : undefined;
    if (resumed) resumed.ended = index;
    const [, name] = /^(\w+)\(/.exec(rest) ?? [];
    if (name === undefined) return;
    const call = { name, text: rest, began: index, ended: rest.includes('<unfinished ...>') ? Number.POSITIVE_INFINITY : index };
    calls.push(call);
    if (call.ended !== index) open.set(pid, call);
  });
  return calls;
}

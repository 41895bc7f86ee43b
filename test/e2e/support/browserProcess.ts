import { readdirSync, readFileSync } from 'node:fs';

/** What the system says of a process; nothing for one that has ended meanwhile. */
function read(pid: string, name: 'cmdline' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

const isAlive = (pid: string): boolean => /\) [^ZX] /.test(read(pid, 'stat'));

/** The processes of the browser that has this profile open, by the profile in their command lines: no other is ever touched. */
function processesOf(profile: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => read(pid, 'cmdline').includes(`--user-data-dir=${profile}`) && isAlive(pid));
}

/** The main process ends everything that it started; it gets no chance to write anything. */
const mainOf = (pids: readonly string[]): string | undefined => pids.find((pid) => !read(pid, 'cmdline').includes('--type='));

export function browserProcess(profile: string): { kill(): Promise<void> } {
  return {
    kill: async () => {
      const main = mainOf(processesOf(profile));
      if (main === undefined) throw new Error('no browser has this profile open');
      process.kill(Number(main), 'SIGKILL');
      while (processesOf(profile).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

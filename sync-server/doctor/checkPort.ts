import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Diagnosis, failed, fine } from './diagnosis.ts';

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** Whether the server could listen there, or does. @param own the process of the server that runs on this data directory. */
export async function checkPort(host: string, port: number, own: number | undefined): Promise<Diagnosis> {
  const where = `${host}:${port}`;
  if (own !== undefined) return fine('port', `${where} is held by this Muster (process ${own}).`);
  const code = await bindProblem(host, port);
  switch (code) {
    case undefined:
      return fine('port', `${where} is free.`);
    case 'EADDRINUSE':
      return failed('port', `${where} is taken by ${holderText(portHolder(port))}.`, 'Stop it, or choose another --port.');
    case 'EACCES':
      return failed('port', `This user may not listen on ${where}.`, 'Choose a port above 1024, or give the service CAP_NET_BIND_SERVICE.');
    default:
      return failed(
        'port',
        `This computer cannot listen on ${where} (${code}).`,
        'Check --host: it must be one of this computer’s addresses.',
      );
  }
}

function bindProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

const holderText = (holder: PortHolder | undefined): string =>
  holder ? `${holder.name} (process ${holder.pid})` : 'a program of another user, or one that this system does not name';

/** Linux tells it under /proc, for processes of this user. @returns undefined where it is not told. */
export function portHolder(port: number): PortHolder | undefined {
  try {
    const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => listening(readFileSync(`/proc/net/${table}`, 'utf8'), port)));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holdsOne(pid, sockets)) return { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() };
    }
  } catch {
    // Another system, or a process that ended meanwhile.
  }
  return undefined;
}

/** proc(5): local address in hexadecimal, state 0A is LISTEN, the tenth column is the inode. */
function listening(table: string, port: number): string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    return columns[1]?.endsWith(ending) === true && columns[3] === '0A' ? [`socket:[${columns[9]}]`] : [];
  });
}

function holdsOne(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => sockets.has(linkOf(`/proc/${pid}/fd/${descriptor}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

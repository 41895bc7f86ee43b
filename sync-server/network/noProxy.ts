import { BlockList, isIP } from 'node:net';

/** This computer is never asked for through a proxy: the proxy's own loopback would answer. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i;

interface Entry {
  readonly name: string;
  readonly port: number | undefined;
}

/** What is reached without the proxy: `*`, names and everything below them, addresses, networks such as `10.0.0.0/8`, each perhaps with a port. */
export class NoProxy {
  private readonly all: boolean;
  private readonly entries: readonly Entry[];
  private readonly networks = new BlockList();

  constructor(list: readonly string[]) {
    const texts = list.map((text) => text.trim().toLowerCase()).filter((text) => text !== '');
    this.all = texts.includes('*');
    this.entries = texts.flatMap((text) => (this.addNetwork(text) ? [] : [entryOf(text)]));
  }

  covers(host: string, port: number): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    const version = isIP(name);
    if (this.all || LOOPBACK.test(name)) return true;
    if (version !== 0 && this.networks.check(name, version === 6 ? 'ipv6' : 'ipv4')) return true;
    return this.entries.some((entry) => (entry.port ?? port) === port && (entry.name === name || name.endsWith(`.${entry.name}`)));
  }

  private addNetwork(text: string): boolean {
    const [address = '', prefix = ''] = text.split('/');
    const version = isIP(address);
    const bits = Number(prefix);
    if (version === 0 || !/^\d{1,3}$/.test(prefix) || bits > (version === 6 ? 128 : 32)) return false;
    this.networks.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
    return true;
  }
}

function entryOf(text: string): Entry {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const name = (match?.[1] ?? match?.[2] ?? text).replace(/^\*?\./, '');
  return { name, port: match?.[3] === undefined ? undefined : Number(match[3]) };
}

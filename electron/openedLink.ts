import { type DeepLink, deepLink } from '../shared/bridge/deepLink.ts';

export const LINK_SCHEME = 'muster-link';
const LINK_LENGTH = 2_048;

/** The link that the system asked this program to open. It is only carried to the page, and the page asks the person. */
export class OpenedLink {
  #link: DeepLink | undefined;
  readonly #given = new Set<string>();

  /** @returns whether one of these is a link that Muster understands: what is not is dropped. */
  offer(texts: readonly string[]): boolean {
    const link = texts.map(linkOf).find((each) => each !== undefined);
    this.#link = link ?? this.#link;
    return link !== undefined;
  }

  /** Did the system bring this very link? */
  wasHandedOver(link: DeepLink): boolean {
    return this.#given.has(JSON.stringify(deepLink.parse(link)));
  }

  /** Hands it over once. */
  take(): DeepLink | undefined {
    const link = this.#link;
    if (link) this.#given.add(JSON.stringify(link));
    this.#link = undefined;
    return link;
  }
}

/**
 * `muster-link://join?server=<origin>#join=<token>&key=<fingerprint>` or `muster-link://open?space=<id>&id=<id>`, in one spelling: any page
 * may have made it.
 */
export function linkOf(text: string): DeepLink | undefined {
  // Printable ASCII: a parser would drop tabs and line breaks, and what was checked would not be what was written.
  if (text.length > LINK_LENGTH || !/^muster-link:\/\/[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return undefined;
  const { hostname, port, username, password, pathname, search, hash } = new URL(text);
  if (port !== '' || username !== '' || password !== '' || !['', '/'].includes(pathname)) return undefined;
  if (hostname === 'join') return joinOf(fieldsOf(search, ['server']), fieldsOf(hash, ['join', 'key']));
  if (hostname !== 'open' || hash !== '') return undefined;
  return parsed({ kind: 'open', ...fieldsOf(search, ['space', 'id']) });
}

function joinOf(query: Fields | undefined, fragment: Fields | undefined): DeepLink | undefined {
  const { server = '' } = query ?? {};
  // An origin in another spelling could show one server and mean another.
  if (!URL.canParse(server) || new URL(server).origin !== server) return undefined;
  return parsed({ kind: 'join', server, token: fragment?.join, key: fragment?.key });
}

function parsed(link: object): DeepLink | undefined {
  const { success, data } = deepLink.safeParse(link);
  return success ? data : undefined;
}

type Fields = Readonly<Record<string, string>>;

/** @returns these fields, each once and no others; else undefined. */
function fieldsOf(part: string, names: readonly string[]): Fields | undefined {
  const pairs = [...new URLSearchParams(part.slice(1))];
  const found = new Set(pairs.map(([name]) => name));
  return pairs.length === names.length && names.every((name) => found.has(name)) ? Object.fromEntries(pairs) : undefined;
}

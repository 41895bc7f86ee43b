/** The one-use token of a link: from the server's own console, or from an administrator. */
export interface EnrolmentToken {
  readonly kind: 'launch' | 'join';
  readonly token: string;
  /** The fingerprint of the server's key, where the link carries it. */
  readonly key?: string;
}

const TOKEN = /#(?:.*&)?(launch|join)=([A-Za-z0-9_-]{16,256})(?:&|$)/;
const KEY = /#(?:.*&)?key=([0-9a-f]{32,64})(?:&|$)/;

/** @returns undefined when the text (a fragment or a whole link) carries none. */
export function enrolmentTokenOf(text: string): EnrolmentToken | undefined {
  const match = TOKEN.exec(text.trim());
  if (!match?.[1] || !match[2]) return undefined;
  const key = KEY.exec(text.trim())?.[1];
  return { kind: match[1] as EnrolmentToken['kind'], token: match[2], ...(key === undefined ? {} : { key }) };
}

/** The address without its fragment. */
export const withoutToken = (address: string): string => address.split('#', 1)[0] ?? '';

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Electron\//, 'Muster app'],
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/Windows/, 'Windows'],
  [/Linux|X11/, 'Linux'],
];
const named = (list: readonly (readonly [RegExp, string])[], agent: string): string | undefined =>
  list.find(([pattern]) => pattern.test(agent))?.[1];

/** What Activity calls this device: `Chrome on Linux`. */
export const deviceLabel = (agent: string): string => `${named(BROWSERS, agent) ?? 'Browser'} on ${named(SYSTEMS, agent) ?? 'a computer'}`;

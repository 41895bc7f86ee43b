/** A query line, cut at white space; quotation marks hold words together. */
export function tokensOf(text: string): readonly string[] {
  return text.match(/(?:[^\s"]+[:<>])?"[^"]*"?|\S+/g) ?? [];
}

/** Terms of the query language that a chip can show; anything else is text to look for. */
const TERMS: Readonly<Record<string, string>> = {
  owner: 'Owner',
  team: 'Team',
  env: 'Environment',
  environment: 'Environment',
  app: 'Application',
  application: 'Application',
  kind: 'Kind',
  type: 'Type',
  access: 'Access',
  is: 'Is',
  source: 'Source',
  finding: 'Finding',
  vendor: 'Vendor',
  tag: 'Tag',
  boundary: 'Boundary',
  lifecycle: 'Lifecycle',
  criticality: 'Criticality',
  fresh: 'Freshness',
  freshness: 'Freshness',
  state: 'Is',
  cannot: 'Cannot',
  conflict: 'Conflict in',
  drift: 'Drift in',
  name: 'Name',
  observed: 'Observed',
  age: 'Age',
  expires: 'Expires in',
  lastused: 'Last used',
};

export interface Chip {
  readonly token: string;
  readonly label: string;
  readonly value: string;
  readonly not: boolean;
}

/** @returns undefined when the token is plain text, or not finished. */
export function chipOf(token: string): Chip | undefined {
  const match = /^(-?)([a-z-]+)([:<>])(.+)$/i.exec(token);
  const label = match?.[2] === undefined ? undefined : TERMS[match[2].toLowerCase()];
  const value = match?.[4];
  if (label === undefined || value === undefined || (value.startsWith('"') && !/^".*"$/.test(value))) return undefined;
  return { token, label, value: `${match?.[3] === ':' ? '' : match?.[3]} ${value.replaceAll('"', '')}`.trim(), not: match?.[1] === '-' };
}

/** The understood terms first, then what is still text: how the query line shows it. */
export function splitQuery(text: string): { readonly chips: readonly Chip[]; readonly rest: string } {
  const tokens = tokensOf(text);
  const chips = tokens.flatMap((token) => chipOf(token) ?? []);
  return { chips, rest: tokens.filter((token) => chipOf(token) === undefined).join(' ') };
}

export const joinQuery = (chips: readonly Chip[], rest: string): string =>
  [...chips.map((chip) => chip.token), rest.trim()].filter((part) => part !== '').join(' ');

export const hasToken = (text: string, token: string): boolean => tokensOf(text).includes(token);

export function toggleToken(text: string, token: string): string {
  const tokens = tokensOf(text);
  return (tokens.includes(token) ? tokens.filter((one) => one !== token) : [...tokens, token]).join(' ');
}

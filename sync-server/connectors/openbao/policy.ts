/** What a policy says of one path. */
export interface PathRule {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** What `policy = "…"` in a path meant before there were capabilities. */
const OLD_WORDS: Readonly<Record<string, readonly string[]>> = {
  deny: ['deny'],
  read: ['read', 'list'],
  write: ['create', 'read', 'update', 'delete', 'list'],
  sudo: ['create', 'read', 'update', 'delete', 'list', 'sudo'],
};

type Token = { readonly kind: 'text' | 'word' | 'mark'; readonly value: string };

/** Strings, words and marks of HCL; comments are left out. */
function tokensOf(source: string): Token[] {
  const pattern = /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"\\]|\\.)*)"|([A-Za-z_][\w-]*)|([{}[\]=,:])/g;
  return [...source.matchAll(pattern)].flatMap(([whole, text, word, mark]): Token[] => {
    if (text !== undefined) return [{ kind: 'text', value: text.replace(/\\(.)/g, '$1') }];
    if (word !== undefined) return [{ kind: 'word', value: word }];
    return mark === undefined || whole === '' ? [] : [{ kind: 'mark', value: mark }];
  });
}

const isName = ({ kind, value }: Token, name: string): boolean => kind !== 'mark' && value === name;

/** The rules of a policy in HCL or its JSON form. What is not understood in a path's block is passed over, never the path itself. */
export function parsePolicy(source: string): PathRule[] {
  const tokens = tokensOf(source);
  const rules: PathRule[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (!isName(token, 'path')) continue;
    const json = tokens[at + 1]?.value === ':' && tokens[at + 2]?.value === '{';
    if (json) at = readPaths(tokens, at + 3, rules);
    else if (tokens[at + 1]?.kind === 'text' && tokens[at + 2]?.value === '{')
      at = readBlock(tokens, at + 3, tokens[at + 1]?.value ?? '', rules);
  }
  return rules;
}

/** `"path": { "a": { … }, "b": { … } }` */
function readPaths(tokens: readonly Token[], from: number, rules: PathRule[]): number {
  let at = from;
  while (at < tokens.length && tokens[at]?.value !== '}') {
    const path = tokens[at];
    if (path?.kind === 'text' && tokens[at + 2]?.value === '{') at = readBlock(tokens, at + 3, path.value, rules);
    at++;
  }
  return at;
}

/** @returns where the block ends. */
function readBlock(tokens: readonly Token[], from: number, path: string, rules: PathRule[]): number {
  const capabilities = new Set<string>();
  let depth = 1;
  let at = from;
  for (; at < tokens.length && depth > 0; at++) {
    const token = tokens[at] as Token;
    if (token.kind === 'mark') depth += token.value === '{' ? 1 : token.value === '}' ? -1 : 0;
    else if (depth === 1 && isName(token, 'capabilities')) for (const one of listAt(tokens, at + 2)) capabilities.add(one);
    else if (depth === 1 && isName(token, 'policy')) for (const one of OLD_WORDS[tokens[at + 2]?.value ?? ''] ?? []) capabilities.add(one);
  }
  rules.push({ path, capabilities: [...capabilities] });
  return at - 1;
}

function listAt(tokens: readonly Token[], from: number): string[] {
  if (tokens[from]?.value !== '[') return [];
  const end = tokens.findIndex((token, index) => index > from && token.value === ']');
  return tokens.slice(from + 1, end < 0 ? undefined : end).flatMap(({ kind, value }) => (kind === 'text' ? [value] : []));
}

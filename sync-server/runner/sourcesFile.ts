import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type SourceSettings, sourceSettings } from '../../shared/wire/http.ts';

/**
 * Reads `--sources FILE`, YAML or JSON (DESIGN 16). A mistake is one line that names the file and the path in it, never a
 * value. Whether a connector understands its own settings is checked when the source is added.
 */
export function loadSourcesFile(path: string): Result<readonly SourceSettings[], { readonly message: string; readonly wayOut: string }> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return err({ message: `${path}: cannot be read`, wayOut: 'Check its path and permissions.' });
  }
  const parsed = parseSourcesFile(text);
  return parsed.ok ? parsed : err({ message: `${path}: ${parsed.error}`, wayOut: 'Correct that place in the file.' });
}

/** @returns one line that names the path in the file. */
export function parseSourcesFile(text: string): Result<readonly SourceSettings[], string> {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken) return err(`line ${text.slice(0, broken.pos[0]).split('\n').length}: ${broken.message.split('\n')[0]?.slice(0, 200)}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    return err('too many aliases');
  }
  if (value === null || typeof value !== 'object' || !('sources' in value))
    return err('sources: missing; write "sources:" and a list below it');
  const stray = Object.keys(value).find((name) => name !== 'sources');
  if (stray !== undefined) return err(`${stray.slice(0, 60)}: not understood; only "sources" may be here`);
  return Array.isArray(value.sources) ? parseSources(value.sources) : err('sources: must be a list');
}

function parseSources(list: readonly unknown[]): Result<readonly SourceSettings[], string> {
  const sources: SourceSettings[] = [];
  const ids = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const parsed = sourceSettings.safeParse(item);
    if (!parsed.success) return err(mistake(index, parsed.error.issues[0]));
    const earlier = ids.get(parsed.data.id);
    if (earlier !== undefined) return err(`sources[${index}].id: the same as sources[${earlier}].id`);
    ids.set(parsed.data.id, index);
    sources.push(parsed.data);
  }
  return ok(sources);
}

function mistake(index: number, issue: { path: readonly PropertyKey[]; message: string } | undefined): string {
  const path = issue?.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 60)}`)).join('') ?? '';
  return `sources[${index}]${path}: ${issue?.message.slice(0, 200) ?? 'not understood'}`;
}

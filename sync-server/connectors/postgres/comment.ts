import pg from 'pg';
import { canonicalJson, type Json } from '../../../shared/base/json.ts';

/** Fields that share a role's one comment (docs/write-back.md). */
export const COMMENT_FIELDS = ['application', 'environment', 'owner', 'purpose', 'team', 'technicalContact'] as const;
export type CommentField = (typeof COMMENT_FIELDS)[number];

/** What a role's comment says: people's own text, and the fields that Muster keeps in its last line. */
export interface RoleComment {
  readonly text: string;
  readonly fields: Readonly<Partial<Record<CommentField, string>>>;
}

const MARK = 'muster:';
const LAST_LINE = /(?:^|\n)muster:(\{[^\n]*\})$/;
const isField = (name: string): name is CommentField => (COMMENT_FIELDS as readonly string[]).includes(name);

/**
 * Splits a comment. Ours is a last line `muster:{…}`: one JSON object of the fields above with texts. A last line that is anything else
 * is somebody's text, and stays as it is.
 */
export function parseComment(comment: string | null): RoleComment {
  const whole = { text: comment ?? '', fields: {} };
  const found = comment === null ? null : LAST_LINE.exec(comment);
  const fields = found && fieldsIn(found[1] ?? '');
  return found && fields ? { text: comment?.slice(0, found.index) ?? '', fields } : whole;
}

function fieldsIn(line: string): RoleComment['fields'] | undefined {
  try {
    const value = JSON.parse(line) as Json;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    const ours = entries.every(([name, held]) => isField(name) && typeof held === 'string' && held !== '');
    return ours ? (value as RoleComment['fields']) : undefined;
  } catch {
    return undefined;
  }
}

/** The comment with one field set, or taken out by null. People's text is kept as it is, to the byte. @returns null where nothing is left. */
export function withField(comment: string | null, field: CommentField, value: string | null): string | null {
  const { text, fields } = parseComment(comment);
  const { [field]: _, ...others } = fields;
  const next = value === null ? others : { ...others, [field]: value };
  if (Object.keys(next).length === 0) return text === '' ? null : text;
  return `${text}${text === '' ? '' : '\n'}${MARK}${canonicalJson(next)}`;
}

/** A utility statement takes no parameters: identifier and literal are quoted by the rules of the server (documentation, 4.1). */
export const commentStatement = (role: string, comment: string | null): string =>
  `COMMENT ON ROLE ${pg.escapeIdentifier(role)} IS ${comment === null ? 'NULL' : pg.escapeLiteral(comment)}`;

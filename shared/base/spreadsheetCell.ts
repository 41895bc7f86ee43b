/**
 * Text as a spreadsheet program may be given it. There is one implementation, since one export that forgets the rule is enough.
 *
 * A program computes what starts a cell with one of these (OWASP, CSV injection), and their full-width twins.
 */
const FORMULA = '[=+\\-@\\uFF1D\\uFF0B\\uFF0D\\uFF20]';
/**
 * Where a cell may start: at the beginning of the text, and after everything that some setting of some program takes for the end of a cell. A
 * program that separates by semicolon does not see the quotes of a file that separates by comma, and drops quotes of the text instead.
 */
const COMPUTED = new RegExp(`(?<=^|[;\\t\\r\\n])(?=['"]*${FORMULA})|^(?='*[\\t\\r\\n])`, 'g');
const MARKED = new RegExp(`(?<=^|[;\\t\\r\\n])'(?=['"]*${FORMULA})|^'(?='*[\\t\\r\\n])`, 'g');

/** What would be computed gets an apostrophe in front, which makes it text. `honestCell` takes exactly these off again. */
export const harmlessCell = (text: string): string => text.replace(COMPUTED, "'");
export const honestCell = (text: string): string => text.replace(MARKED, '');

/** A harmless cell of a CSV file (RFC 4180), quoted where it must be. */
export function csvCell(text: string): string {
  const harmless = harmlessCell(text);
  return /^[\s']|[",;\t\r\n]|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The most UTF-16 code units that a cell of a workbook holds. */
export const LONGEST_CELL = 32_767;

/** Longer text is cut, with a mark that says how much there was. */
export function cutCell(text: string): string {
  if (text.length <= LONGEST_CELL) return text;
  const mark = ` … [cut: ${text.length} characters; all of them are in the JSON]`;
  return text.slice(0, LONGEST_CELL - mark.length).toWellFormed() + mark;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * The content of `<t>`: what XML 1.0 cannot hold is written as ECMA-376 says (22.9.2.19, ST_Xstring: `_x0001_`), and so is what already
 * looks like that. A lone surrogate is no character in any spelling.
 */
export function workbookText(text: string): string {
  return text
    .toWellFormed()
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/g, escaped)
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

const escaped = (character: string): string => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;

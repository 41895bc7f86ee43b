import type { Projected } from './projected.ts';

/** The texts of a row that it has in common with many others and that a word is looked for in. */
export function sharedTexts({ row }: Projected, each: (text: string | undefined) => void): void {
  each(row.kind);
  each(row.type);
  each(row.subtype);
  each(row.application);
  each(row.environment);
  each(row.boundary);
  each(row.owner?.text);
  each(row.team?.text);
  each(row.vendor?.text);
  row.tags.forEach(each);
  row.sources.forEach(each);
}

/**
 * Whether a row has the lower-cased word: in what it shows or in any name that it has. What many rows have in common is
 * looked at once a query; names are one each, and looked at as they are.
 */
export function isWordIn(value: string): (row: Projected) => boolean {
  const contains = containing(value);
  const common = remembering(contains);
  return ({ row, sortName, names }) =>
    (row.name !== names[0] && sortName.includes(value)) ||
    names.some(contains) ||
    common(row.kind) ||
    common(row.type) ||
    common(row.subtype) ||
    common(row.application) ||
    common(row.environment) ||
    common(row.boundary) ||
    common(row.owner?.text) ||
    common(row.team?.text) ||
    common(row.vendor?.text) ||
    row.tags.some(common) ||
    row.sources.some(common) ||
    (row.purpose !== undefined && contains(row.purpose));
}

/** Without regard to case. A pattern makes no copy of the text; it folds ASCII alone as `toLowerCase` does. */
export function containing(value: string): (text: string) => boolean {
  if (!/^[\x20-\x7e]+$/.test(value)) return (text) => text.toLowerCase().includes(value);
  const pattern = new RegExp(value.replace(/[^A-Za-z0-9 ]/g, '\\$&'), 'i');
  return (text) => pattern.test(text);
}

function remembering(test: (text: string) => boolean): (text: string | undefined) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    if (text === undefined) return false;
    const held = known.get(text);
    if (held !== undefined) return held;
    const fits = test(text);
    known.set(text, fits);
    return fits;
  };
}

/** One attribute and value of a relative distinguished name, compared without case. */
const UNESCAPE = /\\(?:([0-9a-fA-F]{2})|(.))/gs;

/** Splits where a mark stands that no backslash protects (RFC 4514, section 3). */
function splitAt(text: string, mark: RegExp): string[] {
  const parts: string[] = [];
  let part = '';
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? '';
    if (letter === '\\') {
      part += text.slice(index, index + 2);
      index++;
    } else if (mark.test(letter)) {
      parts.push(part);
      part = '';
    } else part += letter;
  }
  return [...parts, part];
}

/** Hex pairs are bytes of UTF-8: `\C3\A9` is one letter. */
function plainValue(text: string): string {
  const bytes: Buffer[] = [];
  let end = 0;
  for (const match of text.matchAll(UNESCAPE)) {
    bytes.push(Buffer.from(text.slice(end, match.index)));
    bytes.push(match[1] === undefined ? Buffer.from(match[2] ?? '') : Buffer.from(match[1], 'hex'));
    end = match.index + match[0].length;
  }
  return Buffer.concat([...bytes, Buffer.from(text.slice(end))]).toString('utf8');
}

function normalRdn(text: string): string {
  const parts = splitAt(text, /\+/).map((one) => {
    const at = one.indexOf('=');
    return [one.slice(0, at).trim().toLowerCase(), plainValue(one.slice(at + 1).trim())] as const;
  });
  const written = parts.map(([type, value]) => `${type}=${value.replace(/[\\,+]/g, (mark) => `\\${mark}`).toLowerCase()}`);
  return written.sort().join('+');
}

/** Whether the text is a distinguished name: `type=value` in each of its parts. */
export const isDn = (text: string): boolean =>
  splitAt(text, /[,;]/).every((part) => /^\s*([A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)*)\s*=/.test(part));

/** One spelling for every way to write the same name: case, white space and escapes do not count. */
export const normalDn = (dn: string): string => (dn.trim() === '' ? '' : splitAt(dn, /[,;]/).map(normalRdn).join(','));

/** @param base in its normal spelling; empty is the root, above everything. */
export const isWithin = (dn: string, base: string): boolean => base === '' || dn === base || dn.endsWith(`,${base}`);

/** The value of the first part, as people call the entry. */
export function firstValue(dn: string): string {
  const [first = ''] = splitAt(dn, /[,;]/);
  return plainValue(first.slice(first.indexOf('=') + 1).trim());
}

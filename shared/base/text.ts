/** The longest string that a name, value or reason may be, in UTF-16 code units. Longer input is refused with a clear error. */
export const MAX_TEXT = 4_096;

// C0 and C1 controls, zero-width and bidirectional controls, line and paragraph separators, the byte-order mark, unpaired surrogates.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;

/**
 * Foreign text made safe to show in one line: every control, bidirectional and zero-width character becomes a
 * visible `␣`-style placeholder, so that `admin\u202Egpj` cannot pose as another name (Unicode TR 36), and the
 * text is cut to `limit` with an ellipsis. Only for display: stored values stay as the source wrote them.
 */
export function visibleText(text: string, limit = 200): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(INVISIBLE, '\u25a1');
}

// Lower-case ASCII without white space is what most names of machines are, and is its own normal form.
const NORMAL = /^[!-@[-~]*$/;

/** How two spellings of a name are compared: compatibility-normalised, case-folded, inner white space collapsed. */
export function normalName(text: string): string {
  if (NORMAL.test(text)) return text;
  return text.normalize('NFKC').replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim().toLowerCase();
}

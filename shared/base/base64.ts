const DIGITS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 61;

/** base64 with padding (RFC 4648, section 4), as the bytes of its text: no megabytes of it ever become a string. */
export function base64Bytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  let to = 0;
  for (let from = 0; from < bytes.length; from += 3) {
    const group = ((bytes[from] as number) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    out[to++] = DIGITS[group >> 18] as number;
    out[to++] = DIGITS[(group >> 12) & 63] as number;
    out[to++] = from + 1 < bytes.length ? (DIGITS[(group >> 6) & 63] as number) : PADDING;
    out[to++] = from + 2 < bytes.length ? (DIGITS[group & 63] as number) : PADDING;
  }
  return out;
}

const LONGEST_BLOCK = 65_535;
const HEADER_BYTES = 5;

/**
 * Blocks that hold bytes as they are (RFC 1951, section 3.2.4), none of them the last: they end on a byte, so that a whole deflate
 * stream can follow.
 */
export function storedBlocks(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil(bytes.length / LONGEST_BLOCK);
  const stored = new Uint8Array(bytes.length + blocks * HEADER_BYTES);
  for (let block = 0; block < blocks; block++) {
    const content = bytes.subarray(block * LONGEST_BLOCK, (block + 1) * LONGEST_BLOCK);
    const at = block * (LONGEST_BLOCK + HEADER_BYTES);
    const length = [content.length & 255, content.length >> 8];
    stored.set([0, ...length, ...length.map((byte) => ~byte & 255)], at);
    stored.set(content, at + HEADER_BYTES);
  }
  return stored;
}

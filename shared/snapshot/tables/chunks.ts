import { utf8 } from '../../base/bytes.ts';

/** Bytes of a file in order. Nothing is kept once it was handed on. */
export type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;

/** In UTF-16 code units: large enough that handing on costs nothing, small enough that nobody notices it. */
const CHUNK = 64 * 1_024;

/** Gathers small texts into chunks of bytes. */
export async function* chunksOf(texts: AsyncIterable<string>): Chunks {
  let held: string[] = [];
  let length = 0;
  for await (const text of texts) {
    held.push(text);
    length += text.length;
    if (length < CHUNK) continue;
    yield utf8(held.join(''));
    held = [];
    length = 0;
  }
  if (length > 0) yield utf8(held.join(''));
}

/** All of a file that is known to be small enough. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

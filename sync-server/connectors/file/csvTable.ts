import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Row } from './table.ts';

/** UTF-8 unless it is not; then what Western spreadsheet programs write: UTF-16 with a mark, or windows-1252. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiter that cuts the first lines into the same number of parts most often; quoted parts do not count. */
export function sniffDelimiter(text: string): string {
  const lines = text
    .slice(0, 64_000)
    .replace(/"(?:[^"]|"")*"/g, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, 20);
  const score = (delimiter: string): number => {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const first = Math.max(...counts, 0);
    return first === 0 ? 0 : counts.filter((count) => count === first).length * 100 + first;
  };
  return [...DELIMITERS].sort((a, b) => score(b) - score(a))[0] ?? ',';
}

const CHUNK = 64 * 1024;
function* chunksOf(text: string): Generator<string> {
  for (let offset = 0; offset < text.length; offset += CHUNK) yield text.slice(offset, offset + CHUNK);
}

/** RFC 4180 and what people really write: stray quotes, rows of any length. Parsed as it is read, never held as a whole. */
export async function* csvRows(text: string, delimiter: string): AsyncGenerator<Row> {
  const parser = Readable.from(chunksOf(text)).pipe(
    parse({ delimiter, bom: true, relax_quotes: true, relax_column_count: true, skip_empty_lines: false }),
  );
  let number = 0;
  for await (const cells of parser) {
    number++;
    yield { number, cells: cells as string[] };
  }
}

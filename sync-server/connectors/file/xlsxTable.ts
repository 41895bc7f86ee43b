import { unzipSync } from 'fflate';
import readXlsxFile, { readSheet } from 'read-excel-file/node';
import type { Cell } from './table.ts';

/** Unpacked, a sheet of 100,000 rows and 20 columns is about 150 MB; beyond this it is an archive made to hurt. */
const MAX_UNPACKED = 600 * 1024 * 1024;

/** What the archive says of itself, from its directory alone. Throws when the bytes are no archive. */
export function inspectArchive(bytes: Uint8Array): { readonly unpacked: number; readonly modified: string | undefined } {
  let unpacked = 0;
  const files = unzipSync(bytes, {
    filter: (file) => {
      unpacked += file.originalSize;
      return file.name === 'docProps/core.xml' && file.originalSize < 100_000;
    },
  });
  const core = files['docProps/core.xml'];
  const modified = core ? /<dcterms:modified[^>]*>([^<]{10,40})<\/dcterms:modified>/.exec(new TextDecoder().decode(core))?.[1] : undefined;
  return { unpacked, modified };
}

export const isTooLarge = (unpacked: number): boolean => unpacked > MAX_UNPACKED;

/** The values of one sheet: the named one, else the first that holds rows. Formulas arrive as the value last computed. */
export async function xlsxCells(
  bytes: Uint8Array,
  sheet: string | undefined,
): Promise<{ readonly sheet: string; readonly cells: readonly (readonly Cell[])[] }> {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sheet !== undefined) return { sheet, cells: (await readSheet(input, sheet)) as unknown as Cell[][] };
  const sheets = await readXlsxFile(input);
  const chosen = sheets.find((one) => one.data.length > 1) ?? sheets[0];
  return { sheet: chosen?.sheet ?? '', cells: (chosen?.data ?? []) as unknown as Cell[][] };
}

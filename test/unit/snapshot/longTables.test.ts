import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const writer = fileURLToPath(new URL('writeLongTable.ts', import.meta.url));
const ROWS = 1_048_600;

describe('[SNP63] a register of seven figures is written with the memory of a small one', () => {
  it.each(['csv', 'json', 'xlsx'])('%s', { timeout: 300_000 }, async (format) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=128', writer, format, String(ROWS)]);
    const { bytes, chunks, largest, sheets, maxRssMiB } = JSON.parse(stdout) as Readonly<Record<string, number>>;
    expect(bytes).toBeGreaterThan(10_000_000);
    expect(chunks).toBeGreaterThan(100);
    expect(sheets).toBe(format === 'xlsx' ? 2 : 0);
    expect(largest).toBeLessThan(4_000_000);
    expect(maxRssMiB).toBeLessThan(400);
  });
});

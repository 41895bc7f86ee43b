import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty directory under the system's temporary one. Whoever asks deletes it. */
export const throwAwayDirectory = (): string => mkdtempSync(join(tmpdir(), 'muster-test-'));

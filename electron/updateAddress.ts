import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { err, ok, type Result } from '../shared/base/result.ts';
import type { HostTrouble } from '../shared/model/hostTrouble.ts';
import type { Desktop } from './facade.ts';

/** A folder on a web server: https, no credentials, no query. */
const address = z
  .url({ protocol: /^https$/ })
  .max(1_024)
  .refine((text) => {
    const { username, password, search, hash, pathname } = new URL(text);
    return `${username}${password}${search}${hash}` === '' && pathname.endsWith('/');
  }, 'https://…/ and nothing behind the last slash');
const file = z.object({ updates: z.union([z.object({ address }).strict(), z.literal('off')]).optional() }).strict();

/** Where whoever manages this computer puts what holds for everybody on it. */
export const POLICY_PATHS: Readonly<Record<Desktop['platform'], string | undefined>> = {
  linux: '/etc/muster/policy.json',
  mac: '/Library/Application Support/Muster/policy.json',
  windows: 'C:\\ProgramData\\Muster\\policy.json',
  other: undefined,
};

/**
 * Where updates are looked for: what the managed policy says, else `settings.json` of this person, else nowhere. A file that cannot be
 * understood turns them off: what it meant to forbid must not happen.
 */
export function updateAddress(userData: string, policyPath: string | undefined): Result<string | undefined, HostTrouble> {
  for (const path of [policyPath, join(userData, 'settings.json')]) {
    const said = path === undefined ? ok(undefined) : readUpdates(path);
    if (!said.ok) return said;
    if (said.value === 'off') return ok(undefined);
    if (said.value !== undefined) return ok(said.value.address);
  }
  return ok(undefined);
}

function readUpdates(path: string): Result<z.infer<typeof file>['updates'], HostTrouble> {
  try {
    const parsed = file.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return ok(parsed.data.updates);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return ok(undefined);
  }
  return err({
    message: `${path} cannot be understood, so updates are off`,
    wayOut: 'Write { "updates": { "address": "https://…/" } } or { "updates": "off" }.',
  });
}

import 'fake-indexeddb/auto';
import { indexedDB } from 'fake-indexeddb';
import { WebSocket } from 'ws';
import type { EngineHost } from '../../../renderer/engine/host.ts';

/** One browser profile. Two hosts with the same name are the same profile, started again. */
export function testHost(profile: string, changes: Partial<EngineHost> = {}): EngineHost {
  return {
    indexedDB,
    WebSocket: WebSocket as unknown as EngineHost['WebSocket'],
    fetch: globalThis.fetch,
    subtle: crypto.subtle,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    now: () => Date.now(),
    locks: navigator.locks,
    databases: profile,
    ...changes,
  };
}

/** Waits until something holds, and says what it waited for when it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limit = 20_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

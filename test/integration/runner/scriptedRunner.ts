import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Result } from '../../../shared/base/result.ts';
import type { ExternalId, SourceId } from '../../../shared/model/ids.ts';
import { decodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import { Runner } from '../../../sync-server/runner/runner.ts';
import type { Script } from '../../support/connectors/scriptedConnector.ts';
import { MemorySourceStore } from '../../support/memorySourceStore.ts';

const module = new URL('../../support/connectors/scriptedConnector.ts', import.meta.url).href;
const registry = [{ kind: 'scripted', module, load: () => import('../../support/connectors/scriptedConnector.ts') }];

export const id = (text: string): SourceId => text as SourceId;
export const external = (text: string): ExternalId => text as ExternalId;

/** A runner over a store that survives it, with sources whose behaviour is written to a file before each run. */
export class ScriptedRunner {
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-runner-'));
  readonly store = new MemorySourceStore();
  readonly logged: string[] = [];
  runner = this.#make();

  #make(): Runner {
    const note = (about: object, message: string): void => void this.logged.push(`${message} ${JSON.stringify(about)}`);
    return new Runner({
      store: this.store,
      settingsFile: join(this.folder, 'sources.json'),
      uploadsDir: join(this.folder, 'uploads'),
      clock: () => Date.now(),
      log: { info: note, warn: note, error: note },
      registry,
    });
  }

  path(source: string): string {
    return join(this.folder, `${source}.json`);
  }

  /** Replaced by rename, as editors do. */
  script(source: string, script: Script): void {
    writeFileSync(`${this.path(source)}.new`, JSON.stringify(script));
    renameSync(`${this.path(source)}.new`, this.path(source));
  }

  settings(source: string, rest: object = {}): object {
    return { id: source, kind: 'scripted', script: this.path(source), ...rest };
  }

  async add(source: string, script: Script, rest: object = {}): Promise<void> {
    this.script(source, script);
    value(await this.runner.add(this.settings(source, rest), { run: false }));
  }

  async run(source: string) {
    return value(await this.runner.run(id(source), 'person'));
  }

  record(source: string, externalId: string): SourceRecord | undefined {
    const bytes = this.store.record(id(source), external(externalId));
    return bytes && decodeRecord(bytes);
  }

  missing(source: string): number {
    return [...this.store.records(id(source))].filter(({ bytes }) => decodeRecord(bytes)?.missingSince).length;
  }

  async restart(): Promise<void> {
    await this.runner.stop();
    this.runner = this.#make();
    value(await this.runner.start());
  }

  async close(): Promise<void> {
    await this.runner.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function value<T, E>(result: Result<T, E>): T {
  expect(result).toMatchObject({ ok: true });
  if (!result.ok) throw new Error('not ok');
  return result.value;
}

export function failure<T, E>(result: Result<T, E>): E {
  expect(result).toMatchObject({ ok: false });
  if (result.ok) throw new Error('ok');
  return result.error;
}

/** Waits for something that another thread brings about; the test's own timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resume) => setTimeout(resume, 20));
}

export const account = (name: string, rest: object = {}): Record<string, unknown> => ({ externalId: name, fields: { name }, ...rest });
export const accounts = (count: number): Record<string, unknown>[] => Array.from({ length: count }, (_, index) => account(`a${index}`));
export const one = (records: readonly Record<string, unknown>[], rest: object = {}): Script => ({
  coverages: [{ id: 'production', records }],
  ...rest,
});

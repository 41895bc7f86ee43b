import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchPaths } from '../../../sync-server/runner/fileWatch.ts';
import { parseSchedule, retryDelay } from '../../../sync-server/runner/schedule.ts';
import { loadSourcesFile, parseSourcesFile } from '../../../sync-server/runner/sourcesFile.ts';
import { failure, until, value } from './scriptedRunner.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a sources file', () => {
  it('[OBS27] YAML and JSON are read, with what each kind needs', () => {
    const yaml = 'sources:\n  - { id: db, kind: postgres, url: "postgres://auditor@127.0.0.1/app", password: { env: PGPASSWORD } }\n';
    const sources = value(parseSourcesFile(yaml));
    expect(sources).toEqual([{ id: 'db', kind: 'postgres', url: 'postgres://auditor@127.0.0.1/app', password: { env: 'PGPASSWORD' } }]);
    expect(value(parseSourcesFile(JSON.stringify({ sources })))).toEqual(sources);
  });

  it.each([
    ['', /^sources: missing/],
    ['sources: 7', /^sources: must be a list/],
    ['source: []', /^sources: missing/],
    ['sources: []\nother: 1', /^other: not understood/],
    ['sources:\n  - { kind: file }', /^sources\[0\]\.id: /],
    ['sources:\n  - { id: a, kind: file }\n  - { id: a, kind: file }', /^sources\[1\]\.id: the same as sources\[0\]\.id/],
    ['sources:\n  - { id: a, kind: file, paused: perhaps }', /^sources\[0\]\.paused: /],
    ['sources:\n  - { id: a', /^line \d+: /],
    ['sources: []\nsources: []', /^line 2: /],
  ])('[OBS27] %j is one line that names the place', (text, message) => {
    const error = failure(parseSourcesFile(text));
    expect(error).toMatch(message);
    expect(error).not.toContain('\n');
  });

  it('[OBS27] a file that is not there is said so', () => {
    expect(failure(loadSourcesFile(join(folder, 'none.yaml'))).message).toContain('cannot be read');
  });
});

describe('schedules', () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 30);

  it('every 15m, and cron', () => {
    expect(value(parseSchedule('every 15m', now)).next(now)).toBe(now + 900_000);
    const cron = value(parseSchedule('*/10 * * * *', now));
    expect([cron.cadence, cron.next(now)]).toEqual([600_000, Date.UTC(2026, 0, 1, 12, 10)]);
    expect(failure(parseSchedule('every so often', now))).toContain('is not a schedule');
    expect(failure(parseSchedule('99 99 * * *', now))).toContain('is not a schedule');
  });

  it('a failure that may pass is tried again ever later, never slower than the schedule', () => {
    expect([1, 2, 3, 20].map((failures) => retryDelay(failures, 900_000))).toEqual([5_000, 10_000, 20_000, 900_000]);
  });
});

describe('watching', () => {
  it('[OBS26] a path that is a file is watched as one: written over, replaced by rename, taken away and there again', async () => {
    let changes = 0;
    const target = join(folder, 'payments.crt');
    const stop = watchPaths([target], () => void changes++);
    for (const change of [
      () => writeFileSync(target, 'a'),
      () => writeFileSync(target, 'b'),
      () => {
        writeFileSync(`${target}.next`, 'c');
        renameSync(`${target}.next`, target);
      },
      () => rmSync(target),
      () => writeFileSync(target, 'd'),
    ]) {
      const before = changes;
      change();
      await until(() => changes > before);
    }
    const before = changes;
    writeFileSync(join(folder, 'beside.crt'), 'e');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(changes).toBe(before);
    stop();
  });

  it('[OBS26] a file in a folder that does not exist yet is seen when it appears, and again when the folder is replaced', async () => {
    let changes = 0;
    const target = join(folder, 'later', 'deep');
    const stop = watchPaths([`file:${join(target, 'nhi.csv')}`], () => void changes++);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'nhi.csv'), 'a');
    await until(() => changes > 0);
    rmSync(join(folder, 'later'), { recursive: true });
    await until(() => changes > 1);
    const seen = changes;
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'nhi.csv'), 'b');
    await until(() => changes > seen);
    stop();
  });
});

import { existsSync, mkdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteStorage } from '../../sync-server/storage/sqliteStorage.ts';
import { comment, coreKeysIn, coreOn, recordVersion, WRITTEN_SOURCE } from './coreOn.ts';
import { statusOf } from './register/statuses.ts';

/**
 * A space that people and a source write to and that is copied meanwhile, without sockets, to be killed: `coreProcess.ts DATA`. Each line on
 * standard output is one thing that was acknowledged, or what is under way: `e <id> <place>`, `v <record> <version>`, `+<what>`, `-<what>`.
 */
const [, , data = ''] = process.argv;
const WRITERS = 4;
const RECORDS = 4;

mkdirSync(data, { recursive: true });
const storage = new SqliteStorage(join(data, 'store.sqlite'));
const core = await coreOn(storage, coreKeysIn(data), (error) => {
  say(`! ${String(error)}`);
  process.exit(3);
});

/** At once, not when a buffer is full: what was said counts. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function under<T>(what: string, act: () => Promise<T>): Promise<T> {
  say(`+${what}`);
  const value = await act();
  say(`-${what}`);
  return value;
}

async function people(): Promise<never> {
  for (let index = 0; ; index++) {
    const said = await core.commit(Array.from({ length: WRITERS }, (_, writer) => comment(`${writer}/${index}`)));
    if (said.ok) for (const id of said.value.entries) say(`e ${id} ${core.ledger.placeOf(id)}`);
  }
}

/** Every update of a document is stored as a snapshot that replaces what was before it. */
async function source(): Promise<never> {
  const { durableRun } = await core.sources.open(WRITTEN_SOURCE, 'space');
  for (let run = durableRun + 1; ; run++) {
    const id = run % RECORDS;
    await under('compaction', () =>
      core.sources.commit(WRITTEN_SOURCE, [recordVersion(id, run)], statusOf(WRITTEN_SOURCE, Date.now()), { run }),
    );
    say(`v ${id} ${run}`);
  }
}

async function copies(): Promise<never> {
  const path = join(data, 'copy.sqlite');
  for (;;) {
    for (const end of ['', '-wal', '-shm', '-journal']) if (existsSync(`${path}${end}`)) rmSync(`${path}${end}`);
    await under('backup', () => storage.copyTo(path));
  }
}

say('ready');
await Promise.all([people(), source(), copies()]);

import type { HashHex } from '../base/hash.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { MerkleTree } from '../ledger/merkle.ts';
import type { Check, SnapshotBytes, SnapshotHost, SnapshotRefusal, Verdict } from './contracts.ts';
import { checkExtension, olderRefused, type VerifiedSnapshot } from './extensionCheck.ts';
import type { RecordLine, StatusLine } from './format.ts';
import { checkEntries, checkHead } from './ledgerCheck.ts';
import { type CheckableSnapshot, openSnapshot } from './openSnapshot.ts';
import {
  type LedgerValues,
  readLedger,
  readRecords,
  readStatuses,
  type SeriesLines,
  SeriesReader,
  snapshotData,
} from './readSnapshotData.ts';
import { checkRecomputed } from './recomputeCheck.ts';
import type { DerivedFrom, DerivedPart, SnapshotData } from './replayed.ts';
import { checkSample, POPULATION } from './sampleCheck.ts';
import { CANNOT_KNOW, CheckList, foundBy } from './verdict.ts';

/** Computes the derived parts again, in the order of the format. */
export type Recompute = (data: SnapshotData, from: DerivedFrom) => AsyncIterable<DerivedPart>;

export interface VerifyOptions {
  /** The key that is expected: 32 or more hexadecimal digits of its fingerprint in any grouping, or the key itself. */
  readonly key?: string | undefined;
  /** An older snapshot, to which this one must only add. */
  readonly after?: SnapshotBytes | undefined;
  readonly recompute?: Recompute | undefined;
  /** Called with all checks whenever one of them moves. */
  readonly onCheck?: ((checks: readonly Check[]) => void) | undefined;
}

/**
 * Verifies a file that nobody vouches for, in the order of FORMAT.md, 9, and stops at the first refusal.
 * @throws only what the file, the host or a cancellation throws.
 */
export async function verifySnapshot(bytes: SnapshotBytes, host: SnapshotHost, options: VerifyOptions = {}): Promise<Verdict> {
  const list = new CheckList(options.onCheck);
  const verification = new Verification(bytes, host, options, list);
  const result = await verification.run();
  const known = verification.fingerprint === undefined ? {} : { fingerprint: verification.fingerprint };
  if (result.ok) return { ok: true, checks: list.checks, ...known, cannotKnow: CANNOT_KNOW };
  list.fail(foundBy(result.error.code), result.error.message);
  return { ok: false, checks: list.checks, refusal: result.error, ...known, cannotKnow: CANNOT_KNOW };
}

type Step = Result<void, SnapshotRefusal>;

interface SnapshotLines {
  readonly records: SeriesLines<RecordLine>;
  readonly statuses: SeriesLines<StatusLine>;
}

class Verification {
  fingerprint: HashHex | undefined;
  readonly #bytes: SnapshotBytes;
  readonly #host: SnapshotHost;
  readonly #options: VerifyOptions;
  readonly #list: CheckList;

  constructor(bytes: SnapshotBytes, host: SnapshotHost, options: VerifyOptions, list: CheckList) {
    this.#bytes = bytes;
    this.#host = host;
    this.#options = options;
    this.#list = list;
  }

  async run(): Promise<Result<VerifiedSnapshot, SnapshotRefusal>> {
    const open = await this.#open();
    if (!open.ok) return open;
    const parts = await this.#parts(open.value);
    if (!parts.ok) return parts;
    const reading = new SeriesReader(open.value, this.#host, () => {});
    const ledger = await this.#ledger(reading);
    if (!ledger.ok) return ledger;
    const lines = await this.#lines(reading);
    if (!lines.ok) return lines;
    const { manifest } = open.value;
    const { records, statuses } = lines.value;
    const derived = await this.#derived(open.value, snapshotData(manifest, ledger.value.ledger, records.lines, statuses.lines));
    if (!derived.ok) return derived;
    const verified = { manifest, tree: ledger.value.tree, records };
    const extension = await this.#extension(verified);
    return extension.ok ? ok(verified) : extension;
  }

  async #open(): Promise<Result<CheckableSnapshot, SnapshotRefusal>> {
    this.#list.start('archive');
    if (this.#options.key === undefined)
      this.#list.skip('key', 'No fingerprint was given to compare: whose key this is, only you can say.');
    const opened = await openSnapshot(this.#bytes, this.#host, { key: this.#options.key });
    if (!opened.ok) {
      this.#list.passBefore(foundBy(opened.error.code));
      return opened;
    }
    const { manifest, fingerprint, parts } = opened.value;
    this.fingerprint = fingerprint;
    this.#list.pass(
      'archive',
      `The file is whole: ${figure(this.#bytes.size)} bytes in ${figure(parts.length + 2)} parts, and none besides.`,
    );
    this.#list.pass('signature', `The manifest is signed by the key ${fingerprint.slice(0, 32)}, and was not changed since.`);
    if (this.#options.key !== undefined)
      this.#list.pass('key', `The key is the one that was given, and it speaks for the space ${manifest.space}.`);
    return opened;
  }

  /** Every packed part is judged before the first is inflated. */
  async #parts(open: CheckableSnapshot): Promise<Step> {
    const total = 2 * open.parts.length;
    let done = 0;
    for (const check of [open.checkPacked, open.read]) {
      for (const part of open.parts) {
        const checked = await check(part);
        if (!checked.ok) return checked;
        this.#list.progress('parts', ++done, total);
        await this.#host.breathe();
      }
    }
    const size = open.parts.reduce((sum, part) => sum + part.size, 0);
    this.#list.pass('parts', `All ${figure(open.parts.length)} parts are the ones that were signed, ${figure(size)} bytes unpacked.`);
    return ok(undefined);
  }

  async #ledger(reading: SeriesReader): Promise<Result<{ ledger: LedgerValues; tree: MerkleTree }, SnapshotRefusal>> {
    this.#list.start('ledger');
    const ledger = await readLedger(reading);
    if (!ledger.ok) return ledger;
    const checked = { manifest: reading.manifest, ledger: ledger.value, host: this.#host };
    const tree = await checkHead(checked);
    if (!tree.ok) return tree;
    const entries = await this.#entries(checked, tree.value);
    return entries.ok ? ok({ ledger: ledger.value, tree: tree.value }) : entries;
  }

  async #entries(checked: Parameters<typeof checkEntries>[0], tree: MerkleTree): Promise<Step> {
    const { head } = checked.manifest;
    this.#list.pass('ledger', `The ${figure(head.place)} entries are exactly those of the head that the server signed at ${head.at}.`);
    this.#list.start('entries');
    const facts = await checkEntries(checked, tree, (done, total) => this.#list.progress('entries', done, total));
    if (!facts.ok) return facts;
    const { entries, devices, witnesses } = facts.value;
    this.#list.pass(
      'entries',
      `All ${figure(entries)} entries are signed by their authors, with ${figure(devices)} keys; ${figure(witnesses)} of them confirm the ledger before them.`,
    );
    return ok(undefined);
  }

  async #lines(reading: SeriesReader): Promise<Result<SnapshotLines, SnapshotRefusal>> {
    this.#list.start('records');
    const records = await readRecords(reading, true);
    if (!records.ok) return records;
    const statuses = await readStatuses(reading);
    if (!statuses.ok) return statuses;
    const [versions, words] = [records.value.lines.length, statuses.value.lines.length];
    this.#list.pass(
      'records',
      `Each of ${figure(versions)} record versions is the one that its hash names, beside ${figure(words)} statuses.`,
    );
    return ok({ records: records.value, statuses: statuses.value });
  }

  async #derived(open: CheckableSnapshot, data: SnapshotData): Promise<Step> {
    const sample = await this.#sample(open);
    if (!sample.ok) return sample;
    const { recompute } = this.#options;
    if (!recompute) {
      this.#list.skip('recomputed', 'The register was not computed again: it is as the server shipped and signed it.');
      return ok(undefined);
    }
    this.#list.start('recomputed');
    const compared = await checkRecomputed(open, this.#host, recompute(data, open.manifest), (done, total) =>
      this.#list.progress('recomputed', done, total),
    );
    if (!compared.ok) return compared;
    this.#list.pass(
      'recomputed',
      `Computed again from entries and records, all ${figure(compared.value)} derived parts are the same, byte for byte.`,
    );
    return ok(undefined);
  }

  async #sample(open: CheckableSnapshot): Promise<Step> {
    this.#list.start('sample');
    const part = open.parts.find(({ name }) => name === POPULATION);
    if (!part) throw new Error('an archive has its population');
    const population = await open.read(part);
    if (!population.ok) return population;
    const drawn = checkSample(population.value, open.manifest.draw);
    if (!drawn.ok) return drawn;
    if (drawn.value === undefined) this.#list.skip('sample', 'No random sample was asked for.');
    else this.#list.pass('sample', `The random sample of ${figure(drawn.value)} was drawn again from its seed, and is the same.`);
    return ok(undefined);
  }

  async #extension(newer: VerifiedSnapshot): Promise<Step> {
    const { after, recompute } = this.#options;
    if (!after) {
      this.#list.skip('extension', 'No older file was given to compare.');
      return ok(undefined);
    }
    this.#list.start('extension');
    const older = await new Verification(after, this.#host, { recompute }, new CheckList()).run();
    if (!older.ok) return err(olderRefused(older.error));
    const extension = checkExtension(newer, older.value);
    if (!extension.ok) return extension;
    const added = newer.manifest.place - older.value.manifest.place;
    this.#list.pass(
      'extension',
      `The file only adds to the older one: ${figure(added)} entries came after its ${figure(older.value.manifest.place)}.`,
    );
    return ok(undefined);
  }
}

const figure = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

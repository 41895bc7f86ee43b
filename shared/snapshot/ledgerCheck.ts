import { fromBase64Url, utf8 } from '../base/bytes.ts';
import type { HashHex } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import { ok, type Result } from '../base/result.ts';
import { signedMessage } from '../base/signature.ts';
import { MerkleTree } from '../ledger/merkle.ts';
import type { EntryId } from '../model/ids.ts';
import type { SnapshotHost, SnapshotRefusal } from './contracts.ts';
import type { Manifest } from './format.ts';
import { type PlacedValue, parsePlacedValue, signedBytesOf } from './placedValue.ts';
import type { LedgerValues } from './readSnapshotData.ts';
import { refuse } from './refusal.ts';
import { serverKeysOf } from './serverKeyChain.ts';

export interface LedgerCheckOptions {
  readonly manifest: Manifest;
  readonly ledger: LedgerValues;
  readonly host: SnapshotHost;
}

/** Entries that were verified, of all; the signature of each is the work, so these are what is counted. */
export type OnEntries = (done: number, total: number) => void;

export interface LedgerFacts {
  readonly entries: number;
  /** Keys that signed at least one entry. */
  readonly devices: number;
  /** Entries whose author signed the root of what they had seen, and it was the root of this ledger. */
  readonly witnesses: number;
}

type Judged = Result<void, SnapshotRefusal>;

/** Values between two pauses, and signatures that are verified at the same time. */
const AT_ONCE = 256;

/** Rules 1 and 2 of FORMAT.md, section 3: the head is the server's word on exactly these values. @returns the tree over them. */
export async function checkHead({ manifest, ledger, host }: LedgerCheckOptions): Promise<Result<MerkleTree, SnapshotRefusal>> {
  const tree = new MerkleTree();
  for (const value of ledger.values) {
    tree.append(value);
    if (tree.size % AT_ONCE === 0) await host.breathe();
  }
  const { head, place, epoch } = manifest;
  if (tree.size !== place || head.place !== place || head.epoch !== epoch || tree.root() !== head.root)
    return refuse('head root', 'The entries are not those that the server signed: one was changed, moved, added or left out.');
  const said = canonicalJson({ at: head.at, epoch: head.epoch, place: head.place, root: head.root, space: manifest.space });
  const signature = fromBase64Url(head.signature) ?? new Uint8Array(0);
  if (await host.verify(manifest.serverKey, signedMessage('muster/head/1', utf8(said)), signature)) return ok(tree);
  return refuse('head signature', "The ledger's head is not signed by the server's key, or is the head of another space.");
}

/** Rules 3 to 7, each over the whole ledger before the next. */
export async function checkEntries(
  options: LedgerCheckOptions,
  tree: MerkleTree,
  onEntries: OnEntries,
): Promise<Result<LedgerFacts, SnapshotRefusal>> {
  const genesis = checkGenesis(options);
  if (!genesis.ok) return genesis;
  const parsed = await parseAll(options);
  if (!parsed.ok) return parsed;
  const entries = parsed.value;
  const signed = await checkSignatures(options, entries, onEntries);
  if (!signed.ok) return signed;
  const ordered = checkOrder(options, entries);
  if (!ordered.ok) return ordered;
  const witnesses = await checkWitnesses(options, entries, tree);
  if (!witnesses.ok) return witnesses;
  return ok({ entries: entries.length, devices: new Set(entries.map(({ device }) => device)).size, witnesses: witnesses.value });
}

function checkGenesis({ manifest, ledger }: LedgerCheckOptions): Judged {
  const first = ledger.values[0];
  const entry = first && parsePlacedValue(first);
  const [serverKey] = serverKeysOf(manifest);
  const said = canonicalJson({ kind: 'genesis', serverKey, space: manifest.space });
  if (entry?.device === serverKey && entry.acts.some((act) => act.kind === 'genesis' && canonicalJson(act) === said)) return ok(undefined);
  return refuse('genesis', 'The first entry does not found this space with this key.', { part: ledger.partOf(1), place: 1 });
}

/** What the later rules need of an entry. Its acts are let go. */
type LedgerEntry = Omit<PlacedValue, 'acts'>;

async function parseAll({ manifest, ledger, host }: LedgerCheckOptions): Promise<Result<LedgerEntry[], SnapshotRefusal>> {
  const entries: LedgerEntry[] = [];
  for (const value of ledger.values) {
    const place = entries.length + 1;
    const entry = parsePlacedValue(value);
    if (!entry || entry.space !== manifest.space)
      return refuse('entry malformed', 'An entry is not what the format says, or is of another space.', at(ledger, place));
    const { acts: _acts, ...kept } = entry;
    entries.push(kept);
    if (place % AT_ONCE === 0) await host.breathe();
  }
  return ok(entries);
}

const at = (ledger: LedgerValues, place: number) => ({ part: ledger.partOf(place), place });

async function checkSignatures(
  { ledger, host }: LedgerCheckOptions,
  entries: readonly LedgerEntry[],
  onEntries: OnEntries,
): Promise<Judged> {
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const portion = entries.slice(start, start + AT_ONCE);
    const valid = await Promise.all(portion.map((entry, index) => isAuthentic(host, entry, ledger.values[start + index])));
    const forged = valid.indexOf(false);
    if (forged >= 0) return refuse('entry signature', 'An entry was changed, or is not by whom it says.', at(ledger, start + forged + 1));
    onEntries(start + portion.length, entries.length);
    await host.breathe();
  }
  return ok(undefined);
}

async function isAuthentic(host: SnapshotHost, entry: LedgerEntry, value: Uint8Array<ArrayBuffer> | undefined): Promise<boolean> {
  const bytes = value && signedBytesOf(value);
  return bytes !== undefined && host.verify(entry.device, signedMessage('muster/entry/1', bytes.body), bytes.signature);
}

function checkOrder({ ledger }: LedgerCheckOptions, entries: readonly LedgerEntry[]): Judged {
  const known = new Set<EntryId>();
  for (const { id, prev } of entries) {
    if (known.has(id) || (prev !== null && !known.has(prev)))
      return refuse(
        'entry order',
        'An entry is there twice, or its author had said something before that is not.',
        at(ledger, known.size + 1),
      );
    known.add(id);
  }
  return ok(undefined);
}

async function checkWitnesses(
  { manifest, ledger, host }: LedgerCheckOptions,
  entries: readonly LedgerEntry[],
  tree: MerkleTree,
): Promise<Result<number, SnapshotRefusal>> {
  const roots = new Roots(tree);
  const cuts = new Cuts(manifest);
  let witnesses = 0;
  for (const [index, { seen }] of entries.entries()) {
    const place = index + 1;
    const compared = seen.epoch > manifest.epoch || !cuts.isGone(seen);
    if (compared && (seen.epoch > manifest.epoch || seen.place >= place || roots.at(seen.place) !== seen.root))
      return refuse('witness', 'The author of an entry signed that they saw another past than this ledger.', at(ledger, place));
    if (compared) witnesses++;
    if (place % AT_ONCE === 0) await host.breathe();
  }
  return ok(witnesses);
}

/** Roots at earlier places. Authors who saw the same past are often neighbours: the last root is kept. */
class Roots {
  readonly #tree: MerkleTree;
  #place = -1;
  #root: HashHex | undefined;

  constructor(tree: MerkleTree) {
    this.#tree = tree;
  }

  at(place: number): HashHex | undefined {
    if (place !== this.#place) {
      this.#place = place;
      this.#root = this.#tree.root(place);
    }
    return this.#root;
  }
}

/** Where restores cut the ledger. At most 1,000, and most ledgers have none. */
class Cuts {
  readonly #restores: Manifest['restores'];

  constructor({ restores }: Manifest) {
    this.#restores = restores;
  }

  /** Whether what lay up to that place in that epoch was cut off later. */
  isGone(seen: PlacedValue['seen']): boolean {
    return this.#restores.some((restore) => restore.epoch > seen.epoch && restore.at < seen.place);
  }
}

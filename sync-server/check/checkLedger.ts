import { fromBase64Url, utf8 } from '../../shared/base/bytes.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { signedMessage, type Verify } from '../../shared/base/signature.ts';
import { LedgerState, type Restore } from '../../shared/ledger/ledgerState.ts';
import { MerkleTree } from '../../shared/ledger/merkle.ts';
import { bodyOf, decodeLedgerValue, type EntryBytes, parseEntry, signatureOf } from '../../shared/model/entry.ts';
import type { DeviceId, SpaceId } from '../../shared/model/ids.ts';
import { type SignedHead, signedHead } from '../../shared/model/status.ts';
import { readServerKeys, readStoredRestores } from '../core/restores.ts';
import { LedgerRows } from '../documents/ledgerRows.ts';
import type { EntryRow, Storage } from '../storage/storage.ts';

const ROWS_AT_ONCE = 1_000;

/** The rows of all epochs, one after the other: a restore from backup goes on in the next epoch where the backup ended. */
async function* ledgerRows(storage: Storage, restores: readonly Restore[]): AsyncGenerator<EntryRow[]> {
  const ledger = new LedgerRows(storage, restores);
  for (let place = 1; ; ) {
    const rows = await ledger.entries(place, ROWS_AT_ONCE);
    if (rows.length === 0) return;
    yield rows;
    place = (rows.at(-1)?.place ?? place) + 1;
  }
}

/** Looks at what entries say: spelling, id, signature, order, and the root that the server signed last. Yields what is wrong, in words. */
export async function* checkLedger(
  storage: Storage,
  verify: Verify,
): AsyncGenerator<{ rows: number; damage: string[]; serverKey?: DeviceId | undefined }> {
  const space = await storage.meta('space');
  const head = await headOf(storage);
  const restores = await readStoredRestores(storage, space as SpaceId, await readServerKeys(storage), verify);
  const state = new LedgerState({ space: space as SpaceId });
  state.setRestores(restores);
  const tree = new MerkleTree();
  const ids = new Set<string>();
  for await (const rows of ledgerRows(storage, restores)) {
    const damage: string[] = [];
    for (const row of rows) {
      if (row.place !== tree.size + 1) damage.push(`the ledger has no entry at place ${tree.size + 1}`);
      const problem = await entryProblem(row, ids, space, verify);
      if (problem !== undefined) damage.push(`the ledger entry at place ${row.place} of epoch ${row.epoch}: ${problem}`);
      ids.add(row.id);
      tree.append(row.value);
    }
    state.append(rows);
    yield { rows: rows.length, damage };
  }
  yield { rows: 0, damage: await headDamage({ space, key: state.serverKey }, tree, head, verify), serverKey: state.serverKey };
}

async function entryProblem(
  row: EntryRow,
  ids: ReadonlySet<string>,
  space: string | undefined,
  verify: Verify,
): Promise<string | undefined> {
  const decoded = decodeLedgerValue(row.value);
  const parsed = decoded && parseEntry(decoded.bytes as EntryBytes);
  if (!decoded || !parsed?.ok) return parsed && !parsed.ok ? `it is ${parsed.error}` : 'it is no entry';
  const entry = parsed.value;
  if (entry.id !== row.id) return 'it has another id';
  if (entry.space !== space) return 'it is of another space';
  if (entry.prev !== null && !ids.has(entry.prev)) return 'the entry before it is not in the ledger';
  const isSigned = await verify(entry.device, signedMessage('muster/entry/1', bodyOf(decoded.bytes)), signatureOf(decoded.bytes));
  return isSigned ? undefined : 'its author did not sign it so';
}

async function headOf(storage: Storage): Promise<SignedHead | undefined> {
  const text = await storage.meta('head');
  if (text === undefined) return undefined;
  const parsed = signedHead.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

interface Founded {
  readonly space: string | undefined;
  /** The server's key that the ledger says is in force. */
  readonly key: DeviceId | undefined;
}

/** The server signed at most what was on disk. A ledger that is shorter, or has another root there, is not the one that it signed. */
async function headDamage({ space, key }: Founded, tree: MerkleTree, head: SignedHead | undefined, verify: Verify): Promise<string[]> {
  if (!head) return [];
  if (head.place > tree.size) return [`the ledger ends at place ${tree.size}, and the server signed its head at place ${head.place}`];
  if (tree.root(head.place) !== head.root) return [`the ledger up to place ${head.place} is not the one whose head the server signed`];
  const { signature, ...said } = head;
  const bytes = fromBase64Url(signature);
  const isSigned =
    bytes && key !== undefined && (await verify(key, signedMessage('muster/head/1', utf8(canonicalJson({ space, ...said }))), bytes));
  return isSigned ? [] : ['the head of the ledger is not signed with the key of this store'];
}

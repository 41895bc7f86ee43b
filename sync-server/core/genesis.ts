import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { utf8 } from '../../shared/base/bytes.ts';
import { hashText } from '../../shared/base/hash.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { type Signer, signedMessage } from '../../shared/base/signature.ts';
import { visibleText } from '../../shared/base/text.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import { encodeLedgerValue, type HashHex, signEntry } from '../../shared/model/entry.ts';
import type { PersonId, Place, SpaceId } from '../../shared/model/ids.ts';
import type { Storage } from '../storage/storage.ts';
import { encodeSignature } from './keys.ts';

/** What a store says of itself. */
export interface SpaceRow {
  readonly space: SpaceId;
  readonly localPerson: PersonId;
  readonly epoch: number;
  /** Grows with every start: the Yjs client of what is written anew each time. */
  readonly start: number;
}

/** None of the key files holds the key that the ledger names: with another one every head would look forged. */
export class WrongServerKey extends Error {
  override readonly name = 'WrongServerKey';
}

/** RFC 6962: the hash of the empty tree. */
const EMPTY_ROOT = hashText('') as HashHex;

/** The directory says that it held a space, and its store is empty: a new one in its place would hide the loss. */
export class StoreGone extends Error {
  override readonly name = 'StoreGone';
}

/**
 * Reads the space of a store, or makes it: the trust root.
 * @param known what the data directory remembers of the space that it held.
 */
export async function openSpace(
  storage: Storage,
  server: Signer,
  local: Signer,
  clock: () => Millis,
  known: string | undefined,
): Promise<SpaceRow> {
  const space = (await storage.meta('space')) as SpaceId | undefined;
  if (space === undefined && known !== undefined)
    throw new StoreGone('The store is gone or empty. Restore store.sqlite from the backup of this data directory.');
  if (space === undefined) return createSpace(storage, server, local, clock);
  const start = nextStart(Number(await storage.meta('starts')), clock);
  await storage.write({ meta: { starts: String(start) } });
  return {
    space,
    localPerson: (await storage.meta('localPerson')) as PersonId,
    epoch: Number(await storage.meta('epoch')),
    start,
  };
}

/** Seconds, or one more than last time: it also grows past a store that was restored from a backup. */
const nextStart = (last: number, clock: () => Millis): number => Math.max(last + 1, Math.floor(clock() / 1_000)) >>> 0;

async function createSpace(storage: Storage, server: Signer, local: Signer, clock: () => Millis): Promise<SpaceRow> {
  const space = randomBytes(16).toString('hex') as SpaceId;
  const localPerson = randomBytes(16).toString('hex') as PersonId;
  const start = nextStart(0, clock);
  const entry = await genesisEntry(space, localPerson, server, local, clock);
  const value = encodeLedgerValue(entry.bytes, { at: toInstant(clock()) });
  const meta = { space, localPerson, serverKey: server.publicKey, epoch: '0', starts: String(start) };
  await storage.write({ meta, entries: [{ epoch: 0, place: 1 as Place, id: entry.id, value }] });
  return { space, localPerson, epoch: 0, start };
}

/** The first entry: the server's key, and the local steward's command-line device as the first administrator. */
async function genesisEntry(space: SpaceId, person: PersonId, server: Signer, local: Signer, clock: () => Millis) {
  const device = local.publicKey;
  const token = hashText('genesis');
  const proof = await local.sign(signedMessage('muster/enrol/1', utf8(canonicalJson({ space, device, token }))));
  return signEntry(
    {
      v: 1,
      space,
      device: server.publicKey,
      prev: null,
      at: toInstant(clock()),
      seen: { epoch: 0, place: 0 as Place, root: EMPTY_ROOT },
      acts: [
        { kind: 'genesis', space, serverKey: server.publicKey },
        {
          kind: 'enrol',
          device,
          person,
          personName: localName(),
          label: 'command line',
          role: 'admin',
          remit: 'true',
          via: { genesis: true },
          proof: encodeSignature(proof),
          previous: null,
        },
      ],
    },
    server,
  );
}

/** The name under which this computer knows its user. Some containers have none. */
function localName(): string {
  try {
    return visibleText(userInfo().username) || 'local steward';
  } catch {
    return 'local steward';
  }
}

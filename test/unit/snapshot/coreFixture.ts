import { createPublicKey, generateKeyPairSync, sign as nodeSign } from 'node:crypto';
import { concatBytes, toBase64Url, utf8 } from '../../../shared/base/bytes.ts';
import { type HashHex, hashHex } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { type PublicKey, type Signer, signedMessage } from '../../../shared/base/signature.ts';
import type { Instant } from '../../../shared/base/time.ts';
import { MerkleTree } from '../../../shared/ledger/merkle.ts';
import { type EntryBody, type EntryId, encodeLedgerValue, entryIdOf } from '../../../shared/model/entry.ts';
import type { PersonId, Place, SourceId, SpaceId } from '../../../shared/model/ids.ts';
import type { SnapshotHost } from '../../../shared/snapshot/contracts.ts';
import type { RecordLine } from '../../../shared/snapshot/format.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { encodeLedgerFrame, encodeRecordLine, encodeStatusLine } from '../../../shared/snapshot/recordLines.ts';
import { drawSample } from '../../../shared/snapshot/sample.ts';
import { type ManifestWithoutParts, SnapshotWriter } from '../../../shared/snapshot/snapshotWriter.ts';
import { type VerifyOptions, verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost, nodePacking } from '../../../sync-server/snapshot/nodeHost.ts';

export const SPACE = 'a'.repeat(32) as SpaceId;
export const AT = '2026-03-01T12:00:00Z' as Instant;
export const EMPTY_ROOT = hashHex(new Uint8Array(0));

export function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: createPublicKey(privateKey).export({ format: 'jwk' }).x as PublicKey,
    sign: async (message) => new Uint8Array(nodeSign(null, message, privateKey)),
  };
}

export const SERVER = newSigner();
export const STEWARD = newSigner();
export const host: SnapshotHost = createNodeHost();

export interface Said {
  readonly by: Signer;
  readonly acts?: readonly object[];
  readonly prev?: EntryId | null;
  readonly seen?: { readonly epoch: number; readonly place: number; readonly root: string };
  readonly space?: string;
  readonly change?: (body: Record<string, unknown>) => unknown;
}

/** A small ledger that is signed as a real one is. */
export class Ledger {
  readonly values: Uint8Array<ArrayBuffer>[] = [];
  readonly ids: EntryId[] = [];
  readonly tree = new MerkleTree();
  readonly #last = new Map<string, EntryId>();

  static async founded(server = SERVER, space = SPACE): Promise<Ledger> {
    const ledger = new Ledger();
    await ledger.say({ by: server, space, acts: [{ kind: 'genesis', serverKey: server.publicKey, space }] });
    return ledger;
  }

  async say(said: Said): Promise<this> {
    const { by, prev = this.#last.get(by.publicKey) ?? null } = said;
    const body: EntryBody = {
      v: 1,
      space: (said.space ?? SPACE) as SpaceId,
      device: by.publicKey,
      prev,
      at: AT,
      seen: (said.seen ?? { epoch: 0, place: this.values.length, root: this.tree.root() }) as EntryBody['seen'],
      acts: (said.acts ?? [
        { kind: 'set', anchors: ['1'.repeat(32)], field: 'purpose', value: `purpose ${this.values.length}` },
      ]) as EntryBody['acts'],
    };
    const bytes = utf8(canonicalJson(said.change ? said.change({ ...body }) : body));
    const signature = await by.sign(signedMessage('muster/entry/1', bytes));
    const id = entryIdOf(bytes);
    this.#last.set(by.publicKey, id);
    this.ids.push(id);
    return this.place(encodeLedgerValue(concatBytes(signature, bytes), { at: AT }));
  }

  place(value: Uint8Array<ArrayBuffer>): this {
    this.values.push(value);
    this.tree.append(value);
    return this;
  }
}

/** Genesis, then `count` entries of the steward. */
export async function ledgerOf(count: number): Promise<Ledger> {
  const ledger = await Ledger.founded();
  for (let index = 0; index < count; index++) await ledger.say({ by: STEWARD });
  return ledger;
}

export function recordLine(id: string, place: number, source = 'file'): RecordLine {
  const bytes = utf8(canonicalJson({ externalId: id, fields: { name: `Zoë ${id}` }, keys: [] }));
  return { source: source as SourceId, id, run: 1, at: AT, place, hash: hashHex(bytes), bytes };
}

export const RECORDS = [recordLine('r1', 1), recordLine('r2', 1), recordLine('r1', 2)];
export const IDS = ['1', '2', '3', '4', '5'].map((digit) => digit.repeat(32));
const DRAW = { seed: 'spring', size: 2 };

export type Parts = Record<string, Uint8Array | undefined>;

export interface Build {
  readonly ledger?: Ledger;
  readonly values?: readonly Uint8Array[];
  readonly records?: readonly RecordLine[];
  /** Parts that are other than the ordinary ones; undefined leaves one out. */
  readonly parts?: Parts;
  readonly server?: Signer;
  readonly manifest?: Partial<ManifestWithoutParts>;
  readonly head?: Partial<ManifestWithoutParts['head']>;
}

const json = (value: unknown): Uint8Array => utf8(canonicalJson(value));

export function population(draw: { seed: string; size: number } | undefined = DRAW): Uint8Array {
  const sample = draw && { ids: drawSample(IDS, draw), method: 'sha256-order', ...draw };
  return json({ counts: {}, exclusions: [], ids: IDS, matches: IDS.length, query: { text: '' }, ...(sample ? { sample } : {}) });
}

const status = (place: number) =>
  encodeStatusLine({ at: AT, place, source: 'file' as SourceId, status: { mechanism: 'batch', coverage: [] } });

function ordinaryParts(build: Build, values: readonly Uint8Array[]): Parts {
  return {
    'README.txt': utf8('A snapshot. Verify it.\n'),
    'ledger/0001.bin': concatBytes(...values.map(encodeLedgerFrame)),
    'records/0001.ndjson': concatBytes(...(build.records ?? RECORDS).map(encodeRecordLine)),
    'statuses/0001.ndjson': concatBytes(status(1), status(1)),
    'policy.json': json({}),
    'people.json': json({ people: [] }),
    'population.json': population(),
    'gaps.json': json({}),
    'register/0001.ndjson': utf8('{"row":1}\n{"row":2}\n{"row":3}\n'),
    'findings/0001.ndjson': utf8('{"findings":[]}\n'),
    'report.html': utf8('<!doctype html><title>Report</title>'),
  };
}

const SLOTS = ['README', 'ledger', 'records', 'statuses', 'policy', 'people', 'population', 'gaps', 'register', 'findings', 'report'];
const slotOf = (name: string): number => SLOTS.indexOf(name.split(/[./]/)[0] ?? '');
const inOrder = ([a]: [string, unknown], [b]: [string, unknown]): number => slotOf(a) - slotOf(b) || (a < b ? -1 : 1);

/** The file, with everything that is signed signed anew. */
export async function build(options: Build = {}): Promise<Uint8Array<ArrayBuffer>> {
  const ledger = options.ledger ?? (await ledgerOf(3));
  const values = options.values ?? ledger.values;
  const server = options.server ?? SERVER;
  const chunks: Uint8Array[] = [];
  const writer = new SnapshotWriter({ ...nodePacking, sink: async (bytes) => void chunks.push(bytes) });
  const parts = { ...ordinaryParts(options, values), ...options.parts };
  for (const [name, bytes] of Object.entries(parts).sort(inOrder)) if (bytes) await writer.part(name, bytes);
  await writer.finish(await manifestOf(options, values, server), (message) => server.sign(message));
  return concatBytes(...chunks);
}

async function manifestOf(options: Build, values: readonly Uint8Array[], server: Signer): Promise<ManifestWithoutParts> {
  const tree = new MerkleTree();
  for (const value of values) tree.append(value);
  const { space = SPACE, epoch = 0, place = values.length } = options.manifest ?? {};
  const said = { at: AT, epoch, place: place as Place, root: tree.root() as HashHex, ...options.head };
  const { at, root } = said;
  const signature = await server.sign(
    signedMessage('muster/head/1', utf8(canonicalJson({ at, epoch: said.epoch, place: said.place, root, space }))),
  );
  return {
    format: 'muster-snapshot',
    v: 1,
    space,
    name: 'A register',
    sample: false,
    software: '0.1.0',
    serverKey: server.publicKey,
    epoch,
    place,
    restores: [],
    head: { ...said, signature: options.head?.signature ?? toBase64Url(signature) } as ManifestWithoutParts['head'],
    asOf: AT,
    created: AT,
    by: { name: 'An administrator', person: 'b'.repeat(32) as PersonId },
    private: 'left out',
    leftOut: [],
    query: { text: '' },
    draw: DRAW,
    ...options.manifest,
  };
}

export const verify = (bytes: Uint8Array, options: VerifyOptions = {}) => verifySnapshot(memoryBytes(bytes), host, options);

/** Code, part, place and line of the refusal; undefined when the file is valid. */
export async function refusalOf(bytes: Uint8Array, options: VerifyOptions = {}) {
  const { refusal } = await verify(bytes, options);
  if (!refusal) return undefined;
  const { message: _message, ...where } = refusal;
  return where;
}

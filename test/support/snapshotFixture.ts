import { createHash } from 'node:crypto';
import { utf8 } from '../../shared/base/bytes.ts';
import type { HashHex } from '../../shared/base/hash.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { publicKeyOf } from '../../shared/base/signature.ts';
import { toInstant } from '../../shared/base/time.ts';
import { MerkleTree } from '../../shared/ledger/merkle.ts';
import type { PersonId, SpaceId } from '../../shared/model/ids.ts';
import { FORMAT, type Manifest, type RecordLine, type SampleSpec, type StatusLine } from '../../shared/snapshot/format.ts';
import { encodeLedgerFrame, encodeRecordLine, encodeStatusLine } from '../../shared/snapshot/recordLines.ts';
import type { DerivedPart } from '../../shared/snapshot/replayed.ts';
import { SeriesParts } from '../../shared/snapshot/series.ts';
import { type ManifestWithoutParts, SnapshotWriter } from '../../shared/snapshot/snapshotWriter.ts';
import { nodePacking } from '../../sync-server/snapshot/nodeHost.ts';
import { recompute } from '../../sync-server/snapshot/recompute.ts';
import { LedgerStory } from './snapshot/ledgerStory.ts';
import { anchorsOf, ObservedStory } from './snapshot/observedStory.ts';
import { packedOf, type RawPart, rawArchive } from './snapshot/rawArchive.ts';
import type { TestSigner } from './snapshot/testSigner.ts';

export const START = Date.parse('2026-01-05T08:00:00.000Z');

/** All that a snapshot is made of, before it is sealed. Tests change it, and seal what they made of it. */
export interface SnapshotContent {
  readonly space: SpaceId;
  readonly server: TestSigner;
  readonly epoch: number;
  readonly restores: Manifest['restores'];
  readonly values: readonly Uint8Array[];
  readonly records: readonly RecordLine[];
  readonly statuses: readonly StatusLine[];
  readonly asOf: Manifest['asOf'];
  readonly draw?: SampleSpec;
  readonly leftOut: Manifest['leftOut'];
  readonly derived: readonly DerivedPart[];
}

export interface StoryFixture {
  readonly content: SnapshotContent;
  readonly story: LedgerStory;
}

export interface FixtureOptions {
  readonly entries: number;
  readonly records: number;
  /** Runs of every source, spread over the ledger. */
  readonly runs?: number;
  readonly draw?: SampleSpec;
  readonly seed?: number;
}

/** A register with a past: real keys, real verdicts, and derived parts as a server makes them. */
export async function storyFixture({ entries, records, runs = 4, draw, seed = 1 }: FixtureOptions): Promise<StoryFixture> {
  const observed = new ObservedStory({ records, runs });
  const every = Math.max(10, Math.floor(entries / runs));
  const before = (place: number, now: number): void => {
    if (place % every === 10 % every) observed.run(place - 1, now);
    if (place === Math.floor(entries / 2)) observed.leave(place - 1, now, true);
    if (place === Math.floor(entries / 2) + 5) observed.leave(place - 1, now, false);
  };
  const story = new LedgerStory({ entries, anchors: anchorsOf(records), start: START, seed, before });
  const content = {
    space: story.ledger.space,
    server: story.server,
    epoch: 0,
    restores: [],
    values: story.ledger.values,
    records: observed.records,
    statuses: observed.statuses,
    asOf: toInstant(story.ledger.now + 60_000),
    ...(draw ? { draw } : {}),
    leftOut: [],
  };
  return { story, content: { ...content, derived: await derivedParts(content) } };
}

/** As the server makes them from the same content. */
export async function derivedParts(content: Omit<SnapshotContent, 'derived'>): Promise<DerivedPart[]> {
  const { space, server, restores, values, records, statuses, ...from } = content;
  const data = { space, restores, ledger: values, records, statuses };
  const asked = { query: { text: '' }, private: 'left out', place: values.length, serverKey: server.publicKey } as const;
  const parts: DerivedPart[] = [];
  for await (const part of recompute(async () => {})(data, { ...from, ...asked })) parts.push(part);
  return parts;
}

// Sealing

/** Who signs what, and what the manifest says, where that is not the truth. */
export interface SealOptions {
  /** Signs head and manifest instead of the server. The manifest names the server's key unless `manifest` changes it. */
  readonly signer?: TestSigner;
  readonly head?: (head: Manifest['head']) => Manifest['head'];
  /** Which space the head is signed for. */
  readonly headSpace?: SpaceId;
  readonly manifest?: (manifest: Manifest) => unknown;
  readonly manifestText?: (text: string) => string | Uint8Array;
  readonly parts?: (parts: readonly RawPart[]) => readonly RawPart[];
  /** After the manifest was made. */
  readonly archive?: (parts: readonly RawPart[]) => readonly RawPart[];
}

/** As a server writes it, with the writer that it uses. */
export async function sealed(content: SnapshotContent): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  const writer = new SnapshotWriter({ ...nodePacking, sink: async (bytes) => void pieces.push(bytes) });
  for (const { name, content: bytes } of partsOf(content)) await writer.part(name, bytes);
  await writer.finish(manifestOf(content), async (message) => content.server.signMessage(message));
  return new Uint8Array(Buffer.concat(pieces));
}

/** With nothing judged: what a forger makes who knows the format. */
export const forged = (content: SnapshotContent, options: SealOptions = {}): Uint8Array<ArrayBuffer> =>
  rawArchive(allParts(content, options));

/** All parts of the file, manifest and signature last. */
export function allParts(content: SnapshotContent, options: SealOptions = {}): readonly RawPart[] {
  const parts = options.parts?.(partsOf(content)) ?? partsOf(content);
  const truth: Manifest = { ...manifestOf(content, options), parts: parts.map(partEntryOf) };
  const text = canonicalJson(options.manifest ? options.manifest(truth) : truth);
  const changed = options.manifestText?.(text) ?? text;
  const bytes = typeof changed === 'string' ? utf8(changed) : changed;
  const signature = (options.signer ?? content.server).sign('muster/snapshot/1', bytes);
  const all = [...parts, { name: 'manifest.json', content: bytes }, { name: 'manifest.sig', content: signature }];
  return options.archive?.(all) ?? all;
}

const sha256 = (bytes: Uint8Array): HashHex => createHash('sha256').update(bytes).digest('hex') as HashHex;

function partEntryOf(part: RawPart): Manifest['parts'][number] {
  const packed = packedOf(part);
  return {
    name: part.name,
    size: part.content.length,
    sha256: sha256(part.content),
    packed: packed.length,
    packedSha256: sha256(packed),
  };
}

export function partsOf(content: SnapshotContent): RawPart[] {
  return [
    { name: 'README.txt', content: utf8('A snapshot for tests.\n') },
    ...seriesOf('ledger', content.values.map(encodeLedgerFrame)),
    ...seriesOf('records', content.records.map(encodeRecordLine)),
    ...seriesOf('statuses', content.statuses.map(encodeStatusLine)),
    ...content.derived.map(rawPart),
    { name: 'report.html', content: utf8('<!doctype html><title>Report</title>\n') },
  ];
}

const rawPart = ({ name, bytes }: DerivedPart): RawPart => ({ name, content: bytes });

function seriesOf(series: ConstructorParameters<typeof SeriesParts>[0], pieces: readonly Uint8Array[]): RawPart[] {
  const parts = new SeriesParts(series);
  const filled = pieces.map((piece) => parts.add(piece));
  return [...filled, parts.end()].filter((part) => part !== undefined).map(rawPart);
}

function manifestOf(content: SnapshotContent, options: SealOptions = {}): ManifestWithoutParts {
  const { space, server, epoch, restores, values, asOf, draw, leftOut } = content;
  return {
    format: FORMAT,
    v: 1,
    space,
    name: 'A team',
    sample: true,
    software: '0.1.0',
    serverKey: server.publicKey,
    epoch,
    place: values.length,
    restores,
    head: headOf(content, options),
    asOf,
    created: asOf,
    by: { person: 'b'.repeat(32) as PersonId, name: 'First administrator' },
    private: 'left out',
    leftOut,
    query: { text: '' },
    ...(draw ? { draw } : {}),
  };
}

function headOf(content: SnapshotContent, { head: change = (head) => head, headSpace, signer }: SealOptions): Manifest['head'] {
  const said = change({
    at: content.asOf,
    epoch: content.epoch,
    place: content.values.length,
    root: rootOf(content.values),
    signature: '',
  });
  const { signature: _signature, ...claims } = said;
  const message = utf8(canonicalJson({ ...claims, space: headSpace ?? content.space }));
  // 64 bytes in base64url, as a key's 32 are.
  const signature = said.signature || (publicKeyOf((signer ?? content.server).sign('muster/head/1', message)) as string);
  return { ...said, signature };
}

export function rootOf(values: readonly Uint8Array[]): HashHex {
  const tree = new MerkleTree();
  for (const value of values) tree.append(value);
  return tree.root();
}

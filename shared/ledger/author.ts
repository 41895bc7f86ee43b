import { utf8 } from '../base/bytes.ts';
import { hashText } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { SIGNATURE_BYTES, type Signer } from '../base/signature.ts';
import type { Instant } from '../base/time.ts';
import { type Act, act as actSchema } from '../model/act.ts';
import {
  type DeviceId,
  type Entry,
  type EntryBody,
  type EntryBytes,
  type EntryId,
  entryBody,
  entryIdOf,
  MAX_ACTS,
  MAX_ENTRY_BYTES,
  type Seen,
  type SpaceId,
  signEntry,
} from '../model/entry.ts';

export interface AuthorOptions {
  readonly space: SpaceId;
  readonly device: DeviceId;
  /** The device's newest entry, placed or waiting. */
  readonly prev: EntryId | null;
  readonly at: Instant;
  /** What the device held when the editor or preview was opened. */
  readonly seen: Seen;
  readonly acts: readonly Act[];
  /** Names the change when it needs several entries; by default it is derived from what is said. */
  readonly group?: string;
}

export interface SignedEntry {
  readonly id: EntryId;
  readonly bytes: EntryBytes;
  readonly entry: Entry;
}

/** The bodies of a change, chained through `prev`. The problem is one line that names acts and paths, never values. */
export function prepareEntries(options: AuthorOptions): Result<EntryBody[], string> {
  if (options.acts.length === 0) return err('there is nothing to change');
  const sized = sizedActs(options.acts);
  if (!sized.ok) return sized;
  const room = MAX_ENTRY_BYTES - SIGNATURE_BYTES - canonicalJson(bodyOf(options, LONGEST_GROUP, LONGEST_PREV, [])).length;
  const parts = partition(sized.value, room);
  if (!parts.ok) return parts;
  return chain(options, parts.value);
}

/** Signs a change as the signer's own device, in the order of its chain. */
export async function signEntries(options: Omit<AuthorOptions, 'device'>, signer: Signer): Promise<Result<SignedEntry[], string>> {
  const bodies = prepareEntries({ ...options, device: signer.publicKey });
  if (!bodies.ok) return bodies;
  const signed: SignedEntry[] = [];
  for (const body of bodies.value) {
    const { id, bytes } = await signEntry(body, signer);
    signed.push({ id, bytes, entry: { ...body, id } });
  }
  return ok(signed);
}

interface SizedAct {
  readonly act: Act;
  readonly bytes: number;
}

const LONGEST_GROUP = 'g'.repeat(64);
const LONGEST_PREV = '0'.repeat(64) as EntryId;

function sizedActs(acts: readonly Act[]): Result<SizedAct[], string> {
  const sized: SizedAct[] = [];
  for (const [index, candidate] of acts.entries()) {
    const parsed = actSchema.safeParse(candidate);
    if (!parsed.success) return err(actProblem(index, parsed.error.issues[0]));
    try {
      sized.push({ act: parsed.data, bytes: utf8(canonicalJson(parsed.data)).length + 1 });
    } catch {
      return err(`act ${index + 1}: it holds text that is not well-formed Unicode, or a number that JSON cannot write`);
    }
  }
  return ok(sized);
}

/** Codes and paths only: a schema's own message may quote what was typed, which may be a secret. */
function actProblem(index: number, issue: { path: PropertyKey[]; code: string } | undefined): string {
  const path = issue && issue.path.length > 0 ? issue.path.map(String).join('.') : 'kind';
  return `act ${index + 1}: ${path} is not valid (${issue?.code.replaceAll('_', ' ') ?? 'unknown'})`;
}

/** As few entries as possible, in order. */
function partition(acts: readonly SizedAct[], room: number): Result<Act[][], string> {
  const parts: Act[][] = [];
  let used = 0;
  for (const [index, { act, bytes }] of acts.entries()) {
    if (bytes > room) return err(`act ${index + 1}: it is larger than an entry may be (${MAX_ENTRY_BYTES / 1024} KB)`);
    const current = parts.at(-1);
    if (current && current.length < MAX_ACTS && used + bytes <= room) {
      current.push(act);
      used += bytes;
    } else {
      parts.push([act]);
      used = bytes;
    }
  }
  return ok(parts);
}

function chain(options: AuthorOptions, parts: readonly Act[][]): Result<EntryBody[], string> {
  const group = options.group ?? (parts.length > 1 ? hashText(canonicalJson([options.prev, options.at, options.acts])) : undefined);
  const bodies: EntryBody[] = [];
  let prev = options.prev;
  for (const acts of parts) {
    const parsed = entryBody.safeParse(bodyOf(options, group, prev, acts));
    if (!parsed.success) return err(`${parsed.error.issues[0]?.path.map(String).join('.')} is not valid`);
    bodies.push(parsed.data);
    prev = entryIdOf(utf8(canonicalJson(parsed.data)));
  }
  return ok(bodies);
}

function bodyOf(options: AuthorOptions, group: string | undefined, prev: EntryId | null, acts: Act[]): EntryBody {
  const { space, device, at, seen } = options;
  return { v: 1, space, device, prev, at, seen, ...(group === undefined ? {} : { group }), acts };
}

import type { Signer } from '../../shared/base/signature.ts';
import type { Act } from '../../shared/model/act.ts';
import { type EntryBody, parseEntry, signEntry } from '../../shared/model/entry.ts';
import type { EntryId } from '../../shared/model/ids.ts';
import type { KeptEntry } from './strictStore.ts';

export interface ChainedAgain {
  readonly put: readonly KeptEntry[];
  /** Old id → new id. */
  readonly renamed: ReadonlyMap<EntryId, EntryId>;
  readonly head: EntryId | null;
}

/**
 * Signs entries again, the first on `base` and each on the one before it. What they say, when, and what their author had
 * seen stay as they were; references among them follow the new ids.
 */
export async function chainedAgain(entries: readonly KeptEntry[], base: EntryId | null, signer: Signer): Promise<ChainedAgain> {
  const put: KeptEntry[] = [];
  const renamed = new Map<EntryId, EntryId>();
  let head = base;
  for (const kept of entries) {
    const body = { ...bodyOfKept(kept), prev: head };
    const { id, bytes } = await signEntry({ ...body, acts: actsRenamed(body.acts, renamed) }, signer);
    put.push({ ...kept, id, bytes, signedAgain: true });
    renamed.set(kept.id, id);
    head = id;
  }
  return { put, renamed, head };
}

function bodyOfKept(kept: KeptEntry): EntryBody {
  const parsed = parseEntry(kept.bytes);
  if (!parsed.ok) throw new Error(`a stored entry is damaged: ${parsed.error}`);
  const { id: _, ...body } = parsed.value;
  return body;
}

/** An entry id is 64 hexadecimal digits that stand for nothing else, so its text can be replaced wherever it occurs. */
function actsRenamed(acts: readonly Act[], renamed: ReadonlyMap<EntryId, EntryId>): Act[] {
  let text = JSON.stringify(acts);
  for (const [from, to] of renamed) text = text.replaceAll(from, to);
  return JSON.parse(text) as Act[];
}

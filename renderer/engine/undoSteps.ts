import type { ActRef } from '../../shared/model/act.ts';
import { type Act, type EntryBytes, parseEntry } from '../../shared/model/entry.ts';
import type { EntryId } from '../../shared/model/ids.ts';
import type { KeptEntry, UndoStep } from './strictStore.ts';

/** What let something happen outside the register, or a key out of it, cannot be taken back. */
const FINAL: ReadonlySet<Act['kind']> = new Set<Act['kind']>([
  'approve',
  'reject',
  'release',
  'discard',
  'policy',
  'role',
  'enrol',
  'revoke',
  'rekey',
  'withdraw',
  'genesis',
]);

/** @returns undefined when nothing of it can be taken back. */
export function stepAfter(
  signed: readonly { readonly id: EntryId; readonly bytes: EntryBytes }[],
  label: string,
  order: number,
): UndoStep | undefined {
  const acts = signed.flatMap(({ id, bytes }) => refsOf(id, bytes));
  return acts.length === 0 ? undefined : { order, label, acts };
}

function refsOf(entry: EntryId, bytes: EntryBytes): ActRef[] {
  const parsed = parseEntry(bytes);
  if (!parsed.ok) return [];
  return parsed.value.acts.flatMap(({ kind }, act) => (FINAL.has(kind) ? [] : [{ entry, act }]));
}

/** Undo steps follow entries that got new ids, and forget those that were refused. */
export function stepsRenamed(
  steps: readonly UndoStep[],
  renamed: ReadonlyMap<EntryId, EntryId>,
  refused: readonly KeptEntry[],
): { putSteps: UndoStep[]; removeSteps: number[] } {
  const gone = new Set(refused.map(({ id }) => id));
  const changed = steps.filter(({ acts }) => acts.some(({ entry }) => renamed.has(entry) || gone.has(entry)));
  const putSteps: UndoStep[] = [];
  for (const step of changed) {
    const acts = step.acts.filter(({ entry }) => !gone.has(entry)).map((ref) => ({ ...ref, entry: renamed.get(ref.entry) ?? ref.entry }));
    if (acts.length > 0) putSteps.push({ ...step, acts });
  }
  return { putSteps, removeSteps: changed.map(({ order }) => order) };
}

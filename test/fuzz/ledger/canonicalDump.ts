import { canonicalJson, compareCodeUnits, type Json } from '../../../shared/base/json.ts';
import type { Head } from '../../../shared/ledger/ledgerReader.ts';
import type { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Anchor } from '../../../shared/model/ids.ts';

/** Heads as a set: what a cell says does not depend on the order in which one lists what waits. */
export function dumpHeads(heads: readonly Pick<Head, 'ref' | 'place' | 'value'>[]): Json {
  return heads
    .map(
      ({ ref, place, value }) => `${place ?? 'waiting'} ${ref.entry}/${ref.act} ${value === undefined ? 'cleared' : canonicalJson(value)}`,
    )
    .sort(compareCodeUnits);
}

/** The values of every cell, as one text: what FOLD.md defines. */
export function dumpCells(state: LedgerState): string {
  const cells: Record<string, Json> = {};
  for (const anchor of state.anchors()) {
    for (const field of state.fieldsOf(anchor)) {
      const cell = state.cell(anchor, field);
      if (cell) cells[`${anchor} ${field}`] = { heads: dumpHeads(cell.heads), conflict: cell.conflict };
      for (const [element, heads] of state.elements(anchor, field)) cells[`${anchor} ${field} +${element}`] = dumpHeads(heads);
      for (const [element, heads] of state.removedElements(anchor, field)) cells[`${anchor} ${field} -${element}`] = dumpHeads(heads);
    }
  }
  return canonicalJson(cells);
}

/** Everything that the fold projects, as one text. Replicas that hold the same must give the same bytes. */
export function canonicalDump(state: LedgerState): string {
  const anchors = [...state.anchors()].filter((anchor) => state.lines({ anchor: [anchor], limit: 1 }).length > 0).sort(compareCodeUnits);
  return canonicalJson({
    place: state.place,
    root: state.root,
    epoch: state.epoch,
    readOnly: state.readOnly,
    entries: state.entries,
    cells: dumpCells(state),
    comments: Object.fromEntries(anchors.map((anchor: Anchor) => [anchor, state.comments(anchor)])),
    created: [...state.created()],
    merges: state.merges(),
    splits: state.splits(),
    policy: [...state.policy()],
    proposals: [...state.proposals()].map(([digest, { ref, person, place }]) => ({
      digest,
      ref,
      person,
      place,
      decision: state.decision(digest) ?? null,
    })),
    persons: [...state.persons()],
    invitations: state.invitations().map(({ ref, act, used }) => ({ ref, act, used: used === true })),
    signIn: state.signIn ?? null,
    forks: [...state.forks()],
    serverKey: state.serverKey ?? null,
    successions: [...state.successions()],
    ignored: state.ignored(),
    lines: state.lines({ limit: 100_000 }).map((line) => ({
      place: line.place,
      id: line.entry.id,
      person: line.person,
      void: [...line.void],
      withdrawn: [...line.withdrawn].sort((a, b) => a - b),
    })),
    touched: anchors.map((anchor: Anchor) => state.lines({ anchor: [anchor], limit: 100_000 }).map((line) => line.entry.id)),
  });
}

import { type HashHex, hashText } from '../base/hash.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { type Instant, parseTime } from '../base/time.ts';
import type { SourceStatus, WriteReceipt } from '../model/status.ts';
import { observationOf, type PlannedRecord } from './observe.ts';
import { sameContent } from './sameContent.ts';

export type Writes = NonNullable<SourceStatus['writes']>;
export const NO_WRITES: Writes = { upTo: 0, receipts: [] };

/** Settled receipts that a status keeps; earlier ones are in the history of statuses. */
const MOST_SETTLED = 50;
/** Receipts in all: as many as may be open at once. */
export const MOST_RECEIPTS = 500;

/** Nothing more is sent for it: the source answered, or a person has to decide anew. */
export const isSettled = ({ state, problem }: WriteReceipt): boolean =>
  state !== 'sending' && state !== 'unknown' && !(state === 'refused' && problem?.retry === true);

/** The source holds what was sent, as far as it said. */
export const isApplied = ({ state }: Pick<WriteReceipt, 'state'>): boolean => state === 'applied' || state === 'already';

/** What the field is expected to say: null when it was taken out. */
export const sentHash = (value: Json | undefined): HashHex => hashText(canonicalJson(value ?? null));

/** Puts a receipt in, in the order of approvals. */
export function withReceipt(writes: Writes, receipt: WriteReceipt): Writes {
  const others = writes.receipts.filter((one) => one.proposal !== receipt.proposal);
  return { ...writes, receipts: [...others, receipt].sort((a, b) => a.place - b.place) };
}

/**
 * Forgets settled receipts that nobody needs to be told of any more. What keeps an approval from being sent twice is then `upTo`.
 * @param upTo every approval up to here is settled.
 */
export function trimmed({ upTo: before, receipts }: Writes, upTo: number): Writes {
  const end = Math.max(before, upTo);
  const settled = receipts.filter((receipt) => isSettled(receipt) && receipt.place <= end);
  const dropped = new Set(settled.slice(0, Math.max(0, settled.length - MOST_SETTLED)));
  return { upTo: end, receipts: receipts.filter((receipt) => !dropped.has(receipt)) };
}

/** What a source said of a record at a moment. */
export interface Seen {
  readonly fields: Readonly<Record<string, Json>>;
  readonly asOf: Instant;
}

/** Receipts that wait for the source to say what was sent, compared with what it said later. The same object when nothing is new. */
export function confirmedBy(writes: Writes, seenOf: (receipt: WriteReceipt) => Seen | undefined): Writes {
  const receipts = writes.receipts.map((receipt) => {
    if (!isApplied(receipt) || receipt.confirmed !== undefined) return receipt;
    const seen = seenOf(receipt);
    if (!seen || (parseTime(seen.asOf) ?? 0) < (parseTime(receipt.at) ?? 0)) return receipt;
    const { differs: _, ...rest } = receipt;
    return sentHash(seen.fields[receipt.field]) === receipt.sent ? { ...rest, confirmed: seen.asOf } : { ...rest, differs: seen.asOf };
  });
  return receipts.every((receipt, index) => sameContent(receipt, writes.receipts[index])) ? writes : { ...writes, receipts };
}

/**
 * Is the only news of this record what this register sent to it? Such a change came from here: it is counted apart, and no guard holds it.
 */
export function isEcho({ change, before, after }: PlannedRecord, receipts: readonly WriteReceipt[]): boolean {
  if (change !== 'change' || !before) return false;
  const waiting = receipts.filter(({ confirmed, externalId }) => confirmed === undefined && externalId === after.externalId);
  const sent = waiting.filter((receipt) => isApplied(receipt) || receipt.state === 'sending' || receipt.state === 'unknown');
  const echoed = sent.filter((receipt) => sentHash(after.fields[receipt.field]) === receipt.sent).map(({ field }) => field);
  return echoed.length > 0 && sameContent(without(before, echoed), without(after, echoed));
}

function without(record: PlannedRecord['after'], fields: readonly string[]): unknown {
  const observation = observationOf(record);
  const kept = Object.entries(observation.fields).filter(([name]) => !fields.includes(name));
  // A source that dates its records dates them by the write, too.
  return { ...observation, asOf: undefined, fields: Object.fromEntries(kept) };
}

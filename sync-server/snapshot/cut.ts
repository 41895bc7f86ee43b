import { type Instant, parseTime, toInstant } from '../../shared/base/time.ts';
import { decodeLedgerValue } from '../../shared/model/entry.ts';
import type { Place, SourceId } from '../../shared/model/ids.ts';
import type { Manifest } from '../../shared/snapshot/format.ts';
import type { Core } from '../core/core.ts';
import type { SourceCut } from '../documents/sourceStore.ts';
import type { StatusKey } from '../storage/storage.ts';

/** What a snapshot takes: everything up to a place, and of the place that is still open what is shown at this moment. */
export interface SnapshotCut {
  readonly place: Place;
  readonly asOf: Instant;
  /** The sources that are in the file. */
  readonly sources: ReadonlyMap<SourceId, SourceCut>;
  readonly leftOut: Manifest['leftOut'];
  /** Whether `place` was the newest one: then what is shown counts, and not what is on its way to the disk. */
  readonly isNow: boolean;
}

export interface CutRequest {
  readonly place: number | undefined;
  readonly includePrivate: boolean;
}

/** Rows of a page. */
const AT_ONCE = 1_000;

/**
 * Fixes what the file will say. At the newest place the statuses as they are now are kept with it, so that the register of that place can be
 * recomputed later too.
 */
export async function takeCut(core: Core, request: CutRequest): Promise<SnapshotCut> {
  const newest = core.durablePlace;
  const place = (request.place ?? newest) as Place;
  const isNow = place === newest;
  // At once, before anything is waited for: a run that becomes durable in between would be in it by half.
  const shown = core.sources.cut();
  const at = toInstant(core.now());
  if (isNow) await core.sources.keepCut(shown, newest);
  const kept = shown.filter(({ visibility }) => visibility === 'space' || request.includePrivate);
  const sources = new Map(kept.map((one) => [one.source, one]));
  const leftOut = await leftOutOf(
    core,
    shown.filter(({ source }) => !sources.has(source)),
    place,
  );
  return { place, isNow, sources, leftOut, asOf: isNow ? at : await clockOf(core, place, sources) };
}

async function leftOutOf(core: Core, hidden: readonly SourceCut[], place: Place): Promise<Manifest['leftOut']> {
  const leftOut: Manifest['leftOut'] = [];
  for (const { source, status } of hidden) {
    leftOut.push({ source, label: status?.label ?? source, records: await core.storage.recordCount(source, place) });
  }
  return leftOut;
}

/** FORMAT.md, 5: the later of the receipt at that place and the last status up to it, among those that are in the file. */
async function clockOf(core: Core, place: Place, sources: ReadonlyMap<SourceId, SourceCut>): Promise<Instant> {
  const [row] = await core.rows.entries(place, 1);
  const receipt = row && decodeLedgerValue(row.value)?.receipt;
  if (!receipt) throw new Error('the store holds a damaged ledger entry: restore it from a backup');
  let latest: string = receipt.at;
  let after: StatusKey | undefined;
  for (;;) {
    const page = await core.storage.statusesPage(after, place, AT_ONCE);
    for (const { source, at } of page) if (sources.has(source) && isLater(at, latest)) latest = at;
    after = page.at(-1);
    if (page.length < AT_ONCE) return latest as Instant;
  }
}

const isLater = (a: string, b: string): boolean => (parseTime(a) ?? 0) > (parseTime(b) ?? 0);

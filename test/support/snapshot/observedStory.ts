import { hashHex, hashText } from '../../../shared/base/hash.ts';
import { type Millis, toInstant } from '../../../shared/base/time.ts';
import { type Anchor, anchorOf, type ExternalId, type SourceId } from '../../../shared/model/ids.ts';
import { encodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import type { RecordLine, StatusLine } from '../../../shared/snapshot/format.ts';
import { record } from '../register/registerWorld.ts';
import { statusOf } from '../register/statuses.ts';

export const SOURCES = ['aws-prod', 'directory', 'spreadsheet'] as unknown as readonly SourceId[];

const nameOf = (index: number): string => `svc-${index}`;
const idOf = (index: number): ExternalId => `AIDA${hashText(`record ${index}`).slice(0, 16).toUpperCase()}` as ExternalId;
const sourceOf = (index: number): SourceId => SOURCES[index % SOURCES.length] as SourceId;

/** The anchors of that many records, spread over the sources. */
export const anchorsOf = (records: number): Anchor[] =>
  Array.from({ length: records }, (_, index) => anchorOf(sourceOf(index), idOf(index)));

function version(index: number, run: number, now: Millis): SourceRecord {
  const digest = Number.parseInt(hashText(`record ${index}`).slice(0, 6), 16);
  return record(idOf(index), {
    keys: [`${sourceOf(index)}:${idOf(index)}`],
    aliases: [nameOf(index)],
    coverage: 'c0' as SourceRecord['coverage'],
    fields: {
      name: nameOf(index),
      status: digest % 17 === 0 ? 'disabled' : 'enabled',
      created: toInstant(now - (digest % 900) * 86_400_000),
      description: `Nightly load “${digest}”\u2028revision ${run}, \u0001\u20ac\ud83d\ude00`,
      tags: ['managed', `cost-${digest % 40}`],
    },
    firstSeen: toInstant(now - 86_400_000),
    revisions: { owner: run, entitlement: 0, credential: 0 },
  });
}

export interface ObservedOptions {
  readonly records: number;
  /** Each run of a source brings all its records the first time, and every fifth of them after that. */
  readonly runs: number;
}

/** What sources reported and said of themselves, in the order in which the server committed it. */
export class ObservedStory {
  readonly records: RecordLine[] = [];
  readonly statuses: StatusLine[] = [];
  readonly #options: ObservedOptions;
  #runs = 0;

  constructor(options: ObservedOptions) {
    this.#options = options;
  }

  /** One run of each source, durable when the ledger held `place` entries. */
  run(place: number, now: Millis): void {
    this.#runs++;
    const at = toInstant(now);
    for (let index = 0; index < this.#options.records; index++) {
      if (this.#runs > 1 && index % 5 !== this.#runs % 5) continue;
      const bytes = encodeRecord(version(index, this.#runs, now));
      this.records.push({ source: sourceOf(index), id: idOf(index), run: this.#runs, at, place, hash: hashHex(bytes), bytes });
    }
    for (const source of SOURCES) {
      this.statuses.push({ at, place, source, status: JSON.parse(JSON.stringify(statusOf(source, now, { coverages: ['c0'] }))) });
    }
  }

  /** The last source is taken out, and put back. */
  leave(place: number, now: Millis, removed: boolean): void {
    this.statuses.push({ at: toInstant(now), place, source: SOURCES.at(-1) as SourceId, removed });
  }
}

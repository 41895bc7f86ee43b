import type { ExternalId, SourceId } from '../../model/ids.ts';
import { decodeRecord } from '../../model/record.ts';
import type { RecordLine } from '../format.ts';
import type { ReportVersion, Rotation } from './reportData.ts';

/** The newest versions of a record that a report lists. */
const LISTED = 40;

const keyOf = (source: string, externalId: string): string => `${source}\u0000${externalId}`;

/** Every version of every record up to a place, by source and external id. */
export class RecordVersions {
  private readonly byRecord = new Map<string, RecordLine[]>();

  /** @param lines in the order of the format: places never fall. */
  constructor(lines: Iterable<RecordLine>, place: number) {
    for (const line of lines) {
      if (line.place > place) break;
      const key = keyOf(line.source, line.id);
      const known = this.byRecord.get(key);
      if (known) known.push(line);
      else this.byRecord.set(key, [line]);
    }
  }

  of(source: SourceId | string, externalId: ExternalId | string): readonly RecordLine[] {
    return this.byRecord.get(keyOf(source, externalId)) ?? [];
  }
}

export interface ListedVersions {
  readonly versions: readonly ReportVersion[];
  readonly more?: number;
}

export function listedVersions(lines: readonly RecordLine[]): ListedVersions {
  const shown = lines.slice(-LISTED).map(({ run, at, place, hash }) => ({ run, at, place, hash }));
  return lines.length > LISTED ? { versions: shown, more: lines.length - LISTED } : { versions: shown };
}

/** The version that held when the ledger had that many entries: what whoever wrote the next one could see. @returns its place in `versions`, or −1. */
export function versionAt(versions: readonly ReportVersion[], place: number): number {
  let found = -1;
  for (let index = 0; index < versions.length; index++) if ((versions[index] as ReportVersion).place < place) found = index;
  return found;
}

const DATES = ['created', 'rotated', 'expires', 'fingerprint'] as const;

/** A line for each version that said something else of the record's dates than the one before; oldest first. */
export function rotationsOf(lines: readonly RecordLine[]): Rotation[] {
  const rotations: Rotation[] = [];
  let before: string | undefined;
  for (const { at, run, bytes } of lines.slice(-LISTED)) {
    const fields = decodeRecord(bytes)?.fields;
    if (!fields) continue;
    const dates = Object.fromEntries(DATES.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]]] : [])));
    const said = JSON.stringify(dates);
    if (said !== before && said !== '{}') rotations.push({ at, run, ...dates });
    before = said;
  }
  return rotations;
}

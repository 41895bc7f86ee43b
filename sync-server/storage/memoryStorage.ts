import type { HashHex } from '../../shared/base/hash.ts';
import { compareCodeUnits } from '../../shared/base/json.ts';
import {
  type AuditStep,
  type DocumentRow,
  type EntryRow,
  type NumberedStatus,
  PlaceTaken,
  type RefusedRow,
  type SourceRow,
  type StatusKey,
  type StatusRow,
  type Storage,
  type StorageWrite,
  type VersionKey,
  type VersionRow,
  type VersionWithBytes,
} from './storage.ts';

const isAfter = (row: VersionKey, after: VersionKey): boolean => compareVersions(row, after) > 0;
const compareVersions = (a: VersionKey, b: VersionKey): number =>
  a.place - b.place || compareCodeUnits(a.source, b.source) || compareCodeUnits(a.externalId, b.externalId) || a.run - b.run;

const compareStatuses = (a: StatusKey, b: StatusKey): number => a.place - b.place || a.n - b.n;

const placeKey = (row: EntryRow): string => `${row.epoch}/${row.place}`;

/** Storage for tests and dry runs: the same promises as the durable one, except to survive the process. */
export class MemoryStorage implements Storage {
  private readonly metaValues = new Map<string, string>();
  private readonly entryRows = new Map<string, EntryRow>();
  private readonly ids = new Set<string>();
  private readonly refusedRows: RefusedRow[] = [];
  private readonly versionRows = new Map<string, VersionRow>();
  private readonly statusRows = new Map<string, NumberedStatus>();
  private statusesWritten = 0;
  private readonly evidenceBytes = new Map<HashHex, Uint8Array>();
  private readonly documentRows = new Map<string, Uint8Array[]>();
  private readonly sourceRows = new Map<string, SourceRow>();

  async write(write: StorageWrite): Promise<void> {
    this.refuseTakenPlaces(write.entries ?? []);
    for (const [key, value] of Object.entries(write.meta ?? {})) this.metaValues.set(key, value);
    for (const row of write.entries ?? []) {
      this.entryRows.set(placeKey(row), { ...row, value: row.value.slice() });
      this.ids.add(`${row.epoch}/${row.id}`);
    }
    this.refusedRows.push(...(write.refused ?? []));
    for (const row of write.versions ?? []) this.versionRows.set(`${row.source}\0${row.externalId}\0${row.run}`, row);
    for (const row of write.statuses ?? []) this.putStatus(row);
    for (const row of write.evidence ?? []) this.evidenceBytes.set(row.hash, row.bytes.slice());
    for (const row of write.documents ?? []) this.putDocument(row);
    for (const name of write.dropDocuments ?? []) this.documentRows.delete(name);
    for (const row of write.sources ?? []) this.sourceRows.set(row.id, row);
  }

  async meta(key: string): Promise<string | undefined> {
    return this.metaValues.get(key);
  }

  async entries(epoch: number, from: number, limit: number): Promise<EntryRow[]> {
    const rows = [...this.entryRows.values()].filter((row) => row.epoch === epoch && row.place >= from);
    return rows.sort((a, b) => a.place - b.place).slice(0, limit);
  }

  async document(name: string): Promise<Uint8Array[]> {
    return [...(this.documentRows.get(name) ?? [])];
  }

  async sources(): Promise<SourceRow[]> {
    return [...this.sourceRows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async versions(source: string, externalId: string): Promise<VersionRow[]> {
    const rows = [...this.versionRows.values()].filter((row) => row.source === source && row.externalId === externalId);
    return rows.sort((a, b) => a.run - b.run);
  }

  async versionsPage(after: VersionKey | undefined, upTo: number, limit: number): Promise<VersionWithBytes[]> {
    const rows = [...this.versionRows.values()].flatMap((row) => {
      const bytes = this.evidenceBytes.get(row.hash);
      return bytes && row.place <= upTo && (!after || isAfter(row, after)) ? [{ ...row, bytes }] : [];
    });
    return rows.sort(compareVersions).slice(0, limit);
  }

  async statusesPage(after: StatusKey | undefined, upTo: number, limit: number): Promise<NumberedStatus[]> {
    const rows = [...this.statusRows.values()].filter((row) => row.place <= upTo && (!after || compareStatuses(row, after) > 0));
    return rows.sort(compareStatuses).slice(0, limit);
  }

  async recordCount(source: string, upTo: number): Promise<number> {
    const rows = [...this.versionRows.values()].filter((row) => row.source === source && row.place <= upTo);
    return new Set(rows.map(({ externalId }) => externalId)).size;
  }

  async evidence(hash: HashHex): Promise<Uint8Array | undefined> {
    return this.evidenceBytes.get(hash);
  }

  async refused(limit: number): Promise<RefusedRow[]> {
    return this.refusedRows.slice(-limit).reverse();
  }

  /** Memory that the process holds is not looked at: there is no second copy to compare it with. */
  async *audit(): AsyncGenerator<AuditStep> {
    yield { rows: this.entryRows.size + this.versionRows.size + this.evidenceBytes.size + this.statusRows.size, damage: [] };
  }

  async close(): Promise<void> {
    // Nothing waits: every write above was complete when it returned.
  }

  private putStatus(row: StatusRow): void {
    this.statusRows.set(`${row.source}\0${row.place}\0${row.kind}`, { ...row, n: ++this.statusesWritten });
  }

  private putDocument({ document, bytes, replaces }: DocumentRow): void {
    const rows = replaces === true ? [] : (this.documentRows.get(document) ?? []);
    rows.push(bytes.slice());
    this.documentRows.set(document, rows);
  }

  private refuseTakenPlaces(rows: readonly EntryRow[]): void {
    for (const row of rows) {
      if (this.entryRows.has(placeKey(row)) || this.ids.has(`${row.epoch}/${row.id}`)) throw new PlaceTaken(`place ${row.place} is taken`);
    }
  }
}

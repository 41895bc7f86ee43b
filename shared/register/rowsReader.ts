import type { Millis } from '../base/time.ts';
import type { Anchor, IdentityId } from '../model/ids.ts';
import { plainRow } from './plainRow.ts';
import { type PortableRow, projectedOf } from './portableRow.ts';
import { isUsual, type Projected } from './projected.ts';
import { countRows, EVERYTHING, idsOf, Queries, type QueryResult, windowOf } from './queries.ts';
import { shownRow } from './shownRow.ts';
import type { Counts, Query, Row, RowWindow } from './view.ts';

/** What of a register its rows do not say. */
export interface RowsStanding {
  /** The clock: ages are ages at this moment. */
  readonly now: Millis;
  /** Some source says of parties whether they are still here. */
  readonly directory: boolean;
  readonly parties: number;
  /** By source; one that is not named here is called by its id. */
  readonly sourceLabels: ReadonlyMap<string, string>;
}

/** Rows that left a register: answers windows, ids and counts as the register did. Holds no ledger, no record and no clock. */
export class RowsReader {
  private readonly standing: RowsStanding;
  private readonly byName: readonly Projected[];
  private readonly usual: readonly Projected[];
  private readonly byId = new Map<IdentityId, { readonly projected: Projected; readonly anchors: readonly Anchor[] }>();
  private readonly queries = new Queries();

  /** @param rows in the order of names, as `Register.portableRows` gives them. */
  constructor(rows: Iterable<PortableRow>, standing: RowsStanding) {
    this.standing = standing;
    const byName: Projected[] = [];
    for (const portable of rows) {
      const projected = projectedOf(portable);
      byName.push(projected);
      this.byId.set(projected.id, { projected, anchors: portable.anchors });
    }
    this.byName = byName;
    this.usual = byName.filter(isUsual);
  }

  get now(): Millis {
    return this.standing.now;
  }
  /** All rows, also those that a query is about only when it asks for them. */
  get size(): number {
    return this.byName.length;
  }

  window(query: Query, from: number, count: number): RowWindow {
    return windowOf(this.run(query), from, count, this.shown);
  }
  ids(query: Query): readonly IdentityId[] {
    return idsOf(this.run(query).rows);
  }
  counts(query: Query = EVERYTHING): Counts {
    return countRows(this.run(query).rows, this.standing.parties, this.standing.directory);
  }
  row(id: IdentityId): Row | undefined {
    const held = this.byId.get(id);
    return held && this.shown(held.projected);
  }
  /** What the ledger calls it: an identity has an anchor for each of its records. */
  anchors(id: IdentityId): readonly Anchor[] {
    return this.byId.get(id)?.anchors ?? [];
  }

  /** Makes what a search looks through, ahead of the first one. */
  prepareSearch(): void {
    this.queries.prepareSearch(this.usual);
  }

  private run(query: Query): QueryResult {
    const { now, directory, sourceLabels } = this.standing;
    return this.queries.run(query, {
      byName: this.byName,
      usual: this.usual,
      now,
      version: 0,
      sourceLabel: (source) => sourceLabels.get(source) ?? source,
      directory,
      plain: plainRow,
    });
  }

  private readonly shown = (projected: Projected): Row => shownRow(projected, { parties: { isDirectory: this.standing.directory } });
}

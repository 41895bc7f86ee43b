import type { HashHex } from '../../base/hash.ts';
import type { AccessLevel, FreshnessLevel, ObservedState } from '../../model/vocabulary.ts';
import type { Counts, FieldView, Finding, LinkView, SourceView, WorstCredential } from '../../register/view.ts';
import type { Manifest } from '../format.ts';
import type { FieldDictionary } from './detailPacking.ts';

/** What stands in `report.html`, as JSON in named chunks. All of it is for reading: what proves anything is in the snapshot's other parts. */

export const REPORT_VERSION = 1;
/** Rows, details and changes a chunk. */
export const PER_CHUNK = 2_000;

export type ReportSeries = 'rows' | 'details' | 'changes';
export const chunkName = (series: ReportSeries, number: number): string => `${series}/${String(number).padStart(4, '0')}`;
/** The `id` of the element that holds a chunk. */
export const chunkElement = (name: string): string => `chunk-${name.replace('/', '-')}`;

export interface ChunkEntry {
  readonly name: string;
  /** Of the JSON, in bytes. */
  readonly size: number;
  /** Of the packed bytes, which are what the element holds in base64. */
  readonly sha256: HashHex;
}

/** How many there are, and how many of them this file has room for. */
export interface Listed {
  readonly total: number;
  readonly listed: number;
}

export type ReportManifest = Pick<
  Manifest,
  | 'space'
  | 'name'
  | 'sample'
  | 'software'
  | 'serverKey'
  | 'epoch'
  | 'place'
  | 'restores'
  | 'head'
  | 'asOf'
  | 'created'
  | 'by'
  | 'private'
  | 'leftOut'
  | 'query'
  | 'draw'
>;

export interface ReportHead extends ReportManifest {
  readonly v: typeof REPORT_VERSION;
  /** Of the server's key: 64 hexadecimal digits. */
  readonly fingerprint: HashHex;
  /** The clock of the projection, in milliseconds: `asOf`. */
  readonly now: number;
  /** Over the rows of the population. */
  readonly counts: Counts;
  /** Over everything that a register is about. */
  readonly everything: Counts;
  /** Some source says who has left. */
  readonly directory: boolean;
  readonly rows: Listed;
  readonly details: Listed;
  /** The newest come first. */
  readonly changes: Listed;
  readonly sources: readonly SourceView[];
  /** What the fields of details leave out. */
  readonly fields: FieldDictionary;
  readonly chunks: readonly ChunkEntry[];
}

export interface ReportVersion {
  readonly run: number;
  readonly at: string;
  readonly place: number;
  /** SHA-256 of the record's bytes. */
  readonly hash: string;
}

/** One record of a source, with every version of it that the snapshot holds, newest last. */
export interface ReportRecord {
  readonly source: string;
  readonly externalId: string;
  readonly coverage: string;
  readonly asOf?: string;
  /** For reports. */
  readonly freshness?: FreshnessLevel;
  readonly firstSeen?: string;
  readonly missingSince?: string;
  readonly versions: readonly ReportVersion[];
  /** Versions that were too many to list; the oldest. */
  readonly more?: number;
}

export interface ReportValue {
  readonly by: 'steward' | 'source' | 'rule';
  readonly name: string;
  readonly device?: string;
  readonly place?: number;
  /** When it was said, or was true at its source. */
  readonly at?: string;
  readonly text: string;
  readonly wins?: true;
  readonly unread?: true;
  readonly why?: string;
  readonly until?: string;
  readonly freshness?: FreshnessLevel;
  readonly source?: string;
  readonly acknowledged?: true;
  /** The evidence that was there when it was said: [place in `records`, place in its `versions`]. */
  readonly stood?: readonly (readonly [number, number])[];
}

export interface ReportField {
  readonly field: string;
  readonly label: string;
  readonly plane: FieldView['plane'];
  readonly text: string;
  readonly state: FieldView['state'];
  /** The system of record in words. */
  readonly decides: string;
  readonly inherited?: true;
  readonly values: readonly ReportValue[];
  readonly why: readonly string[];
}

export interface ReportRight {
  readonly level: AccessLevel;
  readonly plain: string;
  readonly native: string;
  readonly on: string;
  readonly boundary?: string;
  readonly via?: readonly string[];
  readonly certainty: string;
  readonly source: string;
  readonly asOf?: string;
}

/** What a source said of a credential's dates, from one version of its record to the next. */
export interface Rotation {
  readonly at: string;
  readonly run: number;
  readonly created?: string;
  readonly rotated?: string;
  readonly expires?: string;
  readonly fingerprint?: string;
}

export interface ReportCredential {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly observed: ObservedState;
  readonly created?: string;
  readonly rotated?: string;
  readonly expires?: string;
  readonly lastUsed?: string;
  readonly fingerprint?: string;
  readonly location?: string;
  readonly worst: WorstCredential;
  readonly asOf?: string;
  readonly source?: string;
  readonly findings: readonly Finding[];
  readonly rotations: readonly Rotation[];
}

export interface ReportDetail {
  readonly id: string;
  readonly sentence: string;
  readonly fields: readonly ReportField[];
  readonly access: readonly ReportRight[];
  readonly accessUnread: boolean;
  readonly credentials: readonly ReportCredential[];
  /** Of an identity, what its own record says of its dates; a credential that is not tied to one has its own here. */
  readonly rotations: readonly Rotation[];
  readonly findings: readonly Finding[];
  readonly links: readonly LinkView[];
  readonly comments: readonly { readonly who: string; readonly at: string; readonly text: string }[];
  readonly records: readonly ReportRecord[];
  /** Places of the entries that touch it, newest first. */
  readonly changes: readonly number[];
}

/** One entry of the ledger. */
export interface ReportChange {
  readonly place: number;
  readonly id: string;
  /** The server's clock. */
  readonly received: string;
  /** The author's clock. */
  readonly said: string;
  readonly who: string;
  readonly device: string;
  /** Of the device's key: enough digits to tell devices apart. */
  readonly key: string;
  readonly what: string;
  readonly why?: string;
  readonly count: number;
  readonly records: readonly { readonly id: string; readonly name: string }[];
  readonly state: string;
  /** Which acts do not count, and why. */
  readonly void?: readonly { readonly act: number; readonly reason: string }[];
  /** What its author signed to have seen. */
  readonly seen: number;
}

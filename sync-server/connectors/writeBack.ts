import type { Json } from '../../shared/base/json.ts';
import type { ExternalId } from '../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';

/**
 * One value on its way back to the source that holds the field (DESIGN 11). `field` is a governed field of the register; what it is in
 * the source's own words is the connector's to say.
 */
export interface WriteWish {
  readonly externalId: ExternalId;
  readonly field: string;
  /** What the register holds; null takes the value out of the source. */
  readonly value: Json;
}

/**
 * Exactly what would be sent. People approve the digest of this, and the runner sends this or nothing: a source that has moved on since
 * gives `changed`, never an overwrite. No secret is ever part of it.
 */
export interface PlannedWrite {
  readonly externalId: ExternalId;
  readonly field: string;
  /** The place in the source's own words: `COMMENT ON ROLE payments`, `annotation muster.dev/owner of payments/deployer`. */
  readonly target: string;
  /** What the place holds now, and what it would hold; null: nothing. */
  readonly from: string | null;
  readonly to: string | null;
  /** What the source's own concurrency control compares: resourceVersion, ETag, CAS version, entryCSN, or the value itself. */
  readonly version: string;
  /** The statement or request as it will be sent, for people to read. */
  readonly statement: string;
}

/** How the source answered. */
export type WriteOutcome =
  /** It holds `to` now; `version` as the source calls it after the write. */
  | { readonly kind: 'applied'; readonly version: string }
  /** It held `to` before anything was sent: a repetition, or somebody else did it. */
  | { readonly kind: 'already' }
  /** It holds something else than was planned on: nothing was written. */
  | { readonly kind: 'changed'; readonly now: string | null; readonly version: string }
  /** It refused, or could not be reached before anything was sent. Nothing was written. */
  | { readonly kind: 'refused'; readonly problem: ConnectorProblem }
  /** Sent, and no answer came: read before anything is tried again. */
  | { readonly kind: 'unknown'; readonly problem: ConnectorProblem };

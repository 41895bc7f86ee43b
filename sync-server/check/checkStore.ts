import type { Verify } from '../../shared/base/signature.ts';
import { RestoresDamaged } from '../core/restores.ts';
import type { Storage } from '../storage/storage.ts';
import { StoreDamaged } from '../storage/storeDamaged.ts';
import { checkDocuments, checkStatuses, checkVersions } from './checkEvidence.ts';
import { checkLedger } from './checkLedger.ts';

export interface CheckReport {
  /** How many rows were looked at. */
  readonly rows: number;
  /** What is not as it was written, each with document and place, in words. Empty: the store is whole. */
  readonly damage: readonly string[];
  /** What could not be looked at, and why. */
  readonly notes: readonly string[];
  /** The server's key that the ledger says is in force, where it could be read so far. */
  readonly serverKey?: string | undefined;
}

/** More lines than this help nobody. */
const MOST_LINES = 200;

type Step = { readonly rows: number; readonly damage: readonly string[]; readonly serverKey?: string | undefined };
type Part = readonly [what: string, steps: () => AsyncIterable<Step>];

/**
 * Looks at all of a store: sums of rows, structure, what entries say and who signed them, evidence, documents. Reads in small steps, so
 * that a server goes on meanwhile.
 */
export async function checkStore(
  storage: Storage,
  verify: Verify,
  progress: (what: string) => void = () => undefined,
): Promise<CheckReport> {
  const parts: Part[] = [
    ['rows', () => storage.audit()],
    ['the ledger', () => checkLedger(storage, verify)],
    ['record versions', () => checkVersions(storage)],
    ['statuses', () => checkStatuses(storage)],
    ['documents', () => checkDocuments(storage)],
  ];
  const damage = new Set<string>();
  const found: Found = { rows: 0, damage, serverKey: undefined };
  for (const [what, steps] of parts) {
    progress(`Looking at ${what}`);
    await walk(steps, found);
  }
  const lines = [...damage];
  const more = lines.length > MOST_LINES ? [`${lines.length - MOST_LINES} more`] : [];
  return { rows: found.rows, damage: [...lines.slice(0, MOST_LINES), ...more], notes: [], serverKey: found.serverKey };
}

interface Found {
  rows: number;
  readonly damage: Set<string>;
  serverKey: string | undefined;
}

/** A part ends at a row that cannot be read: what comes after it was looked at row by row before. */
async function walk(steps: () => AsyncIterable<Step>, found: Found): Promise<void> {
  try {
    for await (const step of steps()) {
      found.rows += step.rows;
      found.serverKey ??= step.serverKey;
      for (const line of step.damage) found.damage.add(line);
    }
  } catch (error) {
    found.damage.add(whereOf(error));
  }
}

function whereOf(error: unknown): string {
  if (error instanceof StoreDamaged) return error.where;
  return error instanceof RestoresDamaged
    ? 'the list of restores'
    : `the store cannot be read: ${error instanceof Error ? error.message : 'unknown'}`;
}

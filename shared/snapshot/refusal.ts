import { err } from '../base/result.ts';
import type { RefusalCode, SnapshotRefusal } from './contracts.ts';

/** Where a file is wrong, as far as that is known. */
export interface RefusedAt {
  readonly part?: string | undefined;
  readonly place?: number | undefined;
  readonly line?: number | undefined;
}

export function refusal(code: RefusalCode, message: string, at: RefusedAt = {}): SnapshotRefusal {
  return {
    code,
    message,
    ...(at.part === undefined ? {} : { part: at.part }),
    ...(at.place === undefined ? {} : { place: at.place }),
    ...(at.line === undefined ? {} : { line: at.line }),
  };
}

export const refuse = (code: RefusalCode, message: string, at: RefusedAt = {}) => err(refusal(code, message, at));

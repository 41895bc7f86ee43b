import { useEffect, useState } from 'react';
import type { ReportChange } from '../../shared/snapshot/report/reportData.ts';
import { Damaged } from './chunks.ts';
import { useReport } from './parts.tsx';

export interface HeldChanges {
  /** Undefined while they are being read. */
  readonly changes: readonly ReportChange[] | undefined;
  readonly problem: string | undefined;
}

/** The ledger as the report tells it, newest first. Read once, when the first view asks for it. */
export function useChanges(): HeldChanges {
  const report = useReport();
  const [held, setHeld] = useState<HeldChanges>({ changes: undefined, problem: undefined });
  useEffect(() => {
    let here = true;
    report
      .changes()
      .then((changes) => here && setHeld({ changes, problem: undefined }))
      .catch((error: unknown) => {
        if (here) setHeld({ changes: undefined, problem: error instanceof Damaged ? error.message : 'It could not be read.' });
      });
    return () => {
      here = false;
    };
  }, [report]);
  return held;
}

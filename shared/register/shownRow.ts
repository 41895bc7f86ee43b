import { toInstant } from '../base/time.ts';
import { isOwnerUnfollowed } from '../findings/findings.ts';
import { asOfOf, type Projected } from './projected.ts';
import type { Row } from './view.ts';

/** What the page shows of a row: the as-of is read here, since it moves with every pass, and so is whether there is a directory. */
export function shownRow(projected: Projected, { parties }: { readonly parties: { readonly isDirectory: boolean } }): Row {
  const asOf = asOfOf(projected);
  const { row } = projected;
  const hushed = !parties.isDirectory && row.findings.some(isOwnerUnfollowed);
  if (asOf === undefined && !hushed) return row;
  const findings = hushed ? row.findings.filter((mark) => !isOwnerUnfollowed(mark)) : row.findings;
  return { ...row, findings, ...(asOf === undefined ? {} : { asOf: toInstant(asOf) }) };
}

import type { Act } from '../../../shared/model/act.ts';
import type { IdentityId } from '../../../shared/model/ids.ts';
import type { Row } from '../../../shared/register/view.ts';
import type { LocalCore } from '../localCore.ts';

/**
 * What a steward of the sample has done before it is opened: most is accepted, some is excluded or on its way out, a few owners were
 * corrected while the sheet still says otherwise (drift), and some accounts of the sheet are known to be jobs of the CI server.
 */
export function stewardshipActs({ register }: LocalCore): Act[] {
  const rows = register.ids({ text: '', sort: [{ column: 'name', direction: 'ascending' }] }).flatMap((id) => register.row(id) ?? []);
  const identities = rows.filter(({ type, observed }) => type === 'identity' && observed !== 'missing');
  const [sheet, ci] = ['sheet', 'ci'].map((source) => identities.filter(({ sources }) => sources.some((one) => one === source)));
  return [...sheetActs(register, sheet ?? []), ...mergeActs(register, sheet ?? [], ci ?? [])];
}

type Register = LocalCore['register'];
const anchorsOf = (register: Register, id: IdentityId) => [...(register.identity(id)?.anchors ?? [id])];
const every = (rows: readonly Row[], step: number, first: number): Row[] => rows.filter((_, index) => index % step === first);

function sheetActs(register: Register, rows: readonly Row[]): Act[] {
  const accepted = rows.filter((_, index) => index % 3 !== 1);
  const owned = rows.filter(({ owner }) => owner?.party !== undefined);
  const corrected = every(owned, 14, 3);
  return [
    ...accepted.map(({ id }): Act => ({ kind: 'accept', anchors: anchorsOf(register, id), why: 'taken over from the accounts sheet' })),
    ...corrected.map((row, index) => correctedOwner(register, row, owned[(index * 17 + 5) % owned.length] ?? row)),
    ...every(rows, 60, 1).map(
      ({ id }): Act => ({ kind: 'exclude', anchors: anchorsOf(register, id), reason: 'not a machine identity', why: 'a shared mailbox' }),
    ),
    ...every(rows, 45, 7).map(
      ({ id }): Act => ({ kind: 'lifecycle', anchors: anchorsOf(register, id), state: 'retiring', why: 'replaced by a workload identity' }),
    ),
  ];
}

function correctedOwner(register: Register, row: Row, other: Row): Act {
  const value = `party:${other.owner?.party ?? ''}`;
  return { kind: 'set', anchors: anchorsOf(register, row.id), field: 'owner', value, why: 'the team that answered the last owner request' };
}

/** The same pipeline, once in somebody's sheet and once in the CI server's own export. */
function mergeActs(register: Register, sheet: readonly Row[], ci: readonly Row[]): Act[] {
  const jobs = sheet.filter(({ kind }) => kind === 'automation');
  return ci.slice(0, 5).flatMap((job, index): Act[] => {
    const account = jobs[index];
    if (!account) return [];
    return [
      {
        kind: 'merge',
        anchors: [...anchorsOf(register, job.id), ...anchorsOf(register, account.id)],
        why: 'the job that uses this account',
      },
    ];
  });
}

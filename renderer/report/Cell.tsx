import type { ReactNode } from 'react';
import { parseTime } from '../../shared/base/time.ts';
import type { ColumnId, Row } from '../../shared/register/view.ts';
import { dayText, shortAgeText } from '../parts/age.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { Mark, Text, useReport } from './parts.tsx';
import { momentText } from './words.ts';

const KIND_ICONS: Readonly<Record<string, IconName>> = {
  'service account': 'serviceAccount',
  'assumable role': 'role',
  application: 'application',
  'workload identity': 'workload',
  automation: 'automation',
  agent: 'robot',
  host: 'host',
  certificate: 'certificate',
};
export const kindIcon = (row: Pick<Row, 'kind' | 'type'>): IconName =>
  KIND_ICONS[row.kind] ?? (row.type === 'identity' ? 'unknown' : 'key');

/** `1fr` takes what is left. */
export const REPORT_COLUMNS: readonly { readonly id: ColumnId; readonly label: string; readonly right?: boolean }[] = [
  { id: 'states', label: 'State' },
  { id: 'name', label: 'Name' },
  { id: 'kind', label: 'Kind' },
  { id: 'owner', label: 'Owner' },
  { id: 'application', label: 'Application' },
  { id: 'environment', label: 'Environment' },
  { id: 'access', label: 'Access' },
  { id: 'credential', label: 'Credential' },
  { id: 'lastUsed', label: 'Last used', right: true },
  { id: 'asOf', label: 'As of', right: true },
  { id: 'reviewDue', label: 'Review due', right: true },
];

const None = (): ReactNode => <span className="dim">–</span>;
const SEVERITY_ICON = { high: 'found', warn: 'stale', unknown: 'unknown' } as const;
const SEVERITY_TONE = { high: 'red', warn: 'amber', unknown: 'grey', ok: 'plain' } as const;
const STATES_SHOWN = 3;

function Name({ row }: { row: Row }): ReactNode {
  return (
    <span className="name">
      <Icon name={kindIcon(row)} size={14} />
      <Text text={row.name} limit={160} />
      {row.alias !== undefined && (
        <small>
          <Text text={row.alias} limit={120} />
        </small>
      )}
    </span>
  );
}

function States({ row }: { row: Row }): ReactNode {
  return (
    <span className="states">
      {row.states.slice(0, STATES_SHOWN).map((state) => (
        <Mark key={state} state={state} compact />
      ))}
      {row.states.length > STATES_SHOWN && (
        <small title={row.states.slice(STATES_SHOWN).join(', ')}>+{row.states.length - STATES_SHOWN}</small>
      )}
    </span>
  );
}

export function Moment({ at, late = false }: { at: string | undefined; late?: boolean }): ReactNode {
  const { head } = useReport();
  const moment = at === undefined ? undefined : parseTime(at);
  if (moment === undefined) return <None />;
  const text = shortAgeText(head.now - moment);
  if (late && moment < head.now)
    return (
      <span className="mark" data-tone="red" title={`Was due ${dayText(moment)}`}>
        <Icon name="found" size={13} />
        {text} late
      </span>
    );
  return <time title={momentText(at)}>{moment > head.now ? `in ${text}` : text}</time>;
}

function Credential({ row }: { row: Row }): ReactNode {
  const worst = row.credential;
  if (!worst) return <None />;
  return (
    <span className="mark" data-tone={SEVERITY_TONE[worst.severity]}>
      {worst.severity !== 'ok' && <Icon name={SEVERITY_ICON[worst.severity]} size={13} />}
      <Text text={worst.text} limit={60} />
    </span>
  );
}

function Access({ row }: { row: Row }): ReactNode {
  if (row.type !== 'identity') return <None />;
  if (row.access === undefined) return <span className="dim">unread</span>;
  return (
    <span className="mark" data-tone={row.privileged === true ? 'violet' : 'plain'}>
      {row.privileged === true && <Icon name="privileged" size={13} />}
      {row.accessCertainty === 'upper bound' ? `≤ ${row.access}` : row.access}
      {row.privileged === true && <span className="mu-visually-hidden">, privileged</span>}
    </span>
  );
}

function Owner({ row }: { row: Row }): ReactNode {
  if (row.owner === undefined) return <span className="soft">no owner</span>;
  return (
    <span className={row.owner.inherited ? 'soft' : undefined} title={row.owner.inherited ? 'From what it belongs to' : undefined}>
      <Text text={row.owner.text} limit={80} />
    </span>
  );
}

export function Cell({ row, column }: { row: Row; column: ColumnId }): ReactNode {
  switch (column) {
    case 'states':
      return <States row={row} />;
    case 'name':
      return <Name row={row} />;
    case 'owner':
      return <Owner row={row} />;
    case 'access':
      return <Access row={row} />;
    case 'credential':
      return <Credential row={row} />;
    case 'lastUsed':
      return row.lastUsedUnread ? <span className="dim">unread</span> : <Moment at={row.lastUsed} />;
    case 'asOf':
      return (
        <span className="pair">
          {row.freshness !== 'fresh' && row.asOf !== undefined && <Mark state={row.freshness} compact />}
          <Moment at={row.asOf} />
        </span>
      );
    case 'reviewDue':
      return <Moment at={row.reviewDue} late />;
    default: {
      const value = row[column as keyof Row];
      return typeof value === 'string' && value !== '' ? <Text text={value} limit={120} /> : <None />;
    }
  }
}

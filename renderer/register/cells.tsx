import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { parseTime } from '../../shared/base/time.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { ColumnId, Row } from '../../shared/register/view.ts';
import { useStatus } from '../app/engine.tsx';
import { exactText, shortAgeText } from '../parts/age.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { PartyName } from '../parts/PartyName.tsx';
import { StateMark } from '../parts/StateMark.tsx';
import { useNow } from '../parts/useNow.ts';
import classes from './grid.module.css';

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
  KIND_ICONS[row.kind] ?? (row.type === 'credential' ? 'key' : row.kind === 'unknown' ? 'unknown' : 'key');

const None = (): ReactNode => <span className="mu-none">–</span>;

const MARKS_SHOWN = 3;
const WORST_FIRST: readonly string[] = ['conflict', 'expired', 'missing', 'held', 'drift', 'unregistered', 'disabled', 'stale', 'unknown'];

function States({ row }: { row: Row }): ReactNode {
  const rank = (state: string): number => (WORST_FIRST.indexOf(state) + WORST_FIRST.length + 1) % (WORST_FIRST.length + 1);
  const states = row.states.toSorted((a, b) => rank(a) - rank(b));
  const more = states.length - MARKS_SHOWN;
  return (
    <span className={classes.states}>
      {states.slice(0, MARKS_SHOWN).map((state) => (
        <StateMark key={state} state={state} compact />
      ))}
      {more > 0 && <small title={states.slice(MARKS_SHOWN).join(', ')}>+{more}</small>}
    </span>
  );
}

function Name({ row }: { row: Row }): ReactNode {
  return (
    <span className={classes.name}>
      <Icon name={kindIcon(row)} size={14} />
      <span>
        <Hostile text={row.name} limit={160} />
      </span>
      {row.alias !== undefined && (
        <small>
          <Hostile text={row.alias} limit={160} />
        </small>
      )}
      <Others id={row.id} />
    </span>
  );
}

/** Who else has this identity open now. */
function Others({ id }: { id: IdentityId }): ReactNode {
  const others = useStatus()?.others.filter((one) => !one.me && one.record === id) ?? [];
  const [first] = others;
  if (first === undefined) return null;
  const words = `Open at ${visibleText(others.map((one) => one.name).join(', '), 120)}`;
  const initial = others.length > 1 ? String(others.length) : visibleText(first.name, 1).slice(0, 1).toUpperCase();
  // The letter is drawn, not text: who looks at a line is no part of what it says.
  return (
    <i className={classes.other} role="img" aria-label={words} title={words} data-initial={initial} style={{ borderColor: first.colour }} />
  );
}

function Access({ row }: { row: Row }): ReactNode {
  if (row.access === undefined) return <span className={classes.soft}>unread</span>;
  const bound = row.accessCertainty === 'upper bound';
  return (
    <span
      className={classes.pair}
      data-tone={row.privileged === true ? 'violet' : undefined}
      title={bound ? 'At most this: conditions may narrow it' : undefined}
    >
      {row.privileged === true && <StateMark state="privileged" compact />}
      {bound ? `≤ ${row.access}` : row.access}
    </span>
  );
}

const SEVERITY_ICON = { high: 'found', warn: 'stale', unknown: 'unknown' } as const;

function Credential({ row }: { row: Row }): ReactNode {
  const worst = row.credential;
  if (!worst) return <None />;
  return (
    <span className={classes.pair} data-severity={worst.severity}>
      {worst.severity !== 'ok' && <Icon name={SEVERITY_ICON[worst.severity]} size={13} />}
      <Hostile text={worst.text} limit={60} />
    </span>
  );
}

function Moment({ at, future = false }: { at: string | undefined; future?: boolean }): ReactNode {
  const now = useNow();
  const moment = at === undefined ? undefined : parseTime(at);
  if (moment === undefined) return <None />;
  return <time title={exactText(moment)}>{future && moment > now ? `in ${shortAgeText(now - moment)}` : shortAgeText(now - moment)}</time>;
}

function AsOf({ row }: { row: Row }): ReactNode {
  return (
    <span className={classes.pair} data-level={row.freshness}>
      {row.freshness !== 'fresh' && row.asOf !== undefined && <StateMark state={row.freshness} compact />}
      <Moment at={row.asOf} />
    </span>
  );
}

function ReviewDue({ row }: { row: Row }): ReactNode {
  const now = useNow();
  const due = row.reviewDue === undefined ? undefined : parseTime(row.reviewDue);
  if (due === undefined) return <None />;
  if (due >= now) return <Moment at={row.reviewDue} future />;
  return (
    <span className={classes.pair} data-severity="high" title={`Was due ${exactText(due)}`}>
      <Icon name="found" size={13} />
      {shortAgeText(now - due)} late
    </span>
  );
}

function Findings({ row }: { row: Row }): ReactNode {
  const found = row.findings.filter((one) => one.verdict === 'found').map((one) => one.rule.replaceAll('-', ' '));
  if (found.length === 0) return <None />;
  return <Hostile text={found.join(', ')} />;
}

/** Fields that the row carries as plain text. */
const plainText = (row: Row, column: ColumnId): string => {
  if (column === 'sources') return row.sources.join(', ');
  if (column === 'tags') return row.tags.join(', ');
  if (column === 'kind') return row.kind;
  const value = row[column as keyof Row];
  return typeof value === 'string' ? value : '';
};

export function CellContent({ row, column }: { row: Row; column: ColumnId }): ReactNode {
  switch (column) {
    case 'states':
      return <States row={row} />;
    case 'name':
      return <Name row={row} />;
    case 'owner':
    case 'team':
    case 'vendor':
      return <PartyName party={row[column]} compact none={column === 'owner' ? 'no owner' : '–'} />;
    case 'access':
      return <Access row={row} />;
    case 'credential':
      return <Credential row={row} />;
    case 'lastUsed':
      return row.lastUsedUnread ? <span className={classes.soft}>unread</span> : <Moment at={row.lastUsed} />;
    case 'asOf':
      return <AsOf row={row} />;
    case 'reviewDue':
      return <ReviewDue row={row} />;
    case 'neededUntil':
      return <Moment at={row.neededUntil} future />;
    case 'created':
      return <Moment at={row.created} />;
    case 'findings':
      return <Findings row={row} />;
    default: {
      const text = plainText(row, column);
      return text === '' ? <None /> : <Hostile text={text} />;
    }
  }
}

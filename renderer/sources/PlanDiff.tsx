import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { PlanItem, RunCounts } from '../../shared/model/status.ts';
import style from '../inbox/list.module.css';
import { shownValue } from '../parts/age.ts';

const SIGN: Record<PlanItem['change'], readonly [sign: string, word: string]> = {
  add: ['+', 'added'],
  change: ['~', 'changed'],
  missing: ['−', 'missing'],
  return: ['+', 'back'],
  delete: ['−', 'deleted'],
};

/** A page of a diff: more are a click away, because thousands of lines at once would freeze the screen. */
const PAGE = 200;

/** What a run would do or was kept from doing, one record a line. Names and values come from a source: shown, never interpreted. */
export function PlanDiff({ items, more = 0 }: { items: readonly PlanItem[]; more?: number }): ReactNode {
  const [shown, setShown] = useState(PAGE);
  if (items.length === 0) return <p className={style.dim}>No record would be added, changed or marked missing.</p>;
  const rest = items.length - shown;
  return (
    <div>
      <table className={style.table}>
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col">Record</th>
            <th scope="col">Type</th>
            <th scope="col">Fields</th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, shown).map((item) => (
            <PlanLine key={`${item.change} ${item.externalId}`} item={item} />
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <button type="button" className={style.line} onClick={() => setShown((count) => count + 5 * PAGE)}>
          Show more ({rest} not shown)
        </button>
      )}
      {rest <= 0 && more > 0 && <p className={style.dim}>{more} more are in the plan and are not listed here.</p>}
    </div>
  );
}

function PlanLine({ item }: { item: PlanItem }): ReactNode {
  const [sign, word] = SIGN[item.change];
  return (
    <tr>
      <td style={{ whiteSpace: 'nowrap' }}>
        <span aria-hidden="true">{sign} </span>
        {word}
      </td>
      <td>
        <bdi title={visibleText(item.externalId, 400)}>{visibleText(item.name, 120)}</bdi>
      </td>
      <td className={style.dim}>{visibleText(item.type, 40)}</td>
      <td className={style.dim}>
        <PlanFields fields={item.fields ?? []} />
      </td>
    </tr>
  );
}

function PlanFields({ fields }: { fields: NonNullable<PlanItem['fields']> }): ReactNode {
  const shown = fields.slice(0, 4).map((field) => {
    const to = visibleText(shownValue(field.to ?? 'nothing'), 60);
    const change = field.from === undefined ? to : `${visibleText(shownValue(field.from), 60)} → ${to}`;
    return `${visibleText(field.field, 40)}: ${change}`;
  });
  const rest = fields.length - shown.length;
  return <bdi>{[...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(' · ')}</bdi>;
}

/** "3 added, 12 changed, none missing; 8 held". */
export function countsSentence(counts: RunCounts): string {
  const parts: readonly (readonly [number, string])[] = [
    [counts.added, 'added'],
    [counts.changed, 'changed'],
    [counts.missing, 'missing'],
    [counts.returned, 'back'],
    [counts.deleted, 'deleted'],
    [counts.unchanged, 'unchanged'],
    [counts.held, 'held'],
  ];
  const words = parts.filter(([amount]) => amount > 0).map(([amount, word]) => `${amount} ${word}`);
  return words.length === 0 ? 'nothing to do' : words.join(', ');
}

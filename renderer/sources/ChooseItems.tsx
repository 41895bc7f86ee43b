import { Checkbox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { PlanItem } from '../../shared/model/status.ts';
import style from '../inbox/list.module.css';

export interface Chosen {
  readonly ids: readonly string[];
  readonly has: (id: string) => boolean;
  readonly set: (ids: readonly string[], chosen: boolean) => void;
}

/** Everything is chosen at first: leaving out is the exception. */
export function useChosen(items: readonly PlanItem[]): Chosen {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  return {
    ids: items.map((item) => item.externalId).filter((id) => !left.has(id)),
    has: (id) => !left.has(id),
    set: (ids, chosen) =>
      setLeft((known) => {
        const next = new Set(known);
        for (const id of ids) chosen ? next.delete(id) : next.add(id);
        return next;
      }),
  };
}

export function ChooseItems({ items, chosen }: { items: readonly PlanItem[]; chosen: Chosen }): ReactNode {
  const all = items.map((item) => item.externalId);
  const some = chosen.ids.length;
  return (
    <div>
      <Checkbox
        label={`${some} of ${items.length} chosen`}
        checked={some === items.length}
        indeterminate={some > 0 && some < items.length}
        onChange={(event) => chosen.set(all, event.currentTarget.checked)}
      />
      <ul className={style.plainList} style={{ marginTop: 8 }}>
        {items.map((item) => (
          <li key={item.externalId} style={{ padding: '4px 0' }}>
            <ItemBox item={item} chosen={chosen} />
          </li>
        ))}
      </ul>
    </div>
  );
}

export function ItemBox({ item, chosen, note }: { item: PlanItem; chosen: Chosen; note?: string }): ReactNode {
  return (
    <Checkbox
      checked={chosen.has(item.externalId)}
      onChange={(event) => chosen.set([item.externalId], event.currentTarget.checked)}
      label={
        <>
          <bdi>{visibleText(item.name, 120)}</bdi>
          <span className={style.dim}>
            {' '}
            {visibleText(item.type, 40)}
            {note === undefined ? '' : ` · ${visibleText(note, 200)}`}
          </span>
        </>
      }
    />
  );
}

import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { PartyView } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';
import { useEditing } from '../editing/useEditing.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { confirmActs } from './mergeParties.ts';
import { ownerQuery } from './ownerQuery.ts';

interface Props {
  readonly party: PartyView;
  readonly active: boolean;
  readonly onMark: () => void;
  readonly box: ReactNode;
}

export function PartyRow({ party, active, onMark, box }: Props): ReactNode {
  const go = useNavigation((place) => place.go);
  return (
    <tr className={style.tableRow} data-active={active} onMouseDown={onMark}>
      <td>{box}</td>
      <td>
        <button type="button" className={style.name} onClick={() => go({ screen: 'register', query: ownerQuery(party) })}>
          <bdi>{visibleText(party.name, 100)}</bdi>
        </button>
      </td>
      <td>{party.kind}</td>
      <td className={style.dim}>{party.aliases.map((alias) => visibleText(alias, 60)).join(', ')}</td>
      <td className={style.dim}>{party.email === undefined ? '' : visibleText(party.email, 80)}</td>
      <td className={style.nowrap}>
        <PartyState party={party} />
      </td>
      <td className={style.number}>{party.owns}</td>
    </tr>
  );
}

/** A spelling that only a source uses is not a party yet: somebody has to say that it means a person or team. */
function PartyState({ party }: { party: PartyView }): ReactNode {
  const { signActs, whyNot } = useEditing();
  if (!party.confirmed) {
    return (
      <ActionButton
        icon="check"
        disabledReason={whyNot(...confirmActs(party).map(({ kind }) => kind))}
        onClick={() => void signActs(confirmActs(party), `Confirmed ${party.name}`)}
      >
        Confirm
      </ActionButton>
    );
  }
  if (party.active === undefined) return <span className={style.dim}>whether active is unknown</span>;
  return party.active ? <span>active</span> : <strong>left</strong>;
}

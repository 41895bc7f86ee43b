import { ActionIcon } from '@mantine/core';
import type { ReactNode } from 'react';
import type { IdentityId } from '../../shared/model/ids.ts';
import { useLive } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { IdentityBody } from './IdentityBody.tsx';
import style from './identity.module.css';

/** The panel beside a list: the list keeps its keys, Enter there opens the whole page. */
export function IdentityPeek({ id }: { id: IdentityId }): ReactNode {
  const found = useLive(async (api) => ({ asked: id, view: await api.identity(id) }), [id]);
  const open = useNavigation((place) => place.open);
  const peekAt = useNavigation((place) => place.peekAt);
  const go = useNavigation((place) => place.go);
  // The former identity stays until the next one is here, so that holding `j` does not flicker.
  if (!found) return <div className={style.page} aria-busy="true" />;
  return (
    <aside className={style.page} aria-label="Identity">
      <div className={style.row} style={{ justifyContent: 'flex-end', padding: '8px 8px 0' }}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label="Open the whole page"
          title="Open the whole page (Enter)"
          onClick={() => (useNavigation.getState().screen === 'register' ? open(id) : go({ screen: 'register', page: id }))}
        >
          ⤢
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Close" title="Close (Esc)" onClick={() => peekAt(undefined)}>
          ✕
        </ActionIcon>
      </div>
      {found.view ? (
        <IdentityBody view={found.view} wide={false} />
      ) : (
        <p className={style.body}>{found.asked === id ? 'No record has this id here. It may not have arrived yet.' : ''}</p>
      )}
    </aside>
  );
}

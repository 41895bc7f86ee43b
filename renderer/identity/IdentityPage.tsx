import type { ReactNode } from 'react';
import type { IdentityId } from '../../shared/model/ids.ts';
import { useLive } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { IdentityBody } from './IdentityBody.tsx';
import style from './identity.module.css';

export function IdentityPage({ id }: { id: IdentityId }): ReactNode {
  const found = useLive(async (api) => ({ asked: id, view: await api.identity(id) }), [id]);
  const query = useNavigation((place) => place.query);
  const back = useNavigation((place) => place.back);
  const neighbours = useLive((api) => api.ids({ text: query, sort: [] }), [query]);
  const stepTo = useNavigation((place) => place.stepTo);
  const step = (by: number): void => {
    const index = neighbours?.indexOf(id) ?? -1;
    const next = index < 0 ? undefined : neighbours?.[index + by];
    if (next !== undefined) stepTo(next);
  };
  useKeys({ '[': () => step(-1), ']': () => step(1), Escape: back });
  if (!found) return <div className={style.page} aria-busy="true" />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={style.page} aria-label="Identity" tabIndex={0}>
      <div className={style.row} style={{ padding: '8px 16px 0' }}>
        <button type="button" className={`${style.link} ${style.small}`} onClick={() => back()}>
          ← Back
        </button>
      </div>
      {found.view ? (
        <IdentityBody key={found.view.id} view={found.view} wide={true} />
      ) : (
        <p className={style.body}>{found.asked === id ? 'No record has this id here. It may not have arrived yet.' : ''}</p>
      )}
    </section>
  );
}

import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { AccessLevel } from '../../shared/model/vocabulary.ts';
import type { IdentityView } from '../../shared/register/view.ts';
import { Age } from '../parts/Age.tsx';
import style from './identity.module.css';

const PRIVILEGED: ReadonlySet<AccessLevel> = new Set(['secrets', 'grant', 'full']);

/** What it can do: in plain words, and verbatim as the source says it. */
export function AccessSection({ view }: { view: IdentityView }): ReactNode {
  return (
    <section className={style.section} aria-label="Access">
      <h2 className={style.sectionHead}>
        Access {view.row.privileged === true && <span className={style.dim}>privileged</span>}
        {view.row.privileged === undefined && <span className={style.dim}>whether it is privileged is unknown</span>}
      </h2>
      {view.accessUnread && <p className={style.dim}>Access could not be read. That is not the same as none.</p>}
      {!view.accessUnread && view.access.length === 0 && <p className={style.dim}>No source reports any access.</p>}
      {view.access.length > 0 && (
        <table className={style.table}>
          <thead>
            <tr>
              <th scope="col">In plain words</th>
              <th scope="col">As the source says</th>
              <th scope="col">Certainty</th>
              <th scope="col">As of</th>
            </tr>
          </thead>
          <tbody>
            {view.access.map((right) => (
              <tr key={`${right.source} ${right.level} ${right.on} ${right.native}`}>
                <td>
                  {visibleText(right.plain, 300)}
                  {PRIVILEGED.has(right.level) && <strong> ▲ privileged</strong>}
                </td>
                <td className={style.native}>
                  <bdi>{visibleText(right.native, 400)}</bdi>
                  {right.via !== undefined && right.via.length > 0 && (
                    <div className={style.dim}>via {visibleText(right.via.join(' → '), 300)}</div>
                  )}
                </td>
                <td className={style.dim}>{right.certainty}</td>
                <td className={style.dim}>{right.asOf === undefined ? 'unknown' : <Age at={right.asOf} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

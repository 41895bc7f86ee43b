import { type ReactNode, useEffect, useState } from 'react';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { Row } from '../../shared/register/view.ts';
import type { ReportDetail } from '../../shared/snapshot/report/reportData.ts';
import { Icon } from '../parts/Icon.tsx';
import { kindIcon } from './Cell.tsx';
import { Damaged } from './chunks.ts';
import { AccessSection, ChangesSection, CredentialsSection, LinksSection, RecordsSection } from './DetailEvidence.tsx';
import { FieldsSection } from './DetailFields.tsx';
import { FindingsSection } from './DetailFindings.tsx';
import { Age, Empty, Mark, Text, useReport } from './parts.tsx';
import { go } from './place.ts';

type Held = { readonly id: string; readonly detail: ReportDetail | undefined; readonly problem?: string } | undefined;

function useDetail(id: string): Held {
  const report = useReport();
  const [held, setHeld] = useState<Held>();
  useEffect(() => {
    let here = true;
    report
      .detail(id)
      .then((detail) => here && setHeld({ id, detail }))
      .catch((error: unknown) => {
        if (here) setHeld({ id, detail: undefined, problem: error instanceof Damaged ? error.message : 'It could not be read.' });
      });
    return () => {
      here = false;
    };
  }, [report, id]);
  return held;
}

/** One identity, at the right of the list. What was read before stays until the next is there: nothing jumps. */
export function Detail({ id }: { id: string }): ReactNode {
  const { rows } = useReport();
  const row = rows.row(id as IdentityId);
  const held = useDetail(id);
  return (
    <aside className="detail" aria-label="Identity">
      <button type="button" className="close" aria-label="Close (Esc)" title="Close (Esc)" onClick={() => go({ id: '' })}>
        <Icon name="close" size={14} />
      </button>
      {row === undefined ? (
        <Empty icon="register">It is not among the rows of this report.</Empty>
      ) : (
        <>
          <DetailHead row={row} detail={held?.id === id ? held.detail : undefined} />
          {held?.problem !== undefined && <Empty icon="found">{held.problem}</Empty>}
          {held?.id === id && held.detail && <Body row={row} detail={held.detail} />}
          {held?.id === id && held.detail === undefined && held.problem === undefined && (
            <Empty icon="info">This file has no room for its details. The snapshot it belongs to holds them.</Empty>
          )}
        </>
      )}
    </aside>
  );
}

function DetailHead({ row, detail }: { row: Row; detail: ReportDetail | undefined }): ReactNode {
  return (
    <header className="detail-head">
      <h1>
        <Icon name={kindIcon(row)} size={16} />
        <Text text={row.name} limit={400} />
      </h1>
      <p className="meta">
        <span>
          <Text text={row.kind} limit={60} />
        </span>
        {row.boundary !== undefined && <Text text={row.boundary} limit={80} />}
        <span>{row.lifecycle}</span>
        {row.privileged === true && <Mark state="privileged" />}
        {row.states.map((state) => (
          <Mark key={state} state={state} />
        ))}
      </p>
      <p className="sentence">{detail ? <Text text={detail.sentence} limit={1_000} /> : ' '}</p>
      <p className="meta">
        <Mark state={row.freshness} /> evidence <Age at={row.asOf} />
        <span className="mono" title="Id in this register">
          {row.id.slice(0, 12)}
        </span>
      </p>
    </header>
  );
}

function Body({ row, detail }: { row: Row; detail: ReportDetail }): ReactNode {
  return (
    <>
      <FieldsSection detail={detail} plane="governance" title="Accountability" />
      <FindingsSection findings={detail.findings} />
      <AccessSection detail={detail} row={row} />
      <CredentialsSection detail={detail} row={row} />
      <FieldsSection detail={detail} plane="observed" title="As observed" />
      <RecordsSection detail={detail} />
      <LinksSection detail={detail} />
      <ChangesSection detail={detail} />
    </>
  );
}

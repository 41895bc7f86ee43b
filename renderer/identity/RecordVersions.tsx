import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { EngineApi } from '../../shared/bridge/engine.ts';
import type { IdentityView } from '../../shared/register/view.ts';
import { useEngine, useSnapshotStatus } from '../app/engine.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { shownValue } from '../parts/age.ts';
import style from './identity.module.css';
import { recordDiff } from './recordDiff.ts';

type Reply = Awaited<ReturnType<EngineApi['recordHistory']>>;
type Version = Extract<Reply, { ok: true }>['value'][number];

/** The server keeps every version of a record; they are fetched only when somebody asks. */
export function RecordVersions({ record }: { record: IdentityView['records'][number] }): ReactNode {
  const { api } = useEngine();
  const [reply, setReply] = useState<Reply>();
  const { source, externalId } = record;
  const place = useSnapshotStatus()?.place;
  // biome-ignore lint/correctness/useExhaustiveDependencies: at another place of a snapshot there were other versions
  useEffect(() => setReply(undefined), [place]);
  if (source === undefined || externalId === undefined) return null;
  const fetchVersions = async (): Promise<void> => setReply(await api.recordHistory(source, externalId));
  return (
    <div style={{ marginTop: 4 }}>
      <ActionButton icon="history" onClick={() => void fetchVersions()}>
        What {visibleText(source, 60)} said before
      </ActionButton>
      {reply?.ok === false && (
        <p className={style.dim} role="status">
          {visibleText(reply.error.message, 300)} {visibleText(reply.error.wayOut ?? '', 300)}
        </p>
      )}
      {reply?.ok && <Versions versions={reply.value} />}
    </div>
  );
}

function Versions({ versions }: { versions: readonly Version[] }): ReactNode {
  const newestFirst = [...versions].sort((a, b) => b.run - a.run);
  return (
    <ul className={style.plain} style={{ marginTop: 8 }}>
      {newestFirst.map((version, index) => (
        <li key={`${version.run} ${version.hash}`}>
          <div className={`${style.dim} ${style.small}`}>
            <Age at={version.at} /> · run {version.run} · {version.hash.slice(0, 12)}
          </div>
          <Differences before={newestFirst[index + 1]?.record} version={version} />
        </li>
      ))}
    </ul>
  );
}

function Differences({ before, version }: { before: unknown; version: Version }): ReactNode {
  if (before === undefined) return <div>First seen.</div>;
  const differences = recordDiff(before, version.record);
  if (differences.length === 0) return <div className={style.dim}>No field differs.</div>;
  return (
    <ul className={style.plain} style={{ gap: 2 }}>
      {differences.map((each) => (
        <li key={each.field}>
          <span className={style.dim}>{visibleText(each.field, 60)}: </span>
          <bdi>{visibleText(shownValue(each.from ?? 'nothing'), 200)}</bdi> →{' '}
          <bdi>{visibleText(shownValue(each.to ?? 'nothing'), 200)}</bdi>
        </li>
      ))}
    </ul>
  );
}

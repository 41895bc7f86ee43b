import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { MAX_TEXT, visibleText } from '../../shared/base/text.ts';
import style from './firstRun.module.css';
import { changeOwner, mergeOwners, type OwnerDraft, type PartyKind, splitOwner } from './owners.ts';

const KINDS = ['person', 'team', 'vendor'];

interface Props {
  readonly drafts: readonly OwnerDraft[];
  readonly onChange: (drafts: readonly OwnerDraft[]) => void;
}

/** Which spellings mean whom: rename, split a spelling off, or merge one party into another. */
export function OwnerTable({ drafts, onChange }: Props): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={style.owners} tabIndex={0} aria-label="Which spellings mean whom">
      {drafts.map((draft, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a draft has no id of its own, and its name is being edited
        <OwnerRow key={index} draft={draft} index={index} drafts={drafts} onChange={onChange} />
      ))}
    </section>
  );
}

function OwnerRow({ draft, index, drafts, onChange }: Props & { draft: OwnerDraft; index: number }): ReactNode {
  const named = visibleText(draft.name, 60);
  return (
    <div className={style.owner}>
      <Checkbox
        aria-label={`Confirm ${named}`}
        checked={draft.confirmed}
        onChange={(event) => onChange(changeOwner(drafts, index, { confirmed: event.currentTarget.checked }))}
      />
      <TextInput
        size="xs"
        aria-label={`Name of ${named}`}
        value={draft.name}
        maxLength={MAX_TEXT}
        onChange={(event) => onChange(changeOwner(drafts, index, { name: event.currentTarget.value }))}
      />
      <NativeSelect
        size="xs"
        aria-label={`Kind of ${named}`}
        data={KINDS}
        value={draft.kind}
        onChange={(event) => onChange(changeOwner(drafts, index, { kind: event.currentTarget.value as PartyKind }))}
      />
      <Spellings draft={draft} onSplit={(spelling) => onChange(splitOwner(drafts, index, spelling))} />
      <NativeSelect
        size="xs"
        aria-label={`Merge ${named} into`}
        data={[{ value: '', label: 'Merge' }, ...others(drafts, index)]}
        value=""
        onChange={(event) => onChange(mergeOwners(drafts, index, Number(event.currentTarget.value)))}
      />
    </div>
  );
}

const others = (drafts: readonly OwnerDraft[], index: number): { value: string; label: string }[] =>
  drafts.flatMap((draft, position) =>
    position === index ? [] : [{ value: String(position), label: `into ${visibleText(draft.name, 40)}` }],
  );

function Spellings({ draft, onSplit }: { draft: OwnerDraft; onSplit: (spelling: string) => void }): ReactNode {
  return (
    <span className={style.chips}>
      {draft.spellings.map((spelling) => (
        <span key={spelling} className={style.chip}>
          <bdi>{visibleText(spelling, 60)}</bdi>
          {draft.spellings.length > 1 && (
            <button
              type="button"
              aria-label={`${visibleText(spelling, 60)} is somebody else`}
              title="This is somebody else"
              onClick={() => onSplit(spelling)}
            >
              ✕
            </button>
          )}
        </span>
      ))}
      <span className={style.dim}>{draft.rows > 0 ? `${draft.rows} rows` : ''}</span>
    </span>
  );
}

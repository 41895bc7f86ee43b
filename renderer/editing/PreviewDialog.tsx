import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { EditPreview } from '../../shared/register/view.ts';
import { TakeKeys } from '../app/TakeKeys.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { shownValue } from '../parts/age.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { identities, wishText } from './changeWords.ts';
import type { OpenPreview } from './EditingProvider.tsx';
import classes from './editing.module.css';

interface PreviewDialogProps {
  readonly review: OpenPreview;
  readonly onClose: () => void;
  readonly onSign: () => void;
}

const SHOWN = 5;

/** What a change would do, in numbers, before it is signed. Enter signs. */
export function PreviewDialog({ review, onClose, onSign }: PreviewDialogProps): ReactNode {
  const { preview, change } = review;
  const nothing = preview.acts.length === 0 ? 'Nothing here can be changed' : undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      title={wishText(change, preview.records, change.kind === 'set' ? preview.examples[0]?.to : undefined)}
      size={560}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <TakeKeys>
        <form
          className={classes.preview}
          onSubmit={(event) => {
            event.preventDefault();
            if (nothing === undefined) onSign();
          }}
        >
          <Figures preview={preview} />
          <Examples preview={preview} />
          <Refusals preview={preview} />
          <footer>
            <ActionButton onClick={onClose}>Cancel</ActionButton>
            <button type="submit" data-autofocus className={classes.sign} disabled={nothing !== undefined} title={nothing}>
              Sign for {identities(preview.records)} <kbd>⏎</kbd>
            </button>
          </footer>
        </form>
      </TakeKeys>
    </Modal>
  );
}

function Figures({ preview }: { preview: EditPreview }): ReactNode {
  const figures: readonly (readonly [count: number, words: string, tone?: string])[] = [
    [preview.records - preview.unchanged, 'will change'],
    [preview.unchanged, 'have that value already'],
    [preview.conflictsSettled, 'conflicts will be settled by this', 'red'],
    [preview.drift, 'differ from what a source says', 'amber'],
    [preview.refused.length, 'are refused', 'red'],
  ];
  return (
    <dl className={classes.figures}>
      {figures
        .filter(([count], index) => index === 0 || count > 0)
        .map(([count, words, tone]) => (
          <div key={words} data-tone={tone}>
            <dt>{words}</dt>
            <dd>{count.toLocaleString()}</dd>
          </div>
        ))}
    </dl>
  );
}

function Examples({ preview }: { preview: EditPreview }): ReactNode {
  if (preview.examples.length === 0) return null;
  return (
    <table className={classes.examples}>
      <caption className="mu-visually-hidden">Examples</caption>
      <tbody>
        {preview.examples.slice(0, SHOWN).map((example) => (
          <tr key={example.id}>
            <th scope="row">
              <Hostile text={example.name} limit={60} />
            </th>
            <td>{example.from === '' ? <span className="mu-none">blank</span> : <Hostile text={shownValue(example.from)} limit={40} />}</td>
            <td aria-label="becomes">→</td>
            <td>
              <Hostile text={shownValue(example.to)} limit={40} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Refusals({ preview }: { preview: EditPreview }): ReactNode {
  if (preview.refused.length === 0) return null;
  const more = preview.refused.length - SHOWN;
  return (
    <div className={classes.refused}>
      <strong>Left out</strong>
      <ul>
        {preview.refused.slice(0, SHOWN).map((one) => (
          <li key={one.id}>
            <Hostile text={one.name} limit={60} /> <span>{one.reason}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p>and {more.toLocaleString()} more</p>}
    </div>
  );
}

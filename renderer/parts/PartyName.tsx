import type { ReactNode } from 'react';
import type { PartyText } from '../../shared/register/view.ts';
import { Hostile } from './Hostile.tsx';
import { Icon } from './Icon.tsx';
import classes from './parts.module.css';

interface PartyNameProps {
  readonly party: PartyText | undefined;
  readonly none?: string;
  readonly compact?: boolean;
}

const NOTES = {
  inherited: { icon: 'arrowUp', means: 'Taken from what it belongs to' },
  'not confirmed': { icon: 'unknown', means: 'A spelling that no person or team is known by yet' },
} as const;

/** Who answers for it. Inherited and not yet confirmed names are said to be so; `compact` says it with an icon and its tooltip. */
export function PartyName({ party, none = '–', compact = false }: PartyNameProps): ReactNode {
  if (party === undefined || party.text === '') return <span className="mu-none">{none}</span>;
  const note = party.inherited === true ? 'inherited' : party.party === undefined ? 'not confirmed' : undefined;
  return (
    <span className={classes.party} data-soft={note !== undefined}>
      <Hostile text={party.text} limit={80} />
      {note !== undefined && !compact && <span className={classes.note}>{note}</span>}
      {note !== undefined && compact && (
        <span className={classes.note} role="img" aria-label={note} title={`${note}: ${NOTES[note].means}`}>
          <Icon name={NOTES[note].icon} size={11} />
        </span>
      )}
    </span>
  );
}

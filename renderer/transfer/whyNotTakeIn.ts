import type { EngineStatus } from '../../shared/bridge/engine.ts';

/**
 * Why this person may not take a copy in although their role edits; undefined where they may. A remit reads what a record says, and what
 * is being made says nothing yet: the server would void every value of it.
 */
export const whyNotTakeIn = (me: Pick<NonNullable<EngineStatus['me']>, 'remit'> | undefined): string | undefined =>
  me === undefined || me.remit === 'true' || me.remit === ''
    ? undefined
    : 'What you may edit is bounded by a condition, and a new identity is not within it yet. Ask somebody who may edit everything.';

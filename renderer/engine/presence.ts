import type { Awareness } from 'y-protocols/awareness';
import * as z from 'zod';
import type { PresenceView } from '../../shared/bridge/engine.ts';
import { anchor, type IdentityId, type PersonId, personId } from '../../shared/model/ids.ts';

/** Readable on light and dark, told apart by people who see few colours as well as that goes; names always stand beside them. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#7b61c4', '#a65628'] as const;

/** One person, one colour, on every screen. */
export function colourOf(person: string): string {
  let sum = 0;
  for (let index = 0; index < person.length; index++) sum = (sum * 31 + person.charCodeAt(index)) >>> 0;
  return COLOURS[sum % COLOURS.length] ?? COLOURS[0];
}

/** What the server relays: it has stamped the person, but the rest is what another page wrote. */
const state = z.object({
  person: personId.optional().catch(undefined),
  personName: z.string().max(200).optional().catch(undefined),
  record: anchor.optional().catch(undefined),
  field: z.string().max(64).optional().catch(undefined),
});

/** Everybody but this page, one line for each of their pages. */
export function presentOthers(awareness: Awareness, me: PersonId | undefined): PresenceView[] {
  const views: PresenceView[] = [];
  for (const [client, said] of awareness.getStates()) {
    const parsed = state.safeParse(said);
    if (client === awareness.clientID || !parsed.success) continue;
    const { person, personName, record, field } = parsed.data;
    views.push({
      name: personName ?? 'Someone',
      me: person !== undefined && person === me,
      colour: colourOf(person ?? String(client)),
      ...(person === undefined ? {} : { person }),
      ...(record === undefined ? {} : { record }),
      ...(field === undefined ? {} : { field }),
    });
  }
  return views;
}

export function sayWhere(awareness: Awareness, where: { record?: IdentityId; field?: string }): void {
  awareness.setLocalState({ ...where });
}

import { normalName } from '../base/text.ts';
import type { PersonView } from '../ledger/ledgerReader.ts';
import type { Anchor } from '../model/ids.ts';
import type { Register } from './register.ts';

/** May this person edit these anchors under this condition? An owner's identities must also be their own. */
export function isWithinRemit(
  register: Pick<Register, 'resolve' | 'row' | 'matches'>,
  person: Pick<PersonView, 'role' | 'name'>,
  condition: string,
  anchors: readonly Anchor[],
): boolean {
  return anchors.every((anchor) => {
    const id = register.resolve(anchor);
    if (id === undefined) return false;
    const own = person.role !== 'owner' || normalName(register.row(id)?.owner?.text ?? '') === normalName(person.name);
    return own && (condition === 'true' || register.matches(id, condition) === true);
  });
}

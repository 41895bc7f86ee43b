import { unreachable } from '../../shared/base/result.ts';
import { mayDo } from '../../shared/ledger/permissions.ts';
import type { ActKind } from '../../shared/model/act.ts';
import { fieldByName } from '../../shared/model/fields.ts';
import type { Role } from '../../shared/model/vocabulary.ts';
import type { EditChange } from '../../shared/register/view.ts';

export const identities = (count: number): string => (count === 1 ? '1 identity' : `${count.toLocaleString()} identities`);

const labelOf = (field: string): string => {
  const label = fieldByName.get(field)?.label ?? field;
  return field === 'owner' ? 'Owner' : label;
};

/** What was done, for the toast and for Undo: "Owner set on 40 identities". */
export function doneText(change: EditChange, count: number): string {
  const on = identities(count);
  switch (change.kind) {
    case 'set':
      return `${labelOf(change.field)} set on ${on}`;
    case 'clear':
      return `${labelOf(change.field)} cleared on ${on}`;
    case 'add':
    case 'remove':
      return `${labelOf(change.field)} changed on ${on}`;
    case 'accept':
      return `Accepted ${on}`;
    case 'exclude':
      return `Excluded ${on}`;
    case 'lifecycle':
      return `${on}: ${change.state}`;
    case 'comment':
      return `Comment added to ${on}`;
    case 'merge':
      return `Joined ${on} into one`;
    default:
      return unreachable(change);
  }
}

/** What would be done, as the title of the preview. */
export function wishText(change: EditChange, count: number, to: string | undefined): string {
  const on = identities(count);
  switch (change.kind) {
    case 'set':
      return to === undefined
        ? `Set ${labelOf(change.field).toLowerCase()} on ${on}`
        : `Set ${labelOf(change.field).toLowerCase()} to ${to} on ${on}`;
    case 'clear':
      return `Clear ${labelOf(change.field).toLowerCase()} on ${on}`;
    case 'add':
    case 'remove':
      return `Change ${labelOf(change.field).toLowerCase()} on ${on}`;
    case 'accept':
      return `Accept ${on} into the register`;
    case 'exclude':
      return `Exclude ${on}: ${change.reason}`;
    case 'lifecycle':
      return `Mark ${on} as ${change.state}`;
    case 'comment':
      return `Comment on ${on}`;
    case 'merge':
      return `Join ${on} into one`;
    default:
      return unreachable(change);
  }
}

/** Who asks, and what holds for everybody on this device. */
export interface Asker {
  readonly role: Role | undefined;
  /** Why nothing can be changed here, whoever one is. */
  readonly because: string | undefined;
}

/** Why these acts may not be made, from the one table of who may do what; undefined when they may. */
export function whyMayNot({ role, because }: Asker, kinds: readonly ActKind[]): string | undefined {
  if (role === undefined) return 'This device is not enrolled: ask an administrator for an invitation.';
  if (because !== undefined) return because;
  for (const kind of kinds) {
    const permission = mayDo(role, kind);
    if (!permission.may) return role === 'reader' ? 'You are a reader: you see everything and change nothing.' : permission.reason;
  }
  return undefined;
}

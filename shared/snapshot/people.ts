import { compareCodeUnits } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { PersonView } from '../ledger/ledgerReader.ts';
import type { LedgerState } from '../ledger/ledgerState.ts';
import type { Replayed, SnapshotData } from './replayed.ts';
import { type Said, saidBy } from './said.ts';
import { type DeviceWitness, witnessesOf } from './witnesses.ts';

export interface PeopleDevice extends DeviceWitness {
  /** Its public key. */
  readonly device: string;
  readonly label: string;
  /** The server's clock: an instant. */
  readonly enrolledAt: string;
  readonly revoked: boolean;
  /** Who enrolled it, or, where it is revoked, who revoked it. */
  readonly by?: Said;
}

export interface PeoplePerson {
  readonly person: string;
  readonly name: string;
  readonly role: PersonView['role'];
  /** A CEL expression over the row. */
  readonly remit: string;
  /** Who last changed role or remit. Absent: as enrolled. */
  readonly by?: Said;
  readonly devices: readonly PeopleDevice[];
}

/** `people.json`: who could say anything, and how much of the ledger each device's own entries witness. */
export interface People {
  /** By name. */
  readonly persons: readonly PeoplePerson[];
  /** Keys that have entries and belong to nobody; the server's own among them. */
  readonly others: readonly (DeviceWitness & { readonly device: string; readonly server: boolean })[];
}

export async function peopleOf({ ledger }: Replayed, data: SnapshotData, breathe: () => Promise<void>): Promise<People> {
  const witnesses = await witnessesOf(data, ledger, breathe);
  const persons = [...ledger.persons().values()].map((person) => personOf(person, witnesses, ledger));
  const others = [...witnesses].filter(([device]) => ledger.personOf(device as never) === undefined);
  return {
    persons: persons.sort((a, b) => compareCodeUnits(a.name, b.name) || compareCodeUnits(a.person, b.person)),
    others: others
      .map(([device, witness]) => ({ ...witness, device, server: ledger.hasBeenServerKey(device as never) }))
      .sort((a, b) => compareCodeUnits(a.device, b.device)),
  };
}

function personOf(
  { person, name, role, remit, devices }: PersonView,
  witnesses: ReadonlyMap<string, DeviceWitness>,
  ledger: LedgerState,
): PeoplePerson {
  const by = saidBy(ledger.lastOn(`role/${person}`), ledger);
  return {
    person,
    name: visibleText(name),
    role,
    remit,
    ...(by ? { by } : {}),
    devices: devices.map(({ device, label, enrolledAt, revoked }) => {
      const last = saidBy(ledger.lastOn(`device/${device}`), ledger);
      const witness = witnesses.get(device) ?? { entries: 0, lastPlace: 0 };
      return { ...witness, device, label: visibleText(label), enrolledAt, revoked, ...(last ? { by: last } : {}) };
    }),
  };
}

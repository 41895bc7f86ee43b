import { visibleText } from '../../shared/base/text.ts';
import type { ActRef } from '../../shared/model/act.ts';
import type { TeamAct, TeamPerson, TeamView } from '../../shared/register/teamView.ts';
import { fingerprintOf, groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { isEverything, roleName } from './roleWords.ts';

const NAME = 80;
const KEY_DIGITS = 16;
const name = (text: string | undefined): string => visibleText(text ?? 'somebody who is not here', NAME);
const remitText = (remit: string): string => (isEverything(remit) ? 'edits everything' : `edits ${visibleText(remit, 120)}`);
const personOf = (team: TeamView, id: string): TeamPerson | undefined => team.persons.find(({ person }) => person === id);
const keyText = (key: string): string => groupedFingerprint(fingerprintOf(key), KEY_DIGITS);

function deviceOf(team: TeamView, id: string) {
  for (const person of team.persons) {
    const device = person.devices.find((one) => one.device === id);
    if (device) return { person, device };
  }
  return undefined;
}

/** What an act about people would do. */
export function wantedWords(act: TeamAct, team: TeamView): string {
  switch (act.kind) {
    case 'role':
      return `${name(personOf(team, act.person)?.name)} becomes ${roleName(act.role).toLowerCase()}, ${remitText(act.remit)}`;
    case 'revoke':
      return `${name(deviceOf(team, act.device)?.device.label)} of ${name(deviceOf(team, act.device)?.person.name)} is taken out of use`;
    case 'enrol':
      return `${name(act.label)} becomes a device of ${name(act.personName)}`;
    case 'policy':
      return act.value.kind === 'absent' ? `The policy ${name(act.key)} is taken away` : `The policy ${name(act.key)} is changed`;
    case 'rekey':
      return `The server’s key becomes ${keyText(act.succession.to)}`;
  }
}

/** How that stands now: the difference to what was wanted. */
export function standsWords(act: TeamAct, team: TeamView): string {
  switch (act.kind) {
    case 'role': {
      const person = personOf(team, act.person);
      return person
        ? `${name(person.name)} is ${roleName(person.role).toLowerCase()}, ${remitText(person.remit)}`
        : 'That person is not here';
    }
    case 'revoke':
      return deviceOf(team, act.device)?.device.revoked ? 'It is out of use already' : 'It is in use';
    case 'enrol':
      return deviceOf(team, act.device) ? 'That device is here already' : 'That device is not here';
    case 'policy':
      return 'Somebody else changed it meanwhile';
    case 'rekey':
      return `The server’s key is ${team.serverKey === undefined ? 'unknown' : keyText(team.serverKey)}`;
  }
}

/** What the act compares with now; undefined where making it again would do nothing. */
export function madeAgain(act: TeamAct, team: TeamView): TeamAct | undefined {
  const previous = previousOf(act, team);
  return previous === undefined ? undefined : { ...act, previous };
}

function previousOf(act: TeamAct, team: TeamView): ActRef | null | undefined {
  switch (act.kind) {
    case 'role': {
      const person = personOf(team, act.person);
      return person && (person.role !== act.role || person.remit !== act.remit) ? person.last : undefined;
    }
    case 'revoke': {
      const device = deviceOf(team, act.device)?.device;
      return device && !device.revoked ? device.last : undefined;
    }
    case 'policy':
      return act.key === 'sign-in' ? team.signInLast : undefined;
    // A device asks again, and a key that was prepared is prepared again.
    case 'enrol':
    case 'rekey':
      return undefined;
  }
}

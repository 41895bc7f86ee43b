import type { ReactNode } from 'react';
import type { PeopleDevice, PeoplePerson } from '../../shared/snapshot/people.ts';
import type { Said } from '../../shared/snapshot/said.ts';
import { Section, Text, useReport } from './parts.tsx';
import { go } from './place.ts';
import { counted, momentText, number } from './words.ts';

/** Who could say anything, from which devices, and how much of the ledger each device’s own signatures vouch for. */
export function People(): ReactNode {
  const { people, head } = useReport();
  return (
    <div className="page">
      <h1>People and devices</h1>
      <p className="lead">
        Everybody who could change this register, and how much of its ledger each device witnessed: whoever signs an entry signs the root of
        everything they had seen. Whoever holds the server’s key alone cannot write another past without these keys.
      </p>
      {people.persons.map((person) => (
        <Person key={person.person} person={person} place={head.place} />
      ))}
      {people.others.length > 0 && (
        <Section title="Other keys">
          <table className="small-table wide">
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Whose</th>
                <th scope="col">Entries</th>
                <th scope="col">Witnessed up to</th>
              </tr>
            </thead>
            <tbody>
              {people.others.map((other) => (
                <tr key={other.device}>
                  <td>
                    <code>{other.device.slice(0, 16)}…</code>
                  </td>
                  <td>{other.server ? 'the server' : 'nobody that is enrolled'}</td>
                  <td>{number(other.entries)}</td>
                  <td>{other.witnessed === undefined ? '–' : number(other.witnessed)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
    </div>
  );
}

function Person({ person, place }: { person: PeoplePerson; place: number }): ReactNode {
  return (
    <Section title={person.name} aside={person.role}>
      <p className="dim">
        May edit {person.remit === '' ? 'everything that the role allows' : <code>{person.remit}</code>}
        {person.by && (
          <>
            , since <SetBy by={person.by} />
          </>
        )}
      </p>
      {person.devices.length === 0 ? (
        <p className="dim">No device.</p>
      ) : (
        <table className="small-table wide">
          <caption>{counted(person.devices.length, 'device')}</caption>
          <thead>
            <tr>
              <th scope="col">Device</th>
              <th scope="col">Key</th>
              <th scope="col">Enrolled</th>
              <th scope="col">State</th>
              <th scope="col">Entries</th>
              <th scope="col">Witnessed up to place</th>
            </tr>
          </thead>
          <tbody>
            {person.devices.map((device) => (
              <Device key={device.device} device={device} place={place} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Device({ device, place }: { device: PeopleDevice; place: number }): ReactNode {
  return (
    <tr>
      <td>
        <Text text={device.label} limit={80} />
      </td>
      <td>
        <code title={device.device}>{device.device.slice(0, 16)}…</code>
      </td>
      <td>{momentText(device.enrolledAt)}</td>
      <td>
        {device.revoked ? (
          <>
            revoked{' '}
            {device.by && (
              <>
                in <SetBy by={device.by} />
              </>
            )}
          </>
        ) : (
          'enrolled'
        )}
      </td>
      <td>{number(device.entries)}</td>
      <td>
        {device.witnessed === undefined ? (
          <span className="dim">nothing yet</span>
        ) : (
          <>
            {number(device.witnessed)} <span className="dim">of {number(place)}</span>
          </>
        )}
      </td>
    </tr>
  );
}

/** Who set something, and the change in which they did. */
export function SetBy({ by }: { by: Said }): ReactNode {
  return (
    <>
      <button type="button" className="link" onClick={() => go({ view: 'changes', query: `#${by.place}` })}>
        change {number(by.place)}
      </button>
      <span className="dim">
        {' '}
        by <Text text={by.name} limit={60} />, {momentText(by.at)}
      </span>
    </>
  );
}

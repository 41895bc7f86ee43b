import type { ReactNode } from 'react';
import type { PolicyField, PolicyRule } from '../../shared/snapshot/policyPart.ts';
import type { Said } from '../../shared/snapshot/said.ts';
import { SetBy } from './People.tsx';
import { Section, Text, useReport } from './parts.tsx';
import { counted } from './words.ts';

/** What the register was computed and judged by: shipped, or set by somebody at a place of the ledger. */
export function Policy(): ReactNode {
  const { policy } = useReport();
  const changed = policy.thresholds.filter(({ by }) => by !== undefined).length;
  return (
    <div className="page">
      <h1>Policy</h1>
      <p className="lead">Who may decide what, and from when on something is a finding. What nobody changed is as shipped.</p>
      <Section title="Thresholds" aside={changed === 0 ? 'all as shipped' : `${changed} changed`}>
        <table className="small-table wide">
          <thead>
            <tr>
              <th scope="col">Threshold</th>
              <th scope="col">Days</th>
              <th scope="col">As shipped</th>
              <th scope="col">Set in</th>
            </tr>
          </thead>
          <tbody>
            {policy.thresholds.map(({ name, days, shipped, by }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>{days}</td>
                <td>{shipped}</td>
                <td>
                  <Origin by={by} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="Systems of record" aside={counted(policy.fields.length, 'field')}>
        <table className="small-table wide">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Who decides</th>
              <th scope="col">Authors, in order</th>
              <th scope="col">Set in</th>
            </tr>
          </thead>
          <tbody>
            {policy.fields.map((field) => (
              <FieldRows key={field.field} field={field} />
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="Rules and mappings" aside={counted(policy.rules.length, 'rule')}>
        {policy.rules.length === 0 && <p className="dim">No ownership rule and no mapping of a boundary to an environment.</p>}
        <ul className="plain">
          {policy.rules.map((rule) => (
            <li key={rule.key}>
              <Rule rule={rule} /> <Origin by={rule.by} />
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

const Origin = ({ by }: { by: Said | undefined }): ReactNode => (by ? <SetBy by={by} /> : <span className="dim">as shipped</span>);

function FieldRows({ field }: { field: PolicyField }): ReactNode {
  return (
    <>
      <tr>
        <td>{field.label}</td>
        <td>
          <Text text={field.decides} limit={200} />
        </td>
        <td>{field.authors.join(', ')}</td>
        <td>
          <Origin by={field.by} />
        </td>
      </tr>
      {field.narrowed.map((narrowed) => (
        <tr key={JSON.stringify(narrowed.when)}>
          <td className="dim">
            where{' '}
            {Object.entries(narrowed.when)
              .map(([name, value]) => `${name} is ${value}`)
              .join(' and ')}
          </td>
          <td>
            <Text text={narrowed.decides} limit={200} />
          </td>
          <td>{narrowed.authors.join(', ')}</td>
          <td>
            <Origin by={narrowed.by} />
          </td>
        </tr>
      ))}
    </>
  );
}

function Rule({ rule: { value, key } }: { rule: PolicyRule }): ReactNode {
  if (value.kind === 'ownership')
    return (
      <>
        Where <code>{value.rule.where}</code>, {value.rule.field} is <Text text={value.rule.value} limit={120} />.
      </>
    );
  if (value.kind === 'environment')
    return (
      <>
        Boundary <code>{value.mapping.boundary}</code> is {value.mapping.environment}.
      </>
    );
  if (value.kind === 'writeBack')
    return (
      <>
        Sent to sources after approval: {value.policy.fields.join(', ') || 'nothing'}; a second person approves {value.policy.secondPerson}.
      </>
    );
  return <code>{key}</code>;
}

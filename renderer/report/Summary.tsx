import type { ReactNode } from 'react';
import { COUNT_FILTERS } from '../register/defaultViews.ts';
import { Fact, Facts, Fingerprint, Section, Text, useReport } from './parts.tsx';
import { go } from './place.ts';
import { GapsSection } from './SummaryGaps.tsx';
import { SourcesSection } from './SummarySources.tsx';
import { VerifySection } from './SummaryVerify.tsx';
import { counted, momentText, number } from './words.ts';

/** The page that is read first, and printed: what this is, of when, of what, how sure, and how to doubt it. */
export function Summary(): ReactNode {
  const { head } = useReport();
  return (
    <div className="page summary">
      <h1>
        <Text text={head.name} limit={200} />
      </h1>
      <p className="lead">
        The register of machine identities as it was on {momentText(head.asOf)}: {counted(head.counts.identities, 'identity', 'identities')}
        , {counted(head.counts.credentials, 'credential')}, {number(head.counts.unbound)} of them not tied to an identity. Ages in this
        report are ages at that moment.
      </p>
      <Figures />
      <PopulationSection />
      <SourcesSection />
      <GapsSection />
      <VerifySection />
    </div>
  );
}

/** Counts that are filters: each opens the inventory on exactly what it counts. */
function Figures(): ReactNode {
  const { head } = useReport();
  const more = [
    { label: 'Expiring', token: 'is:expiring', count: 'expiring' },
    { label: 'Missing', token: 'is:missing', count: 'missing' },
    { label: 'In conflict', token: 'is:conflict', count: 'conflicts' },
  ] as const;
  return (
    <div className="figures">
      <button type="button" onClick={() => go({ view: 'inventory' })}>
        <b>{number(head.rows.total)}</b>
        Population
      </button>
      {[...COUNT_FILTERS, ...more].map(({ label, token, count }) => (
        <button key={token} type="button" onClick={() => go({ view: 'inventory', query: token })} data-none={head.counts[count] === 0}>
          <b>{number(head.counts[count])}</b>
          {label}
        </button>
      ))}
    </div>
  );
}

function PopulationSection(): ReactNode {
  const { head, population } = useReport();
  const { query } = head;
  const whole = query.text === '' && query.where === undefined;
  return (
    <Section title="Population" aside={counted(population.matches, 'row')}>
      <Facts>
        <Fact name="What was asked for">
          {whole ? 'The whole register' : <code>{query.text || 'every row'}</code>}
          {query.where !== undefined && (
            <>
              {' where '}
              <code>{query.where}</code>
            </>
          )}
          {query.include !== undefined && query.include.length > 0 && `, with ${query.include.join(', ')}`}
        </Fact>
        {population.problem !== undefined && <Fact name="Problem">{population.problem}</Fact>}
        {head.rows.listed < head.rows.total && (
          <Fact name="In this file">
            The first {number(head.rows.listed)} by name; a single page has no room for more. All {number(head.rows.total)} are in the
            snapshot.
          </Fact>
        )}
        {head.details.listed < head.rows.listed && (
          <Fact name="Details">Of {number(head.details.listed)} rows. The others are in the snapshot.</Fact>
        )}
        {population.exclusions.map((one) => (
          <Fact key={`${one.kind}/${one.source ?? ''}`} name={EXCLUSION[one.kind] ?? one.kind}>
            {one.label === undefined ? null : (
              <>
                <Text text={one.label} limit={80} />:{' '}
              </>
            )}
            {number(one.number)}. {one.reason}
          </Fact>
        ))}
        {population.exclusions.length === 0 && <Fact name="Left out">Nothing.</Fact>}
        {population.sample !== undefined && (
          <Fact name="Random sample">
            <button type="button" className="link" onClick={() => go({ view: 'sample' })}>
              {counted(population.sample.ids.length, 'row')}
            </button>
            , seed <code>{population.sample.seed}</code>
          </Fact>
        )}
      </Facts>
      <p className="dim only-print">Key fingerprint</p>
      <div className="only-print">
        <Fingerprint digits={head.fingerprint} label="Key fingerprint" />
      </div>
    </Section>
  );
}

const EXCLUSION: Readonly<Record<string, string>> = {
  'source left out': 'Source not in this file',
  'source removed': 'Source removed',
  'not matched': 'Not matched',
  excluded: 'Excluded',
  archived: 'Retired',
  'tied credential': 'Credentials of identities',
  party: 'People, teams, vendors',
  'other record': 'Other records',
};

import type { Command } from 'commander';
import { visibleText } from '../../shared/base/text.ts';
import type { AuthorValue, Finding, IdentityView, Row, SourceView } from '../../shared/register/view.ts';
import { type CommonOptions, wholeNumber, withCommonOptions, withServer } from './commandOptions.ts';
import { addGrantCommand } from './grantCommand.ts';
import { printItems, printValue } from './output.ts';

interface QueryOptions extends CommonOptions {
  readonly query?: string;
  readonly where?: string;
}

const queryArgs = ({ query = '', where }: QueryOptions): Record<string, string> => (where === undefined ? { query } : { query, where });

function withQuery(command: Command): Command {
  return withCommonOptions(command)
    .option('--query <text>', 'as in the app: owner:none env:production payments')
    .option('--where <cel>', 'a CEL condition over row');
}

export function addReadCommands(muster: Command): void {
  withQuery(muster.command('list').description('list identities')).action(list);
  withCommonOptions(muster.command('show <id>').description('show one identity: every field, who said it, and how old it is')).action(show);
  withQuery(muster.command('findings').description('list what is wrong, and what cannot be judged'))
    .option('--check', 'exit with 1 when something was found')
    .action(findings);
  withQuery(muster.command('conflicts').description('list values that a person must decide')).action(conflicts);
  addGrantCommand(withCommonOptions(muster.command('sources').description('list sources and the age of their evidence')).action(sources));
  withCommonOptions(muster.command('changes').description('list the ledger: who did what, in order'))
    .option('--since <place>', 'after this place of the ledger', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 1_000)
    .action(changes);
}

async function list(options: QueryOptions): Promise<void> {
  const rows = (await withServer(options, (ask) => ask('list', queryArgs(options)))) as Row[];
  printItems(rows, options.format, ROW_COLUMNS, 'No identity matches.');
}

const ROW_COLUMNS = [
  { title: 'id', text: (row: Row) => row.id.slice(0, 10) },
  { title: 'name', text: (row: Row) => row.name, width: 40 },
  { title: 'kind', text: (row: Row) => row.subtype ?? row.kind },
  { title: 'owner', text: (row: Row) => row.owner?.text ?? '–', width: 24 },
  { title: 'access', text: (row: Row) => row.access ?? (row.privileged === undefined ? 'unread' : '–') },
  { title: 'credential', text: (row: Row) => row.credential?.text ?? '–' },
  { title: 'state', text: (row: Row) => row.states.join(', ') },
  { title: 'as of', text: (row: Row) => row.asOf ?? '–' },
];

async function show(id: string, options: CommonOptions): Promise<void> {
  const view = (await withServer(options, (ask) => ask('show', { id }))) as IdentityView;
  printValue(view, options.format, identityText(view));
}

/** An identity for reading: the sentence, what needs a person, and every field with its author and age. */
function identityText(view: IdentityView): string {
  const line = (text: string): string => visibleText(text, 300);
  return [
    `${line(view.row.name)}  (${view.row.subtype ?? view.row.kind}, ${view.row.lifecycle}, ${view.row.observed})  ${view.id}`,
    line(view.sentence),
    ...view.needs.map((need) => `! ${line(need.title)}: ${line(need.detail)}`),
    '',
    ...view.fields
      .filter(({ state }) => state !== 'blank')
      .flatMap((field) => [
        `${field.label.padEnd(22)} ${line(field.text)}${field.state === 'set' ? '' : `  [${field.state}]`}  · ${field.decides}`,
        ...field.values
          .filter((value) => !value.wins)
          .map((value) => `${''.padEnd(22)}   also: ${line(value.text)} (${authorName(value)})`),
      ]),
    ...(view.access.length === 0 ? [] : ['', 'Access']),
    ...view.access.map((right) => `  ${right.level.padEnd(8)} ${line(right.plain)} (${right.certainty}; ${line(right.native)})`),
    ...(view.credentials.length === 0 ? [] : ['', 'Credentials']),
    ...view.credentials.map((credential) => `  ${line(credential.name)}  ${credential.worst.text}  ${credential.observed}`),
  ].join('\n');
}

const authorName = ({ author }: AuthorValue): string => visibleText(author.kind === 'steward' ? author.name : author.label, 60);

interface FindingLine extends Finding {
  readonly id: string;
  readonly name: string;
}

async function findings(options: QueryOptions & { check?: boolean }): Promise<void> {
  const found = (await withServer(options, (ask) => ask('findings', queryArgs(options)))) as FindingLine[];
  printItems(
    found,
    options.format,
    [
      { title: 'verdict', text: (finding) => finding.verdict },
      { title: 'finding', text: (finding) => finding.rule },
      { title: 'severity', text: (finding) => finding.severity },
      { title: 'identity', text: (finding) => finding.name, width: 36 },
      { title: 'why', text: (finding) => finding.sentence, width: 100 },
      { title: 'references', text: (finding) => finding.references.join(' ') },
    ],
    'Nothing was found, and everything could be judged.',
  );
  if (options.check && found.some(({ verdict }) => verdict === 'found')) process.exitCode = 1;
}

async function conflicts(options: QueryOptions): Promise<void> {
  const found = (await withServer(options, (ask) => ask('conflicts', queryArgs(options)))) as {
    id: string;
    name: string;
    field: string;
    values: AuthorValue[];
  }[];
  printItems(
    found,
    options.format,
    [
      { title: 'id', text: ({ id }) => id.slice(0, 10) },
      { title: 'name', text: ({ name }) => name, width: 40 },
      { title: 'field', text: ({ field }) => field },
      { title: 'values', text: ({ values }) => values.map((value) => `${value.text} (${authorName(value)})`).join(' | '), width: 120 },
    ],
    'No conflict: every field has one value.',
  );
}

async function sources(options: CommonOptions): Promise<void> {
  const views = (await withServer(options, (ask) => ask('sources', {}))) as SourceView[];
  printItems(
    views,
    options.format,
    [
      { title: 'source', text: ({ status }) => status.source },
      { title: 'kind', text: ({ status }) => status.kind },
      { title: 'records', text: ({ records }) => records },
      { title: 'coverage', text: (view) => `${view.coverageComplete} of ${view.coverageTotal}` },
      { title: 'as of', text: ({ asOf }) => asOf ?? 'never' },
      { title: 'freshness', text: ({ freshness }) => freshness.reporting },
      { title: 'state', text: ({ status }) => (status.held.length > 0 ? `${status.state}, held` : status.state) },
      { title: 'good for', text: ({ sentence }) => sentence, width: 90 },
    ],
    'No source yet. Until one is added, everything here is what people typed, and is shown as such.',
  );
}

interface ChangeLine {
  readonly place: number;
  readonly at: string;
  readonly person: string;
  readonly acts: readonly { kind: string; field?: string }[];
  readonly void: Record<string, string>;
}

async function changes(options: CommonOptions & { since: number; limit: number }): Promise<void> {
  const lines = (await withServer(options, (ask) => ask('changes', { since: options.since, limit: options.limit }))) as ChangeLine[];
  printItems(
    lines,
    options.format,
    [
      { title: 'place', text: ({ place }) => place },
      { title: 'on the server', text: ({ at }) => at },
      { title: 'person', text: ({ person }) => person, width: 24 },
      { title: 'did', text: ({ acts }) => summary(acts), width: 80 },
      { title: 'void', text: (line) => [...new Set(Object.values(line.void))].join(', ') },
    ],
    'No changes yet.',
  );
}

function summary(acts: ChangeLine['acts']): string {
  const counts = new Map<string, number>();
  for (const { kind, field } of acts) {
    const name = field === undefined ? kind : `${kind} ${field}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', ');
}

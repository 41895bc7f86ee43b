import type { Command } from 'commander';
import { visibleText } from '../../shared/base/text.ts';
import type { WriteBackPolicy } from '../../shared/model/policy.ts';
import type { WriteBackView } from '../../shared/register/view.ts';
import type { PlannedWrite } from '../connectors/writeBack.ts';
import { type CommonOptions, withCommonOptions, withServer } from './commandOptions.ts';
import { printItems, printValue } from './output.ts';

/** What is sent back to sources: looked at, proposed, decided. The server sends what was approved. */
export function addWriteCommands(muster: Command): void {
  withCommonOptions(muster.command('writes').description('list what was proposed to be sent to sources, and what became of it')).action(
    writes,
  );
  withCommonOptions(
    muster.command('write <id> <field>').description('propose to send a registered value to the source that holds the field'),
  )
    .option('--source <id>', 'the source, where several have a place for it')
    .option('--dry-run', 'say exactly what would be sent, and propose nothing')
    .option('--why <text>', 'the reason, kept with the proposal')
    .action(write);
  withCommonOptions(muster.command('write-policy').description('which fields are sent to sources, and whether another person approves'))
    .option('--fields <names>', 'with commas between; an empty text: none')
    .option('--second-person <when>', '"always" or "where there is one"')
    .action(policy);
  for (const kind of ['approve', 'reject'] as const)
    withCommonOptions(muster.command(`${kind} <digests...>`).description(`${kind} proposed writes, as the local steward`))
      .option('--why <text>', 'the reason, kept with the decision')
      .action((digests: readonly string[], options: CommonOptions & { why?: string }) => decide(kind, digests, options));
}

interface PolicyFlags extends CommonOptions {
  readonly fields?: string;
  readonly secondPerson?: string;
}

async function policy({ fields, secondPerson, ...options }: PolicyFlags): Promise<void> {
  const args = {
    ...(fields === undefined ? {} : { fields: fields.split(',').flatMap((name) => name.trim() || []) }),
    ...(secondPerson === undefined ? {} : { secondPerson }),
  };
  const reply = (await withServer(options, (ask) => ask('write-policy', args))) as WriteBackPolicy;
  printValue(
    reply,
    options.format,
    `Sent to sources after approval: ${reply.fields.join(', ') || 'nothing'}. A second person approves: ${reply.secondPerson}.`,
  );
}

async function writes(options: CommonOptions): Promise<void> {
  const found = (await withServer(options, (ask) => ask('writes', {}))) as WriteBackView[];
  printItems(
    found,
    options.format,
    [
      { title: 'write', text: ({ digest }) => digest.slice(0, 10) },
      { title: 'state', text: ({ state }) => state },
      { title: 'identity', text: ({ name }) => name, width: 36 },
      { title: 'field', text: ({ field }) => field },
      { title: 'to', text: ({ source }) => source },
      { title: 'value', text: ({ text, sent }) => (sent === null ? '–' : text), width: 36 },
      { title: 'proposed by', text: ({ proposed }) => proposed.name, width: 24 },
      {
        title: 'decided by',
        text: ({ decided }) => (decided ? `${decided.name}${decided.self ? ' (self-approved)' : ''}` : '–'),
        width: 40,
      },
      { title: 'source said', text: ({ receipt }) => receipt?.problem?.message ?? receipt?.now ?? receipt?.state, width: 60 },
    ],
    'Nothing was proposed to be sent to a source.',
  );
}

interface Written {
  readonly source: string;
  readonly write: PlannedWrite;
  readonly already: boolean;
  readonly proposed: boolean;
  readonly digest?: string;
  readonly needsOther?: boolean;
}

async function write(
  id: string,
  field: string,
  options: CommonOptions & { source?: string; dryRun?: boolean; why?: string },
): Promise<void> {
  const args = {
    id,
    field,
    dryRun: options.dryRun === true,
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(options.why === undefined ? {} : { why: options.why }),
  };
  const reply = (await withServer(options, (ask) => ask('write', args))) as Written;
  printValue(reply, options.format, [...planLines(reply), nextStep(reply)].join('\n'));
}

/** What people approve is printed whole, but never raw: it may hold anything. */
function planLines({ source, write: { target, from, to, version, statement } }: Written): string[] {
  const shown = (text: string | null): string => (text === null ? '(nothing)' : visibleText(text.replaceAll('\n', ' ⏎ '), 20_000));
  return [
    `To       ${source}: ${shown(target)}`,
    `Now      ${shown(from)}`,
    `Would be ${shown(to)}`,
    `Only if  the source still says so (${shown(version)})`,
    `Sent as  ${visibleText(statement.replaceAll('\n', ' ⏎ '), 70_000)}`,
  ];
}

function nextStep({ already, proposed, digest, needsOther }: Written): string {
  if (already) return 'The source holds this already: there is nothing to send.';
  if (!proposed) return 'Nothing was sent, and nothing was proposed.';
  const short = digest?.slice(0, 10);
  return needsOther
    ? `Proposed as ${short}: another person has to approve it.`
    : `Proposed as ${short}. Approve it with \`muster approve ${short}\`.`;
}

async function decide(kind: 'approve' | 'reject', digests: readonly string[], options: CommonOptions & { why?: string }): Promise<void> {
  const args = { kind, digests, ...(options.why === undefined ? {} : { why: options.why }) };
  const reply = (await withServer(options, (ask) => ask('decide-writes', args))) as { writes: readonly { source: string }[] };
  const count = reply.writes.length === 1 ? '1 write' : `${reply.writes.length} writes`;
  const text =
    kind === 'approve'
      ? `Approved ${count}. The server sends it while it runs; \`muster writes\` says what came back.`
      : `Rejected ${count}.`;
  printValue(reply, options.format, text);
}

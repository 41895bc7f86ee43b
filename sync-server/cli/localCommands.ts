import * as z from 'zod';
import { canonicalJson, type Json } from '../../shared/base/json.ts';
import { visibleText } from '../../shared/base/text.ts';
import { fieldByName, isSetField } from '../../shared/model/fields.ts';
import { type IdentityId, sourceId } from '../../shared/model/ids.ts';
import { role } from '../../shared/model/vocabulary.ts';
import type { EditChange, IdentityView, Query, Row } from '../../shared/register/view.ts';
import { webhookRequest } from '../../shared/wire/webhook.ts';
import { changesAfter } from '../core/changeLines.ts';
import { CommandError } from './commandError.ts';
import type { LocalCore } from './localCore.ts';
import { applyRows, exportRecords, portableRow } from './portableRecords.ts';
import { SNAPSHOT_ARGUMENTS, snapshotFileOf, snapshotJobOf } from './snapshotLocalCommands.ts';
import { TEAM_COMMANDS } from './teamLocalCommands.ts';
import { unwrapped } from './unwrapped.ts';
import { decideWrites, WRITE_ARGUMENTS, writeField, writePolicy } from './writeLocalCommands.ts';

/** What the command line can ask of a server on the same machine, by name: `POST /api/local/<command>`. */
export type LocalCommand = (args: unknown) => Promise<unknown>;

const text = z.string().max(4_096);
const queryArgs = z.object({ query: text.default(''), where: text.optional() }).strict();
const idArgs = z.object({ id: text }).strict();
const sinceArgs = z
  .object({ since: z.number().int().min(0).default(0), limit: z.number().int().min(1).max(100_000).default(1_000) })
  .strict();
const setArgs = z
  .object({
    id: text,
    values: z
      .array(z.tuple([text, text]))
      .min(1)
      .max(50),
    why: text.optional(),
  })
  .strict();
const discoverArgs = z
  .object({ source: sourceId.optional(), dryRun: z.boolean(), settings: z.array(z.record(z.string(), z.unknown())).optional() })
  .strict();
const backupArgs = z.object({ output: text }).strict();
const importArgs = z.object({ settings: z.record(z.string(), z.unknown()) }).strict();
const applyRowsArgs = z.object({ rows: z.array(portableRow).max(1_000_000), why: text }).strict();
const inviteArgs = z.object({ role, remit: text, label: text, hours: z.number().min(1).max(720) }).strict();
const webhookArgs = z.object({ webhook: webhookRequest.optional() }).strict();
const tokenArgs = z.object({ role, ttl: z.number().int().min(1_000).max(600_000) }).strict();

export function localCommands(core: LocalCore): Readonly<Record<string, LocalCommand>> {
  const command =
    <T>(schema: z.ZodType<T>, run: (args: T) => unknown): LocalCommand =>
    async (args) =>
      run(parsed(schema, args));
  const team = Object.fromEntries(Object.entries(TEAM_COMMANDS).map(([name, run]) => [name, async (args: unknown) => run(core, args)]));
  return {
    list: command(queryArgs, (args) => rowsOf(core, queryOf(args))),
    show: command(idArgs, ({ id }) => identityOf(core, id)),
    findings: command(queryArgs, (args) => findingsOf(core, queryOf(args))),
    conflicts: command(queryArgs, (args) => conflictsOf(core, queryOf(args))),
    sources: command(z.unknown(), () => core.register.sources()),
    counts: command(queryArgs, (args) => core.register.counts(queryOf(args))),
    changes: command(sinceArgs, ({ since, limit }) => changesAfter(core.ledger, since, limit)),
    set: command(setArgs, (args) => setFields(core, args)),
    discover: command(discoverArgs, (args) => discover(core, args)),
    import: command(importArgs, ({ settings }) => importSource(core, settings)),
    'apply-rows': command(applyRowsArgs, ({ rows, why }) => applyRows(core, rows, why)),
    export: command(queryArgs, (args) => exportRecords(core, rowsOf(core, { ...queryOf(args), include: EVERYTHING }))),
    backup: command(backupArgs, async ({ output }) => unwrapped(await core.backup(output))),
    'backup-progress': command(z.unknown(), () => ({ done: core.backupDone })),
    check: command(z.unknown(), () => core.check()),
    doctor: command(z.unknown(), () => core.inspect()),
    writes: command(z.unknown(), () => core.register.writeBacks()),
    write: command(WRITE_ARGUMENTS.write, (args) => writeField(core, identityOf(core, args.id), args)),
    'write-policy': command(WRITE_ARGUMENTS.policy, (args) => writePolicy(core, args)),
    'decide-writes': command(WRITE_ARGUMENTS.decide, (args) => decideWrites(core, args)),
    webhook: command(z.unknown(), () => core.webhook.status()),
    'webhook-set': command(webhookArgs, async ({ webhook }) => unwrapped(await core.webhook.configure(webhook))),
    ...team,
    invite: command(inviteArgs, async (args) => unwrapped(await core.invite(args))),
    'launch-link': command(z.unknown(), () => ({ link: core.launchLink() })),
    'snapshot-create': command(SNAPSHOT_ARGUMENTS.request, (request) => unwrapped(core.snapshots.create(request, core.steward))),
    'snapshot-job': command(SNAPSHOT_ARGUMENTS.id, ({ id }) => snapshotJobOf(core, id)),
    'snapshot-file': command(SNAPSHOT_ARGUMENTS.id, ({ id }) => snapshotFileOf(core, id)),
    'snapshot-remove': command(SNAPSHOT_ARGUMENTS.id, ({ id }) => core.snapshots.remove(id, core.steward)),
    token: command(tokenArgs, (args) => unwrapped(core.token(args.role, args.ttl))),
  };
}

function parsed<T>(schema: z.ZodType<T>, args: unknown): T {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new CommandError(`${issue?.path.join('.') || 'arguments'}: ${issue?.message ?? 'not what this command takes'}.`);
}

function queryOf(args: { query: string; where?: string | undefined }): Query {
  const query: Query = { text: args.query, sort: [] };
  return args.where === undefined ? query : { ...query, where: args.where };
}

function idsOf(core: LocalCore, query: Query): readonly IdentityId[] {
  const { problem } = core.register.window(query, 0, 0);
  if (problem) throw new CommandError(problem.message, { wayOut: problem.wayOut });
  return core.register.ids(query);
}

const rowsOf = (core: LocalCore, query: Query): Row[] =>
  idsOf(core, query).flatMap((id) => {
    const row = core.register.row(id);
    return row ? [row] : [];
  });

const EVERYTHING = ['excluded', 'archived', 'parties', 'workloads'] as const;

/** By its id, by at least six digits of it, or by its whole name. */
function identityOf(core: LocalCore, text: string): IdentityView {
  const id = core.register.resolve(text) ?? idByName(core, text);
  const view = id === undefined ? undefined : core.register.identity(id);
  if (view) return view;
  throw new CommandError(`No identity is called "${visibleText(text, 80)}".`, {
    exitCode: 1,
    wayOut: 'Ids and names are listed by `muster list`; at least six digits of an id are needed.',
  });
}

function idByName(core: LocalCore, name: string): IdentityId | undefined {
  const named = rowsOf(core, { text: '', sort: [], include: EVERYTHING }).filter((row) => row.name === name);
  if (named.length < 2) return named[0]?.id;
  const ids = named.slice(0, 5).map((row) => row.id.slice(0, 10));
  throw new CommandError(`${named.length} are called "${visibleText(name, 80)}": ${ids.join(', ')}${named.length > 5 ? ', …' : ''}.`, {
    wayOut: 'Use the id of the one you mean.',
  });
}

const findingsOf = (core: LocalCore, query: Query): unknown[] =>
  idsOf(core, query).flatMap((id) => {
    const view = core.register.identity(id);
    return view
      ? view.findings.filter(({ verdict }) => verdict !== 'clear').map((finding) => ({ id, name: view.row.name, ...finding }))
      : [];
  });

const conflictsOf = (core: LocalCore, query: Query): unknown[] =>
  rowsOf(core, { ...query, include: EVERYTHING }).flatMap((row) =>
    row.conflicts.map((field) => ({ id: row.id, name: row.name, field, values: core.register.field(row.id, field)?.values ?? [] })),
  );

/** `field=value`; `tags+=x` and `tags-=x` for sets; an empty value clears. */
function changeOf(field: string, value: string, why: string | undefined): EditChange {
  const reason = why === undefined ? {} : { why };
  const set = /^(.*)([+-])$/.exec(field);
  if (set?.[1] !== undefined) return { kind: set[2] === '+' ? 'add' : 'remove', field: set[1], element: value, ...reason };
  if (field === 'lifecycle') return lifecycleChange(value, reason);
  if (isSetField(field)) return { kind: 'add', field, element: value, ...reason };
  return value === '' ? { kind: 'clear', field, ...reason } : { kind: 'set', field, value: typedValue(field, value), ...reason };
}

function lifecycleChange(value: string, reason: { why?: string }): EditChange {
  const states = ['requested', 'active', 'retiring', 'retired'] as const;
  const state = states.find((known) => known === value);
  if (state === undefined) throw new CommandError(`lifecycle takes ${states.join(', ')}, not "${value.slice(0, 40)}".`);
  return { kind: 'lifecycle', state, ...reason };
}

const typedValue = (field: string, value: string): Json => (fieldByName.get(field)?.type === 'number' ? Number(value) : value);

async function setFields(core: LocalCore, args: z.infer<typeof setArgs>): Promise<unknown> {
  const changes = args.values.map(([field, value]) => {
    refuseUnknownField(field.replace(/[+-]$/, ''));
    return changeOf(field, value, args.why);
  });
  const { id } = identityOf(core, args.id);
  const previews = changes.map((change) => core.register.preview([id], change));
  const refused = previews.flatMap((preview) => preview.refused)[0];
  if (refused) throw new CommandError(`${visibleText(refused.name, 80)}: ${refused.reason}.`, { exitCode: 1 });
  const acts = previews.flatMap((preview) => preview.acts);
  if (acts.length === 0) return { id, entries: [], unchanged: true };
  return { id, ...unwrapped(await core.commit(acts)), unchanged: false };
}

function refuseUnknownField(name: string): void {
  const settable = [...fieldByName.values()].filter(({ plane }) => plane === 'governance').map((field) => field.name);
  if (!settable.includes(name))
    throw new CommandError(`There is no field "${visibleText(name, 60)}" that a steward may set.`, {
      wayOut: `Fields: ${settable.join(', ')}.`,
    });
}

async function discover(core: LocalCore, args: z.infer<typeof discoverArgs>): Promise<unknown[]> {
  const chosen = (args.settings ?? core.runner.list()).filter(({ id }) => args.source === undefined || id === args.source);
  if (chosen.length === 0)
    throw new CommandError(args.source === undefined ? 'No source is configured.' : `There is no source "${args.source}".`, {
      wayOut: 'Name a file with --sources.',
    });
  const results: unknown[] = [];
  for (const settings of chosen) results.push({ source: settings.id, ...(await discoverOne(core, settings, args.dryRun)) });
  return results;
}

async function discoverOne(core: LocalCore, settings: Record<string, unknown>, dryRun: boolean): Promise<Record<string, unknown>> {
  if (dryRun) return { dryRun: true, ...unwrapped(await core.runner.dryRun(settings)) };
  const id = sourceId.parse(settings.id);
  const known = core.runner.list().find((source) => source.id === id);
  if (!known) unwrapped(await core.runner.add(settings, { run: false }));
  else if (canonicalJson(known) !== canonicalJson(settings as Json)) unwrapped(await core.runner.update(id, settings));
  return { dryRun: false, ...unwrapped(await core.runner.run(id, 'person')) };
}

async function importSource(core: LocalCore, settings: Record<string, unknown>): Promise<unknown> {
  const plan = unwrapped(await core.runner.dryRun(settings));
  if (plan.outcome === 'failed')
    throw new CommandError(plan.problems[0]?.message ?? 'The file could not be read.', { exitCode: 2, wayOut: plan.problems[0]?.wayOut });
  const applied = unwrapped(await core.runner.apply(plan.digest));
  return { ...applied, report: plan.report ?? null };
}

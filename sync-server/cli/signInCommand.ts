import type { Command } from 'commander';
import { type Grant, type SignInPolicy, signInPolicy } from '../../shared/model/policy.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, wholeNumber, withCommonOptions, withServer } from './commandOptions.ts';
import { printValue } from './output.ts';

interface SignInOptions extends CommonOptions {
  readonly issuer?: string;
  readonly clientId?: string;
  readonly name?: string;
  readonly group: readonly SignInPolicy['groups'][number][];
  readonly others?: Grant;
  readonly claim: string;
  readonly scope: readonly string[];
  readonly renewHours: number;
  readonly secretEnv?: string;
  readonly secretFile?: string;
  readonly off?: boolean;
  readonly check?: boolean;
}

export function addSignInCommand(muster: Command): void {
  withCommonOptions(
    muster.command('sign-in').description('people come in with an identity provider (OpenID Connect); without options: shows it'),
  )
    .option('--issuer <url>', 'the provider, by its issuer address')
    .option('--client-id <id>', 'what Muster is called there')
    .option('--name <text>', 'on the button: Sign in with …')
    .option('--group <name=role[:remit]>', 'what members of a group become; the first line that fits counts', collectGroup, [])
    .option('--others <role[:remit]>', 'what everybody else becomes; without it they are not let in', parseGrant)
    .option('--claim <name>', 'the claim that lists the groups', 'groups')
    .option('--scope <name>', 'a scope to ask for besides openid', collect, [])
    .option('--renew-hours <n>', 'after so many hours a device signs in again before it syncs', wholeNumber(1, 2_160), 24)
    .option('--secret-env <name>', 'the environment variable of the server that holds the client secret')
    .option('--secret-file <path>', 'the file on the server that holds the client secret')
    .option('--check', 'ask the provider whether it answers')
    .option('--off', 'nobody comes in this way any more; who did stays until revoked')
    .action(signIn);
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

const WITH_ROLE = /^(.+?)=((?:reader|owner|steward|approver|admin)(?::.*)?)$/s;

function collectGroup(line: string, before: readonly SignInPolicy['groups'][number][]): SignInPolicy['groups'][number][] {
  // A group may hold the sign itself, as a distinguished name does; a remit as well.
  const [, group, given] = WITH_ROLE.exec(line) ?? /^(.+?)=(.*)$/s.exec(line) ?? [];
  if (group === undefined || given === undefined)
    throw new CommandError('--group takes NAME=ROLE or NAME=ROLE:REMIT.', { wayOut: 'For example --group nhi-stewards=steward.' });
  return [...before, { group, grant: grantFrom(given, '--group') }];
}

const parseGrant = (text: string): Grant => grantFrom(text, '--others');

const ROLES = ['reader', 'owner', 'steward', 'approver', 'admin'] as const;

/** `steward` or `steward:team == "payments"`. */
function grantFrom(text: string, option: string): Grant {
  const [name = '', ...rest] = text.split(':');
  const role = ROLES.find((known) => known === name);
  if (role === undefined) throw new CommandError(`${option} takes ${ROLES.join(', ')}, not "${name.slice(0, 40)}".`);
  return { role, remit: rest.length === 0 ? 'true' : rest.join(':') };
}

async function signIn(options: SignInOptions): Promise<void> {
  if (options.off === true) return turnOff(options);
  const { issuer, clientId } = options;
  if (issuer === undefined && clientId === undefined) return options.check === true ? check(options) : show(options);
  if (issuer === undefined || clientId === undefined) throw new CommandError('--issuer and --client-id go together.');
  const policy = policyOf({ ...options, issuer, clientId });
  await withServer(options, async (ask) => {
    await ask('set-sign-in', { policy, ...secretOf(options) });
    if (options.check === true) await ask('check-sign-in', {});
  });
  printValue(policy, options.format, `People come in with ${policy.name} (${policy.issuer}).`);
}

function policyOf(options: SignInOptions & { issuer: string; clientId: string }): SignInPolicy {
  const { issuer, clientId, claim, group, scope, others, renewHours, name } = options;
  const shown = name ?? (URL.canParse(issuer) ? new URL(issuer).hostname : '').slice(0, 64);
  const common = { issuer, clientId, name: shown, groupsClaim: claim, groups: group, scopes: scope, renewHours };
  const parsed = signInPolicy.safeParse({ ...common, ...(others ? { others } : {}) });
  if (parsed.success) return parsed.data;
  throw new CommandError(`The sign-in is not understood (${parsed.error.issues[0]?.path.map(String).join('.')}).`, {
    wayOut: 'The issuer is an http or https address; see `muster sign-in --help`.',
  });
}

function secretOf({ secretEnv, secretFile }: SignInOptions): { secret?: { env: string } | { file: string } } {
  if (secretEnv !== undefined && secretFile !== undefined) throw new CommandError('--secret-env and --secret-file exclude each other.');
  if (secretEnv !== undefined) return { secret: { env: secretEnv } };
  return secretFile === undefined ? {} : { secret: { file: secretFile } };
}

async function turnOff(options: SignInOptions): Promise<void> {
  const reply = (await withServer(options, (ask) => ask('sign-in-off', {}))) as { issuer: string };
  printValue(reply, options.format, `Nobody comes in with ${reply.issuer} any more. Who did stays as they are until revoked.`);
}

async function check(options: SignInOptions): Promise<void> {
  const reply = (await withServer(options, (ask) => ask('check-sign-in', {}))) as { issuer: string };
  printValue(reply, options.format, `${reply.issuer} answers.`);
}

async function show(options: SignInOptions): Promise<void> {
  const policy = (await withServer(options, (ask) => ask('sign-in', {}))) as SignInPolicy | null;
  printValue(policy, options.format, policy ? textOf(policy) : 'Nobody signs in here with an identity provider.');
}

function textOf({ name, issuer, clientId, groupsClaim, groups, others, renewHours }: SignInPolicy): string {
  const words = ({ role, remit }: Grant): string => (remit === 'true' ? role : `${role}, where ${remit}`);
  return [
    `People come in with ${name} (${issuer}, as ${clientId}); a device signs in again after ${renewHours} h.`,
    ...groups.map(({ group, grant }) => `  ${groupsClaim} has ${group}: ${words(grant)}`),
    others ? `  everybody else: ${words(others)}` : '  nobody else is let in',
  ].join('\n');
}

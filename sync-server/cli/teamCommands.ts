import type { Command } from 'commander';
import { visibleText } from '../../shared/base/text.ts';
import { type Role, role } from '../../shared/model/vocabulary.ts';
import { groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, duration, wholeNumber, withCommonOptions, withServer } from './commandOptions.ts';
import { printItems, printValue } from './output.ts';
import { addSignInCommand } from './signInCommand.ts';

export function addTeamCommands(muster: Command): void {
  withCommonOptions(muster.command('invite').description('print a link that enrols one colleague, once'))
    .requiredOption('--role <role>', role.options.join(', '), parseRole)
    .option('--remit <cel>', 'what they may edit, as a CEL condition', 'true')
    .option('--label <text>', 'who it is for', 'a colleague')
    .option('--hours <n>', 'how long it may be used', wholeNumber(1, 720), 72)
    .action(invite);
  withCommonOptions(muster.command('invitations').description('list open invitations, or close one'))
    .option('--close <id>', 'the invitation that may not be used any more, by six or more digits of its id')
    .option('--why <text>', 'the reason, for the ledger')
    .action(invitations);
  withCommonOptions(
    muster.command('revoke <device>').description('take a device out of use, for ever, by six or more characters of its key'),
  )
    .option('--why <text>', 'the reason, for the ledger')
    .action(revoke);
  withCommonOptions(muster.command('role <person> <role>').description('change what somebody may do, by name or by the start of their id'))
    .option('--remit <cel>', 'what they may edit, as a CEL condition', 'true')
    .option('--why <text>', 'the reason, for the ledger')
    .action(changeRole);
  withCommonOptions(muster.command('rekey').description("replace the server's key: the old one endorses the new one and is destroyed"))
    .option('--why <text>', 'the reason, for the ledger')
    .action(rekey);
  addSignInCommand(muster);
  withCommonOptions(muster.command('devices').description('list people and their devices')).action(devices);
  withCommonOptions(muster.command('token').description('print a short-lived token for scripts on this machine'))
    .requiredOption('--role <role>', role.options.join(', '), parseRole)
    .option('--ttl <time>', 'how long it is good for, at most 10m', duration, 600_000)
    .action(token);
}

/** An option that was not given is left out: arguments travel as JSON. */
const given = <T extends Record<string, unknown>>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

interface OpenLine {
  readonly id: string;
  readonly label: string;
  readonly role: string;
  readonly expires: string;
}

async function invitations(options: CommonOptions & { close?: string; why?: string }): Promise<void> {
  const { close, why, format } = options;
  if (close !== undefined) {
    const closed = (await withServer(options, (ask) => ask('close-invitation', given({ id: close, why })))) as OpenLine;
    printValue(closed, format, `The invitation for ${visibleText(closed.label, 80)} is closed: its link does not work any more.`);
    return;
  }
  const open = (await withServer(options, (ask) => ask('invitations', {}))) as OpenLine[];
  printItems(
    open,
    format,
    [
      { title: 'id', text: ({ id }) => id.slice(0, 12) },
      { title: 'for', text: ({ label }) => label, width: 32 },
      { title: 'role', text: (line) => line.role },
      { title: 'until', text: ({ expires }) => expires },
    ],
    'No invitation is open.',
  );
}

async function revoke(device: string, options: CommonOptions & { why?: string }): Promise<void> {
  const args = given({ device, why: options.why });
  const done = (await withServer(options, (ask) => ask('revoke', args))) as { label: string; person: string };
  printValue(done, options.format, `${visibleText(done.label, 80)} of ${visibleText(done.person, 80)} is out of use, for ever.`);
}

async function changeRole(person: string, to: string, options: CommonOptions & { remit: string; why?: string }): Promise<void> {
  const args = given({ person, role: parseRole(to), remit: options.remit, why: options.why });
  const done = (await withServer(options, (ask) => ask('role', args))) as { name: string; role: string };
  printValue(done, options.format, `${visibleText(done.name, 80)} is ${done.role} now.`);
}

async function rekey(options: CommonOptions & { why?: string }): Promise<void> {
  const done = (await withServer(options, (ask) => ask('rekey', given({ why: options.why })))) as { fingerprint: string; before: string };
  const line = `The server signs with another key now: ${groupedFingerprint(done.fingerprint, 64)}`;
  printValue(done, options.format, `${line}\nDevices follow by themselves. Tell auditors the new fingerprint another way.`);
}

function parseRole(text: string): Role {
  const parsed = role.safeParse(text);
  if (!parsed.success) throw new CommandError(`--role takes ${role.options.join(', ')}, not "${text.slice(0, 40)}".`);
  return parsed.data;
}

async function invite(options: CommonOptions & { role: Role; remit: string; label: string; hours: number }): Promise<void> {
  const { role: wanted, remit, label, hours } = options;
  const reply = (await withServer(options, (ask) => ask('invite', { role: wanted, remit, label, hours }))) as {
    link: string;
    expires: string;
  };
  printValue(reply, options.format, `${reply.link}\nFor one device, as ${wanted}, until ${reply.expires}. It is not shown again.`);
}

interface DeviceLine {
  readonly person: string;
  readonly role: string;
  readonly label: string;
  readonly device: string;
  readonly enrolledAt: string;
  readonly revoked: boolean;
  readonly here: boolean;
  readonly lastSeen?: string;
}

async function devices(options: CommonOptions): Promise<void> {
  const lines = (await withServer(options, (ask) => ask('devices', {}))) as DeviceLine[];
  printItems(
    lines,
    options.format,
    [
      { title: 'person', text: ({ person }) => person, width: 24 },
      { title: 'role', text: (line) => line.role },
      { title: 'device', text: ({ label }) => label, width: 32 },
      { title: 'key', text: ({ device }) => device.slice(0, 12) },
      { title: 'enrolled', text: ({ enrolledAt }) => enrolledAt },
      { title: 'last seen', text: ({ here, lastSeen }) => (here ? 'here now' : (lastSeen ?? 'not noted')) },
      { title: 'state', text: ({ revoked }) => (revoked ? 'revoked' : 'active') },
    ],
    'No device is enrolled.',
  );
}

async function token(options: CommonOptions & { role: Role; ttl: number }): Promise<void> {
  if (options.ttl > 600_000 || options.ttl < 1_000) throw new CommandError('--ttl is at most 10m and at least 1s.');
  const reply = (await withServer(options, (ask) => ask('token', { role: options.role, ttl: options.ttl }))) as {
    ticket: string;
    expires: string;
  };
  printValue(reply, options.format, reply.ticket);
}

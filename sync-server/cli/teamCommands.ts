import type { Command } from 'commander';
import { type Role, role } from '../../shared/model/vocabulary.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, duration, wholeNumber, withCommonOptions, withServer } from './commandOptions.ts';
import { printItems, printValue } from './output.ts';

export function addTeamCommands(muster: Command): void {
  withCommonOptions(muster.command('invite').description('print a link that enrols one colleague, once'))
    .requiredOption('--role <role>', role.options.join(', '), parseRole)
    .option('--remit <cel>', 'what they may edit, as a CEL condition', 'true')
    .option('--label <text>', 'who it is for', 'a colleague')
    .option('--hours <n>', 'how long it may be used', wholeNumber(1, 720), 72)
    .action(invite);
  withCommonOptions(muster.command('devices').description('list people and their devices')).action(devices);
  withCommonOptions(muster.command('token').description('print a short-lived token for scripts on this machine'))
    .requiredOption('--role <role>', role.options.join(', '), parseRole)
    .option('--ttl <time>', 'how long it is good for, at most 10m', duration, 600_000)
    .action(token);
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

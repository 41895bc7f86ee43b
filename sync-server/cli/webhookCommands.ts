import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { WebhookStatus } from '../../shared/wire/webhook.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, wholeNumber, withCommonOptions, withServer } from './commandOptions.ts';
import { printValue } from './output.ts';

interface WebhookFlags extends CommonOptions {
  readonly secretEnv?: string;
  readonly secretFile?: string;
  readonly since?: number;
  readonly off?: boolean;
}

export function addWebhookCommand(muster: Command): void {
  withCommonOptions(
    muster.command('webhook [url]').description('tell every change to an address, signed; without an address: how that stands'),
  )
    .option('--secret-env <name>', 'the environment variable of the server with the secret that signs')
    .option('--secret-file <path>', 'or a file with it')
    .option(
      '--since <place>',
      'tell everything after this place of the ledger; default: from now on',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option('--off', 'tell nothing any more')
    .action(webhook);
}

async function webhook(url: string | undefined, options: WebhookFlags): Promise<void> {
  const status = (await withServer(options, (ask) => ask(...asked(url, options)))) as WebhookStatus;
  printValue(status, options.format, statusText(status));
}

function asked(url: string | undefined, { secretEnv, secretFile, since, off }: WebhookFlags): [command: string, args: unknown] {
  if (off) return ['webhook-set', {}];
  if (url === undefined) return ['webhook', {}];
  if ((secretEnv === undefined) === (secretFile === undefined))
    throw new CommandError('A webhook is signed: name its secret with --secret-env or --secret-file.');
  const secret = secretEnv === undefined ? { file: resolve(secretFile ?? '') } : { env: secretEnv };
  return ['webhook-set', { webhook: { url, secret, ...(since === undefined ? {} : { since }) } }];
}

function statusText({ settings, place, waiting, failures, last, nextTry }: WebhookStatus): string {
  if (!settings) return 'No webhook: changes are told to nobody.';
  return [
    `Changes are told to ${settings.url}`,
    `Taken up to place ${place}${waiting > 0 ? `; ${waiting} wait` : ''}.`,
    ...(last ? [`Last try ${last.at}: ${last.message}${failures > 0 ? ` (${failures} failures in a row)` : ''}.`] : []),
    ...(nextTry ? [`Next try ${nextTry}.`] : []),
  ].join('\n');
}

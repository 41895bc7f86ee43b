import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type WebhookSettings, webhookSettings } from '../../shared/wire/webhook.ts';

/** `webhook.json` in the data directory: where changes are told, and where the secret is found. Never the secret. */
export function readWebhook(path: string): Result<WebhookSettings | undefined, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? ok(undefined) : err('it cannot be read');
  }
  try {
    const parsed = webhookSettings.safeParse(JSON.parse(text));
    return parsed.success ? ok(parsed.data) : err(`${parsed.error.issues[0]?.path.join('.') ?? 'it'} is not understood`);
  } catch {
    return err('it is not JSON');
  }
}

export function writeWebhook(path: string, settings: WebhookSettings | undefined): void {
  if (!settings) {
    rmSync(path, { force: true });
    return;
  }
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(next, path);
}

import { err, ok, type Result } from '../../shared/base/result.ts';
import { type Instant, MINUTE, type Millis, SECOND, toInstant } from '../../shared/base/time.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import type { WebhookRequest, WebhookSettings, WebhookStatus } from '../../shared/wire/webhook.ts';
import { changesAfter } from '../core/changeLines.ts';
import type { Core } from '../core/core.ts';
import { Network } from '../network/network.ts';
import { resolveNetwork } from '../network/networkSettings.ts';
import type { AskKeychain } from '../runner/keychain.ts';
import { resolveSecret } from '../runner/secrets.ts';
import { deliver, type NotTaken } from './deliver.ts';
import { readWebhook, writeWebhook } from './webhookFile.ts';
import { webhookSignature } from './webhookSignature.ts';

export interface WebhookOptions {
  readonly core: Core;
  readonly file: string;
  readonly ask: AskKeychain;
  readonly clock: () => Millis;
  /** `false`: for a command that starts its own server. */
  readonly background: boolean;
}

/** Entries in one delivery, and characters of one, beyond which the next begins. */
const MOST_LINES = 100;
const MOST_TEXT = 1_000_000;
const LONGEST_WAIT: Millis = 10 * MINUTE;
const MARK = 'webhook';

/**
 * Tells every entry of the ledger, in order, at least once: the mark moves on disk only after a delivery was taken, and a restart goes on
 * from it. What is not taken is tried again, later and later, for as long as it takes.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #ending = new AbortController();
  #settings: WebhookSettings | undefined;
  #place = 0;
  #failures = 0;
  #last: WebhookStatus['last'];
  #timer: NodeJS.Timeout | undefined;
  #nextTry: Instant | undefined;
  #going: Promise<void> | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { core, file, background } = this.#options;
    const settings = readWebhook(file);
    if (!settings.ok) core.log.error({ problem: settings.error }, 'webhook.json is not used');
    this.#settings = settings.ok ? settings.value : undefined;
    const mark = Number(await core.storage.meta(MARK));
    // After a restore the ledger is shorter than what was told: what comes in the place of it is told too.
    this.#place = Math.min(Number.isSafeInteger(mark) ? mark : core.durablePlace, core.durablePlace);
    if (background) this.poke();
  }

  /** Something may be there to tell. */
  poke(): void {
    if (!this.#settings || this.#timer || !this.#options.background) return;
    this.#going ??= this.#tellAll().finally(() => {
      this.#going = undefined;
      // What came while the last delivery was under way.
      if (this.#place < this.#options.core.durablePlace) this.poke();
    });
  }

  async configure(request: WebhookRequest | undefined): Promise<Result<WebhookStatus, ApiError>> {
    const { core, file } = this.#options;
    if (request && (request.since ?? 0) > core.durablePlace)
      return err({ code: 'bad request', message: 'since: the ledger does not reach that place.', retry: false });
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#settings = undefined;
    await this.#going;
    await this.#move(request?.since ?? core.durablePlace);
    const settings = request && { url: request.url, secret: request.secret };
    writeWebhook(file, settings);
    [this.#settings, this.#failures, this.#last, this.#nextTry] = [settings, 0, undefined, undefined];
    this.poke();
    return ok(this.status());
  }

  status(): WebhookStatus {
    return {
      ...(this.#settings ? { settings: this.#settings } : {}),
      place: this.#place,
      waiting: this.#settings ? Math.max(0, this.#options.core.durablePlace - this.#place) : 0,
      failures: this.#failures,
      ...(this.#last ? { last: this.#last } : {}),
      ...(this.#nextTry ? { nextTry: this.#nextTry } : {}),
    };
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ending.abort();
    this.#settings = undefined;
    await this.#going;
  }

  async #tellAll(): Promise<void> {
    while (this.#settings && this.#place < this.#options.core.durablePlace) {
      const taken = await this.#tellNext(this.#settings);
      if (!taken) return;
    }
  }

  /** @returns whether it was taken. */
  async #tellNext(settings: WebhookSettings): Promise<boolean> {
    const { core, clock } = this.#options;
    const { to, body } = this.#nextBody();
    const told = body === '' ? ok(null) : await this.#post(settings, to, body);
    if (this.#settings !== settings) return false;
    this.#last = { at: toInstant(clock()), ok: told.ok, message: told.ok ? 'taken' : told.error.message.slice(0, 200) };
    if (told.ok) {
      this.#failures = 0;
      await this.#move(to);
      return true;
    }
    core.log.warn({ problem: this.#last.message, failures: ++this.#failures }, 'a webhook was not taken');
    this.#later(told.error);
    return false;
  }

  /** Whole lines only. A place whose value is of no use has none, and is passed over. */
  #nextBody(): { readonly to: number; readonly body: string } {
    const { core } = this.#options;
    const lines = changesAfter(core.ledger, this.#place, MOST_LINES, core.durablePlace);
    let body = '';
    let to = Math.min(this.#place + MOST_LINES, core.durablePlace);
    for (const line of lines) {
      const text = `${JSON.stringify(line)}\n`;
      if (body !== '' && body.length + text.length > MOST_TEXT) {
        to = line.place - 1;
        break;
      }
      body += text;
    }
    return { to, body };
  }

  async #post({ url, secret: reference }: WebhookSettings, to: number, body: string): Promise<Result<null, NotTaken>> {
    const { core, ask, clock } = this.#options;
    const secret = await resolveSecret(reference, ask);
    if (!secret.ok) return err({ message: secret.error.message });
    const network = await resolveNetwork(undefined, process.env, (one) => resolveSecret(one, ask));
    if (!network.ok) return err({ message: network.error.message });
    const timestamp = Math.floor(clock() / SECOND);
    const headers = {
      'content-type': 'application/x-ndjson',
      'user-agent': 'muster',
      'x-muster-space': core.space,
      // Which places it holds: whoever has one already may pass over it.
      'x-muster-delivery': `${core.epoch}/${this.#place + 1}-${to}`,
      'x-muster-timestamp': String(timestamp),
      'x-muster-signature': webhookSignature(secret.value, timestamp, body),
    };
    return deliver({ url, headers, body, network: new Network(network.value), signal: this.#ending.signal });
  }

  #later({ after }: NotTaken): void {
    const wait = Math.min(LONGEST_WAIT, Math.max((after ?? 0) * SECOND, SECOND * 2 ** Math.min(this.#failures - 1, 10)));
    this.#nextTry = toInstant(this.#options.clock() + wait);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#nextTry = undefined;
      this.poke();
    }, wait).unref();
  }

  async #move(place: number): Promise<void> {
    await this.#options.core.storage.write({ meta: { [MARK]: String(place) } });
    this.#place = place;
  }
}

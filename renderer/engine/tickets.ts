import { toBase64Url, utf8 } from '../../shared/base/bytes.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type Signer, signedMessage } from '../../shared/base/signature.ts';
import { type Millis, parseTime, SECOND } from '../../shared/base/time.ts';
import type { SpaceId } from '../../shared/model/ids.ts';
import { type ApiError, nonceReply, type TicketReply, ticketReply } from '../../shared/wire/http.ts';
import { bounded } from './bounded.ts';
import type { ServerClient } from './serverClient.ts';

/** A ticket that ends sooner than this is not used for a call. */
const MARGIN = 15 * SECOND;
/** A start opens many documents, each with a ticket of its own: so many are asked for at a time. */
const AT_ONCE = 6;

/** Short-lived tickets of one device: one for each connection, and one that its calls share until it ends. */
export class Tickets {
  readonly #client: ServerClient;
  readonly #signer: Signer;
  readonly #space: SpaceId;
  readonly #now: () => Millis;
  readonly #onReply: (reply: TicketReply) => void;
  readonly #inTurn = bounded(AT_ONCE);
  #held: TicketReply | undefined;
  #pending: Promise<Result<TicketReply, ApiError>> | undefined;

  constructor(client: ServerClient, signer: Signer, space: SpaceId, now: () => Millis, onReply: (reply: TicketReply) => void) {
    this.#client = client;
    this.#signer = signer;
    this.#space = space;
    this.#now = now;
    this.#onReply = onReply;
  }

  /** The server did not take it: the next `get` fetches another, unless somebody else has noticed already. */
  drop(refused: string | undefined): void {
    if (this.#held?.ticket === refused) this.#held = undefined;
  }

  /** For calls. */
  async get(): Promise<Result<TicketReply, ApiError>> {
    if (this.#held && (parseTime(this.#held.expires) ?? 0) - MARGIN > this.#now()) return ok(this.#held);
    this.#pending ??= this.#keep().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #keep(): Promise<Result<TicketReply, ApiError>> {
    const given = await this.fresh();
    if (given.ok) this.#held = given.value;
    return given;
  }

  /** For one connection, and no other. */
  fresh(): Promise<Result<TicketReply, ApiError>> {
    return this.#inTurn(() => this.#fetch());
  }

  async #fetch(): Promise<Result<TicketReply, ApiError>> {
    const device = this.#signer.publicKey;
    const asked = await this.#client.call({ method: 'POST', path: '/api/auth/nonce', json: { device } }, nonceReply);
    if (!asked.ok) return asked;
    const { nonce, origin, expires } = asked.value;
    const problem = this.#foreignOrigin(origin);
    if (problem) return err(problem);
    const claim = utf8(canonicalJson({ space: this.#space, nonce, origin, expires }));
    const signature = toBase64Url(await this.#signer.sign(signedMessage('muster/auth/1', claim)));
    const given = await this.#client.call({ method: 'POST', path: '/api/auth/ticket', json: { device, nonce, signature } }, ticketReply);
    if (given.ok) this.#onReply(given.value);
    return given;
  }

  /** A proof for another address would let whoever relays it log in there. */
  #foreignOrigin(origin: string): ApiError | undefined {
    if (origin === new URL(this.#client.server).origin) return undefined;
    return {
      code: 'wrong origin',
      message: `The server calls itself ${origin}, but it was reached at ${this.#client.server}.`,
      wayOut: `Open Muster at ${origin}.`,
      retry: false,
    };
  }
}

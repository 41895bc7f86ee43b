import { toBase64Url } from '../../shared/base/bytes.ts';
import { hashText } from '../../shared/base/hash.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { parseTime, SECOND } from '../../shared/base/time.ts';
import type { EngineApi } from '../../shared/bridge/engine.ts';
import { confirmationToken, enrolmentMessage } from '../../shared/ledger/enrolmentProof.ts';
import type { HashHex } from '../../shared/model/entry.ts';
import { fingerprintOf, matchesFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { type ApiError, enrolReply } from '../../shared/wire/http.ts';
import { deviceRequestReply, signInBegun, signInInfo, signInOutcome } from '../../shared/wire/team.ts';
import { hearSpace } from './hearSpace.ts';
import type { ServerClient } from './serverClient.ts';
import type { SpaceSession } from './spaceSession.ts';

/** How often a device that waits looks whether somebody has confirmed it. */
const LOOK_EVERY = 2 * SECOND;
/** Digits of a fingerprint that a person types to trust another key. */
const TYPED_DIGITS = 8;

export interface JoiningOptions {
  readonly client: ServerClient;
  readonly session: () => SpaceSession | undefined;
  /** This device may have become known: the register is opened again for its person. */
  readonly reopen: () => Promise<void>;
  readonly now: () => number;
}

type Ways = Pick<EngineApi, 'enrol' | 'signInInfo' | 'beginSignIn' | 'finishSignIn' | 'askToJoin' | 'trustServer' | 'startAnew'>;

/** The ways in: a link, an identity provider, another device of the same person. */
export class Joining implements Ways {
  readonly #options: JoiningOptions;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(options: JoiningOptions) {
    this.#options = options;
  }

  readonly enrol: EngineApi['enrol'] = async (token, { key, ...options }) => {
    const session = this.#options.session();
    if (!session) return err(NOT_OPEN);
    const expected = await this.#isExpected(session, key);
    if (!expected.ok) return expected;
    const device = session.device.signer.publicKey;
    const proof = await this.#proof(session, hashText(token) as HashHex);
    const enrolled = await this.#options.client.call(
      { method: 'POST', path: '/api/enrol', json: { device, token, proof, ...options } },
      enrolReply,
    );
    if (!enrolled.ok) return enrolled;
    const { person, personName, role, remit } = enrolled.value;
    await session.device.remember({ person, personName, role, remit });
    await this.#options.reopen();
    return ok({ personName, role });
  };

  /** Before a token leaves this device: is this the server that the link, or the pin, means? */
  async #isExpected(session: SpaceSession, key: string | undefined): Promise<Result<null, ApiError>> {
    const heard = await hearSpace(this.#options.client);
    if (!heard.ok) return heard;
    const { space, serverKey } = heard.value;
    if (space !== session.space.space) return err(NOT_OPEN);
    if (key !== undefined && !matchesFingerprint(key, serverKey)) return err(ANOTHER_KEY);
    return ok(null);
  }

  async #proof({ device, space }: SpaceSession, token: HashHex): Promise<string> {
    return toBase64Url(await device.signer.sign(enrolmentMessage(space.space, device.signer.publicKey, token)));
  }

  readonly signInInfo: EngineApi['signInInfo'] = () => this.#options.client.call({ method: 'GET', path: '/api/sign-in' }, signInInfo);

  readonly beginSignIn: EngineApi['beginSignIn'] = async ({ label, redirect }) => {
    const session = this.#options.session();
    if (!session) return err(NOT_OPEN);
    const device = session.device.signer.publicKey;
    const proof = await this.#proof(session, confirmationToken(device));
    return this.#options.client.call({ method: 'POST', path: '/api/sign-in', json: { device, label, proof, redirect } }, signInBegun);
  };

  readonly finishSignIn: EngineApi['finishSignIn'] = async (id, query) => {
    const path = `/api/sign-in/${encodeURIComponent(id)}`;
    const done = await this.#options.client.call({ method: 'POST', path, json: { query } }, signInOutcome);
    if (!done.ok) return done;
    if (done.value.outcome === 'renewed') this.#options.session()?.again();
    else if (done.value.outcome === 'enrolled') await this.#options.reopen();
    else this.#lookUntil(parseTime(done.value.expires) ?? 0);
    return done;
  };

  readonly askToJoin: EngineApi['askToJoin'] = async (label) => {
    const session = this.#options.session();
    if (!session) return err(NOT_OPEN);
    const device = session.device.signer.publicKey;
    const json = { device, label, proof: await this.#proof(session, confirmationToken(device)) };
    const asked = await this.#options.client.call({ method: 'POST', path: '/api/devices/requests', json }, deviceRequestReply);
    if (asked.ok) this.#lookUntil(parseTime(asked.value.expires) ?? 0);
    return asked;
  };

  #lookUntil(end: number): void {
    clearInterval(this.#looking);
    this.#looking = setInterval(() => void this.#look(end), LOOK_EVERY);
  }

  async #look(end: number): Promise<void> {
    const session = this.#options.session();
    // The confirmation may have come in the last moment.
    if (!session || session.enrolment || this.#options.now() > end + LOOK_EVERY) return this.stop();
    const ticket = await session.tickets.get();
    if (!ticket.ok || this.#looking === undefined) return;
    this.stop();
    const { person, personName, role, remit } = ticket.value;
    await session.device.remember({ person, personName, role, remit });
    await this.#options.reopen();
  }

  readonly trustServer: EngineApi['trustServer'] = async (typed) => {
    const session = this.#options.session();
    const problem = session?.trust.problem;
    if (!session || problem?.kind !== 'another key') return err(NOTHING_TO_TRUST);
    const digits = typed.replace(/[^0-9a-f]/gi, '').toLowerCase();
    if (digits.length < TYPED_DIGITS || !fingerprintOf(problem.shownKey).startsWith(digits)) return err(OTHER_DIGITS);
    await session.trust.trust(problem.shownKey);
    session.again();
    return ok(null);
  };

  readonly startAnew: EngineApi['startAnew'] = async () => {
    const session = this.#options.session();
    if (!session) return err(NOT_OPEN);
    await session.startAnew();
    await this.#options.reopen();
    return ok(null);
  };

  stop(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}

const NOT_OPEN: ApiError = {
  code: 'offline',
  message: 'The server has not been reached yet.',
  wayOut: 'Wait until the page is connected and try again.',
  retry: true,
};
const ANOTHER_KEY: ApiError = {
  code: 'another key',
  message: 'The server at this address has another key than the link names, so nothing was sent to it.',
  wayOut: 'Do not go on. Ask whoever sent the link whether the address is right, and for a new link.',
  retry: false,
};
const NOTHING_TO_TRUST: ApiError = { code: 'nothing to trust', message: 'The server does not show another key now.', retry: false };
const OTHER_DIGITS: ApiError = {
  code: 'other digits',
  message: 'Those are not the first digits of the fingerprint that the server shows.',
  wayOut: 'Type the first eight digits as whoever runs the server reads them to you.',
  retry: false,
};

import type { FastifyReply, FastifyRequest } from 'fastify';
import { err, type Result } from '../../shared/base/result.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import type { Core } from '../core/core.ts';
import { atLevel, type Level, type Principal } from '../core/principal.ts';
import type { SignIn } from '../core/signIn/signIn.ts';
import type { RunnerService } from '../runner/runnerService.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import type { Webhook } from '../webhook/webhook.ts';
import { FORBIDDEN, NOT_SIGNED_IN, SIGNED_OUT, sendError } from './errors.ts';
import type { AllowedOrigins } from './origin.ts';

/** A command that the command line asks the running server to do. Arguments are not trusted to have any shape. */
export type LocalCommand = (args: unknown) => Promise<unknown>;

/** Starts and deletes the sample estate: a second server with its own data. */
export interface SampleHooks {
  readonly start?: () => Promise<{ address: string }>;
  readonly stop: () => Promise<void>;
}

export interface HttpContext {
  readonly core: Core;
  readonly runner: RunnerService;
  readonly signIn: SignIn;
  readonly snapshots: Snapshots;
  readonly webhook: Webhook;
  readonly version: string;
  readonly name: string;
  readonly sample: boolean;
  readonly sampleHooks: SampleHooks | undefined;
  readonly localCommands: Readonly<Record<string, LocalCommand>>;
  readonly secret: string;
  readonly uploads: string;
  readonly assets: string | undefined;
  readonly clock: () => number;
  readonly origins: AllowedOrigins;
}

export function principalOf(context: HttpContext, request: FastifyRequest): Result<Principal, ApiError> {
  const header = request.headers.authorization;
  const ticket = header?.startsWith('Bearer ') === true ? header.slice('Bearer '.length) : queryToken(context, request);
  const principal = ticket === undefined ? undefined : context.core.tickets.principal(ticket);
  if (principal?.ok) return principal;
  return err(principal?.error === 'sign in again' ? SIGNED_OUT : NOT_SIGNED_IN);
}

/** `?token=` is for scripts with a token of `muster token`; a device's ticket in an address would end up in histories. */
function queryToken(context: HttpContext, request: FastifyRequest): string | undefined {
  const token = (request.query as Record<string, unknown> | undefined)?.token;
  return typeof token === 'string' && context.core.tickets.isToken(token) ? token : undefined;
}

type Handler = (request: FastifyRequest, reply: FastifyReply, principal: Principal) => Promise<unknown> | unknown;

/** Wraps a handler so that it only runs for a principal of this level. */
export function requires(context: HttpContext, level: Level, handler: Handler) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const principal = principalOf(context, request);
    if (!principal.ok) return sendError(reply, principal.error);
    return atLevel(principal.value, level) ? handler(request, reply, principal.value) : sendError(reply, FORBIDDEN);
  };
}

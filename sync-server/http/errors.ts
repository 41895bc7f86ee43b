import type { FastifyReply } from 'fastify';
import type { Result } from '../../shared/base/result.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { DEVICE_REVOKED, SIGN_IN_AGAIN } from '../../shared/wire/team.ts';

/** The status of each code; what is not listed is the caller's mistake. */
const STATUS: Readonly<Record<string, number>> = {
  'not signed in': 401,
  [SIGN_IN_AGAIN]: 401,
  [DEVICE_REVOKED]: 403,
  forbidden: 403,
  'provider refused': 403,
  'token refused': 403,
  'not let in': 403,
  'wrong host': 403,
  'wrong origin': 403,
  'not found': 404,
  'unknown source': 404,
  'shorter history': 404,
  'no sign-in': 404,
  'sign-in over': 404,
  conflict: 409,
  'another person': 409,
  'too large': 413,
  'too many requests': 429,
  unavailable: 503,
  'provider unreachable': 503,
  failed: 500,
};

export const apiFailure = (code: string, message: string, wayOut?: string, retry = false): ApiError =>
  wayOut === undefined ? { code, message, retry } : { code, message, wayOut, retry };

export const sendError = (reply: FastifyReply, error: ApiError): FastifyReply => reply.code(STATUS[error.code] ?? 400).send({ error });

export function sendResult<T>(reply: FastifyReply, result: Result<T, ApiError>, status = 200): FastifyReply {
  return result.ok ? reply.code(status).send(result.value ?? {}) : sendError(reply, result.error);
}

export const NOT_SIGNED_IN = apiFailure('not signed in', 'This needs a ticket.', 'Sign in again.', true);
export const SIGNED_OUT = apiFailure(SIGN_IN_AGAIN, 'The sign-in of this device has run out.', 'Sign in again; what it holds stays.');
export const FORBIDDEN = apiFailure('forbidden', 'Your role does not allow this.', 'Ask an administrator.');

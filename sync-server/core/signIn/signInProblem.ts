import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import type { ApiError } from '../../../shared/wire/http.ts';
import type { SignInProblem } from '../../../shared/wire/team.ts';

export const signInFailure = (code: SignInProblem, message: string, wayOut: string, retry = false): ApiError => ({
  code,
  message,
  wayOut,
  retry,
});

/** What a provider may say in an error code (RFC 6749, 5.2: these characters). Nothing else of its words is passed on. */
const plainCode = (text: unknown): string => (typeof text === 'string' && /^[a-z_]{1,40}$/.test(text) ? ` (${text})` : '');

/** Codes of the client library that mean: this answer does not belong to what was asked. */
const OF_THE_ANSWER = new Set(['state', 'iss', 'code', 'error']);

/** What is wrong with what the provider, or the browser in its name, answered. Never holds a token, code or claim. */
export function signInProblem(error: unknown): ApiError {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const wayOut = 'Sign in again; if it stays so, ask whoever runs the identity provider.';
    return signInFailure('provider refused', `The identity provider refused${plainCode(error.error)}.`, wayOut);
  }
  const code = codeOf(error);
  if (UNREACHABLE.has(code) || isNetworkProblem(error)) {
    return signInFailure('provider unreachable', 'The identity provider does not answer as one.', 'Try again in a moment.', true);
  }
  if (isAboutTheAnswer(error)) {
    return signInFailure('answer refused', 'What the browser brought back is not the answer to this sign-in.', 'Sign in again.');
  }
  return signInFailure('token refused', `The identity provider's word does not hold${claimOf(error)}.`, 'Sign in again.');
}

const UNREACHABLE = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON']);

const codeOf = (error: unknown): string => (error instanceof ClientError ? (error.code ?? '') : '');

/** `fetch` throws a TypeError with a cause; the library lets it through. */
const isNetworkProblem = (error: unknown): boolean =>
  error instanceof TypeError && (error.message === 'fetch failed' || (error.cause as { code?: unknown } | undefined)?.code !== undefined);

const reasonOf = (error: unknown): string => {
  const cause = error instanceof ClientError ? error.cause : error;
  return cause instanceof Error ? cause.message : '';
};

function isAboutTheAnswer(error: unknown): boolean {
  const reason = reasonOf(error);
  const named = /"(\w+)"(?: \(\w+\))? (?:response )?parameter/.exec(reason)?.[1] ?? /response parameter "(\w+)"/.exec(reason)?.[1];
  return (named !== undefined && OF_THE_ANSWER.has(named)) || reason.includes('callbackParameters');
}

/** Which claim or header it was, by the library's own word for it. */
function claimOf(error: unknown): string {
  const claim = /"(aud|iss|exp|iat|nbf|nonce|azp|alg|sub)"/.exec(reasonOf(error))?.[1];
  return claim === undefined ? '' : ` (${claim})`;
}

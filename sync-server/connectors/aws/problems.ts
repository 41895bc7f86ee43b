import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';

/** One right in AWS's own words: what is asked for, and of what. */
export interface Right {
  /** `service:Action`. */
  readonly action: string;
  /** The ARN, or `*`. */
  readonly on: string;
}

const DENIED = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError|NotAuthorized)$/;
const UNKNOWN_CALLER =
  /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|ExpiredToken|ExpiredTokenException|IncompleteSignature|InvalidAccessKeyId|AuthFailure|MissingAuthenticationToken|CredentialsProviderError|TokenRefreshRequired)$/;
const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled|RequestThrottledException|SlowDown|LimitExceeded)$/;
const ABSENT =
  /^(NoSuchEntity|NoSuchEntityException|ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/;
const NETWORK = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ERR_STREAM|ETIMEDOUT)/;
const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS)/;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const { code, cause } = error as Error & { code?: unknown };
  return text(code) || (cause instanceof Error ? codeOf(cause) : '');
};
const statusOf = (error: unknown): number => {
  const { httpStatusCode } = (error as { $metadata?: { httpStatusCode?: unknown } } | null)?.$metadata ?? {};
  return typeof httpStatusCode === 'number' ? httpStatusCode : 0;
};

/** What is asked about does not exist: for a lookup that is an answer. */
export const isAbsent = (error: unknown): boolean => ABSENT.test(nameOf(error));

/** AWS says which action on which resource was refused, where it is not the one that was asked for (a key, a queue). */
function refusedRight(error: unknown, asked: Right): Right {
  const said = /not authorized to perform: ([A-Za-z0-9-]{1,64}:[A-Za-z0-9*]{1,128})(?: on resource: ("?)(arn:[^\s"]{1,512})\2)?/.exec(
    error instanceof Error ? error.message : '',
  );
  return { action: said?.[1] ?? asked.action, on: said?.[3] ?? asked.on };
}

/** By AWS's error codes and by what the network says. Of AWS's own text only the right that is missing is passed on. */
export function awsProblem(error: unknown, asked: Right, server: string): ConnectorProblem {
  const name = nameOf(error);
  const code = codeOf(error);
  if (DENIED.test(name)) {
    const { action, on } = refusedRight(error, asked);
    return problem(
      'forbidden',
      `${action} on ${on} is missing`,
      false,
      'Add it to the policy of the identity that Muster uses: see "rights needed".',
    );
  }
  if (UNKNOWN_CALLER.test(name))
    return problem(
      'unauthorized',
      `${server} does not accept the access key`,
      false,
      'Check accessKeyId, the reference in secretAccessKey, and roleArn.',
    );
  if (THROTTLED.test(name) || statusOf(error) === 429)
    return problem(
      'rate limited',
      `${asked.action}: AWS asks to slow down, and kept doing so`,
      true,
      'Lower maxCalls, or let runs be further apart.',
    );
  // What stands before AWS (a VPC endpoint's policy, a firewall) refuses in words of its own.
  if (statusOf(error) === 403)
    return problem('forbidden', `${asked.action} on ${asked.on} is missing, or something on the way refuses it`, false);
  if (UNTRUSTED.test(code))
    return problem('unreachable', `${server}: no trusted TLS connection`, false, 'Name its authority in network.ca.');
  if (ABSENT.test(name)) return problem('not found', `${asked.action}: ${asked.on} does not exist`, false);
  if (code === 'ETIMEDOUT') return problem('timed out', `${server} did not answer in time`, true);
  // The SDK calls a connection that was reset a timeout as well: what the socket said is more exact.
  if (NETWORK.test(code) || statusOf(error) >= 500)
    return problem(
      'unreachable',
      `${server} cannot be reached or stopped answering`,
      true,
      'Check the region, the endpoint and network.proxy.',
    );
  if (name === 'TimeoutError') return problem('timed out', `${server} did not answer in time`, true);
  if (name === 'AbortError') return problem('timed out', `${server}: given up`, true);
  if (statusOf(error) >= 400) return problem('malformed', `${asked.action} was refused (${name.slice(0, 60)})`, false);
  return problem(
    'unreachable',
    `${server} cannot be reached or stopped answering`,
    true,
    'Check the region, the endpoint and network.proxy.',
  );
}

/** Nothing more can be read either: the key, the network or AWS's patience has ended. */
export const endsTheRun = ({ code }: ConnectorProblem): boolean =>
  ['unreachable', 'unauthorized', 'timed out', 'rate limited'].includes(code);

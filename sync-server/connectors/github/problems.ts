import { compareCodeUnits } from '../../../shared/base/json.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import type { Question } from './client.ts';

/** Why a question has no answer. GitHub's own text may quote what it was asked: it is not passed on. */
export interface Refusal {
  readonly question: Question;
  readonly kind: 'unauthorized' | 'forbidden' | 'not found' | 'rate limited' | 'unreachable' | 'malformed' | 'endless' | 'stopped';
  /** Permissions that would be accepted, as GitHub's `X-Accepted-GitHub-Permissions` names them. */
  readonly accepted?: string;
}

interface Failure {
  readonly status?: unknown;
  readonly response?: { readonly headers?: Readonly<Record<string, unknown>>; readonly data?: { readonly message?: unknown } };
}

const ACCEPTED = /^[a-z_]+=(read|write|admin)([,;] ?[a-z_]+=(read|write|admin))*$/;

/** 403 says that a right is missing or that the limit is reached; 404 that it is not there, or hidden from who asks. */
export function refusalOf(error: unknown, question: Question): Refusal {
  const { status, response } = error as Failure;
  const headers = response?.headers ?? {};
  const said = String(response?.data?.message ?? '');
  const limited = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined || /rate limit/i.test(said);
  if (status === 429 || (status === 403 && limited)) return { question, kind: 'rate limited' };
  if (status === 401) return { question, kind: 'unauthorized' };
  if (status === 403) {
    const accepted = String(headers['x-accepted-github-permissions'] ?? '');
    return { question, kind: 'forbidden', ...(ACCEPTED.test(accepted) ? { accepted } : {}) };
  }
  if (status === 404 || status === 410) return { question, kind: 'not found' };
  if (error instanceof SyntaxError || (typeof status === 'number' && status < 500 && status !== 408))
    return { question, kind: 'malformed' };
  return { question, kind: 'unreachable' };
}

/** @param where the organisation, or a repository. */
export function githubProblem({ question, kind, accepted }: Refusal, where: string): ConnectorProblem {
  const { what, permission } = question;
  const missing = accepted === undefined ? permission : `${permission} (GitHub: ${accepted})`;
  switch (kind) {
    case 'unauthorized':
      return problem(
        'unauthorized',
        `GitHub refuses this app, key or token`,
        false,
        'Check `appId` and the references in `privateKey` or `token`.',
      );
    case 'forbidden':
      return problem(
        'forbidden',
        `${what}: 403, missing: ${missing}`,
        false,
        'Give the app that permission, and accept it in the organisation.',
      );
    case 'not found':
      return problem(
        'not found',
        `${what}: 404, it is not there or hidden from this app; needed: ${permission}`,
        false,
        `Check that the app is installed on ${where}, with that permission.`,
      );
    case 'rate limited':
      return problem(
        'rate limited',
        `${what}: GitHub asks for a pause`,
        true,
        'Run less often, or read fewer repositories with `include`.',
      );
    case 'malformed':
    case 'endless':
      return problem('malformed', `${what}: an answer that GitHub's own description does not allow`, true);
    case 'stopped':
      return problem('rate limited', `${what}: not asked any more in this run`, true);
    case 'unreachable':
      return problem('unreachable', `${what}: GitHub cannot be reached or stopped answering`, true, 'Check `baseUrl` and the network.');
  }
}

/** Refusals of many repositories in few lines: one for each kind and permission, with the number and the first of them by name. */
export function summarised(
  refusals: readonly { readonly where: string; readonly refusal: Refusal }[],
  stopped: ConnectorProblem | undefined,
): ConnectorProblem[] {
  const groups = new Map<string, { readonly where: string; readonly refusal: Refusal; count: number }>();
  // Answers come in any order; what is said of them does not depend on it.
  for (const { where, refusal } of [...refusals].sort((a, b) => compareCodeUnits(a.where, b.where))) {
    if (refusal.kind === 'stopped') continue;
    const key = `${refusal.kind} ${refusal.question.what} ${refusal.accepted ?? ''}`;
    const held = groups.get(key);
    if (held) held.count++;
    else groups.set(key, { where, refusal, count: 1 });
  }
  const lines = [...groups.values()].map(({ where, refusal, count }) => {
    const said = githubProblem(refusal, where);
    return { ...said, message: `${count === 1 ? where : `${count} repositories, first ${where}`}: ${said.message}` };
  });
  return stopped && refusals.some(({ refusal }) => refusal.kind === 'stopped' || refusal.kind === 'rate limited')
    ? [stopped, ...lines]
    : lines;
}

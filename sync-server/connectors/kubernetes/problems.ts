import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { ApiFailure, UntrustedServer } from './client.ts';
import { resourceName, type View } from './resources.ts';

/** What the API server's answer means to the person who named it. Its text may quote what was sent: it is not passed on. */
export function serverProblem(error: unknown, server: string): ConnectorProblem {
  const status = error instanceof ApiFailure ? error.status : 0;
  if (error instanceof UntrustedServer)
    return problem('unreachable', `${server}: no trusted TLS connection`, false, 'Name the authority of the cluster in `authority`.');
  if (status === 401)
    return problem('unauthorized', `${server} does not know this user or token`, false, 'Check the kubeconfig or the token.');
  if (status === 429) return problem('rate limited', `${server} is busy and asks to wait`, true);
  if (status === 403) return problem('forbidden', `${server}: a right is missing`, false, 'Apply what "rights needed" says.');
  if (status === 404) return problem('not found', `${server} has no such address`, false, 'Check the address.');
  return problem(
    'unreachable',
    `${server} cannot be reached or stopped answering`,
    true,
    'Check that it runs and that the address is right.',
  );
}

/** A refusal names the verb, the resource and the namespace, as `kubectl auth can-i` would ask. */
export function viewProblem(error: unknown, view: View, server: string): ConnectorProblem {
  if (!(error instanceof ApiFailure) || error.status !== 403) return serverProblem(error, server);
  const where = view.namespace === undefined ? 'in the whole cluster' : `in namespace ${view.namespace}`;
  return problem(
    'forbidden',
    `${server}: the right to list ${resourceName(view.resource)} ${where} is missing`,
    false,
    'Apply what "rights needed" says, or name in `namespaces` those that may be read.',
  );
}

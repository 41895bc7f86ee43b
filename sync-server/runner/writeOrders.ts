import { err, type Result } from '../../shared/base/result.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../connectors/writeBack.ts';
import { startConnector } from './connectorHost.ts';
import type { AskKeychain } from './keychain.ts';
import type { ConfiguredSource } from './settings.ts';
import type { AdmittedMessage, WorkerOrder } from './workerProtocol.ts';

/** How a connector's thread is reached. */
export interface WriteSurroundings {
  readonly uploads: string;
  readonly ask: AskKeychain;
}

const SILENT: ConnectorProblem = { code: 'crashed', message: 'The connector ended without an answer', retry: true };

/** Asks the connector, in a thread of its own, what exactly would be sent. Sends nothing. */
export async function askForPlan(
  configured: ConfiguredSource,
  wish: WriteWish,
  around: WriteSurroundings,
): Promise<Result<PlannedWrite, ConnectorProblem>> {
  const { answer, problem } = await inThread(configured, { planWrite: wish }, around);
  return answer?.kind === 'planned' ? answer.planned : err(problem ?? SILENT);
}

/** Lets the connector send exactly this. A thread that ended without an answer may have sent it: that is unknown, never refused. */
export async function askToWrite(configured: ConfiguredSource, write: PlannedWrite, around: WriteSurroundings): Promise<WriteOutcome> {
  const { answer, problem } = await inThread(configured, { write }, around);
  return answer?.kind === 'written' ? answer.outcome : { kind: 'unknown', problem: problem ?? SILENT };
}

async function inThread(
  { registered, own, timeout, settings }: ConfiguredSource,
  what: Pick<WorkerOrder, 'planWrite' | 'write'>,
  { uploads, ask }: WriteSurroundings,
): Promise<{ readonly answer: AdmittedMessage | undefined; readonly problem: ConnectorProblem | undefined }> {
  const order = {
    module: registered.module,
    settings: own,
    network: settings.network,
    cursor: undefined,
    uploads,
    mode: 'read',
    ...what,
  } as const;
  let answer: AdmittedMessage | undefined;
  const take = (message: AdmittedMessage): void => {
    if (message.kind === 'planned' || message.kind === 'written') answer = message;
  };
  const end = await startConnector(order, timeout, (messages) => messages.forEach(take), ask).ended;
  return { answer, problem: end.problem };
}

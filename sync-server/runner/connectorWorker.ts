import { setImmediate as nextTurn } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { plannedWrite } from '../../shared/model/plannedWrite.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import { admit } from '../../shared/observed/allowlist.ts';
import { CleanTexts, redactText } from '../../shared/observed/redact.ts';
import { type Connector, type ConnectorContext, type ConnectorMessage, StreamBroken } from '../connectors/connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../connectors/writeBack.ts';
import { Network } from '../network/network.ts';
import { resolveNetwork } from '../network/networkSettings.ts';
import type { AskKeychain } from './keychain.ts';
import { questionsOver } from './questionsOver.ts';
import { resolveSecret } from './secrets.ts';
import {
  type AdmittedMessage,
  BATCH_MESSAGES,
  type FromWorker,
  type ToWorker,
  WINDOW_BATCHES,
  type WorkerOrder,
  type WriteAnswer,
} from './workerProtocol.ts';

/** Everything that is not a record is short text from a connector: it goes through the redactor too. */
function clean(message: ConnectorMessage): AdmittedMessage {
  return JSON.parse(JSON.stringify(message), (_name, value: unknown) =>
    typeof value === 'string' ? redactText(value, 'id').text : value,
  ) as ConnectorMessage;
}

function admitted(message: ConnectorMessage, fields: ReadonlySet<string>, known: CleanTexts): AdmittedMessage[] {
  if (message.kind === 'checkpoint') return [message];
  if (message.kind !== 'record') return [clean(message)];
  const at = message.at === undefined ? {} : { at: message.at };
  const result = admit(message.record, fields, known);
  if (!result.ok) return [{ kind: 'refused', reason: result.error }];
  const { observation, redacted, dropped } = result.value;
  const record: AdmittedMessage = { kind: 'record', record: observation, ...at };
  return redacted.length + dropped.length === 0 ? [record] : [record, { kind: 'cleaned', redacted, dropped }];
}

/** Sends in batches and waits for acknowledgements: the connector is paused while the runner is behind. */
class Outgoing {
  readonly #port: MessagePort;
  #batch: AdmittedMessage[] = [];
  #open = 0;
  #resume: (() => void) | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  acknowledged(): void {
    this.#open--;
    this.#resume?.();
  }

  async add(messages: readonly AdmittedMessage[]): Promise<void> {
    this.#batch.push(...messages);
    if (this.#batch.length < BATCH_MESSAGES) return;
    this.flush();
    while (this.#open >= WINDOW_BATCHES) {
      await new Promise<void>((resume) => {
        this.#resume = resume;
      });
    }
  }

  /** An event does not wait for others: what was said in this turn goes now, unless the runner is behind. */
  soon(): void {
    if (this.#turn !== undefined) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      if (this.#open < WINDOW_BATCHES) this.flush();
    });
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    this.send({ kind: 'batch', messages: this.#batch });
    this.#batch = [];
    this.#open++;
  }

  send(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}

function contextOf(order: WorkerOrder, network: Network, signal: AbortSignal, ask: AskKeychain): ConnectorContext<unknown> {
  const { settings, cursor, uploads, mode } = order;
  return {
    settings,
    cursor,
    signal,
    network,
    secret: (reference) => resolveSecret(reference, ask),
    clock: () => Date.now(),
    uploads,
    mode,
  };
}

/** What a source is to hold is people's own text; what it holds may be anything. Ids and versions are random by nature. */
function cleanPlan(planned: Result<PlannedWrite, ConnectorProblem>): Result<PlannedWrite, ConnectorProblem> {
  if (!planned.ok) return { ok: false, error: cleanProblem(planned.error) };
  const parsed = plannedWrite.safeParse(planned.value);
  if (!parsed.success) return err({ code: 'too large', message: TOO_LARGE, retry: false, wayOut: 'Shorten it in the source.' });
  const { from, to, version, target, statement } = parsed.data;
  const texts = [
    ...[from, to].map((text) => redactText(text ?? '')),
    ...[version, target, statement].map((text) => redactText(text, 'id')),
  ];
  const kind = texts.flatMap(({ kinds }) => kinds)[0];
  return kind === undefined ? ok(parsed.data) : err(heldSecret(kind));
}

const TOO_LARGE = 'The place in the source holds more than can be shown and sent back';
/** Approving it would put it into the ledger; leaving it out would write over it. */
const heldSecret = (kind: string): ConnectorProblem => ({
  code: 'misconfigured',
  message: `The place holds what looks like a secret (${kind}): nothing is sent there`,
  retry: false,
  wayOut: 'Take it out of the source, and treat it as leaked.',
});

const cleanProblem = (problem: ConnectorProblem): ConnectorProblem => ({ ...problem, message: redactText(problem.message, 'id').text });

function cleanOutcome(outcome: WriteOutcome): WriteOutcome {
  if (outcome.kind === 'changed') return { ...outcome, now: outcome.now === null ? null : redactText(outcome.now).text };
  return outcome.kind === 'refused' || outcome.kind === 'unknown' ? { ...outcome, problem: cleanProblem(outcome.problem) } : outcome;
}

const cannotWrite = (kind: string): ConnectorProblem => ({
  code: 'misconfigured',
  message: `Nothing can be written to a source of kind ${kind}`,
  retry: false,
});

async function planned(connector: Connector, context: ConnectorContext<unknown>, wish: WriteWish): Promise<WriteAnswer> {
  return { kind: 'planned', planned: cleanPlan((await connector.planWrite?.(context, wish)) ?? err(cannotWrite(connector.kind))) };
}

async function written(connector: Connector, context: ConnectorContext<unknown>, write: PlannedWrite): Promise<WriteAnswer> {
  const outcome = (await connector.write?.(context, write)) ?? { kind: 'refused', problem: cannotWrite(connector.kind) };
  return { kind: 'written', outcome: cleanOutcome(outcome) };
}

/** Answers one request after the other. What is asked while another is answered would be a defect of the runner's. */
async function serveWrites(
  port: MessagePort,
  send: (answer: WriteAnswer) => void,
  connector: Connector,
  context: ConnectorContext<unknown>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const take = async (request: ToWorker): Promise<void> => {
    if (request.kind === 'plan write') send(await planned(connector, context, request.wish));
    else if (request.kind === 'write') send(await written(connector, context, request.planned));
    else if (request.kind === 'end writes' || request.kind === 'abort') resolve();
  };
  port.on('message', (request: ToWorker) => void take(request).catch(reject));
  await promise;
}

function messagesOf(
  connector: Connector,
  order: WorkerOrder,
  context: ConnectorContext<unknown>,
): AsyncIterable<ConnectorMessage> | undefined {
  if (order.follow) return connector.follow?.(context);
  return order.reread === undefined ? connector.list(context) : connector.reread?.(context, order.reread);
}

async function work(port: MessagePort, order: WorkerOrder): Promise<void> {
  const outgoing = new Outgoing(port);
  const abort = new AbortController();
  const questions = questionsOver((question) => outgoing.send(question));
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'ack') outgoing.acknowledged();
    else if (message.kind === 'abort') abort.abort();
    else if (message.kind === 'secret' || message.kind === 'no secret') questions.answered(message);
  });
  const { connector } = (await import(order.module)) as { connector: Connector };
  const unable = (problem: ConnectorProblem): void => {
    outgoing.send({ kind: 'unable', problem });
    port.close();
  };
  const network = await resolveNetwork(order.network, process.env, (reference) => resolveSecret(reference, questions.ask));
  if (!network.ok) return unable(network.error);
  const context = contextOf(order, new Network(network.value), abort.signal, questions.ask);
  if (order.writes) {
    outgoing.send({ kind: 'ready to write' });
    await serveWrites(port, (answer) => outgoing.send(answer), connector, context);
    outgoing.send({ kind: 'done' });
    port.close();
    return;
  }
  const messages = messagesOf(connector, order, context);
  if (!messages)
    return unable({
      code: 'misconfigured',
      message: `A source of kind ${connector.kind} cannot ${order.follow ? 'be followed' : 're-read one record'}`,
      retry: false,
    });
  const fields = new Set(connector.fields);
  const known = new CleanTexts();
  const ticking = setInterval(() => outgoing.flush(), 100);
  let taken = 0;
  try {
    for await (const message of messages) {
      await outgoing.add(admitted(message, fields, known));
      if (order.follow) outgoing.soon();
      // A listing that never waits would keep the flush and the abort from being heard.
      if (++taken % BATCH_MESSAGES === 0) await nextTurn();
    }
  } catch (error) {
    if (!(error instanceof StreamBroken)) throw error;
    outgoing.flush();
    clearInterval(ticking);
    return unable(cleanProblem(error.problem));
  }
  clearInterval(ticking);
  outgoing.flush();
  outgoing.send({ kind: 'done' });
  port.close();
}

if (parentPort) await work(parentPort, workerData as WorkerOrder);

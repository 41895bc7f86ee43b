import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { SECOND, toInstant } from '../../../shared/base/time.ts';
import { type ConnectorMessage, StreamBroken } from '../connector.ts';
import { Changes } from './changes.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type AwsEvent, parseEvent } from './events.ts';
import { awsProblem } from './problems.ts';
import { type Context, openSession, placeOf, type Session } from './session.ts';

/** As long as SQS lets a call wait, in seconds; a stream says something at least this often. */
const WAIT_SECONDS = 20;
/** Messages that are not deleted come back after this, in seconds. */
const HIDDEN_SECONDS = 120;
/**
 * A message is deleted when what it said has been handed over this long ago, in milliseconds: long enough for it to be on disk, and well
 * before it comes back. One that was not kept is said again by the queue.
 */
const KEPT_AFTER = 20 * SECOND;
const MOST_TOGETHER = 200;
/** The most that SQS takes and gives in one call. */
const BATCH = 10;

const regionOf = (queueUrl: string): string | undefined =>
  /^(?:sqs\.)?([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\./.exec(URL.parse(queueUrl)?.hostname ?? '')?.[1];

/**
 * Follows the events of CloudTrail that EventBridge puts into a queue. Neither promises to deliver all of them: a heartbeat says only that
 * the queue answers, and listings go on underneath.
 */
export async function* follow(context: Context): AsyncGenerator<ConnectorMessage> {
  const { queueUrl, regions } = context.settings;
  if (queueUrl === undefined) return;
  const opened = await openSession(context);
  if (!opened.ok) throw new StreamBroken(opened.error);
  const { session, account } = opened.value;
  try {
    yield { kind: 'place', place: placeOf(account) };
    const listed = readCursor(context.cursor) ?? toInstant(context.clock());
    const changes = new Changes(session, account, context);
    await changes.start();
    const queue = new Queue(session, session.sqs(regionOf(queueUrl) ?? regions[0] ?? 'us-east-1'), queueUrl, context);
    while (!context.signal.aborted) {
      const { messages, events } = await queue.receive();
      yield* changes.of(events, listed);
      if (messages.length > 0) yield { kind: 'checkpoint', cursor: writeCursor(listed) };
      yield { kind: 'heartbeat', at: toInstant(context.clock()) };
      queue.handedOver(messages);
      await queue.deleteKept();
    }
  } finally {
    session.close();
  }
}

class Queue {
  readonly #session: Session;
  readonly #client: SQSClient;
  readonly #url: string;
  readonly #context: Context;
  #kept: { readonly handle: string; readonly since: number }[] = [];

  constructor(session: Session, client: SQSClient, url: string, context: Context) {
    [this.#session, this.#client, this.#url, this.#context] = [session, client, url, context];
  }

  /** Waits for a message, then takes what is there beside it: events that come together are worked out together. */
  async receive(): Promise<{ readonly messages: readonly Message[]; readonly events: readonly AwsEvent[] }> {
    const messages: Message[] = [];
    for (let wait = this.#soon() ? 1 : WAIT_SECONDS; messages.length < MOST_TOGETHER; wait = 0) {
      const more = await this.#receiveSome(wait);
      messages.push(...more);
      if (more.length === 0) break;
    }
    return { messages, events: messages.flatMap(({ Body = '' }) => parseEvent(Body) ?? []) };
  }

  /** Messages that wait to be deleted must not come back meanwhile. */
  #soon(): boolean {
    return this.#kept.length > 0;
  }

  async #receiveSome(wait: number): Promise<Message[]> {
    try {
      const said = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: BATCH,
          WaitTimeSeconds: wait,
          VisibilityTimeout: HIDDEN_SECONDS,
        }),
        { abortSignal: this.#context.signal },
      );
      return said.Messages ?? [];
    } catch (error) {
      if (this.#context.signal.aborted) return [];
      throw new StreamBroken(awsProblem(error, { action: 'sqs:ReceiveMessage', on: this.#url }, this.#session.server));
    }
  }

  handedOver(messages: readonly Message[]): void {
    const since = this.#context.clock();
    for (const { ReceiptHandle } of messages) if (ReceiptHandle !== undefined) this.#kept.push({ handle: ReceiptHandle, since });
  }

  /** One that cannot be deleted comes back, and is worked out again: that does no harm. */
  async deleteKept(): Promise<void> {
    const before = this.#context.clock() - KEPT_AFTER;
    const due = this.#kept.filter(({ since }) => since <= before);
    for (let from = 0; from < due.length && !this.#context.signal.aborted; from += BATCH) await this.#delete(due.slice(from, from + BATCH));
    this.#kept = this.#kept.filter(({ since }) => since > before);
  }

  async #delete(due: readonly { readonly handle: string }[]): Promise<void> {
    const Entries = due.map(({ handle }, index) => ({ Id: String(index), ReceiptHandle: handle }));
    try {
      await this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries }), { abortSignal: this.#context.signal });
    } catch (error) {
      if (this.#context.signal.aborted) return;
      throw new StreamBroken(awsProblem(error, { action: 'sqs:DeleteMessage', on: this.#url }, this.#session.server));
    }
  }
}

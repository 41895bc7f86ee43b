import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Stands before a server that speaks AWS's APIs, and does what that one does not: pages, refusals of single actions, throttling, a cut line. */
export interface AwsFront {
  readonly endpoint: string;
  /** How often each `service:Action` was asked for. */
  readonly calls: ReadonlyMap<string, number>;
  /** The largest number of things in one page of IAM and ACM. */
  pageSize: number;
  /** `service:Action` of what is refused. */
  readonly denied: Set<string>;
  /** Answers that ask to slow down before one is given. */
  throttled: number;
  /** Before the n-th call from now on the line is cut, and stays so. */
  cutAfter: number;
  stop(): Promise<void>;
}

const TARGETS: Readonly<Record<string, string>> = { secretsmanager: 'secretsmanager', CertificateManager: 'acm', AmazonSQS: 'sqs' };

/** The query protocol names the action in the body, the JSON protocols in a header. */
function actionOf(headers: IncomingHttpHeaders, body: string): string {
  const [service = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  if (operation !== '') return `${TARGETS[service] ?? service}:${operation}`;
  const parameters = new URLSearchParams(body);
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([a-z]+)\//.exec(String(headers.authorization ?? ''))?.[1];
  return `${scope ?? ''}:${parameters.get('Action') ?? ''}`;
}

const isJson = (headers: IncomingHttpHeaders): boolean => headers['x-amz-target'] !== undefined;

function refuse(response: ServerResponse, headers: IncomingHttpHeaders, status: number, code: string, message: string): void {
  if (isJson(headers)) {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code });
    response.end(JSON.stringify({ __type: code, message }));
    return;
  }
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(
    `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  );
}

/** The lists that are paged together, as one row of things. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'iam:GetAccountAuthorizationDetails': ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'],
  'iam:ListUsers': ['Users'],
  'iam:ListRoles': ['Roles'],
};

function membersOf(list: string): string[] {
  const members: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: tag, index = 0 } of list.matchAll(/<member>|<\/member>/g)) {
    if (tag === '<member>' && depth++ === 0) start = index;
    if (tag === '</member>' && --depth === 0) members.push(list.slice(start, index + tag.length));
  }
  return members;
}

function pagedXml(xml: string, lists: readonly string[], from: number, size: number): string {
  let at = 0;
  let text = xml;
  for (const name of lists) {
    const found = new RegExp(`<${name}>([\\s\\S]*)</${name}>`).exec(text);
    if (!found) continue;
    const kept = membersOf(found[1] ?? '').filter(() => at++ >= from && at <= from + size);
    text = text.replace(found[0], () => `<${name}>${kept.join('')}</${name}>`);
  }
  const marker = at > from + size ? `<IsTruncated>true</IsTruncated><Marker>${from + size}</Marker>` : '<IsTruncated>false</IsTruncated>';
  return text.replace(/<IsTruncated>[^<]*<\/IsTruncated>/, marker);
}

function paged(action: string, asked: string, answer: string, size: number): string {
  const lists = LISTS[action];
  if (lists !== undefined) return pagedXml(answer, lists, Number(new URLSearchParams(asked).get('Marker') ?? 0), size);
  if (action !== 'acm:ListCertificates') return answer;
  const from = Number((JSON.parse(asked) as { NextToken?: string }).NextToken ?? 0);
  const { CertificateSummaryList: all } = JSON.parse(answer) as { CertificateSummaryList: unknown[] };
  const next = from + size < all.length ? { NextToken: String(from + size) } : {};
  return JSON.stringify({ CertificateSummaryList: all.slice(from, from + size), ...next });
}

const textOf = async (message: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
};

export async function startAwsFront(behind: string): Promise<AwsFront> {
  const calls = new Map<string, number>();
  const sockets = new Set<Socket>();
  const state = { pageSize: Number.POSITIVE_INFINITY, throttled: 0, cutAfter: Number.POSITIVE_INFINITY };
  const denied = new Set<string>();
  const server = createServer((asked, response) => void answer(asked, response).catch(() => response.destroy()));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  async function answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(asked);
    const action = actionOf(asked.headers, body);
    if (state.cutAfter-- <= 0) {
      response.destroy();
      return;
    }
    calls.set(action, (calls.get(action) ?? 0) + 1);
    if (state.throttled > 0) {
      state.throttled--;
      return refuse(response, asked.headers, 400, 'Throttling', 'Rate exceeded');
    }
    if (denied.has(action))
      return refuse(
        response,
        asked.headers,
        isJson(asked.headers) ? 400 : 403,
        isJson(asked.headers) ? 'AccessDeniedException' : 'AccessDenied',
        'no',
      );
    const reply = await forward(asked, body);
    const text = reply.status === 200 ? paged(action, body, reply.text, state.pageSize) : reply.text;
    response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  }

  const forward = (asked: IncomingMessage, body: string): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> =>
    new Promise((resolve, reject) => {
      const onward = request(new URL(asked.url ?? '/', behind), { method: asked.method, headers: asked.headers }, (reply) => {
        const { 'transfer-encoding': _chunked, ...headers } = reply.headers;
        textOf(reply).then((text) => resolve({ status: reply.statusCode ?? 500, headers, text }), reject);
      });
      onward.once('error', reject);
      onward.end(body);
    });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    denied,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';

/** Where a running server of this computer is, as `server.json` says it. */
export interface LocalAddress {
  /** `http://127.0.0.1:4747` or `https://…` */
  readonly address: string;
  /** SHA-256 of its certificate; with https it alone decides whether this is our server. */
  readonly fingerprint?: string | undefined;
}

export interface LocalRequest {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LocalReply {
  readonly status: number;
  readonly text: string;
}

export class AnotherCertificate extends Error {
  override readonly name = 'AnotherCertificate';
}

/**
 * Asks the server on this computer. Its certificate may be a private one and never names 127.0.0.1: it is known by its fingerprint, and
 * nothing is sent before that was compared, the secret least of all.
 * @throws AnotherCertificate, or what the network says.
 */
export function localRequest(server: LocalAddress, { path, method, headers = {}, body = '' }: LocalRequest): Promise<LocalReply> {
  const url = new URL(path, server.address);
  const options: RequestOptions = { method, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } };
  return new Promise((resolve, reject) => {
    const sent: ClientRequest =
      url.protocol === 'https:'
        ? tlsRequest(url, { ...options, createConnection: pinned(url, server.fingerprint) } as RequestOptions)
        : plainRequest(url, { ...options, agent: false });
    sent.once('error', reject);
    sent.once('response', (reply) => readText(reply).then((text) => resolve({ status: reply.statusCode ?? 0, text }), reject));
    sent.end(body);
  });
}

async function readText(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

type OnConnection = (error: Error | null, socket?: TLSSocket) => void;

/** The socket is handed over once it has proved to be the one that was pinned. */
const pinned = (url: URL, fingerprint: string | undefined) => (_options: unknown, done: OnConnection) => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(url.port || 443), rejectUnauthorized: false });
  socket.once('error', (error) => done(error));
  socket.once('secureConnect', () => {
    if (fingerprint !== undefined && socket.getPeerX509Certificate()?.fingerprint256 === fingerprint) return done(null, socket);
    socket.destroy();
    done(new AnotherCertificate('another certificate than in server.json'));
  });
  return undefined;
};

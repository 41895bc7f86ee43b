import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** What the token endpoint gives. What is left out is as an honest provider would have it. */
export interface Told {
  /** Changes of the claims; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly alg?: 'RS256' | 'none' | 'HS256';
  /** Signed with a key that is not among the published ones, under its name or another. */
  readonly key?: 'another' | 'another, under another name';
  /** The ID token, as it is made to be. */
  readonly token?: (token: string) => unknown;
  readonly userInfo?: Readonly<Record<string, unknown>>;
  /** Another issuer in the metadata than the address. */
  readonly discovery?: Readonly<Record<string, unknown>>;
  readonly status?: number;
}

/** A provider that signs what it is told to. */
export interface HostileProvider {
  readonly issuer: string;
  told: Told;
  close(): Promise<void>;
}

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const rsa = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('rsa', { modulusLength: 2048 });

export async function startHostileProvider(nonceOf: (code: string) => string): Promise<HostileProvider> {
  const [published, another] = [rsa(), rsa()];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const provider: HostileProvider = {
    issuer,
    told: {},
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const answer = (response: ServerResponse, body: unknown, status = 200): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  server.on('request', async (request, response) => {
    const { told } = provider;
    const path = request.url ?? '';
    if (path.startsWith('/.well-known/')) return answer(response, { ...metadata(issuer), ...told.discovery });
    if (path === '/jwks')
      return answer(response, { keys: [{ ...published.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] });
    if (path === '/userinfo') return answer(response, told.userInfo ?? { sub: 'mallory' });
    let body = '';
    for await (const chunk of request) body += chunk;
    const code = new URLSearchParams(body).get('code') ?? '';
    const key = told.key === undefined ? published.privateKey : another.privateKey;
    const token = tokenOf(issuer, nonceOf(code), told, key);
    answer(
      response,
      { access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: told.token ? told.token(token) : token },
      told.status,
    );
  });
  return provider;
}

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  userinfo_endpoint: `${issuer}/userinfo`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  authorization_response_iss_parameter_supported: true,
});

function tokenOf(issuer: string, nonce: string, { claims, alg = 'RS256', key: which }: Told, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1_000);
  const honest = { iss: issuer, sub: 'mallory', aud: 'muster', iat: now, exp: now + 60, nonce, groups: ['nhi-admins'], name: 'Mallory' };
  const kid = which === 'another, under another name' ? 'other' : 'k';
  const signed = `${encode({ alg, typ: 'JWT', kid })}.${encode({ ...honest, ...claims })}`;
  if (alg === 'none') return `${signed}.`;
  const signature = alg === 'HS256' ? createHmac('sha256', 'muster').update(signed).digest() : sign('RSA-SHA256', Buffer.from(signed), key);
  return `${signed}.${signature.toString('base64url')}`;
}

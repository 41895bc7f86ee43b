import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';

export interface Account {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A real OpenID provider on loopback. Who comes to it is whoever `loginAs` says; its pages are walked without a browser. */
export interface RealProvider {
  readonly issuer: string;
  readonly accounts: Map<string, Account>;
  loginAs: string;
  /** Goes where a browser would go, with cookies of its own. @returns the query of the address that the browser is sent back to. */
  visit(address: string): Promise<string>;
  close(): Promise<void>;
}

export async function startRealProvider(secret?: string): Promise<RealProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const accounts = new Map<string, Account>();
  const provider = quietly(() => newProvider(issuer, accounts, secret));
  const started: RealProvider = {
    issuer,
    accounts,
    loginAs: 'ana',
    visit: (address) => visit(address, issuer),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/') === true) void interact(provider, started.loginAs, request, response);
    else void answer(request, response);
  });
  return started;
}

/** It says on the console that its defaults are for development: they are. */
function quietly<T>(make: () => T): T {
  const { info, warn } = console;
  Object.assign(console, { info: () => undefined, warn: () => undefined });
  try {
    return make();
  } finally {
    Object.assign(console, { info, warn });
  }
}

function newProvider(issuer: string, accounts: ReadonlyMap<string, Account>, secret: string | undefined): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: 'muster',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/sign-in', 'http://127.0.0.1/callback'],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        ...(secret === undefined
          ? { token_endpoint_auth_method: 'none' }
          : { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }),
      },
    ],
    claims: { openid: ['sub', 'groups'], profile: ['name'] },
    scopes: ['openid', 'profile'],
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, name: accounts.get(sub)?.name ?? sub, groups: [...(accounts.get(sub)?.groups ?? [])] }),
    }),
    conformIdTokenClaims: true,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['only for tests'] },
    ttl: { AuthorizationCode: 60, AccessToken: 60, IdToken: 60, Interaction: 60, Session: 60, Grant: 60 },
  });
}

async function interact(provider: Provider, account: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, session } = await provider.interactionDetails(request, response);
  if (account === 'nobody') {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
  } else if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: account } });
  } else {
    const grant = new provider.Grant({ accountId: session?.accountId ?? account, clientId: 'muster' });
    grant.addOIDCScope('openid profile');
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  }
}

async function visit(address: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next = address;
  for (let step = 0; step < 10; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    next = new URL(location, next).href;
    if (!next.startsWith(issuer)) return new URL(next).search;
  }
  throw new Error('the provider sends one around in circles');
}

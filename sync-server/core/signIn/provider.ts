import * as client from 'openid-client';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import { HOUR, type Millis } from '../../../shared/base/time.ts';
import type { SignInPolicy } from '../../../shared/model/policy.ts';
import type { ApiError } from '../../../shared/wire/http.ts';
import { groupsIn } from './grantOf.ts';
import { signInFailure, signInProblem } from './signInProblem.ts';

/** Seconds that one answer of the provider may take. */
const TIMEOUT = 10;
/** A provider's addresses and keys are asked for again after this. */
const CONFIGURATION_LIFE = HOUR;

/** What a flow keeps between the two calls. None of it leaves the server but in the address. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirect: string;
  readonly policy: SignInPolicy;
}

/** What a provider vouches for. */
export interface Vouched {
  readonly subject: string;
  readonly name: string;
  readonly groups: readonly string[];
}

type Secret = (policy: SignInPolicy) => Result<string | undefined, ApiError>;

/** The identity provider of the policy, as OpenID Connect Core 1.0 asks it: the one address that a sign-in makes the server talk to. */
export class Provider {
  private readonly secret: Secret;
  private readonly clock: () => Millis;
  private known: { readonly key: string; readonly config: client.Configuration; readonly until: Millis } | undefined;

  constructor(secret: Secret, clock: () => Millis) {
    this.secret = secret;
    this.clock = clock;
  }

  async begin(policy: SignInPolicy, redirect: string): Promise<Result<{ flow: Flow; address: string }, ApiError>> {
    const config = await this.configuration(policy);
    if (!config.ok) return config;
    const flow = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      redirect,
      policy,
    };
    const address = client.buildAuthorizationUrl(config.value, {
      redirect_uri: redirect,
      scope: [...new Set(['openid', ...policy.scopes])].join(' '),
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    });
    return ok({ flow, address: address.href });
  }

  /** Redeems the code, and checks state, issuer (RFC 9207), and of the ID token signature, issuer, audience, times and nonce. */
  async finish({ policy, redirect, state, nonce, verifier }: Flow, query: string): Promise<Result<Vouched, ApiError>> {
    const config = await this.configuration(policy);
    if (!config.ok) return config;
    try {
      const answer = new URL(`${redirect}?${query.replace(/^\?/, '')}`);
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(config.value, answer, checks);
      const claims = tokens.claims();
      if (!claims) return err(signInProblem(undefined));
      const isWhole = claims[policy.groupsClaim] !== undefined && claims.name !== undefined;
      const more = isWhole ? {} : await this.userInfo(config.value, tokens.access_token, claims.sub);
      return ok(vouched({ ...more, ...claims }, policy));
    } catch (error) {
      return err(signInProblem(error));
    }
  }

  /** Does the provider answer, under the name that it has in the policy? Also what `--check` asks. */
  async configuration(policy: SignInPolicy): Promise<Result<client.Configuration, ApiError>> {
    const secret = this.secret(policy);
    if (!secret.ok) return secret;
    const key = JSON.stringify([policy.issuer, policy.clientId, secret.value]);
    if (this.known?.key === key && this.known.until > this.clock()) return ok(this.known.config);
    if (!isSafe(policy.issuer)) return err(PLAIN);
    try {
      const config = await discover(policy, secret.value);
      this.known = { key, config, until: this.clock() + CONFIGURATION_LIFE };
      return ok(config);
    } catch {
      return err(UNREACHABLE);
    }
  }

  private async userInfo(config: client.Configuration, accessToken: string, subject: string): Promise<Record<string, unknown>> {
    return config.serverMetadata().userinfo_endpoint === undefined ? {} : client.fetchUserInfo(config, accessToken, subject);
  }
}

const PLAIN = signInFailure('no sign-in', 'The identity provider is not reached over TLS.', 'An administrator gives an https address.');
const UNREACHABLE = signInFailure(
  'provider unreachable',
  'The identity provider does not answer as one.',
  'Try again in a moment; on the server `muster sign-in --check` says more.',
  true,
);

/** Tokens and a client secret travel there: in the clear only within this computer. */
function isSafe(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'https:' || isLoopback(hostname);
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);

async function discover({ issuer, clientId }: SignInPolicy, secret: string | undefined): Promise<client.Configuration> {
  const plain = new URL(issuer).protocol === 'http:';
  const options = { timeout: TIMEOUT, ...(plain ? { execute: [client.allowInsecureRequests] } : {}) };
  const found = (await client.discovery(new URL(issuer), clientId, undefined, client.None(), options)).serverMetadata();
  const config = new client.Configuration(found, clientId, undefined, authenticationOf(found, secret));
  config.timeout = TIMEOUT;
  if (plain) client.allowInsecureRequests(config);
  // Without it the library takes the token's word for itself, since it came from the provider's own address.
  client.enableNonRepudiationChecks(config);
  return config;
}

function authenticationOf(found: client.ServerMetadata, secret: string | undefined): client.ClientAuth {
  if (secret === undefined) return client.None();
  const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = found;
  return methods.includes('client_secret_basic') ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}

function vouched(claims: Record<string, unknown> & { readonly sub: string }, { groupsClaim }: SignInPolicy): Vouched {
  const name = [claims.name, claims.preferred_username, claims.email, claims.sub].find(
    (one): one is string => typeof one === 'string' && one.trim() !== '',
  );
  return { subject: claims.sub, name: (name ?? claims.sub).trim().slice(0, 200), groups: groupsIn(claims[groupsClaim]) };
}

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { SignInPolicy } from '../../../shared/model/policy.ts';
import { type ApiError, serverSecretReference } from '../../../shared/wire/http.ts';
import { signInFailure } from './signInProblem.ts';

const settings = z.object({ issuer: z.string(), clientId: z.string(), secret: serverSecretReference }).strict();
export type SecretReference = z.infer<typeof serverSecretReference>;

/**
 * Where the client secret is found: a reference in a file of the data directory, never the secret itself. It is for one issuer and client: a
 * policy that names another issuer must not make the server send it there.
 */
export class SignInSecret {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  remember(policy: Pick<SignInPolicy, 'issuer' | 'clientId'>, secret: SecretReference | undefined): void {
    if (!secret) {
      rmSync(this.path, { force: true });
      return;
    }
    const next = `${this.path}.next`;
    writeFileSync(next, `${JSON.stringify({ issuer: policy.issuer, clientId: policy.clientId, secret })}\n`, { mode: 0o600, flush: true });
    renameSync(next, this.path);
  }

  /** @returns undefined when this client has none (a public client, which PKCE is made for). */
  read = (policy: Pick<SignInPolicy, 'issuer' | 'clientId'>): Result<string | undefined, ApiError> => {
    if (!existsSync(this.path)) return ok(undefined);
    const known = this.settings();
    if (!known) return err(problem('The file sign-in.json in the data directory is not understood.'));
    if (known.issuer !== policy.issuer || known.clientId !== policy.clientId) return ok(undefined);
    return resolved(known.secret);
  };

  private settings(): z.infer<typeof settings> | undefined {
    try {
      return settings.safeParse(JSON.parse(readFileSync(this.path, 'utf8'))).data;
    } catch {
      return undefined;
    }
  }
}

const problem = (message: string): ApiError =>
  signInFailure('no sign-in', message, 'Run `muster sign-in` again on the server with --secret-env or --secret-file.');

function resolved(reference: SecretReference): Result<string, ApiError> {
  if ('env' in reference) {
    const value = process.env[reference.env];
    return value ? ok(value) : err(problem(`The environment variable ${reference.env} with the client secret is not set.`));
  }
  try {
    return ok(readFileSync(reference.file, 'utf8').replace(/\r?\n$/, ''));
  } catch {
    return err(problem(`The file ${reference.file} with the client secret cannot be read.`));
  }
}

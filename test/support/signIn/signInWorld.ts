import type { Signer } from '../../../shared/base/signature.ts';
import type { PersonId } from '../../../shared/model/ids.ts';
import type { SignInPolicy } from '../../../shared/model/policy.ts';
import { type SignInBegun, type SignInOutcome, signInBegun, signInOutcome } from '../../../shared/wire/team.ts';
import { confirmationProof } from '../confirmation.ts';
import type { TestServer } from '../startTestServer.ts';
import { newSigner, post, TestDevice } from '../testClient.ts';

export const LOOPBACK = 'http://127.0.0.1:49152/callback';

export const policyFor = (issuer: string, change: Partial<SignInPolicy> = {}): SignInPolicy => ({
  issuer,
  clientId: 'muster',
  name: 'Example',
  scopes: ['profile'],
  groupsClaim: 'groups',
  groups: [
    { group: 'nhi-admins', grant: { role: 'admin', remit: 'true' } },
    { group: 'nhi-stewards', grant: { role: 'steward', remit: 'row.team.text == "payments"' } },
    { group: 'staff', grant: { role: 'reader', remit: 'true' } },
  ],
  renewHours: 8,
  ...change,
});

/** Sets the policy as an administrator's device does: an ordinary act. */
export async function setPolicy(admin: TestDevice, policy: SignInPolicy | undefined): Promise<void> {
  const previous = admin.ledger.lastOn('policy/sign-in') ?? null;
  const value = policy ? ({ kind: 'signIn', policy } as const) : ({ kind: 'absent' } as const);
  const [placed] = await admin.commit([{ kind: 'policy', key: 'sign-in', previous, value }]);
  if (placed?.receipt.void) throw new Error(`no policy: ${Object.values(placed.receipt.void)}`);
}

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: unknown;
}

/** What a page does of a sign-in. */
export class SignInPage {
  readonly server: Pick<TestServer, 'address' | 'core'>;
  readonly signer: Signer;

  private constructor(server: SignInPage['server'], signer: Signer) {
    this.server = server;
    this.signer = signer;
  }

  static async of(server: SignInPage['server'], signer?: Signer): Promise<SignInPage> {
    return new SignInPage(server, signer ?? (await newSigner()));
  }

  /** @param by who signs the proof, when it is somebody else. */
  async ask(redirect = LOOPBACK, by: Signer = this.signer): Promise<Answer> {
    const device = this.signer.publicKey;
    const proof = await confirmationProof(this.server.core.space, { publicKey: device, sign: by.sign });
    return answerOf(await post(`${this.server.address}/api/sign-in`, { device, label: 'laptop', proof, redirect }));
  }

  async begin(redirect = LOOPBACK): Promise<SignInBegun> {
    const { status, body } = await this.ask(redirect);
    if (status !== 201) throw new Error(`sign-in ${status} ${JSON.stringify(body)}`);
    return signInBegun.parse(body);
  }

  async finish(id: string, query: string): Promise<Answer> {
    return answerOf(await post(`${this.server.address}/api/sign-in/${id}`, { query }));
  }

  /** All of it. @throws what the server says when it refuses. */
  async through(visit: (address: string) => Promise<string>): Promise<SignInOutcome> {
    const { id, address } = await this.begin();
    const { status, body } = await this.finish(id, await visit(address));
    if (status !== 200) throw new Error(`sign-in ${status} ${JSON.stringify(body)}`);
    return signInOutcome.parse(body);
  }

  device(person: PersonId): TestDevice {
    return TestDevice.known(this.server.address, this.server.core.space, this.signer, person);
  }
}

export const answerOf = ({ status, body }: { status: number; body: unknown }): Answer => ({
  status,
  code: (body as { error?: { code?: string } }).error?.code,
  body,
});

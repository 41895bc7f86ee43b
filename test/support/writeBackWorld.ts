import { rmSync } from 'node:fs';
import { type HashHex, hashText } from '../../shared/base/hash.ts';
import { proposalDigest } from '../../shared/ledger/proposal.ts';
import type { ActOf } from '../../shared/model/act.ts';
import { anchorOf, type ExternalId, type IdentityId, type SourceId } from '../../shared/model/ids.ts';
import type { Role } from '../../shared/model/vocabulary.ts';
import type { WriteBackView } from '../../shared/register/view.ts';
import { invitationReply, type WritePlanReply } from '../../shared/wire/http.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { startTestServer, type TestServer } from './startTestServer.ts';
import { TestDevice } from './testClient.ts';
import { throwAwayDirectory } from './throwAwayDirectory.ts';

export const DATABASE = 'db' as SourceId;

/** A role of the database, as the register knows it. */
export interface KnownRole {
  readonly name: string;
  readonly externalId: ExternalId;
  readonly id: IdentityId;
}

/** A team, a server and a real PostgreSQL that the server reads and writes. */
export class WriteBackWorld {
  readonly postgres: PostgresServer;
  readonly admin: TestDevice;
  readonly steward: TestDevice;
  readonly approver: TestDevice;
  server: TestServer;
  #roles = 0;

  private constructor(postgres: PostgresServer, server: TestServer, admin: TestDevice, steward: TestDevice, approver: TestDevice) {
    this.postgres = postgres;
    this.server = server;
    this.admin = admin;
    this.steward = steward;
    this.approver = approver;
  }

  /** @returns why there is none, in one line. */
  static async open(variable: string): Promise<WriteBackWorld | string> {
    const password = hashText(variable).slice(0, 24);
    const postgres = await startPostgres(password);
    if ('unavailable' in postgres) return postgres.unavailable;
    process.env[variable] = password;
    const server = await startTestServer({ data: throwAwayDirectory() });
    const added = await server.runner.add(
      { id: DATABASE, kind: 'postgres', url: postgres.url('admin'), password: { env: variable } },
      { run: false },
    );
    if (!added.ok) throw new Error(added.error.message);
    const admin = await (await TestDevice.enrol(server.launchLink())).connect();
    const [steward, approver] = [await enrolled(admin, 'steward'), await enrolled(admin, 'approver')];
    return new WriteBackWorld(postgres, server, admin, steward, approver);
  }

  /** The same data directory, served anew. */
  async restart(between: () => Promise<void> = async () => undefined): Promise<void> {
    const { data } = this.server;
    await this.server.close();
    await between();
    this.server = await startTestServer({ data });
  }

  async close(): Promise<void> {
    for (const device of [this.admin, this.steward, this.approver]) device.close();
    await this.server.close();
    rmSync(this.server.data, { recursive: true, force: true });
    await this.postgres.dispose();
  }

  /** A role with a comment that the register has seen, owned by Payments there. */
  async role(comment = 'Pays invoices', owner = 'Payments'): Promise<KnownRole> {
    const [role] = await this.roles(1, comment, owner);
    if (!role) throw new Error('no role was made');
    return role;
  }

  async roles(count: number, comment = 'Pays invoices', owner = 'Payments'): Promise<KnownRole[]> {
    const names = Array.from({ length: count }, () => `bot_${++this.#roles}`);
    const quoted = comment.replaceAll("'", "''");
    await this.postgres.run(names.map((name) => `create role ${name} login; comment on role ${name} is '${quoted}'`).join('; '));
    const { rows } = await this.postgres.run(`select rolname as name, oid::text from pg_roles where rolname = any('{${names.join(',')}}')`);
    const roles = (rows as { name: string; oid: string }[]).map(({ name, oid }) => {
      const externalId = `role/${oid}` as ExternalId;
      return { name, externalId, id: anchorOf(DATABASE, externalId) };
    });
    await this.list();
    await this.steward.commit(roles.map(({ id }) => ({ kind: 'set', anchors: [id], field: 'owner', value: owner })));
    return roles;
  }
  async list(): Promise<void> {
    const run = await this.server.runner.run(DATABASE, 'person');
    if (!run.ok || run.value.outcome !== 'complete') throw new Error(`the listing failed: ${JSON.stringify(run)}`);
  }

  async comment({ name }: KnownRole): Promise<string | null> {
    return (await this.postgres.run(`select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = '${name}'`))
      .rows[0].comment;
  }

  async plan({ id }: KnownRole, by = this.steward, field = 'owner'): Promise<ActOf<'propose'>> {
    const { status, body } = await by.request('POST', `/api/sources/${DATABASE}/writes/plan`, { identity: id, field });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return (body as WritePlanReply).act;
  }

  digest(act: ActOf<'propose'>): HashHex {
    return proposalDigest(this.server.core.space, act);
  }

  /** Plans and proposes. */
  async propose(role: KnownRole, by = this.steward): Promise<HashHex> {
    const act = await this.plan(role, by);
    const [placed] = await by.commit([act]);
    if (placed?.receipt.void) throw new Error(JSON.stringify(placed.receipt.void));
    return this.digest(act);
  }

  async approve(digest: HashHex, by = this.approver): Promise<string | undefined> {
    return (await by.commit([{ kind: 'approve', subject: digest }]))[0]?.receipt.void?.['0'];
  }

  write(digest: HashHex): WriteBackView | undefined {
    return this.server.core.register.writeBacks().find((one) => one.digest === digest);
  }
}

export async function enrolled(admin: TestDevice, role: Role): Promise<TestDevice> {
  const invited = await admin.request('POST', '/api/invitations', { role, remit: 'true', label: role });
  const device = await TestDevice.enrol(invitationReply.parse(invited.body).link, { personName: `The ${role}` });
  return device.connect();
}

import * as z from 'zod';
import { visibleText } from '../../shared/base/text.ts';
import { toInstant } from '../../shared/base/time.ts';
import type { PersonView } from '../../shared/ledger/ledgerReader.ts';
import { deviceKey, policyKey, roleKey, SERVER_KEY } from '../../shared/ledger/registry.ts';
import type { Act, ActRef } from '../../shared/model/act.ts';
import { type DeviceId, entryId } from '../../shared/model/ids.ts';
import { SIGN_IN_POLICY, signInPolicy } from '../../shared/model/policy.ts';
import { role } from '../../shared/model/vocabulary.ts';
import { fingerprintOf } from '../../shared/snapshot/fingerprint.ts';
import { serverSecretReference } from '../../shared/wire/http.ts';
import { CommandError } from './commandError.ts';
import type { LocalCore } from './localCore.ts';
import { unwrapped } from './unwrapped.ts';

const text = z.string().max(4_096);
const why = text.optional();
const revokeArgs = z.object({ device: text, why }).strict();
const roleArgs = z.object({ person: text, role, remit: text, why }).strict();
const closeArgs = z.object({ id: text, why }).strict();
const rekeyArgs = z.object({ why }).strict();
const signInArgs = z.object({ policy: signInPolicy, secret: serverSecretReference.optional() }).strict();

type Run = (core: LocalCore, args: unknown) => unknown;
const taking =
  <T>(schema: z.ZodType<T>, run: (core: LocalCore, args: T) => unknown): Run =>
  (core, args) => {
    const parsed = schema.safeParse(args);
    if (parsed.success) return run(core, parsed.data);
    const issue = parsed.error.issues[0];
    throw new CommandError(`${issue?.path.join('.') || 'arguments'}: ${issue?.message ?? 'not what this command takes'}.`);
  };

/** What the command line does with people, devices and keys, as the local steward. */
export const TEAM_COMMANDS: Readonly<Record<string, Run>> = {
  devices: (core) => devicesOf(core),
  revoke: taking(revokeArgs, revoke),
  role: taking(roleArgs, changeRole),
  invitations: (core) => core.team.invitations(),
  'close-invitation': taking(closeArgs, closeInvitation),
  rekey: taking(rekeyArgs, rekey),
  'sign-in': (core) => core.team.signIn() ?? null,
  'set-sign-in': taking(signInArgs, setSignIn),
  'sign-in-off': (core) => signInOff(core),
  'check-sign-in': (core) => checkSignIn(core),
};

const reasonOf = (given: string | undefined): { why?: string } => (given === undefined ? {} : { why: given });

function devicesOf({ ledger, team }: LocalCore): unknown[] {
  return [...ledger.persons().values()].flatMap((person) =>
    person.devices.map((device) => ({
      person: person.name,
      personId: person.person,
      role: person.role,
      remit: person.remit,
      ...device,
      ...team.seen(device.device),
    })),
  );
}

/** By its key, or at least six characters of its beginning. */
function deviceNamed({ ledger }: LocalCore, start: string): { device: DeviceId; person: PersonView; label: string } {
  const all = [...ledger.persons().values()].flatMap((person) => person.devices.map((one) => ({ ...one, person })));
  return onlyOne(
    start.length < 6 ? [] : all.filter(({ device }) => device.startsWith(start)),
    `No device has a key that begins with "${visibleText(start, 60)}".`,
    'Keys are listed by `muster devices`; at least six characters are needed.',
  );
}

/** By the whole name, or at least six digits of the id. */
function personNamed({ ledger }: LocalCore, named: string): PersonView {
  const all = [...ledger.persons().values()];
  const byName = all.filter(({ name }) => name === named);
  return onlyOne(
    byName.length > 0 ? byName : all.filter(({ person }) => named.length >= 6 && person.startsWith(named)),
    `Nobody is called "${visibleText(named, 80)}".`,
    'People are listed by `muster devices`; with --format json also their ids.',
  );
}

function onlyOne<T>(found: readonly T[], none: string, wayOut: string): T {
  const [first] = found;
  if (first === undefined) throw new CommandError(none, { wayOut });
  if (found.length > 1) throw new CommandError(`${found.length} are called so.`, { wayOut });
  return first;
}

async function revoke(core: LocalCore, args: z.infer<typeof revokeArgs>): Promise<unknown> {
  const { device, person, label } = deviceNamed(core, args.device);
  const previous = core.ledger.lastOn(deviceKey(device)) ?? null;
  const { entries } = unwrapped(await core.commit([{ kind: 'revoke', device, previous, ...reasonOf(args.why) }]));
  return { device, label, person: person.name, entry: entries[0] };
}

async function changeRole(core: LocalCore, args: z.infer<typeof roleArgs>): Promise<unknown> {
  refuseBadCondition(core, args.remit);
  const { person, name } = personNamed(core, args.person);
  const previous = core.ledger.lastOn(roleKey(person)) ?? null;
  const act: Act = { kind: 'role', person, role: args.role, remit: args.remit, previous, ...reasonOf(args.why) };
  const { entries } = unwrapped(await core.commit([act]));
  return { person, name, role: args.role, remit: args.remit, entry: entries[0] };
}

function refuseBadCondition({ register }: LocalCore, condition: string): void {
  const { problem } = register.window({ text: '', where: condition, sort: [] }, 0, 0);
  if (problem) throw new CommandError(`The remit is not understood: ${problem.message}`, { wayOut: problem.wayOut });
}

/** By the beginning of the id of the entry that made it. */
async function closeInvitation(core: LocalCore, { id, why: reason }: z.infer<typeof closeArgs>): Promise<unknown> {
  const open = core.team.invitations().filter((one) => id.length >= 6 && one.id.startsWith(id));
  const wayOut = 'Open ones are listed by `muster invitations`; at least six digits of the id are needed.';
  const found = onlyOne(open, `No open invitation has an id that begins with "${visibleText(id, 70)}".`, wayOut);
  const [entry, index] = found.id.split('/');
  const ref: ActRef = { entry: entryId.parse(entry), act: Number(index ?? 0) };
  unwrapped(await core.commit([{ kind: 'withdraw', acts: [ref], ...reasonOf(reason) }]));
  return found;
}

async function rekey(core: LocalCore, args: z.infer<typeof rekeyArgs>): Promise<unknown> {
  const succession = await core.team.prepareSuccession();
  const previous = core.ledger.lastOn(SERVER_KEY) ?? null;
  const { entries } = unwrapped(await core.commit([{ kind: 'rekey', succession, previous, ...reasonOf(args.why) }]));
  return { key: succession.to, fingerprint: fingerprintOf(succession.to), before: fingerprintOf(succession.from), entry: entries[0] };
}

/** First where the secret is found, then the policy: a policy without its secret would turn people away. */
async function setSignIn(core: LocalCore, { policy, secret }: z.infer<typeof signInArgs>): Promise<unknown> {
  for (const { grant } of policy.groups) refuseBadCondition(core, grant.remit);
  if (policy.others) refuseBadCondition(core, policy.others.remit);
  core.team.rememberSecret(policy, secret);
  const previous = core.ledger.lastOn(policyKey(SIGN_IN_POLICY)) ?? null;
  unwrapped(await core.commit([{ kind: 'policy', key: SIGN_IN_POLICY, previous, value: { kind: 'signIn', policy } }]));
  return policy;
}

async function signInOff(core: LocalCore): Promise<unknown> {
  const policy = core.team.signIn();
  if (!policy) throw new CommandError('Nobody signs in here with an identity provider.', { exitCode: 1 });
  const previous = core.ledger.lastOn(policyKey(SIGN_IN_POLICY)) ?? null;
  unwrapped(await core.commit([{ kind: 'policy', key: SIGN_IN_POLICY, previous, value: { kind: 'absent' } }]));
  core.team.rememberSecret(policy, undefined);
  return { issuer: policy.issuer, at: toInstant(core.now()) };
}

async function checkSignIn(core: LocalCore): Promise<unknown> {
  const policy = core.team.signIn();
  if (!policy) throw new CommandError('Nobody signs in here with an identity provider.', { exitCode: 1 });
  return unwrapped(await core.team.checkSignIn(policy));
}

import * as z from 'zod';
import { visibleText } from '../../shared/base/text.ts';
import { fieldByName } from '../../shared/model/fields.ts';
import { sourceId } from '../../shared/model/ids.ts';
import { WRITE_BACK_POLICY, writeBackPolicy } from '../../shared/model/policy.ts';
import type { IdentityView, WriteBackView } from '../../shared/register/view.ts';
import { CommandError } from './commandError.ts';
import type { LocalCore } from './localCore.ts';
import { unwrapped } from './unwrapped.ts';

const text = z.string().max(4_096);
export const WRITE_ARGUMENTS = {
  write: z.object({ id: text, field: text, source: sourceId.optional(), dryRun: z.boolean(), why: text.optional() }).strict(),
  policy: z
    .object({ fields: z.array(z.string().min(1).max(64)).max(64).optional(), secondPerson: writeBackPolicy.shape.secondPerson.optional() })
    .strict(),
  decide: z.object({ kind: z.enum(['approve', 'reject']), digests: z.array(text).min(1).max(500), why: text.optional() }).strict(),
};

/** Says what exactly would be sent; unless it is a dry run, proposes it as the local steward. */
export async function writeField(core: LocalCore, view: IdentityView, args: z.infer<typeof WRITE_ARGUMENTS.write>): Promise<unknown> {
  const source = args.source ?? onlySource(core, view, args.field);
  const { act, already } = unwrapped(await core.planWrite(source, { identity: view.id, field: args.field }));
  if (args.dryRun || already) return { source, write: act.write, already, proposed: false };
  unwrapped(await core.commit([args.why === undefined ? act : { ...act, why: args.why }]));
  const [proposed] = core.register.writeBacks();
  return { source, write: act.write, already, proposed: true, digest: proposed?.digest, needsOther: proposed?.needsOther };
}

/** The one source of the identity that has a place for the field. */
function onlySource(core: LocalCore, view: IdentityView, field: string) {
  if (fieldByName.get(field)?.plane !== 'governance')
    throw new CommandError(`There is no field "${visibleText(field, 60)}" that could be sent.`);
  const own = new Set(view.records.flatMap(({ source }) => source ?? []));
  const able = core.register
    .sources()
    .map(({ status }) => status)
    .filter((status) => own.has(status.source) && status.writable?.includes(field))
    .map(({ source }) => source);
  const [only, ...more] = able;
  if (only === undefined)
    throw new CommandError('No source of this identity has a place for that field.', {
      exitCode: 1,
      wayOut: 'Change it in the source itself.',
    });
  if (more.length > 0)
    throw new CommandError(`Several sources have a place for it: ${able.join(', ')}.`, { wayOut: 'Choose one with --source.' });
  return only;
}

/** The policy in force, changed first where something is asked for. */
export async function writePolicy(core: LocalCore, args: z.infer<typeof WRITE_ARGUMENTS.policy>): Promise<unknown> {
  const wrong = args.fields?.find((name) => fieldByName.get(name)?.plane !== 'governance');
  if (wrong !== undefined) throw new CommandError(`There is no field "${visibleText(wrong, 60)}" that could be sent.`);
  const { fields = core.ledger.writeBack.fields, secondPerson = core.ledger.writeBack.secondPerson } = args;
  if (args.fields !== undefined || args.secondPerson !== undefined) {
    const previous = core.ledger.lastOn(`policy/${WRITE_BACK_POLICY}`) ?? null;
    const value = { kind: 'writeBack', policy: { fields, secondPerson } } as const;
    unwrapped(await core.commit([{ kind: 'policy', key: WRITE_BACK_POLICY, previous, value }]));
  }
  return core.ledger.writeBack;
}

export async function decideWrites(core: LocalCore, args: z.infer<typeof WRITE_ARGUMENTS.decide>): Promise<unknown> {
  const all = core.register.writeBacks();
  const chosen = args.digests.map((digest) => writeOf(all, digest));
  const why = args.why === undefined ? {} : { why: args.why };
  unwrapped(await core.commit(chosen.map(({ digest }) => ({ kind: args.kind, subject: digest, ...why }))));
  return { decided: args.kind, writes: chosen.map(({ digest, name, field, source }) => ({ digest, name, field, source })) };
}

/** By its digest, or at least six digits of it. */
function writeOf(all: readonly WriteBackView[], digits: string): WriteBackView {
  const found = /^[0-9a-f]{6,64}$/.test(digits) ? all.filter(({ digest }) => digest.startsWith(digits)) : [];
  const [only, ...more] = found;
  if (only && more.length === 0) return only;
  throw new CommandError(`${more.length > 0 ? 'Several writes begin' : 'No write begins'} with "${visibleText(digits, 64)}".`, {
    exitCode: 1,
    wayOut: 'See `muster writes`; at least six digits are needed.',
  });
}

import { randomBytes } from 'node:crypto';
import { ok, type Result } from '../../shared/base/result.ts';
import { fieldByName } from '../../shared/model/fields.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import type { Register } from '../../shared/register/register.ts';
import type { RegisteredProblem } from '../../shared/register/registered.ts';
import type { IdentityView } from '../../shared/register/view.ts';
import type { ApiError, WritePlanReply, WritePlanRequest } from '../../shared/wire/http.ts';
import type { RunnerService } from '../runner/runnerService.ts';
import { refuse } from '../runner/settings.ts';

export interface PlanningParts {
  readonly register: Register;
  readonly runner: Pick<RunnerService, 'planWrite'>;
  readonly isPrivate: (source: SourceId) => boolean;
  /** Fields that policy lets be proposed. */
  readonly fields: readonly string[];
}

const REGISTERED: Readonly<Record<RegisteredProblem, readonly [message: string, wayOut: string]>> = {
  'not one identity': ['The register has no such identity', 'Look it up again.'],
  'no such field': ['This field is not one that is sent to sources', 'Change it in the source itself.'],
  'in conflict': ['The registered value is in conflict', 'Settle the conflict first; then send what counts.'],
  'no name to send': ['The registered party has no name that is its alone', 'Give it a name or an e-mail of its own under People.'],
};

/** What exactly would be sent to a source for a field of an identity, as an act that is ready to be signed. Sends nothing. */
export async function planProposal(
  { register, runner, isPrivate, fields }: PlanningParts,
  source: SourceId,
  request: WritePlanRequest,
): Promise<Result<WritePlanReply, ApiError>> {
  const { field } = request;
  const label = fieldByName.get(field)?.label ?? field;
  if (!fields.includes(field))
    return refuse('write-back is off', `${label} is not sent to sources`, 'An administrator can change the policy "write-back".');
  if (isPrivate(source))
    return refuse(
      'private source',
      'A private source is not written to: everybody would see what it holds',
      'Change it in the source itself.',
    );
  const view = register.identity(request.identity);
  const externalId = view && recordIn(view, source, request);
  if (!view || !externalId) return refuse('no record', 'This source has no record of the identity', 'Choose a source that has one.');
  const anchors = view.anchors.slice(0, 64);
  const registered = register.registered(anchors, field);
  if (!registered.ok) return refuse(registered.error, ...REGISTERED[registered.error]);
  const { value, sent } = registered.value;
  const planned = await runner.planWrite(source, { externalId, field, value: sent });
  if (!planned.ok) return planned;
  const { write, system } = planned.value;
  const nonce = randomBytes(16).toString('hex');
  return ok({
    act: { kind: 'propose', anchors: [...anchors], source, system, registered: value, sent, write, nonce },
    already: write.from === write.to,
  });
}

/** The record that was asked for, or the one that the source still lists. */
function recordIn({ records }: IdentityView, source: SourceId, { externalId }: WritePlanRequest) {
  const held = records.filter((record) => record.source === source && (externalId === undefined || record.externalId === externalId));
  return (held.find(({ missingSince }) => missingSince === undefined) ?? held[0])?.externalId;
}

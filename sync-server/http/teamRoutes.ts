import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toInstant } from '../../shared/base/time.ts';
import { place } from '../../shared/model/ids.ts';
import { deviceRequest, type TeamReply } from '../../shared/wire/team.ts';
import type { Principal } from '../core/principal.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, sendError, sendResult } from './errors.ts';
import { parseWith } from './parse.ts';

/** Heads that devices ask for, devices that wait, who was here, and another server key. */
export function teamRoutes(app: FastifyInstance, context: HttpContext): void {
  const { core } = context;
  app.get(
    '/api/head/:place',
    requires(context, 'reader', (request, reply) => head(context, request, reply)),
  );
  app.get(
    '/api/team',
    requires(context, 'reader', (_request, reply, principal) => reply.send(teamOf(context, principal))),
  );
  app.post('/api/devices/requests', async (request, reply) => {
    const body = parseWith(deviceRequest, request.body);
    return body.ok ? sendResult(reply, await core.deviceRequests.ask(body.value), 201) : sendError(reply, body.error);
  });
  app.get(
    '/api/devices/requests/:code',
    requires(context, 'reader', (request, reply, principal) => {
      if (principal.device === undefined) return sendError(reply, NO_DEVICE);
      return sendResult(reply, core.deviceRequests.find((request.params as { code: string }).code, principal));
    }),
  );
  app.post(
    '/api/rekey',
    requires(context, 'admin', async (_request, reply) => reply.code(201).send({ succession: await core.prepareSuccession() })),
  );
}

const NO_DEVICE = apiFailure('forbidden', 'Only an enrolled device confirms another one.', 'Do it in the app.');
const SHORTER = apiFailure(
  'shorter history',
  'The ledger of this server does not reach that place.',
  'It may have been restored from a backup; an administrator knows.',
);

async function head({ core }: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const asked = place.safeParse(Number((request.params as { place: string }).place));
  if (!asked.success || asked.data < 1) return sendError(reply, apiFailure('bad request', 'A place is a whole number from 1 on.'));
  return asked.data > core.durablePlace ? sendError(reply, SHORTER) : reply.send({ head: await core.headAt(asked.data) });
}

/** Where and when somebody works is their own business, and an administrator's. */
function teamOf({ core }: HttpContext, { role, person }: Principal): TeamReply {
  const persons = [...core.ledger.persons().values()].filter((one) => role === 'admin' || one.person === person);
  return { devices: persons.flatMap((one) => one.devices.map(({ device }) => deviceOf(core, device))) };
}

function deviceOf(core: HttpContext['core'], device: TeamReply['devices'][number]['device']): TeamReply['devices'][number] {
  const [lastSeen, until] = [core.lastSeen.at(device), core.signedInUntil(device)];
  return {
    device,
    here: core.lastSeen.isHere(device),
    ...(lastSeen === undefined ? {} : { lastSeen }),
    ...(until === undefined ? {} : { signedInUntil: toInstant(until) }),
  };
}

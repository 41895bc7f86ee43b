import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toInstant } from '../../shared/base/time.ts';
import { enrolRequest, invitationRequest, nonceRequest, PROTOCOL, type SpaceInfo, ticketRequest } from '../../shared/wire/http.ts';
import { DEVICE_REVOKED } from '../../shared/wire/team.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, SIGNED_OUT, sendError, sendResult } from './errors.ts';
import { parseWith } from './parse.ts';

/** Who the server is, and how a device proves who it is. */
export function identityRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get('/healthz', () => ({ ok: true }));
  app.get('/api/space', () => spaceInfoOf(context));
  app.post('/api/auth/nonce', async (request, reply) => {
    const body = parseWith(nonceRequest, request.body);
    return body.ok
      ? reply.send(context.core.tickets.nonce(body.value.device, context.origins.originOf(request.headers)))
      : sendError(reply, body.error);
  });
  app.post('/api/auth/ticket', (request, reply) => ticket(context, request, reply));
  app.post('/api/enrol', (request, reply) => enrol(context, request, reply));
  app.post(
    '/api/invitations',
    requires(context, 'admin', async (request, reply, principal) => {
      const body = parseWith(invitationRequest, request.body);
      if (!body.ok) return sendError(reply, body.error);
      if (!principal.local) return sendError(reply, apiFailure('forbidden', 'Only the local steward can invite through this call.'));
      return sendResult(reply, await context.core.enrolment.invite(body.value, context.origins.originOf(request.headers)), 201);
    }),
  );
}

function spaceInfoOf({ core, name, version, sample, clock }: HttpContext): SpaceInfo {
  const succession = [...core.successions()];
  return {
    space: core.space,
    serverKey: core.serverKey,
    ...(succession.length > 0 ? { succession } : {}),
    epoch: core.epoch,
    name,
    version,
    protocol: PROTOCOL,
    time: toInstant(clock()),
    sample,
    place: core.durablePlace,
  };
}

async function ticket({ core }: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = parseWith(ticketRequest, request.body);
  if (!body.ok) return sendError(reply, body.error);
  const redeemed = await core.tickets.redeem(body.value.device, body.value.nonce, body.value.signature);
  if (!redeemed.ok) return sendError(reply, TICKET_REFUSED[redeemed.error]);
  const { ticket: value, expires, principal } = redeemed.value;
  const { person, personName, role, remit } = principal;
  core.lastSeen.saw(body.value.device);
  return reply.send({ ticket: value, expires, person, personName, role, remit });
}

const TICKET_REFUSED = {
  'not proved': apiFailure('not signed in', 'The signature does not prove this device.', 'Ask for a new nonce and sign it.', true),
  'not enrolled': apiFailure('forbidden', 'This device is not enrolled here.', 'Open a launch link or an invitation.'),
  revoked: apiFailure(DEVICE_REVOKED, 'This device was revoked.', 'Ask an administrator for a new invitation.'),
  'sign in again': SIGNED_OUT,
} as const;

async function enrol({ core }: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = parseWith(enrolRequest, request.body);
  return body.ok ? sendResult(reply, await core.enrolment.enrol(body.value), 201) : sendError(reply, body.error);
}

import * as z from 'zod';
import { succession } from '../model/act.ts';
import { deviceId, entryId, personId } from '../model/ids.ts';
import { instant } from '../model/record.ts';
import { signedHead } from '../model/status.ts';

/**
 * GET /api/head/<place> → the head of the ledger as it was at that place, signed now. A device asks for the head that it saw last before
 * it syncs: 404 `shorter history` when the server does not have that place.
 */
export const headReply = z.object({ head: signedHead }).strict();
export type HeadReply = z.infer<typeof headReply>;

/** GET /api/team → what is not in the ledger: when devices were last here, and how long a sign-in still holds. A reader hears of own devices only. */
export const teamReply = z
  .object({
    devices: z.array(
      z
        .object({
          device: deviceId,
          /** Absent: not since the server keeps note of it. */
          lastSeen: instant.optional(),
          /** Has an open connection now. */
          here: z.boolean(),
          /** Of a device that came in by sign-in: until then it syncs without signing in again. */
          signedInUntil: instant.optional(),
        })
        .strict(),
    ),
  })
  .strict();
export type TeamReply = z.infer<typeof teamReply>;

/**
 * POST /api/devices/requests: a new device asks to be confirmed by one that is enrolled. `proof`: its signature with purpose
 * `muster/enrol/1` over canonical `{space, device, token}`, where token is the SHA-256 of the text `confirm/` followed by the device id.
 */
export const deviceRequest = z.object({ device: deviceId, label: z.string().min(1).max(200), proof: z.string().max(128) }).strict();
export type DeviceRequest = z.infer<typeof deviceRequest>;
/** `code` is shown on the new device and typed on the enrolled one. It holds for 15 minutes and is good for one confirmation. */
export const deviceRequestReply = z.object({ code: z.string(), expires: instant }).strict();
export type DeviceRequestReply = z.infer<typeof deviceRequestReply>;

/** GET /api/devices/requests/<code> (enrolled devices): the device that shows this code. The confirming device signs `enrol` via `confirmed`. */
export const waitingDevice = z
  .object({
    device: deviceId,
    label: z.string(),
    proof: z.string(),
    asked: instant,
    expires: instant,
    /** Whose it is, when it came by sign-in: only that person's devices and administrators are shown it. */
    person: personId.optional(),
  })
  .strict();
export type WaitingDevice = z.infer<typeof waitingDevice>;

/** POST /api/rekey (administrators) → a new key that the server holds, endorsed by the old one. It counts once a `rekey` act has its place. */
export const rekeyReply = z.object({ succession }).strict();
export type RekeyReply = z.infer<typeof rekeyReply>;

/** GET /api/sign-in: is there an identity provider that people may come in with? */
export const signInInfo = z.object({ available: z.boolean(), name: z.string().optional(), issuer: z.string().optional() }).strict();
export type SignInInfo = z.infer<typeof signInInfo>;

/**
 * POST /api/sign-in: begins an authorization code flow with PKCE (RFC 7636) for a device. `proof` is as for a device request. `redirect`
 * is a loopback address on any port (RFC 8252) or this server's own `/sign-in`.
 */
export const signInRequest = z
  .object({ device: deviceId, label: z.string().min(1).max(200), proof: z.string().max(128), redirect: z.url().max(512) })
  .strict();
export type SignInRequest = z.infer<typeof signInRequest>;
/** `address` is opened in the system's browser. */
export const signInBegun = z.object({ id: z.string(), address: z.url(), expires: instant }).strict();
export type SignInBegun = z.infer<typeof signInBegun>;

/** POST /api/sign-in/<id>: `query` is what the provider's redirect carried (`code`, `state`, `iss`, or `error`). */
export const signInFinish = z.object({ query: z.string().max(8_192) }).strict();
/**
 * `enrolled`: a new person's first device. `renewed`: a known device may sync again. `confirm`: the person is here already, so one of
 * their devices or an administrator confirms this one, by its code.
 */
export const signInOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('enrolled'), person: personId, personName: z.string(), entry: entryId }).strict(),
  z.object({ outcome: z.literal('renewed'), person: personId, personName: z.string(), until: instant }).strict(),
  z.object({ outcome: z.literal('confirm'), personName: z.string(), code: z.string(), expires: instant }).strict(),
]);
export type SignInOutcome = z.infer<typeof signInOutcome>;

/**
 * The codes of an `ApiError` of a sign-in. `no sign-in`: there is no provider, or it is set up wrongly. `sign-in over`: this id is unknown, was used or
 * has run out. `answer refused`: what the browser brought is not the answer to it (state, issuer, no code). `provider refused`: it said no.
 * `token refused`: its ID token does not hold. `not let in`: it holds, and no group of the person is in the policy. `another person`: the
 * device is somebody else's already.
 */
export const signInProblem = z.enum([
  'no sign-in',
  'sign-in over',
  'answer refused',
  'provider refused',
  'provider unreachable',
  'token refused',
  'not let in',
  'another person',
]);
export type SignInProblem = z.infer<typeof signInProblem>;

/** The code of an `ApiError` when a device's sign-in has run out: it signs in again, and nothing that it holds is lost. */
export const SIGN_IN_AGAIN = 'sign in again';

/** The code of an `ApiError` when a device was taken out of use: what it says from then on counts nowhere. */
export const DEVICE_REVOKED = 'device revoked';

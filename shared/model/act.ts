import * as z from 'zod';
import { MAX_TEXT } from '../base/text.ts';
import { anchor, deviceId, entryId, hash, personId, sourceId, spaceId } from './ids.ts';
import { plannedWrite } from './plannedWrite.ts';
import { policyValue } from './policy.ts';
import { instant, json } from './record.ts';
import { exclusionReason, lifecycle, recordType, role } from './vocabulary.ts';

const text = z.string().max(MAX_TEXT);
const why = text.optional();
/** Every anchor of the identity as its author saw it (DESIGN 7). */
const anchors = z.array(anchor).min(1).max(64);
const field = z.string().min(1).max(64);
/** Names an act: the entry and its index within it. */
export const actRef = z.object({ entry: entryId, act: z.number().int().min(0).max(499) }).strict();
export type ActRef = z.infer<typeof actRef>;
/** Compare-and-set: the last valid act on that key that the author knew; null for none. */
const previous = actRef.nullable();

/** Keeping a registered value against a source's: named by the hash of the canonical JSON of the value the source gave. */
export const acknowledgement = z.object({ source: sourceId, hash }).strict();

/** Who an identity provider says that somebody is: its `iss` and `sub` together, which are never given to anybody else. */
export const signInSubject = z.object({ issuer: z.string().min(1).max(512), subject: z.string().min(1).max(255) }).strict();
export type SignInSubject = z.infer<typeof signInSubject>;

const signature = z.string().max(128);

/**
 * One server key after another. Both sign (`muster/rekey/1`) over canonical `{space, from, to}`: the key that goes (`endorsement`), so
 * that a file alone can show the way from the first key, and the key that comes (`proof`), so that its holder is known.
 */
export const succession = z.object({ from: deviceId, to: deviceId, endorsement: signature, proof: signature }).strict();
export type Succession = z.infer<typeof succession>;

/**
 * Write-back: what exactly would be sent, and where to. Its digest (`ledger/proposal.ts`) is what `approve` and `reject` name.
 */
export const propose = z
  .object({
    kind: z.literal('propose'),
    anchors,
    source: sourceId,
    /** Which system answered when the place was read: the source's `place` (account, cluster, directory). */
    system: z.string().max(2_048),
    /** The registered value that this was made from; null: blank. Once it is another one the proposal is stale. */
    registered: json,
    /** The same in the source's words, and what its next observation is expected to say: a party by its name. */
    sent: json,
    write: plannedWrite,
    /** So that the same change can be proposed again: 128 random bits in hex. */
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
    why,
  })
  .strict();

export const act = z.discriminatedUnion('kind', [
  // fold: last causal writer, concurrent differing values conflict
  z
    .object({
      kind: z.literal('set'),
      anchors,
      field,
      value: json,
      why,
      acknowledges: z.array(acknowledgement).max(64).optional(),
      until: instant.optional(),
    })
    .strict(),
  z.object({ kind: z.literal('clear'), anchors, field, why }).strict(),
  // fold into the pseudo-field `lifecycle`
  z.object({ kind: z.literal('accept'), anchors, why }).strict(),
  z.object({ kind: z.literal('exclude'), anchors, reason: exclusionReason, why }).strict(),
  z.object({ kind: z.literal('lifecycle'), anchors, state: lifecycle.exclude(['excluded', 'unregistered']), why }).strict(),
  // set: per element, concurrent add beats remove
  z.object({ kind: z.literal('add'), anchors, field, element: text, why }).strict(),
  z.object({ kind: z.literal('remove'), anchors, field, element: text, why }).strict(),
  // append: never conflict
  z.object({ kind: z.literal('comment'), anchors, text }).strict(),
  z.object({ kind: z.literal('request'), anchors, of: personId.optional(), text }).strict(),
  // write-back
  propose,
  // the first valid place wins; the subject is a digest: of a proposal, or of a held plan
  z.object({ kind: z.literal('approve'), subject: hash, why }).strict(),
  z.object({ kind: z.literal('reject'), subject: hash, why }).strict(),
  z.object({ kind: z.literal('release'), subject: hash, source: sourceId, why }).strict(),
  z.object({ kind: z.literal('discard'), subject: hash, source: sourceId, why }).strict(),
  // compare-and-set, per key
  z.object({ kind: z.literal('policy'), key: z.string().min(1).max(200), previous, value: policyValue, why }).strict(),
  z.object({ kind: z.literal('role'), person: personId, role, remit: z.string().max(2_048), previous, why }).strict(),
  z
    .object({
      kind: z.literal('enrol'),
      device: deviceId,
      person: personId,
      personName: text,
      label: text,
      role,
      remit: z.string().max(2_048),
      via: z.union([
        z.object({ genesis: z.literal(true) }).strict(),
        z.object({ launch: z.literal(true) }).strict(),
        z.object({ invite: actRef }).strict(),
        // A device of that person, or an administrator, compared the code that the new device shows.
        z.object({ confirmed: z.literal(true) }).strict(),
        // The identity provider of the policy `sign-in` vouches for the person (OpenID Connect Core 1.0: issuer and subject name them).
        z.object({ signIn: signInSubject }).strict(),
      ]),
      /** The new device's signature (`muster/enrol/1`) over canonical `{space, device, token hash}`: it holds the key. */
      proof: z.string().max(128),
      previous,
    })
    .strict(),
  z.object({ kind: z.literal('revoke'), device: deviceId, previous, why }).strict(),
  z.object({ kind: z.literal('rekey'), succession, previous, why }).strict(),
  // structure
  z.object({ kind: z.literal('create'), anchor, type: recordType, recordKind: text, name: text, why }).strict(),
  z.object({ kind: z.literal('merge'), anchors: z.array(anchor).min(2).max(64), why }).strict(),
  z.object({ kind: z.literal('split'), anchor, why }).strict(),
  z.object({ kind: z.literal('withdraw'), acts: z.array(actRef).min(1).max(500), why }).strict(),
  z.object({ kind: z.literal('genesis'), space: spaceId, serverKey: deviceId }).strict(),
  z.object({ kind: z.literal('invite'), tokenHash: hash, role, remit: z.string().max(2_048), expires: instant, label: text }).strict(),
]);
export type Act = z.infer<typeof act>;
export type ActKind = Act['kind'];
export type ActOf<K extends ActKind> = Extract<Act, { kind: K }>;

/** Why an authentic act does not count. It stays in the ledger: it is evidence. */
export const voidReason = z.enum([
  'not enrolled',
  'revoked',
  'role may not',
  'outside the remit',
  'changed meanwhile',
  'already decided',
  'not the author',
  'unknown subject',
  'not a valid value',
  'invitation is used or expired',
  'already enrolled',
  'a revoked key never returns',
  'the last administrator stays',
  'not in the sign-in policy',
  'not proved',
  'write-back is off',
  'not what is registered',
  'needs a second person',
]);
export type VoidReason = z.infer<typeof voidReason>;

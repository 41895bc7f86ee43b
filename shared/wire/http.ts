import * as z from 'zod';
import { propose, succession } from '../model/act.ts';
import { anchor, deviceId, entryId, externalId, hash, personId, place, sourceId, spaceId } from '../model/ids.ts';
import { instant, json } from '../model/record.ts';
import { secretName } from '../model/secretName.ts';
import { connectorProblem, heldPart, planItem, runCounts } from '../model/status.ts';
import { role } from '../model/vocabulary.ts';

/** Every error of the HTTP interface: what happened, the way out, and whether the same call may be tried again. */
export const apiError = z
  .object({ error: z.object({ code: z.string(), message: z.string(), wayOut: z.string().optional(), retry: z.boolean() }).strict() })
  .strict();
export type ApiError = z.infer<typeof apiError>['error'];

/** GET /api/space */
export const spaceInfo = z
  .object({
    space: spaceId,
    serverKey: deviceId,
    /** How the key in force came from that of genesis, the oldest first; absent while it is that one. */
    succession: z.array(succession).max(1_000).optional(),
    epoch: z.number().int(),
    name: z.string(),
    version: z.string(),
    /** Grows when an older client would misunderstand this server; it then shows what it has and changes nothing. */
    protocol: z.number().int().min(1),
    time: instant,
    sample: z.boolean(),
    place,
  })
  .strict();
/** The newest protocol that this version speaks. */
export const PROTOCOL = 1;
export type SpaceInfo = z.infer<typeof spaceInfo>;

/** POST /api/auth/nonce → sign canonical `{space, nonce, origin, expires}` with purpose `muster/auth/1` → POST /api/auth/ticket */
export const nonceRequest = z.object({ device: deviceId }).strict();
export const nonceReply = z.object({ nonce: z.string(), origin: z.string(), expires: instant }).strict();
export const ticketRequest = z.object({ device: deviceId, nonce: z.string().max(128), signature: z.string().max(128) }).strict();
/** `ticket` goes into the websocket subprotocol and into `Authorization: Bearer`. */
export const ticketReply = z
  .object({ ticket: z.string(), expires: instant, person: personId, personName: z.string(), role, remit: z.string() })
  .strict();
export type TicketReply = z.infer<typeof ticketReply>;

/** POST /api/enrol. `proof`: signature with purpose `muster/enrol/1` over canonical `{space, device, token}` where token is the SHA-256 of the token. */
export const enrolRequest = z
  .object({
    device: deviceId,
    token: z.string().min(16).max(256),
    proof: z.string().max(128),
    label: z.string().max(200),
    personName: z.string().max(200).optional(),
  })
  .strict();
export const enrolReply = z.object({ person: personId, personName: z.string(), role, remit: z.string(), entry: entryId, place }).strict();
export type EnrolReply = z.infer<typeof enrolReply>;

/** POST /api/invitations. The link is `<origin>/#join=<token>&key=<fingerprint of the server's key>`; shown once. */
export const invitationRequest = z
  .object({
    role,
    remit: z.string().max(2_048).default('true'),
    label: z.string().max(200),
    hours: z
      .number()
      .min(1)
      .max(24 * 30)
      .default(72),
  })
  .strict();
export const invitationReply = z.object({ link: z.string(), expires: instant, entry: entryId }).strict();

/** Where a secret comes from. Never its value. */
const fromEnvironment = z.object({ env: z.string().max(128) }).strict();
const fromFile = z.object({ file: z.string().max(1_024) }).strict();
/** Of a server that needs no desktop. */
export const serverSecretReference = z.union([fromEnvironment, fromFile]);
export const secretReference = z.union([
  fromEnvironment,
  fromFile,
  /** By its name in the keychain of the desktop that runs the server. */
  z.object({ keychain: secretName }).strict(),
]);

/** Whether a URL has a user or a password in it: settings are stored and shown. */
const WITH_CREDENTIALS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i;

/** How a source is reached, the same for every kind. What is absent comes from the environment of the server. */
export const networkSettings = z
  .object({
    /** `http://HOST:PORT` of an HTTP proxy; null: none, whatever the environment says. */
    proxy: z
      .string()
      .max(300)
      .regex(/^https?:\/\/[^\s/?#]+\/?$/i, 'must be http://HOST:PORT or https://HOST:PORT')
      .refine((text) => !WITH_CREDENTIALS.test(text), 'must hold no password: name it in `proxyCredentials` as { env } or { file }')
      .nullable()
      .optional(),
    /** Where `user:password` of the proxy is. */
    proxyCredentials: secretReference.optional(),
    /** Hosts, domains and networks that are reached without the proxy. */
    noProxy: z.array(z.string().min(1).max(300)).max(200).optional(),
    /** A PEM file with authorities that are trusted besides the usual ones. */
    ca: z.string().min(1).max(1_024).optional(),
  })
  .strict();
export type NetworkSettings = z.infer<typeof networkSettings>;

/** A source as configured. Settings of its kind sit beside the common ones and are parsed by the connector's own schema. */
export const sourceSettings = z.looseObject({
  id: sourceId,
  kind: z.string().max(64),
  label: z.string().max(200).optional(),
  /** A cron expression or `every 15m`; absent: the connector's default. */
  schedule: z.string().max(100).optional(),
  paused: z.boolean().optional(),
  freshness: z
    .object({ reporting: z.string().max(16).optional(), control: z.string().max(16).nullable().optional() })
    .strict()
    .optional(),
  guard: z.record(z.string(), json).optional(),
  visibility: z.enum(['space', 'private']).optional(),
  network: networkSettings.optional(),
});
export type SourceSettings = z.infer<typeof sourceSettings>;

/** POST /api/sources/dry-run → what a run would do. Nothing was written. Apply exactly this with its digest, or be refused. */
export const dryRunReply = z
  .object({
    digest: hash,
    source: sourceId,
    asOf: instant,
    outcome: z.enum(['complete', 'delta', 'partial', 'failed']),
    counts: runCounts,
    items: z.array(planItem),
    /** More items than were sent. */
    more: z.number().int(),
    held: z.array(heldPart),
    problems: z.array(connectorProblem),
    /** What the connector wants to tell: mapping, duplicates, spellings of owners, cells that look like secrets, places looked at. */
    report: json.optional(),
    /** A plan waits in memory until then. */
    expires: instant,
  })
  .strict();
export type DryRunReply = z.infer<typeof dryRunReply>;

/** POST /api/plans/<digest>/apply: everything, or only these records. */
export const applyRequest = z.object({ only: z.array(externalId).max(100_000).optional() }).strict();
export const applyReply = z.object({ source: sourceId, run: z.number().int(), counts: runCounts }).strict();

export const rereadRequest = z.object({ externalId }).strict();
export const historyReply = z.object({ versions: z.array(z.object({ hash, run: z.number().int(), at: instant, record: json })) }).strict();

/**
 * POST /api/sources/<id>/writes/plan: what exactly would be sent, ready to be proposed. Nothing is sent. `externalId` names the record where
 * the source has several of the identity.
 */
export const writePlanRequest = z
  .object({ identity: anchor, field: z.string().min(1).max(64), externalId: externalId.optional() })
  .strict();
export const writePlanReply = z.object({ act: propose, already: z.boolean() }).strict();
export type WritePlanRequest = z.infer<typeof writePlanRequest>;
export type WritePlanReply = z.infer<typeof writePlanReply>;

/** POST /api/uploads (raw body, `?name=`): a dropped spreadsheet, kept in the data directory; the path goes into `file` settings. */
export const uploadReply = z
  .object({ upload: z.string(), name: z.string(), bytes: z.number().int(), modified: instant.optional() })
  .strict();

/** What the workstation's first-run screen shows, from the dry run's report. */
export const workstationReport = z
  .object({
    places: z.number().int(),
    credentials: z.number().int(),
    lookedAt: z.array(
      z.object({ path: z.string(), outcome: z.enum(['read', 'listed', 'absent', 'denied', 'skipped']), found: z.number().int() }).strict(),
    ),
    headless: z.boolean(),
  })
  .strict();

/** What a dropped spreadsheet is understood as, from the dry run's report (SCREENS, first run). */
export const spreadsheetReport = z
  .object({
    file: z.string(),
    sheet: z.string().optional(),
    rows: z.number().int(),
    savedAt: instant.optional(),
    identities: z.number().int(),
    duplicates: z.array(z.object({ name: z.string(), rows: z.array(z.number().int()) }).strict()),
    unnamed: z.array(z.number().int()),
    columns: z.array(
      z
        .object({
          column: z.string(),
          field: z.string().optional(),
          confidence: z.enum(['exact', 'likely', 'none']),
          examples: z.array(z.string()),
        })
        .strict(),
    ),
    owners: z.array(
      z
        .object({ name: z.string(), kind: z.enum(['person', 'team', 'vendor']), spellings: z.array(z.string()), rows: z.number().int() })
        .strict(),
    ),
    blankOwners: z.number().int(),
    secrets: z.array(z.object({ row: z.number().int(), column: z.string(), looksLike: z.string() }).strict()),
  })
  .strict();
export type SpreadsheetReport = z.infer<typeof spreadsheetReport>;
export type WorkstationReport = z.infer<typeof workstationReport>;

/** POST /api/snapshots → a job. GET /api/snapshots/<id> → how far it is, GET /api/snapshots/<id>/file → the file, DELETE ends and forgets it. */
export const snapshotRequest = z
  .object({
    /** The population: everything, or what a query gives. */
    query: z
      .object({
        text: z.string().max(4_096),
        where: z.string().max(4_096).optional(),
        include: z.array(z.enum(['excluded', 'archived', 'parties', 'workloads'])).optional(),
      })
      .strict()
      .optional(),
    /** As of this place of the ledger; absent: as of now. */
    place: z.number().int().min(1).optional(),
    /** A random sample of the population. Without a seed the server draws one. */
    sample: z
      .object({ size: z.number().int().min(1).max(100_000), seed: z.string().min(1).max(200).optional() })
      .strict()
      .optional(),
    /** With the sources that one person keeps to their own device: only that person may ask for them. */
    private: z.boolean().optional(),
    /** `report`: only `report.html`. */
    format: z.enum(['muster', 'report']).optional(),
  })
  .strict();
export type SnapshotRequest = z.infer<typeof snapshotRequest>;
export const snapshotJob = z
  .object({
    id: z.string(),
    state: z.enum(['working', 'ready', 'failed']),
    /** What it does now, in words: "Reading the ledger". */
    what: z.string(),
    /** 0 to 1. */
    done: z.number(),
    /** Of the file, when it is ready. */
    name: z.string().optional(),
    bytes: z.number().int().optional(),
    place: z.number().int().optional(),
    problem: z.object({ message: z.string(), wayOut: z.string().optional() }).strict().optional(),
  })
  .strict();
export type SnapshotJob = z.infer<typeof snapshotJob>;

import * as z from 'zod';
import { hostTrouble } from '../model/hostTrouble.ts';
import { type SecretName, secretName } from '../model/secretName.ts';
import { SECRET_LENGTH } from '../wire/keychainMessages.ts';
import type { DeepLink } from './deepLink.ts';
import type { HostSpaces, joinSpaceRequest, leaveSpaceRequest, nameSpaceRequest, openSpaceRequest } from './hostSpaces.ts';

/**
 * The one interface between the page and its host. In Electron the preload offers it as `window.muster`; in a browser
 * `renderer/bridge.ts` does the same with what a browser has. Every verb is checked on both ends.
 */
export const menuCommand = z.enum([
  'palette',
  'filter',
  'undo',
  'redo',
  'import',
  'openSnapshot',
  'opened',
  'link',
  'joinSpace',
  'export',
  'settings',
  'keys',
  'inbox',
  'register',
  'sources',
  'activity',
  'reread',
]);
export type MenuCommand = z.infer<typeof menuCommand>;

export const saveFileRequest = z.object({ name: z.string().min(1).max(200), bytes: z.instanceof(Uint8Array) }).strict();
export const openExternalRequest = z
  .object({
    url: z
      .string()
      .max(2_048)
      .regex(/^https:\/\//, 'only https links are opened'),
  })
  .strict();
export const themeRequest = z.object({ theme: z.enum(['light', 'dark', 'system']) }).strict();
export const hostInfo = z
  .object({
    host: z.enum(['electron', 'browser']),
    platform: z.enum(['mac', 'windows', 'linux', 'other']),
    version: z.string(),
    /** Where the server is. In a browser: the page's own origin. */
    server: z.string(),
    /** The one-use launch token, once; the page forgets it after enrolment. */
    launchToken: z.string().optional(),
  })
  .strict();
export type HostInfo = z.infer<typeof hostInfo>;

/** What a file that the desktop was asked to open may weigh: it crosses in one message. Larger ones are dropped on the window. */
export const OPENED_BYTES = 1_024 * 1_024 * 1_024;
export const openedFile = z.object({ name: z.string().min(1).max(1_024), bytes: z.instanceof(Uint8Array<ArrayBuffer>) }).strict();
export type OpenedFile = z.infer<typeof openedFile>;

export const keepSecretRequest = z.object({ name: secretName, value: z.string().min(1).max(SECRET_LENGTH) }).strict();
export const forgetSecretRequest = z.object({ name: secretName }).strict();
/** Done, or why not and the way out. No value ever comes back. */
export const secretOutcome = z.union([
  z.object({ done: z.literal(true) }).strict(),
  z.object({ done: z.literal(false), trouble: hostTrouble }).strict(),
]);
export type SecretOutcome = z.infer<typeof secretOutcome>;
export const secretNames = z.array(secretName).max(1_000);

const signInId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
/** `redirect` is a loopback address that waits for the answer to one sign-in (RFC 8252, 7.3). */
export const signInBegun = z.object({ id: signInId, redirect: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}\/sign-in$/) }).strict();
/** `address` is the provider's, with that redirect and the `state` that its answer must carry. */
export const openForSignInRequest = z.object({ id: signInId, address: z.url().max(8_192) }).strict();
export const signInResultRequest = z.object({ id: signInId }).strict();
/** What the browser brought back, as it stands after the question mark; or why nothing came. */
export const signInResult = z.union([z.object({ query: z.string().max(8_192) }).strict(), z.object({ trouble: hostTrouble }).strict()]);
export type SignInResult = z.infer<typeof signInResult>;

export interface Bridge {
  info(): Promise<HostInfo>;
  /** Asks where, then writes. @returns false when the person cancelled. */
  saveFile(request: z.infer<typeof saveFileRequest>): Promise<boolean>;
  openExternal(request: z.infer<typeof openExternalRequest>): Promise<void>;
  setTheme(request: z.infer<typeof themeRequest>): Promise<void>;
  /** The snapshot that the desktop was asked to open, once; the menu command `opened` says that there is one. */
  openedFile(): Promise<OpenedFile | undefined>;
  /** Puts a typed secret into the system's keychain, under a name that settings may refer to. There is no verb that gives it back. */
  keepSecret(request: z.infer<typeof keepSecretRequest>): Promise<SecretOutcome>;
  forgetSecret(request: z.infer<typeof forgetSecretRequest>): Promise<SecretOutcome>;
  /** @throws when the file of secrets cannot be read. */
  secretNames(): Promise<readonly SecretName[]>;
  /** `done: false` in a browser, and on a desktop without a keyring. */
  secretsAvailable(): Promise<SecretOutcome>;
  /** The link that the desktop was asked to open, once; the menu command `link` says that there is one. Only a person follows it. */
  openedLink(): Promise<DeepLink | undefined>;
  /** Begins to listen. One at a time: another beginning ends the one before. */
  beginSignIn(): Promise<z.infer<typeof signInBegun>>;
  /** Opens the provider's page in the system's browser. Https, or http on loopback. */
  openForSignIn(request: z.infer<typeof openForSignInRequest>): Promise<void>;
  /** Waits for the answer, five minutes at most; given once. */
  signInResult(request: z.infer<typeof signInResultRequest>): Promise<SignInResult>;
  /** The registers of this desktop, and which of them is open. In a browser there is one. */
  spaces(): Promise<HostSpaces>;
  /** Shows another of them in this window, in a page of its own. */
  openSpace(request: z.infer<typeof openSpaceRequest>): Promise<void>;
  /** The copy that another register's page sent to this one, once. Nothing is taken in before a person has signed it. */
  handedOver(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Opens the page of an invitation in this window. @returns false when the person said no to a link that no system handed over. */
  joinSpace(request: z.infer<typeof joinSpaceRequest>): Promise<boolean>;
  /** Takes a server off the list. It is told nothing, and what this device holds of it stays. */
  leaveSpace(request: z.infer<typeof leaveSpaceRequest>): Promise<void>;
  /** Says what the register that is open is called. */
  nameSpace(request: z.infer<typeof nameSpaceRequest>): Promise<void>;
  /** @returns a disposer. */
  onMenu(callback: (command: MenuCommand) => void): () => void;
}

/** Names of the IPC channels: the preload sends only these, main answers only these. */
export const CHANNEL = {
  info: 'muster:info',
  saveFile: 'muster:save-file',
  openExternal: 'muster:open-external',
  setTheme: 'muster:set-theme',
  openedFile: 'muster:opened-file',
  openedLink: 'muster:opened-link',
  keepSecret: 'muster:keep-secret',
  forgetSecret: 'muster:forget-secret',
  secretNames: 'muster:secret-names',
  secretsAvailable: 'muster:secrets-available',
  beginSignIn: 'muster:begin-sign-in',
  openForSignIn: 'muster:open-for-sign-in',
  signInResult: 'muster:sign-in-result',
  spaces: 'muster:spaces',
  openSpace: 'muster:open-space',
  handedOver: 'muster:handed-over',
  joinSpace: 'muster:join-space',
  leaveSpace: 'muster:leave-space',
  nameSpace: 'muster:name-space',
  menu: 'muster:menu',
} as const;

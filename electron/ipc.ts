import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type * as z from 'zod';
import { CHANNEL, type HostInfo, type OpenedFile, openExternalRequest, saveFileRequest, themeRequest } from '../shared/bridge/bridge.ts';
import type { DeepLink } from '../shared/bridge/deepLink.ts';
import { answerSecrets } from './answerSecrets.ts';
import { answerSignIn } from './answerSignIn.ts';
import { answerSpaces, type SpaceSurroundings } from './answerSpaces.ts';
import type { Desktop, IpcSender } from './facade.ts';
import { externalLink, isAppUrl } from './guards.ts';
import type { Keychain } from './keychain.ts';
import type { SignInRedirect } from './signInRedirect.ts';

/** Answers one verb: `act` is called for the app's own window alone, with what the schema says. */
export type AnswerVerb = <T>(channel: string, schema: z.ZodType<T> | undefined, act: (request: T) => Promise<unknown>) => void;

/**
 * The verbs of the bridge, each checked here again for sender and shape (Electron checklist 17): the page is ours, but a
 * page that was taken over must not gain more than these few verbs.
 */
export function answerBridge(
  desktop: Desktop,
  windowId: () => number | undefined,
  answers: {
    readonly info: () => HostInfo;
    readonly openedFile: () => Promise<OpenedFile | undefined>;
    readonly openedLink: () => DeepLink | undefined;
    readonly keychain: Keychain;
    readonly signIn: SignInRedirect;
    readonly spaces: SpaceSurroundings;
  },
): void {
  const verb: AnswerVerb = (channel, schema, act) => {
    desktop.handle(channel, async (sender, message) => {
      if (!isOurs(sender, windowId())) throw new Error('refused: not the app’s own window');
      if (schema === undefined) return act(undefined as never);
      const parsed = schema.safeParse(message);
      if (!parsed.success) throw new Error(`refused: ${channel} was called with something else than it takes`);
      return act(parsed.data);
    });
  };
  verb(CHANNEL.info, undefined, async () => answers.info());
  verb(CHANNEL.openedFile, undefined, answers.openedFile);
  verb(CHANNEL.openedLink, undefined, async () => answers.openedLink());
  verb(CHANNEL.saveFile, saveFileRequest, (request) => saveFile(desktop, request));
  answerSecrets(verb, answers.keychain);
  answerSignIn(verb, desktop, answers.signIn);
  answerSpaces(verb, desktop, answers.spaces);
  verb(CHANNEL.setTheme, themeRequest, async ({ theme }) => desktop.setTheme(theme));
  verb(CHANNEL.openExternal, openExternalRequest, async ({ url }) => {
    const link = externalLink(url);
    if (link === undefined) throw new Error('refused: only https links are opened');
    await desktop.openExternal(link);
  });
}

const isOurs = (sender: IpcSender, windowId: number | undefined): boolean =>
  sender.contentsId === windowId && sender.topFrameUrl !== undefined && isAppUrl(sender.topFrameUrl);

async function saveFile(desktop: Desktop, { name, bytes }: { name: string; bytes: Uint8Array }): Promise<boolean> {
  const path = await desktop.chooseSavePath(basename(name));
  if (path === undefined) return false;
  await writeFile(path, bytes, { mode: 0o600 });
  return true;
}

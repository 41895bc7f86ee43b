import { type JoinLink, joinLink } from '../../shared/bridge/deepLink.ts';

const INVITATION = /^(\S+)\/#join=([A-Za-z0-9_-]+)&key=([0-9a-f]+)$/;

/** @returns the invitation that somebody pasted: the address of its page, as its server made it. */
export function invitationOf(text: string): JoinLink | undefined {
  const [, server = '', token, key] = INVITATION.exec(text.trim()) ?? [];
  // An origin in another spelling could show one server and mean another.
  if (!URL.canParse(server) || new URL(server).origin !== server) return undefined;
  return joinLink.safeParse({ kind: 'join', server, token, key }).data;
}

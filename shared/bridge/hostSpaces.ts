import * as z from 'zod';
import { visibleText } from '../base/text.ts';
import { anchor, spaceId } from '../model/ids.ts';
import { joinLink, serverOrigin } from './deepLink.ts';

/** Where a register of this desktop is: on its embedded server, or on a server that somebody invited to. */
export const spacePlace = z.union([z.literal('local'), serverOrigin]);
export type SpacePlace = z.infer<typeof spacePlace>;

const spaceName = z.string().max(1_024);
export const hostSpace = z.object({ place: spacePlace, name: spaceName.optional(), space: spaceId.optional() }).strict();
/** A register that this desktop can show. It has a name once it was opened. */
export type HostSpace = z.infer<typeof hostSpace>;

/** So many servers one window knows; a person works with a few. */
export const MOST_SPACES = 50;
export const hostSpaces = z
  .object({
    current: spacePlace,
    spaces: z
      .array(hostSpace)
      .min(1)
      .max(MOST_SPACES + 1),
  })
  .strict();
export type HostSpaces = z.infer<typeof hostSpaces>;

/** What may be carried from one register's page to another's, in bytes. */
export const HANDED_BYTES = 64 * 1024 * 1024;
const handed = z.instanceof(Uint8Array<ArrayBuffer>).refine(({ length }) => length <= HANDED_BYTES, 'more than is carried over');
/** With an identity to show at once, or a copy of records that is to be taken in there. */
export const openSpaceRequest = z.object({ place: spacePlace, identity: anchor.optional(), copy: handed.optional() }).strict();
export const handedOver = handed.optional();
export const joinSpaceRequest = joinLink;
export const leaveSpaceRequest = z.object({ place: serverOrigin }).strict();
/** What the register that is open says that it is. */
export const nameSpaceRequest = z.object({ name: spaceName, space: spaceId }).strict();

const NAME = 80;

/** A register in a list: its name, and where it is when that is not this computer. */
export function spaceWords({ place, name }: HostSpace): string {
  const where = place === 'local' ? 'on this computer' : place.replace(/^https?:\/\//, '');
  return name === undefined ? (place === 'local' ? 'Register on this computer' : where) : `${visibleText(name, NAME)} · ${where}`;
}

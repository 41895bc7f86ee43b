import { CHANNEL } from '../shared/bridge/bridge.ts';
import type { JoinLink } from '../shared/bridge/deepLink.ts';
import { joinSpaceRequest, leaveSpaceRequest, nameSpaceRequest, openSpaceRequest, type SpacePlace } from '../shared/bridge/hostSpaces.ts';
import { groupedFingerprint } from '../shared/snapshot/fingerprint.ts';
import type { Desktop } from './facade.ts';
import type { AnswerVerb } from './ipc.ts';
import type { SpaceList } from './spaceList.ts';

export interface SpaceSurroundings {
  readonly list: SpaceList;
  /** Shows the register that is current now, in a page of its own, with what stands after the `#`. */
  readonly show: (fragment: string) => Promise<void>;
  /** Did the system hand this link over? Then the person followed it, and the page asked. */
  readonly wasHandedOver: (link: JoinLink) => boolean;
  readonly onChange: () => void;
}

/**
 * Registers that the window shows. A page may talk to the server of its own register alone: which servers there are, this program decides,
 * so that a page that was taken over reaches no further one by itself.
 */
export function answerSpaces(verb: AnswerVerb, desktop: Desktop, { list, show, wasHandedOver, onChange }: SpaceSurroundings): void {
  // In memory alone, and for the page of that one register.
  let carried: { readonly place: SpacePlace; readonly bytes: Uint8Array } | undefined;
  verb(CHANNEL.handedOver, undefined, async () => {
    const bytes = carried?.place === list.current ? carried.bytes : undefined;
    if (bytes) carried = undefined;
    return bytes;
  });
  verb(CHANNEL.spaces, undefined, async () => list.all);
  verb(CHANNEL.openSpace, openSpaceRequest, async ({ place, identity, copy }) => {
    if (!list.has(place)) throw new Error('refused: that register is not on the list');
    list.open(place);
    carried = copy && { place, bytes: copy };
    onChange();
    await show(identity === undefined ? '' : `#/register/${identity}`);
  });
  verb(CHANNEL.joinSpace, joinSpaceRequest, async (link) => {
    if (!wasHandedOver(link) && !(await desktop.ask('Join another register?', question(link), 'Join'))) return false;
    if (!list.open(link.server)) throw new Error('refused: the list of registers is full');
    onChange();
    await show(`#join=${link.token}&key=${link.key}`);
    return true;
  });
  verb(CHANNEL.leaveSpace, leaveSpaceRequest, async ({ place }) => {
    const wasOpen = list.current === place;
    list.leave(place);
    onChange();
    if (wasOpen) await show('');
  });
  verb(CHANNEL.nameSpace, nameSpaceRequest, async (said) => {
    list.name(said);
    onChange();
  });
}

const question = ({ server, key }: JoinLink): string =>
  `This window will talk to ${server}. Go on only if somebody whom you know told you so.\n\nFingerprint of its server: ${groupedFingerprint(key)}`;

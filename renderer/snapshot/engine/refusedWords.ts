import type { SnapshotRefusal } from '../../../shared/snapshot/contracts.ts';

/** Why a file is refused, where it is wrong, and what to do: nothing in it is text of the file. */
export function refusedWords({ code, message, part, place, line }: SnapshotRefusal): { readonly message: string; readonly wayOut: string } {
  const spots = [
    ...(part === undefined ? [] : [`in the part ${part}`]),
    ...(place === undefined ? [] : [`at place ${place}`]),
    ...(line === undefined ? [] : [`in line ${line}`]),
  ];
  const where = spots.length === 0 ? '' : ` It was found ${spots.join(', ')}.`;
  return { message: `${message}${where}`, wayOut: WAYS[code] ?? ASK_AGAIN };
}

const ASK_AGAIN = 'Ask whoever sent it for the file again. If it comes like this twice, ask them to verify their own copy.';
const WAYS: Partial<Readonly<Record<SnapshotRefusal['code'], string>>> = {
  'newer format': 'Update Muster, then open it again.',
  archive: 'Check that the file was copied completely, and that it ends in .muster because it is one.',
};

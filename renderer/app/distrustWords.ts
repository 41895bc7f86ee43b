import type { ServerDistrust } from '../../shared/bridge/engine.ts';

export interface DistrustWords {
  readonly what: string;
  readonly means: string;
  readonly wayOut: string;
}

/** What is wrong with the server that answers, what it means, and what to do. */
export function distrustWords({ kind, place }: ServerDistrust): DistrustWords {
  const known = place === undefined ? 'what this device saw' : `what this device saw, up to change ${place.toLocaleString('en-GB')}`;
  switch (kind) {
    case 'another key':
      return {
        what: 'The server at this address has another key than the one that this device knows.',
        means: 'Somebody may stand in its place, or it was set up anew without the old key.',
        wayOut: 'Ask whoever runs it, by another way than this app, whether the key was changed, and compare the fingerprints.',
      };
    case 'shorter history':
      return {
        what: `The server’s history is shorter than ${known}.`,
        means: 'It was put back to an older state without saying so: changes that others made may be gone there.',
        wayOut:
          'Tell whoever runs it. A backup is brought back with muster restore, which signs what it did; this device then goes on by itself.',
      };
    case 'different history':
      return {
        what: `The server’s history differs from ${known}.`,
        means: 'What stood at one place stands there no more: its data was altered, or another copy of it is running.',
        wayOut: 'Tell whoever runs it, and keep this device as it is: what it holds is evidence.',
      };
    case 'unproved restore':
      return {
        what: 'The server says that it was restored from a backup, and nothing signed by its key says so.',
        means: `It cannot be told apart from a server whose data was changed. It would replace ${known}.`,
        wayOut: 'Tell whoever runs it: muster restore signs its statement. This device goes on by itself once it is there.',
      };
  }
}

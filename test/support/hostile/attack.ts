import { Random } from '../../fuzz/ledger/random.ts';
import { Attacker } from './attacker.ts';
import { item, updateOf } from './handMade.ts';
import { handMadeShots, hugeFrame, updateFrame } from './handMadeShots.ts';
import { mutated } from './mutated.ts';

export interface Aim {
  readonly document: string;
  readonly ticket: string;
  readonly mutations: number;
}

/** Keys and bytes in hex. */
type Entries = readonly (readonly [key: string, bytes: string])[];

export interface AttackOrder {
  readonly address: string;
  readonly seed: number;
  readonly aims: readonly Aim[];
  readonly hostile: Entries;
  /** Authentic entries that have a place already. */
  readonly replayed: Entries;
  /** A presence client that somebody else speaks for. */
  readonly other: number;
}

export interface AttackReport {
  readonly handMade: number;
  readonly mutated: number;
  readonly seconds: number;
  readonly closes: Readonly<Record<string, number>>;
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

async function attack({ address, seed, aims, hostile, replayed, other }: AttackOrder): Promise<AttackReport> {
  const started = performance.now();
  const attackers = aims.map(({ document, ticket }) => new Attacker(address, document, ticket));
  const sent = (): number => attackers.reduce((sum, attacker) => sum + attacker.sent, 0);
  const shots = [
    ...handMadeShots(
      hostile.map(([key, bytes]) => item(key, bytesOf(bytes))),
      other,
    ),
    hugeFrame(),
  ];
  await Promise.all(
    attackers.map(async (attacker) => {
      for (const shot of shots) await attacker.shoot([shot]);
    }),
  );
  const handMade = sent();
  const replays = replayed.map(([key, bytes]) => updateFrame(updateOf([{ client: 7, clock: 0, structs: [item(key, bytesOf(bytes))] }])));
  const bases = [...replays, ...replays, ...shots.filter((shot) => shot instanceof Uint8Array && shot.length < 2_000)] as Uint8Array[];
  await Promise.all(
    attackers.map(async (attacker, index) => {
      const random = new Random(seed + index);
      for (let left = aims[index]?.mutations ?? 0; left > 0; left--) {
        await attacker.shoot([mutated(random, random.pick(bases), random.pick(bases))]);
      }
    }),
  );
  const closes: Record<string, number> = {};
  for (const attacker of attackers) {
    attacker.end();
    for (const [code, count] of attacker.closes) closes[code] = (closes[code] ?? 0) + count;
  }
  return { handMade, mutated: sent() - handMade, seconds: (performance.now() - started) / 1_000, closes };
}

/** Attacks in a process of its own, so that the clients who are measured meanwhile do not wait for their own attackers. */
process.once('message', (order: AttackOrder) => {
  void attack(order).then((report) => process.send?.(report, () => process.exit(0)));
});

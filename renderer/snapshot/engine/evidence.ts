import * as z from 'zod';
import { fromUtf8 } from '../../../shared/base/bytes.ts';
import type { SnapshotEvidence, SnapshotGap, SnapshotWitness } from '../../../shared/bridge/snapshot.ts';
import type { OpenSnapshot } from '../../../shared/snapshot/contracts.ts';

/** What is read of the derived parts; they are compared byte for byte by the verification, and read with care until then. */
const count = z.number();
const people = z.object({
  persons: z.array(
    z.object({
      name: z.string(),
      devices: z.array(z.object({ label: z.string(), witnessed: count.optional(), revoked: z.boolean().optional() })),
    }),
  ),
});
const gaps = z.object({
  void: z.array(z.object({ place: count, name: z.string(), reason: z.string(), kinds: z.array(z.string()) })),
  ignored: z.array(z.object({ place: count, reason: z.string() })),
  held: z.array(z.object({ label: z.string(), explanation: z.string() })),
  sources: z.array(
    z.object({
      label: z.string(),
      sentence: z.string(),
      coverage: z.array(z.object({ label: z.string(), kinds: z.array(z.string()), records: count })),
    }),
  ),
  withoutStatus: z.array(z.string()),
  cannotEvaluate: z.array(z.object({ rule: z.string(), missing: z.string(), number: count })),
});
export const population = z.object({
  ids: z.array(z.string()),
  matches: count,
  query: z.object({ text: z.string(), where: z.string().optional() }),
  exclusions: z.array(z.object({ number: count, reason: z.string(), label: z.string().optional() })),
  sample: z.object({ seed: z.string(), size: count }).optional(),
});

/** @returns undefined when the part is not there, was changed, or has another shape. */
export async function readPart<T>(open: OpenSnapshot, name: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const part = open.parts.find((each) => each.name === name);
  const bytes = part && (await open.read(part));
  if (!bytes?.ok) return undefined;
  try {
    return schema.safeParse(JSON.parse(fromUtf8(bytes.value))).data;
  } catch {
    return undefined;
  }
}

/** Beside the rows: who witnessed the ledger, what is not covered, and what was asked for. */
export async function readEvidence(open: OpenSnapshot): Promise<SnapshotEvidence> {
  const [who, wanting, asked] = await Promise.all([
    readPart(open, 'people.json', people),
    readPart(open, 'gaps.json', gaps),
    readPart(open, 'population.json', population),
  ]);
  return {
    witnesses: who ? witnessesOf(who) : [],
    gaps: wanting ? gapGroups(wanting) : [{ title: 'The gap report', items: [UNREADABLE] }],
    population: {
      text: [asked?.query.text, asked?.query.where].filter((text) => text !== undefined && text !== '').join(' and '),
      matches: asked?.matches ?? 0,
      exclusions: (asked?.exclusions ?? []).map(
        ({ number, reason, label }) => `${number} left out${label === undefined ? '' : ` (${label})`}: ${reason}`,
      ),
      ...(asked?.sample ? { sample: asked.sample } : {}),
    },
  };
}

const UNREADABLE: SnapshotGap = {
  what: 'gaps.json',
  sentence: 'This part is not what the format says. The verification tells more.',
  count: 1,
};

const witnessesOf = ({ persons }: z.infer<typeof people>): SnapshotWitness[] =>
  persons
    .flatMap(({ name, devices }) =>
      devices.flatMap(({ label, witnessed }) => (witnessed === undefined ? [] : [{ person: name, device: label, place: witnessed }])),
    )
    .sort((a, b) => b.place - a.place);

const RULES: Readonly<Record<string, string>> = {
  'no-owner': 'Whether it has an owner',
  unregistered: 'Whether it is registered',
  expiring: 'Whether it expires soon',
  'over-age': 'Whether it is older than allowed',
  missing: 'Whether it is missing',
  recreated: 'Whether it was made again',
  'shared-credential': 'Whether it shares a credential',
  'owner-gone': 'Whether its owner is gone',
};

function gapGroups(wanting: z.infer<typeof gaps>): SnapshotEvidence['gaps'] {
  const identities = (number: number): string => (number === 1 ? '1 identity' : `${number} identities`);
  return [
    {
      title: 'Could not be evaluated',
      items: wanting.cannotEvaluate.map(({ rule, missing, number }) => ({
        what: RULES[rule] ?? rule,
        sentence: `${identities(number)}, for want of ${missing}`,
        count: number,
      })),
    },
    { title: 'Coverage that is stale, partial or was never complete', items: wanting.sources.flatMap(coverageGaps) },
    {
      title: 'Sources that say nothing of their coverage',
      items: wanting.withoutStatus.map((source) => ({ what: source, sentence: 'Nobody knows what it covers.', count: 1 })),
    },
    {
      title: 'Runs that wait for a person',
      items: wanting.held.map(({ label, explanation }) => ({ what: label, sentence: explanation, count: 1 })),
    },
    {
      title: 'Entries that do not count',
      items: [
        ...wanting.void.map(({ place, name, reason, kinds }) => ({
          what: `Place ${place}, ${name}`,
          sentence: `${kinds.join(', ')}: void, ${reason}`,
          count: 1,
        })),
        ...wanting.ignored.map(({ place, reason }) => ({ what: `Place ${place}`, sentence: `ignored: ${reason}`, count: 1 })),
      ],
    },
  ];
}

const coverageGaps = ({ label, coverage }: z.infer<typeof gaps>['sources'][number]): SnapshotGap[] =>
  coverage.map((scope) => ({
    what: scope.label === label || scope.label === '' ? label : `${label}, ${scope.label}`,
    sentence: `${scope.kinds.join(', ')}; ${scope.records} ${scope.records === 1 ? 'record' : 'records'}`,
    count: 1,
  }));

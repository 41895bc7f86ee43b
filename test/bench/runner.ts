import { hashHex } from '../../shared/base/hash.ts';
import type { Instant } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import { decodeRecord, encodeRecord, type Observation } from '../../shared/model/record.ts';
import { admit } from '../../shared/observed/allowlist.ts';
import { startPlan } from '../../shared/observed/plan.ts';
import { CleanTexts } from '../../shared/observed/redact.ts';
import { encodedEstate, estateRecord } from './estate.ts';
import { type Figure, figure, median } from './measure.ts';

const COUNT = 100_000;
const AS_OF = '2026-06-01T12:00:00.000Z' as Instant;

function observationOf(index: number): Observation {
  const { firstSeen: _firstSeen, revisions: _revisions, ...observation } = estateRecord(index);
  return observation;
}

const ALLOWED: ReadonlySet<string> = new Set(Object.keys(estateRecord(0).fields));

const throughTheGate =
  (clean: CleanTexts) =>
  (observation: Observation): Observation => {
    const admitted = admit(observation, ALLOWED, clean);
    if (!admitted.ok) throw new Error(admitted.error);
    return admitted.value.observation;
  };

/** A pass in which nothing changed: what planning costs against merely reading the records, encoding and hashing them. */
export async function benchRunner(): Promise<Figure[]> {
  const held = encodedEstate(COUNT);
  const byId = new Map<ExternalId, Uint8Array>(held.map(({ externalId, bytes }) => [externalId, bytes]));
  const observations = Array.from({ length: COUNT }, (_, index) => observationOf(index));
  const reading = await median(2, () => {
    for (const { bytes } of held) {
      const record = decodeRecord(bytes);
      if (record) hashHex(encodeRecord(record));
    }
  });
  let written = 0;
  const passOver = async (received: (observation: Observation) => Observation): Promise<number> =>
    median(2, () => {
      const planner = startPlan({ get: (id) => byId.get(id), all: () => held });
      for (const observation of observations) planner.observed(received(observation), AS_OF);
      written += planner.finish(new Map([['aws/123456789012' as CoverageId, AS_OF]])).records.length;
    });
  const pass = await passOver((observation) => observation);
  const admitted = await passOver(throughTheGate(new CleanTexts()));
  return [
    figure(
      `pass over ${COUNT} unchanged records ÷ reading, encoding and hashing them`,
      pass / reading,
      '×',
      { most: 1.5 },
      `${pass.toFixed(0)} ms ÷ ${reading.toFixed(0)} ms`,
    ),
    figure(
      'the same with the allowlist and the redactor that every record of a connector passes',
      admitted / reading,
      '×',
      { most: 1.5 },
      `${admitted.toFixed(0)} ms`,
    ),
    figure('record bytes written by all of these passes', written, 'bytes', { most: 0 }),
  ];
}

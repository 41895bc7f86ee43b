import { NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SnapshotSample, SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import { notify } from '../app/notify.ts';
import { useBridge } from '../app/useBridge.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import style from './snapshot.module.css';
import { useSnapshotApi } from './snapshotEngine.ts';
import { useEvidence } from './useEvidence.ts';
import { places } from './words.ts';

const SIZE = 25;
const LARGEST = 100_000;
const FORMATS = [
  { format: 'xlsx', label: 'Excel (XLSX)' },
  { format: 'csv', label: 'CSV' },
  { format: 'json', label: 'JSON' },
] as const;

/** A sample that anybody can draw again: the seed and the size are all that it depends on. */
export function SampleTab({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const api = useSnapshotApi();
  const asked = useEvidence(snapshot)?.population.sample;
  const [size, setSize] = useState(SIZE);
  const [seed, setSeed] = useState('');
  const [sample, setSample] = useState<SnapshotSample>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (asked === undefined) return;
    setSeed(asked.seed);
    setSize(asked.size);
  }, [asked]);
  const draw = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const reply = await api.drawSample(seed, size);
    setSample(reply.ok ? reply.value : undefined);
    setProblem(reply.ok ? undefined : reply.error.message);
  };
  return (
    <>
      <p>
        Drawn from the rows that were asked for, as of the last place. The ids are sorted by the SHA-256 of the seed, a line feed and the
        id; the first ones are the sample. Whoever has the seed draws the same, with Muster or without.
      </p>
      <form className={style.sampleForm} onSubmit={(event) => void draw(event)}>
        <NumberInput
          label="How many"
          min={1}
          max={LARGEST}
          allowDecimal={false}
          value={size}
          onChange={(next) => setSize(Number(next) || 1)}
        />
        <TextInput
          label="Seed"
          description="Any text. Choose it yourself, so that nobody can have chosen the sample for you."
          maxLength={200}
          value={seed}
          onChange={(event) => setSeed(event.currentTarget.value)}
        />
        <ActionButton type="submit" tone="primary" disabledReason={seed === '' ? 'Choose a seed first' : undefined}>
          Draw
        </ActionButton>
      </form>
      {problem !== undefined && (
        <p className={style.answer} data-tone="bad" role="alert">
          {problem}
        </p>
      )}
      {sample && <Drawn sample={sample} snapshot={snapshot} />}
    </>
  );
}

function Drawn({ sample, snapshot }: { sample: SnapshotSample; snapshot: SnapshotStatus }): ReactNode {
  const api = useSnapshotApi();
  const bridge = useBridge();
  const save = async (format: (typeof FORMATS)[number]['format']): Promise<void> => {
    const bytes = await api.exportSample(sample.seed, sample.size, format);
    const name = `muster${snapshot.manifest.sample ? '-sample-estate' : ''}-sample-of-${sample.rows.length}-at-${snapshot.manifest.place}.${format}`;
    if (await bridge.saveFile({ name, bytes })) notify(`Saved ${name}`);
  };
  return (
    <section aria-label="Sample">
      <h3>
        {places(sample.rows.length)} of {places(sample.of)} rows
      </h3>
      <div className={style.row}>
        {FORMATS.map(({ format, label }) => (
          <ActionButton key={format} icon="download" onClick={() => void save(format)}>
            {label}
          </ActionButton>
        ))}
      </div>
      <table className={style.facts}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Kind</th>
            <th scope="col">Owner</th>
          </tr>
        </thead>
        <tbody>
          {sample.rows.map((row) => (
            <tr key={row.id}>
              <td>
                <bdi>{visibleText(row.name, 80)}</bdi>
              </td>
              <td>
                <bdi>{visibleText(row.kind, 40)}</bdi>
              </td>
              <td>{row.owner === '' ? <span className="mu-none">none</span> : <bdi>{visibleText(row.owner, 60)}</bdi>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

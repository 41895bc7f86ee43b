import type { ReactNode } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Choice, Radio } from './Choice.tsx';
import { newSeed, useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';
import { LARGEST_SAMPLE } from './snapshotWish.ts';

export function SampleChoice(): ReactNode {
  const { sample, size, seed } = useCreateSnapshot((state) => state.wish);
  const change = useCreateSnapshot((state) => state.change);
  return (
    <Choice
      label="Random sample"
      hint={sample === 'none' ? undefined : 'Whoever knows the seed draws the same sample again, with Muster or without it.'}
    >
      <div className={classes.line}>
        <Radio name="sample" checked={sample === 'none'} onPick={() => change({ sample: 'none' })}>
          None
        </Radio>
        <Radio name="sample" checked={sample === '25'} onPick={() => change({ sample: '25' })}>
          25
        </Radio>
        <Radio name="sample" checked={sample === 'other'} onPick={() => change({ sample: 'other' })}>
          Other
        </Radio>
        {sample === 'other' && (
          <input
            type="number"
            className={classes.number}
            aria-label="How many to draw"
            min={1}
            max={LARGEST_SAMPLE}
            value={size}
            onChange={(event) => change({ size: event.target.value })}
          />
        )}
      </div>
      {sample !== 'none' && (
        <div className={classes.seed}>
          <label>
            Seed{' '}
            <input
              type="text"
              value={seed}
              maxLength={200}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => change({ seed: event.target.value })}
            />
          </label>
          <ActionButton tone="quiet" icon="refresh" onClick={() => change({ seed: newSeed() })}>
            Another
          </ActionButton>
        </div>
      )}
    </Choice>
  );
}

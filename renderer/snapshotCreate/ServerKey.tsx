import type { ReactNode } from 'react';
import { useStatus } from '../app/engine.tsx';
import { Section } from '../parts/Section.tsx';
import { Fingerprint } from './Fingerprint.tsx';
import classes from './snapshotCreate.module.css';

/** What an auditor compares a snapshot with: told by another way than the file. */
export function ServerKey(): ReactNode {
  const serverKey = useStatus()?.space?.serverKey;
  if (serverKey === undefined) return null;
  return (
    <Section title="Server key">
      <Fingerprint serverKey={serverKey} />
      <p className={classes.hint}>
        This server signs the ledger and every snapshot with it. Give the fingerprint to whoever verifies a snapshot, by another way than
        the file.
      </p>
    </Section>
  );
}

import { type ReactNode, useState } from 'react';
import { fingerprintOf, groupedFingerprint, SHORT_FINGERPRINT } from '../../shared/snapshot/fingerprint.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Copyable } from './Copyable.tsx';
import classes from './snapshotCreate.module.css';

interface FingerprintProps {
  readonly serverKey: string;
  /** Of which key, where there are several. */
  readonly label?: string | undefined;
}

/** A server's key as people compare it: in groups of four, half of it unless asked for all. */
export function Fingerprint({ serverKey, label = 'Fingerprint of the server’s key' }: FingerprintProps): ReactNode {
  const [whole, setWhole] = useState(false);
  const fingerprint = fingerprintOf(serverKey);
  const shown = groupedFingerprint(fingerprint, whole ? fingerprint.length : SHORT_FINGERPRINT);
  return (
    <div className={classes.fingerprint}>
      <Copyable label={label} text={shown}>
        {shown.split(' ').map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place
          <span key={index}>{group} </span>
        ))}
      </Copyable>
      <ActionButton tone="quiet" onClick={() => setWhole((now) => !now)}>
        {whole ? 'The first 32 digits' : 'All 64 digits'}
      </ActionButton>
    </div>
  );
}

import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { CredentialView, IdentityView } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';
import { Age } from '../parts/Age.tsx';
import { shownValue } from '../parts/age.ts';
import { useNow } from '../parts/useNow.ts';
import { expiryWords, rotationWords, usedUp } from './credentialAge.ts';
import style from './identity.module.css';

export function CredentialsSection({ view }: { view: IdentityView }): ReactNode {
  if (view.row.type === 'credential') return null;
  return (
    <section className={style.section} aria-label="Credentials">
      <h2 className={style.sectionHead}>
        Credentials <span className={style.dim}>{view.credentials.length}</span>
      </h2>
      {view.credentials.length === 0 && <p className={style.dim}>No source reports a credential of it.</p>}
      <div>
        {view.credentials.map((credential) => (
          <CredentialLine key={credential.id} credential={credential} />
        ))}
      </div>
    </section>
  );
}

function CredentialLine({ credential }: { credential: CredentialView }): ReactNode {
  const now = useNow();
  const peekAt = useNavigation((place) => place.peekAt);
  const used = usedUp(credential, now);
  const facts = [
    rotationWords(credential, now),
    expiryWords(credential, now),
    credential.lastUsed === undefined ? 'last use unread' : `last used ${shownValue(credential.lastUsed)}`,
    ...(credential.location === undefined ? [] : [visibleText(credential.location, 160)]),
  ];
  return (
    <div className={style.credential}>
      <span>
        <button type="button" className={style.link} onClick={() => peekAt(credential.id)}>
          <bdi>{visibleText(credential.name, 200)}</bdi>
        </button>{' '}
        <span className={style.dim}>
          {visibleText(credential.kind, 60)} · {credential.observed}
        </span>
      </span>
      <span>{visibleText(credential.worst.text, 60)}</span>
      {used !== undefined && (
        <div className={style.ageBar} role="img" aria-label={`${Math.round(used * 100)} % of its life is over`}>
          <div className={style.ageFill} data-severity={credential.worst.severity} style={{ width: `${used * 100}%` }} />
        </div>
      )}
      <span className={`${style.dim} ${style.small}`} style={{ gridColumn: '1 / -1' }}>
        {facts.join(' · ')}
        {credential.asOf !== undefined && (
          <>
            {' · evidence '}
            <Age at={credential.asOf} />
          </>
        )}
      </span>
      {credential.fingerprint !== undefined && (
        <span className={`${style.dim} ${style.native}`} style={{ gridColumn: '1 / -1' }}>
          {visibleText(credential.fingerprint, 160)}
        </span>
      )}
      {credential.findings
        .filter((finding) => finding.verdict !== 'clear')
        .map((finding) => (
          <span key={finding.rule} style={{ gridColumn: '1 / -1' }}>
            {finding.verdict === 'cannot evaluate' ? 'Cannot evaluate: ' : ''}
            {visibleText(finding.sentence, 300)}
          </span>
        ))}
    </div>
  );
}

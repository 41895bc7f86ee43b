import { type ReactNode, useEffect } from 'react';
import type { IdentityView } from '../../shared/register/view.ts';
import { useEngine } from '../app/engine.tsx';
import { AccessSection } from './AccessSection.tsx';
import { CommentsSection } from './CommentsSection.tsx';
import { CredentialsSection } from './CredentialsSection.tsx';
import { FieldsSection } from './FieldsSection.tsx';
import { HistorySection } from './HistorySection.tsx';
import { IdentityHead } from './IdentityHead.tsx';
import style from './identity.module.css';
import { LinksSection } from './LinksSection.tsx';
import { NeedsSection } from './NeedsSection.tsx';
import { RecordsSection } from './RecordsSection.tsx';

/** An identity from top to bottom. `wide`: the page of its own, which also owns the single keys. */
export function IdentityBody({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  useHere(view);
  return (
    <div className={style.body}>
      <IdentityHead view={view} wide={wide} />
      <NeedsSection view={view} wide={wide} />
      <FieldsSection view={view} wide={wide} />
      <AccessSection view={view} />
      <CredentialsSection view={view} />
      <LinksSection view={view} />
      <CommentsSection view={view} wide={wide} />
      <HistorySection view={view} wide={wide} />
      <RecordsSection view={view} wide={wide} />
    </div>
  );
}

/** Tells the others which record is on this screen, and that it no longer is. */
function useHere(view: IdentityView): void {
  const { api } = useEngine();
  useEffect(() => {
    void api.presence({ record: view.id });
    return () => void api.presence({});
  }, [api, view.id]);
}

import type { ReactNode } from 'react';
import { useLive } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { AddSource } from './AddSource.tsx';
import { NEW_SOURCE } from './newSource.ts';
import { SourceList } from './SourceList.tsx';
import { SourcePage } from './SourcePage.tsx';

export function SourcesScreen(): ReactNode {
  const sources = useLive((api) => api.sources(), []);
  const page = useNavigation((place) => place.page);
  if (page?.startsWith(NEW_SOURCE)) return <AddSource kind={page.slice(NEW_SOURCE.length)} />;
  if (!sources) return <div aria-busy="true" />;
  if (page !== undefined) return <SourcePage key={page} view={sources.find((source) => source.status.source === page)} id={page} />;
  return <SourceList sources={sources} />;
}

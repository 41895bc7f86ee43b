import type { Counts } from '../../shared/register/view.ts';

export interface View {
  readonly name: string;
  readonly query: string;
  /** The count that stands beside its name. */
  readonly count?: keyof Counts;
}

/** The views that everybody has (SCREENS, Register). */
export const DEFAULT_VIEWS: readonly View[] = [
  { name: 'All', query: '', count: 'identities' },
  { name: 'No owner', query: 'owner:none', count: 'noOwner' },
  { name: 'Privileged', query: 'is:privileged', count: 'privileged' },
  { name: 'Expiring', query: 'is:expiring', count: 'expiring' },
  { name: 'Unregistered', query: 'is:unregistered', count: 'unregistered' },
  { name: 'Third party', query: 'vendor:any' },
  { name: 'Agents', query: 'kind:agent' },
  { name: 'Missing', query: 'is:missing', count: 'missing' },
  { name: 'Excluded', query: 'is:excluded' },
];

/** The five counts that are filters. */
export const COUNT_FILTERS = [
  { label: 'No owner', token: 'owner:none', count: 'noOwner' },
  { label: 'Unregistered', token: 'is:unregistered', count: 'unregistered' },
  { label: 'Overdue', token: 'is:overdue', count: 'overdue' },
  { label: 'Privileged', token: 'is:privileged', count: 'privileged' },
  { label: 'Cannot evaluate', token: 'cannot:evaluate', count: 'cannotEvaluate' },
] as const satisfies readonly { label: string; token: string; count: keyof Counts }[];

import { compareCodeUnits } from '../base/json.ts';
import type { InboxItem, Severity } from './view.ts';
import type { WriteBackView } from './writeBackView.ts';

/** What is shown of an item, and decided with it at once: nobody approves what they could not look at. The next ones follow. */
const SHOWN = 50;

/** Writes that wait for a decision, by field and source, then those that came back without having been made. @param views what `openWriteBacks` gives. */
export function writeItems(views: readonly WriteBackView[]): InboxItem[] {
  const waiting = grouped(views.filter(({ state }) => state === 'waits for approval'));
  const troubled = grouped(views.filter(({ state, agrees }) => state !== 'waits for approval' && !agrees));
  return [...waiting.map(toDecide), ...troubled.map(inTrouble)];
}

function grouped(views: readonly WriteBackView[]): WriteBackView[][] {
  const groups = new Map<string, WriteBackView[]>();
  for (const view of views) {
    const key = `${view.field}/${view.source}/${view.needsOther}`;
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups].sort(([a], [b]) => compareCodeUnits(a, b)).map(([, group]) => group);
}

function common(group: readonly WriteBackView[], severity: Severity) {
  const [{ field, source }] = group as [WriteBackView];
  const records = group.slice(0, SHOWN).map(({ id, name }) => ({ id, name }));
  return { count: group.length, severity, records, source, field, writes: group.slice(0, SHOWN) };
}

function toDecide(group: readonly WriteBackView[]): InboxItem {
  const [{ field, source, fieldLabel, sourceLabel, proposed, needsOther }] = group as [WriteBackView];
  const acts = (kind: 'approve' | 'reject') => group.slice(0, SHOWN).map(({ digest }) => ({ kind, subject: digest }));
  const decided = Math.min(group.length, SHOWN);
  const many = group.length === 1 ? '' : ` ${decided}`;
  return {
    id: `write/${field}/${source}/${needsOther ? 'others' : 'mine'}`,
    what: `Send ${fieldLabel.toLowerCase()} to ${sourceLabel}`,
    ...common(group, 'medium'),
    whyNow: needsOther
      ? 'you proposed it; another person has to approve it'
      : `proposed by ${proposed.name}; nothing is sent before somebody approves it`,
    choices: [
      { label: `Reject${many}`, hint: 'nothing is sent', acts: acts('reject'), safe: true },
      ...(needsOther
        ? []
        : [
            {
              label: `Approve${many}`,
              hint:
                group.length > SHOWN ? `sends exactly what is shown: the first ${SHOWN} of ${group.length}` : 'sends exactly what is shown',
              acts: acts('approve'),
              safe: false,
            },
          ]),
    ],
    reasoned: true,
  };
}

function inTrouble(group: readonly WriteBackView[]): InboxItem {
  const [{ field, source, fieldLabel, sourceLabel, needsOther }] = group as [WriteBackView];
  return {
    id: `write trouble/${field}/${source}/${needsOther}`,
    what: `${fieldLabel} did not reach ${sourceLabel}`,
    ...common(group, 'high'),
    whyNow: 'approved, and not in the source: look at what it holds now, then send again or take its value',
    query: `drift:${field} source:${source}`,
    choices: [{ label: 'One by one', acts: [], safe: true }],
  };
}

import { compareCodeUnits } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { DAY, type Millis, parseTime } from '../base/time.ts';
import type { CommentView } from '../ledger/ledgerReader.ts';
import type { ActOf } from '../model/act.ts';
import { ageText, plural } from './age.ts';
import { namedRows } from './inboxNames.ts';
import type { Projected } from './projected.ts';
import type { Projection } from './projection.ts';
import { days, type Thresholds } from './thresholds.ts';
import type { InboxItem } from './view.ts';

/** The last question about a record, and the answer to it when there is one that its asker has not read yet. */
interface Thread {
  readonly row: Projected;
  readonly request: CommentView;
  readonly of: string | undefined;
  readonly answer: CommentView | undefined;
}

type Stage = 'answered' | 'waiting' | 'backup' | 'steward';

/** What owners were asked (DOMAIN K): answers to read first, then what nobody has answered, the longest first. */
export function ownerAnswers(rows: readonly Projected[], projection: Projection): InboxItem[] {
  const groups = new Map<string, { readonly stage: Stage; readonly threads: Thread[] }>();
  for (const row of rows) {
    const thread = threadOf(row, projection);
    if (!thread) continue;
    const stage = stageOf(thread, projection);
    const key = `${RANK[stage]}/${thread.request.text}`;
    const group = groups.get(key);
    if (group) group.threads.push(thread);
    else groups.set(key, { stage, threads: [thread] });
  }
  return [...groups].sort(([a], [b]) => compareCodeUnits(a, b)).map(([, { stage, threads }]) => item(stage, threads, projection));
}

const RANK: Record<Stage, number> = { answered: 0, steward: 1, backup: 2, waiting: 3 };

function threadOf(row: Projected, { ledger, classes }: Projection): Thread | undefined {
  const seen = new Map<string, CommentView>();
  for (const anchor of classes.anchors(row.id))
    for (const comment of ledger.comments(anchor)) seen.set(`${comment.ref.entry}/${comment.ref.act}`, comment);
  if (seen.size === 0) return undefined;
  const all = [...seen.values()].sort(inOrder);
  const asked = all.map((comment) => requestOf(comment, ledger));
  const last = asked.findLastIndex((request) => request !== undefined);
  const request = all[last];
  if (!request) return undefined;
  const after = all.slice(last + 1);
  const answer = after.findLast(({ person }) => person === undefined || person !== request.person);
  const read = answer !== undefined && after.indexOf(answer) < after.length - 1;
  return read ? undefined : { row, request, of: asked[last]?.of, answer };
}

function requestOf({ ref }: CommentView, ledger: Projection['ledger']): ActOf<'request'> | undefined {
  const act = ledger.line(ref.entry)?.entry.acts[ref.act];
  return act?.kind === 'request' ? act : undefined;
}

/** By place; what waits for one last, in the order in which it was said. */
function inOrder(a: CommentView, b: CommentView): number {
  const [left, right] = [a.place ?? Number.POSITIVE_INFINITY, b.place ?? Number.POSITIVE_INFINITY];
  if (left !== right) return left < right ? -1 : 1;
  if (a.ref.entry === b.ref.entry) return a.ref.act - b.ref.act;
  return compareCodeUnits(a.at, b.at) || compareCodeUnits(a.ref.entry, b.ref.entry);
}

const waitedOf = ({ request }: Thread, now: Millis): Millis => now - (parseTime(request.at) ?? now);

function stageOf(thread: Thread, { now, projector }: Projection): Stage {
  if (thread.answer) return 'answered';
  const { thresholds } = projector.standing;
  const waited = waitedOf(thread, now);
  if (waited >= days(thresholds, 'request steward') * DAY) return 'steward';
  return waited >= days(thresholds, 'request backup') * DAY ? 'backup' : 'waiting';
}

function item(stage: Stage, threads: readonly Thread[], projection: Projection): InboxItem {
  const [first] = threads as readonly [Thread, ...Thread[]];
  const oldest = Math.max(...threads.map((thread) => waitedOf(thread, projection.now)));
  const question = `"${visibleText(first.request.text, 80)}"`;
  const name = (person: string | undefined): string =>
    visibleText([...projection.ledger.persons().values()].find((one) => one.person === person)?.name ?? 'somebody');
  const words =
    stage === 'answered'
      ? answered(threads, question, name)
      : unanswered(stage, threads, question, ageText(oldest), projection.projector.standing.thresholds, name);
  const anchors = threads.map(({ row }) => [...projection.classes.anchors(row.id)].slice(0, 64));
  return {
    id: `request/${stage}/${first.request.ref.entry}/${first.request.ref.act}`,
    ...words,
    count: threads.length,
    severity: stage === 'steward' ? 'high' : stage === 'backup' ? 'medium' : 'low',
    records: namedRows(threads.map(({ row }) => row)),
    choices: [
      { label: 'Open', acts: [], safe: true },
      stage === 'answered'
        ? { label: 'Mark as read', acts: anchors.map((one) => ({ kind: 'comment' as const, anchors: one, text: 'Read.' })), safe: false }
        : {
            label: 'Ask again',
            hint: 'the days are counted anew',
            acts: anchors.map((one) => ({ kind: 'request' as const, anchors: one, text: first.request.text })),
            safe: false,
          },
    ],
  };
}

type Words = Pick<InboxItem, 'what' | 'whyNow'>;

function answered(threads: readonly Thread[], question: string, name: (person: string | undefined) => string): Words {
  const [first] = threads as readonly [Thread, ...Thread[]];
  const said = visibleText(first.answer?.text ?? '', 120);
  const who = [...new Set(threads.map(({ answer }) => name(answer?.person)))].slice(0, 3).join(', ');
  return {
    what: threads.length === 1 ? `${who} answered ${question}: "${said}"` : `${plural(threads.length, 'answer')} to ${question}`,
    whyNow: threads.length === 1 ? 'the asker has not read it' : `from ${who}; the asker has not read them`,
  };
}

function unanswered(
  stage: Exclude<Stage, 'answered'>,
  threads: readonly Thread[],
  question: string,
  age: string,
  thresholds: Thresholds,
  name: (person: string | undefined) => string,
): Words {
  const asked = [...new Set(threads.flatMap(({ of }) => (of === undefined ? [] : [name(of)])))].slice(0, 3).join(', ');
  const who = asked === '' ? 'the owner' : asked;
  return {
    what: `${question}: no answer from ${who}`,
    whyNow: `asked ${age === 'just now' ? age : `${age} ago`}; ${next(stage, thresholds)}`,
  };
}

function next(stage: Exclude<Stage, 'answered'>, thresholds: Thresholds): string {
  const [backup, steward] = [days(thresholds, 'request backup'), days(thresholds, 'request steward')];
  switch (stage) {
    case 'waiting':
      return `the owner has ${backup} days`;
    case 'backup':
      return `after ${backup} days it is for the backup to answer`;
    case 'steward':
      return `after ${steward} days it is for a steward to decide`;
  }
}

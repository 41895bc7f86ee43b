import { visibleText } from '../base/text.ts';
import { type AccessLevel, accessLevel, type Entitlement } from '../model/vocabulary.ts';
import type { Subject } from './subject.ts';

const RANK: ReadonlyMap<AccessLevel, number> = new Map(accessLevel.options.map((level, index) => [level, index]));
const PRIVILEGED: ReadonlySet<AccessLevel> = new Set(['secrets', 'grant', 'full']);

export const accessRank = (level: AccessLevel): number => RANK.get(level) ?? 0;

export interface AccessSummary {
  readonly level: AccessLevel | undefined;
  readonly certainty: Entitlement['certainty'] | undefined;
  /** Undefined: access is unread, so it cannot be said. */
  readonly privileged: boolean | undefined;
}

/** DOMAIN E: privileged is secrets, grant or full anywhere, or write on a critical production resource. */
export function summariseAccess(subject: Subject, criticalProduction: boolean): AccessSummary {
  let worst: Entitlement | undefined;
  let read = false;
  let unread = false;
  for (const { record } of subject.records) {
    if (record.unread?.includes('access')) unread = true;
    else if (record.access) read = true;
    for (const right of record.access ?? []) {
      if (right.certainty === 'unread') unread = true;
      else if (!worst || accessRank(right.level) > accessRank(worst.level)) worst = right;
    }
  }
  const high =
    worst !== undefined && (PRIVILEGED.has(worst.level) || (criticalProduction && accessRank(worst.level) >= accessRank('write')));
  return { level: worst?.level, certainty: worst?.certainty, privileged: high ? true : unread || !read ? undefined : false };
}

export const accessUnread = (subject: Subject): boolean =>
  subject.records.some(
    ({ record }) => record.unread?.includes('access') === true || record.access?.some((right) => right.certainty === 'unread') === true,
  );

const VERBS: Record<AccessLevel, string> = {
  read: 'can read',
  write: 'can change',
  run: 'can run code on',
  secrets: 'can read secrets of',
  grant: 'can give rights on',
  full: 'has full access to',
};

/** One right as a sentence: "has full access to everything in AWS 1234, through role admin". */
export function plainAccess(right: Entitlement): string {
  const on = right.on === '*' ? 'everything' : visibleText(right.on, 120);
  const where = right.boundary && right.boundary !== right.on ? ` in ${visibleText(right.boundary, 120)}` : '';
  const via =
    right.via && right.via.length > 0
      ? `, through ${right.via
          .slice(0, 3)
          .map((one) => visibleText(one, 80))
          .join(' and ')}`
      : '';
  const unsure = right.certainty === 'upper bound' ? ' at most' : right.certainty === 'unread' ? ' (not fully read)' : '';
  return `${VERBS[right.level] ?? 'has rights on'} ${on}${where}${via}${unsure}`;
}

import type { PortableRow } from '../../../shared/register/portableRow.ts';

type Judge = (value: unknown) => boolean;

const isText: Judge = (value) => typeof value === 'string';
const isNumber: Judge = (value) => typeof value === 'number' && Number.isFinite(value);
const isFlag: Judge = (value) => typeof value === 'boolean';
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf =
  (judge: Judge): Judge =>
  (value) =>
    Array.isArray(value) && value.every(judge);
const maybe =
  (judge: Judge): Judge =>
  (value) =>
    value === undefined || judge(value);
/** The members are listed once: this runs for every member of every row. What was parsed from JSON has no members but its own. */
const shape = (members: Readonly<Record<string, Judge>>): Judge => {
  const [names, judges] = [Object.keys(members), Object.values(members)];
  return (value) => {
    if (!isObject(value)) return false;
    for (let index = 0; index < names.length; index++) if (!judges[index]?.(value[names[index] as string])) return false;
    return true;
  };
};
const recordOf =
  (judge: Judge): Judge =>
  (value) =>
    isObject(value) && Object.values(value).every(judge);

const isParty = shape({ text: isText, party: maybe(isText), inherited: maybe(isFlag) });
const isFinding = shape({ rule: isText, verdict: isText, severity: isText });
const isCredential = shape({ text: isText, severity: isText, order: isNumber });

const isRow = shape({
  id: isText,
  type: isText,
  kind: isText,
  subtype: maybe(isText),
  name: isText,
  alias: maybe(isText),
  states: listOf(isText),
  lifecycle: isText,
  observed: isText,
  owner: maybe(isParty),
  team: maybe(isParty),
  application: maybe(isText),
  environment: maybe(isText),
  purpose: maybe(isText),
  criticality: maybe(isText),
  classification: maybe(isText),
  vendor: maybe(isParty),
  usedBy: maybe(isText),
  neededUntil: maybe(isText),
  tags: listOf(isText),
  access: maybe(isText),
  accessCertainty: maybe(isText),
  privileged: maybe(isFlag),
  credential: maybe(isCredential),
  credentials: isNumber,
  lastUsed: maybe(isText),
  lastUsedUnread: isFlag,
  asOf: maybe(isText),
  freshness: isText,
  reviewDue: maybe(isText),
  created: maybe(isText),
  boundary: maybe(isText),
  sources: listOf(isText),
  findings: listOf(isFinding),
  conflicts: listOf(isText),
  drifts: listOf(isText),
  private: isFlag,
});

const isPortable = shape({
  anchors: listOf(isText),
  facts: shape({
    registered: isFlag,
    overdue: isFlag,
    expiry: maybe(isNumber),
    born: maybe(isNumber),
    gained: maybe(isNumber),
    ownerValue: maybe(isText),
    otherHeads: maybe(recordOf(listOf(isText))),
    names: listOf(isText),
    ownerUnfollowed: maybe((value) => value === true),
  }),
  row: isRow,
});

/**
 * A row of a file that nobody vouches for: every member has the type that the screens rely on. By hand and not by a schema: a hundred thousand rows
 * are judged before the first one is shown. @returns undefined for anything else.
 */
export const portableRowOf = (value: unknown): PortableRow | undefined => (isPortable(value) ? (value as PortableRow) : undefined);

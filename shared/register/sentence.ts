import { visibleText } from '../base/text.ts';
import type { AccessLevel, Entitlement } from '../model/vocabulary.ts';
import { accessRank } from './access.ts';
import { ageText } from './age.ts';
import type { Projection } from './projection.ts';
import type { Subject } from './subject.ts';
import type { Row } from './view.ts';

/** "Deploys payments to production; full access to AWS 1234; owner Payments; evidence 4 min old." */
export function sentenceOf(row: Row, subject: Subject, projection: Projection): string {
  const text = partsOf(row, subject, projection)
    .filter((part) => part !== undefined)
    .join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function partsOf(row: Row, subject: Subject, projection: Projection): (string | undefined)[] {
  const evidence = evidenceText(row, subject, projection);
  switch (row.type) {
    case 'identity':
      return [
        whatItIs(row),
        row.purpose ? undefined : 'purpose not recorded',
        stateText(row),
        accessText(row, subject),
        ownerText(row),
        evidence,
      ];
    case 'credential':
      return [credentialText(row, projection), lifeText(row), placeText(subject), ownerText(row), evidence];
    case 'party':
      return [partyText(row, projection), evidence];
    default:
      return [whatItIs(row), stateText(row), ownerText(row), evidence];
  }
}

/** Its purpose, else its kind with what it belongs to. */
function whatItIs(row: Row): string {
  if (row.purpose) {
    const purpose = visibleText(row.purpose, 160)
      .trim()
      .replace(/[.;]+$/, '');
    const where = row.environment && !purpose.toLowerCase().includes(row.environment) ? ` (${row.environment})` : '';
    return `${purpose}${where}`;
  }
  const kind = row.kind === 'unknown' ? 'an identity of unknown kind' : withArticle(row.kind);
  const of = row.application ? ` of ${visibleText(row.application, 80)}` : '';
  return `${kind}${of}${row.environment ? ` in ${row.environment}` : ''}`;
}

/** Said as they are pronounced: an SSH key, an OAuth application, a unit, a user. */
function withArticle(kind: string): string {
  const shown = visibleText(kind, 60) || 'record';
  return `${/^(SSH|[aeio]|u(?!ni|se))/i.test(shown) ? 'an' : 'a'} ${shown}`;
}

function stateText({ observed }: Row): string | undefined {
  switch (observed) {
    case 'missing':
      return 'no longer listed by its source';
    case 'disabled':
      return 'disabled';
    case 'expired':
      return 'expired';
    default:
      return undefined;
  }
}

/** Its age or its end; the kind was said before. */
function lifeText(row: Row): string | undefined {
  if (row.observed === 'missing' || row.observed === 'disabled') return stateText(row);
  const text = row.credential?.text.replace(/^cert\b/, 'certificate') ?? '';
  const short = text.startsWith(row.kind) ? text.slice(row.kind.length).replace(/^[, ]+/, '') : text;
  return short === '' ? undefined : /^\d+ d$/.test(short) ? `${short} old` : short;
}

const RIGHTS: Record<AccessLevel, string> = {
  read: 'read access to',
  write: 'write access to',
  run: 'may run code on',
  secrets: 'may read secrets of',
  grant: 'may give rights on',
  full: 'full access to',
};

/** The strongest right in words; what is unread is not called none. */
function accessText(row: Row, subject: Subject): string {
  const strongest = subject.records
    .flatMap(({ record }) => record.access ?? [])
    .filter(({ certainty }) => certainty !== 'unread')
    .reduce<Entitlement | undefined>(
      (best, right) => (best && accessRank(best.level) >= accessRank(right.level) ? best : right),
      undefined,
    );
  if (!strongest) return row.privileged === undefined ? 'what it may do is not known' : 'no rights that a source reports';
  const boundary = strongest.boundary ?? subject.boundary;
  const everything = strongest.on === '*' || strongest.on === boundary;
  const on = everything ? (boundary ?? 'everything') : strongest.on;
  const within = everything || boundary === undefined ? '' : ` in ${visibleText(boundary, 80)}`;
  const most = strongest.certainty === 'upper bound' ? ', at most' : '';
  return `${RIGHTS[strongest.level] ?? 'rights on'} ${visibleText(on, 80)}${within}${most}`;
}

function ownerText(row: Row): string {
  if (row.conflicts.includes('owner')) return 'its owner is in dispute';
  if (!row.owner)
    return row.findings.some(({ rule, verdict }) => rule === 'no-owner' && verdict !== 'found') ? 'owner not known' : 'no owner';
  const from = row.type === 'credential' ? 'its identity' : 'its application';
  return `owner ${visibleText(row.owner.text, 80)}${row.owner.inherited ? ` (from ${from})` : ''}`;
}

function credentialText(row: Row, projection: Projection): string {
  const holders = projection.links.acrossCredential(row.id, 'identity').flatMap((id) => projection.row(id)?.row.name ?? []);
  const of =
    holders.length === 0
      ? ' that is not tied to an identity'
      : ` of ${holders
          .slice(0, 3)
          .map((name) => visibleText(name, 60))
          .join(' and ')}`;
  return `${withArticle(row.kind)}${of}${holders.length > 3 ? ` and ${holders.length - 3} more` : ''}`;
}

function placeText(subject: Subject): string | undefined {
  const location = subject.records[0]?.record.fields.location;
  return typeof location === 'string' && location !== '' ? `found at ${visibleText(location, 120)}` : undefined;
}

function partyText(row: Row, { parties }: Projection): string {
  const party = parties.get(row.id);
  const kind = withArticle(party?.kind ?? row.kind);
  if (party?.active === false) return `${kind} who has left${party.leftOn === undefined ? '' : ` (${visibleText(party.leftOn, 10)})`}`;
  return `${kind}${party?.confirmed ? '' : ' that nobody has confirmed'}`;
}

function evidenceText(row: Row, subject: Subject, { now }: Projection): string {
  if (subject.records.length === 0) return 'nothing but what people typed';
  if (row.asOf === undefined) return 'no complete listing behind it';
  const age = ageText(now - Date.parse(row.asOf));
  const old = age === 'just now' ? 'evidence from just now' : `evidence ${age} old`;
  return row.freshness === 'fresh' ? old : `${old}, ${row.freshness === 'stale' ? 'stale' : 'too old to rely on'}`;
}

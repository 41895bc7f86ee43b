import type { LedgerReader } from '../ledger/ledgerReader.ts';
import type { AuthorityRule, FieldPolicy } from '../model/policy.ts';

/** A field's system of record. */
export interface Authority {
  readonly authors: readonly string[];
  readonly rule: AuthorityRule;
}

const SOURCE: Authority = { authors: ['source'], rule: 'source' };
const FILL: Authority = { authors: ['steward', 'rule', 'kind:cmdb', 'source'], rule: 'fill' };
const OVERRIDE: Authority = { authors: ['kind:cmdb', 'source', 'steward'], rule: 'override' };
const SUGGEST: Authority = { authors: ['steward', 'source'], rule: 'suggest' };

/**
 * DOMAIN H as it ships. `source` stands for any source that reports the field, so a tag, an annotation and a followed
 * spreadsheet fill blanks after the CMDB does. Policy in the ledger can name sources one by one.
 */
const DEFAULTS: ReadonlyMap<string, Authority> = new Map([
  ['owner', FILL],
  ['backup', FILL],
  ['team', { authors: ['steward', 'rule', 'kind:keycloak', 'kind:ldap', 'kind:cmdb', 'source'], rule: 'fill' }],
  ['technicalContact', { authors: ['steward', 'kind:keycloak', 'kind:ldap', 'kind:cmdb', 'source'], rule: 'fill' }],
  ['application', { authors: ['kind:cmdb', 'rule', 'source', 'steward'], rule: 'override' }],
  ['purpose', { authors: ['steward', 'source'], rule: 'fill' }],
  ['environment', FILL],
  ['criticality', OVERRIDE],
  ['classification', OVERRIDE],
  ['vendor', { authors: ['kind:cmdb', 'steward', 'source'], rule: 'fill' }],
  ['contractEnd', { authors: ['kind:cmdb', 'steward', 'source'], rule: 'fill' }],
  ['approvedAccess', SUGGEST],
  ['neededUntil', SUGGEST],
  ['lifecycle', SUGGEST],
  ['usedBy', SUGGEST],
  ['tags', { authors: ['steward', 'source'], rule: 'fill' }],
  ['aliases', { authors: ['steward', 'source'], rule: 'fill' }],
  ['name', { authors: ['steward', 'source'], rule: 'fill' }],
  ['partyKind', { authors: ['steward', 'source'], rule: 'fill' }],
  ['email', { authors: ['steward', 'source'], rule: 'fill' }],
  ['compensatingControl', { authors: ['steward', 'source'], rule: 'fill' }],
  ['requestedBy', { authors: ['steward', 'source'], rule: 'fill' }],
  ['approvedBy', { authors: ['steward', 'source'], rule: 'fill' }],
  ['ticket', { authors: ['steward', 'source'], rule: 'fill' }],
  ['issuedFor', { authors: ['steward', 'source'], rule: 'fill' }],
]);

/** What a policy may be narrowed to. */
export interface PolicyScope {
  readonly type: string;
  readonly kind: string;
  readonly sources: readonly string[];
  readonly coverages: readonly string[];
}

/** The policies of the ledger over the defaults; read again when a policy act arrives. */
export class AuthorityTable {
  private readonly byField = new Map<string, FieldPolicy[]>();

  constructor(ledger: LedgerReader) {
    const policies = [...ledger.policy()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    for (const [, { value }] of policies) {
      if (value.kind !== 'field') continue;
      const held = this.byField.get(value.policy.field) ?? [];
      held.push(value.policy);
      held.sort((a, b) => weight(b) - weight(a));
      this.byField.set(value.policy.field, held);
    }
  }

  /** Whether the ledger says anything of the field: nearly always no. */
  isNarrowed(field: string): boolean {
    return this.byField.has(field);
  }
  plain(field: string): Authority {
    return DEFAULTS.get(field) ?? SOURCE;
  }

  of(field: string, scope: PolicyScope): Authority {
    return this.byField.get(field)?.find((policy) => applies(policy, scope)) ?? this.plain(field);
  }
}

/** Most specific wins: coverage, then source, then kind, then type, then none. */
export function weight({ when }: FieldPolicy): number {
  return (when?.coverage ? 8 : 0) + (when?.source ? 4 : 0) + (when?.kind ? 2 : 0) + (when?.type ? 1 : 0);
}

function applies({ when }: FieldPolicy, scope: PolicyScope): boolean {
  if (!when) return true;
  const fits = (wanted: string | undefined, held: readonly string[]): boolean => wanted === undefined || held.includes(wanted);
  return (
    fits(when.type, [scope.type]) &&
    fits(when.kind, [scope.kind]) &&
    fits(when.source, scope.sources) &&
    fits(when.coverage, scope.coverages)
  );
}

/** The system of record in words (DOMAIN H). */
export function decidesText({ authors, rule }: Authority, labelOf: (author: string) => string): string {
  const first = authors.find((author) => author !== 'steward' && author !== 'rule');
  const who = first === undefined ? 'The source' : labelOf(first);
  switch (rule) {
    case 'source':
      return `${who} decides`;
    case 'override':
      return `${who} decides unless overridden`;
    case 'fill':
      return first === undefined ? 'You decide' : 'You decide; sources fill blanks';
    case 'suggest':
      return 'You decide; sources suggest';
  }
}

export function authorLabel(author: string, labelOfSource: (id: string) => string): string {
  if (author === 'steward') return 'A steward';
  if (author === 'rule') return 'A rule';
  if (author === 'source') return 'The source that holds it';
  if (author.startsWith('source:')) return labelOfSource(author.slice('source:'.length));
  return KIND_LABELS.get(author.slice('kind:'.length)) ?? author.slice('kind:'.length);
}

const KIND_LABELS: ReadonlyMap<string, string> = new Map([
  ['cmdb', 'The CMDB'],
  ['ldap', 'The directory'],
  ['keycloak', 'Keycloak'],
  ['aws', 'AWS'],
  ['kubernetes', 'Kubernetes'],
  ['vault', 'Vault'],
  ['postgres', 'PostgreSQL'],
]);

import type { AccessLevel, Entitlement } from '../../../shared/model/vocabulary.ts';
import { type PathRule, parsePolicy } from './policy.ts';
import type { Mount } from './snapshot.ts';

/** Paths under which a caller reaches only what is its own. Every token has them by the default policy. */
const OWN = [
  /^cubbyhole\//,
  /^auth\/token\/(lookup|renew|revoke)-self$/,
  /^sys\/(capabilities-self|internal\/ui\/|wrapping\/|tools\/|control-group\/|leases\/(renew|lookup)|renew)/,
  /^identity\/(entity\/(id|name)\/\{\{|oidc\/provider\/)/,
];
/** Where who may do what is decided. */
const GOVERNING = [
  /^sys\/(policies|policy|auth|mounts|raw|namespaces|audit|seal|rekey|generate-root|init|plugins)\b/,
  /^auth\//,
  /^identity\//,
];
/** Engines whose answer to a read, or to an update, is a secret or opens one. */
const READS_SECRETS = /\/(creds|static-creds|export|decrypt|datakey\/plaintext|keys|code|sts)(\/|$|\*)/;
const ISSUES = /\/(issue|sign|sign-verbatim|sign-intermediate)(\/|$|\*)/;

const CHANGES = ['create', 'update', 'delete', 'patch'];
const has = (rule: PathRule, ...names: readonly string[]): boolean => names.some((name) => rule.capabilities.includes(name));

/** A path that reaches more than it spells: a glob, a wildcard for a segment, or a template. */
const isOpen = (path: string): boolean => /\*$|(^|\/)\+(\/|$)|\{\{/.test(path);

/** Whether a rule's path can match something below `prefix`. */
function mayReach(path: string, prefix: string): boolean {
  const [own, target] = [path.replace(/\*$/, '').split('/'), prefix.split('/').filter((part) => part !== '')];
  const glob = path.endsWith('*');
  for (let index = 0; index < target.length; index++) {
    const part = own[index];
    if (part === undefined) return glob;
    const last = index === own.length - 1;
    if (part === '+' || part === target[index]) continue;
    return glob && last && (target[index] ?? '').startsWith(part);
  }
  return true;
}

/** DOMAIN E, for one rule of a policy. */
function levelsOf(rule: PathRule, mounts: readonly Mount[]): AccessLevel[] {
  const { path } = rule;
  if (has(rule, 'deny') || rule.capabilities.length === 0 || OWN.some((own) => own.test(path))) return [];
  if (/^\+?\*$|^(\+\/)+\*?$/.test(path) && has(rule, ...CHANGES, 'sudo')) return ['full'];
  const levels = new Set<AccessLevel>();
  const everywhere = /^\+?\*$|^\+\//.test(path);
  const governs = GOVERNING.some((one) => one.test(path)) || everywhere;
  if (has(rule, 'sudo') || (governs && has(rule, ...CHANGES) && !/\/login(\/|$)/.test(path))) levels.add('grant');
  if (ISSUES.test(path) && has(rule, 'create', 'update')) levels.add('grant');
  if (readsSecrets(rule, mounts)) levels.add('secrets');
  if (!governs && has(rule, ...CHANGES)) levels.add('write');
  if (has(rule, 'read', 'list', 'scan', 'subscribe')) levels.add('read');
  // What reads secrets there also reads: the stronger level says both.
  if (levels.has('secrets')) levels.delete('read');
  return [...levels];
}

function readsSecrets(rule: PathRule, mounts: readonly Mount[]): boolean {
  const { path } = rule;
  if (READS_SECRETS.test(`/${path}`) && has(rule, 'read', 'update', 'create')) return true;
  if (!has(rule, 'read')) return false;
  return mounts.some(({ path: mount, type, version, auth }) => {
    if (auth || !['kv', 'generic'].includes(type)) return false;
    return version === '2' ? mayReach(path, `${mount}data/`) : mayReach(path, mount);
  });
}

/** Which policy, and the groups it came through. */
export interface Grant {
  readonly policy: string;
  readonly via: readonly string[];
}

/** What policies allow. A policy that could not be read, or that does not exist, is said as unread. */
export function entitlementsOf(
  grants: readonly Grant[],
  textOf: (policy: string) => string | undefined,
  mounts: readonly Mount[],
  boundary: string,
): Entitlement[] {
  return grants.flatMap(({ policy, via }): Entitlement[] => {
    const through = [...via, policy].map((name) => name.slice(0, 512));
    if (policy === 'root') return [{ level: 'full', on: '*', boundary, via: through, native: 'policy root', certainty: 'exact' }];
    const text = textOf(policy);
    if (text === undefined)
      return [{ level: 'read', on: '*', boundary, via: through, native: `policy ${policy}`.slice(0, 2_048), certainty: 'unread' }];
    return parsePolicy(text).flatMap((rule) => levelsOf(rule, mounts).map((level) => entitlement(rule, level, through, boundary)));
  });
}

const entitlement = (rule: PathRule, level: AccessLevel, via: string[], boundary: string): Entitlement => ({
  level,
  on: rule.path.slice(0, 1_024),
  boundary,
  via,
  native: `path "${rule.path}" { capabilities = ${JSON.stringify(rule.capabilities)} }`.slice(0, 2_048),
  certainty: isOpen(rule.path) ? 'upper bound' : 'exact',
});

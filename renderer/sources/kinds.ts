import type { Json } from '../../shared/base/json.ts';
import { sourceId } from '../../shared/model/ids.ts';
import { type SourceSettings, secretReference } from '../../shared/wire/http.ts';
import { AWS_KIND } from './awsKind.ts';
import { KEYCLOAK_KIND, LDAP_KIND, OPENBAO_KIND } from './directoryKinds.ts';

/** One question of a source's form. `lines` is one value a line; `secret` is a reference, never a value. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly type: 'text' | 'lines' | 'secret';
  readonly placeholder?: string;
  readonly required?: boolean;
  /** @returns what is wrong with one value (or line), in a sentence. */
  readonly check?: (value: string) => string | undefined;
}

export interface SourceKind {
  readonly kind: string;
  readonly title: string;
  readonly what: string;
  readonly fields: readonly FormField[];
  /** What must hold between fields. */
  readonly check?: (form: FormValues) => Readonly<Record<string, string>>;
}

export type FormValues = Readonly<Record<string, string>>;

const ENDPOINT = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/;
const endpointProblem = (value: string): string | undefined => {
  const port = Number(ENDPOINT.exec(value)?.[2]);
  return port >= 1 && port <= 65_535 ? undefined : `"${value.slice(0, 60)}" is not host:port`;
};
const postgresProblem = (value: string): string | undefined => {
  const url = /^postgres(ql)?:\/\//.test(value) ? URL.parse(value) : null;
  if (!url?.hostname) return 'Write it as postgres://user@host:5432/database';
  return url.password === '' ? undefined : 'Leave the password out of the address: say below where it can be read';
};

const apiServerProblem = (value: string): string | undefined => {
  const url = URL.parse(value);
  if (url?.protocol !== 'https:' || url.hostname === '') return 'Write it as https://host:6443';
  return url.username + url.password === '' ? undefined : 'Leave the password out of the address: say below where the token can be read';
};
const NAMESPACE = /^[a-z0-9]([a-z0-9-]*)$/;
const namespaceProblem = (value: string): string | undefined =>
  NAMESPACE.test(value) ? undefined : `"${value.slice(0, 60)}" is not the name of a namespace`;
const excludedProblem = (value: string): string | undefined => namespaceProblem(value.replace(/\*$/, ''));

const ORGANIZATION = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/;
const organizationProblem = (value: string): string | undefined =>
  ORGANIZATION.test(value) ? undefined : 'The name as in its address: letters, digits and -';
function githubAddressProblem(value: string): string | undefined {
  const url = URL.parse(value);
  if (url?.protocol !== 'https:' || url.search !== '') return 'Write it as https://HOST/api/v3';
  return url.username === '' && url.password === '' ? undefined : 'Leave user and password out of the address';
}
const filled = (text: string | undefined): boolean => (text ?? '').trim() !== '';
/** A GitHub App with its key, or a token. */
function githubProblems(form: FormValues): Readonly<Record<string, string>> {
  const [app, key, token] = [filled(form.appId), filled(form.privateKey), filled(form.token)];
  if (token) return app || key ? { token: 'Name an app with its key or a token, not both' } : {};
  return { ...(app ? {} : { appId: 'The app’s id, or a token below' }), ...(key ? {} : { privateKey: 'Where the app’s private key is' }) };
}

export const SOURCE_KINDS: readonly SourceKind[] = [
  {
    kind: 'file',
    title: 'File',
    what: 'A spreadsheet, CSV, JSON or NDJSON file on the server, read again when it changes. To bring in one of yours, drop it anywhere.',
    fields: [
      {
        name: 'path',
        label: 'Path',
        hint: 'On the computer that runs the server',
        type: 'text',
        placeholder: '/srv/nhi.csv',
        required: true,
      },
    ],
  },
  {
    kind: 'x509',
    title: 'Certificates and endpoints',
    what: 'Certificate files and folders, and what TLS endpoints present. Private keys are never opened.',
    fields: [
      { name: 'paths', label: 'Files and folders', hint: 'One a line; *.pem works', type: 'lines', placeholder: '/etc/ssl/site' },
      {
        name: 'endpoints',
        label: 'Endpoints',
        hint: 'host:port, one a line',
        type: 'lines',
        placeholder: 'example.org:443',
        check: endpointProblem,
      },
    ],
    check: (form) => {
      const empty = linesOf(form.paths).length + linesOf(form.endpoints).length === 0;
      return empty ? { paths: 'Name at least one file, folder or endpoint' } : {};
    },
  },
  {
    kind: 'workstation',
    title: 'This computer',
    what: 'SSH keys, cloud, registry and git credential entries and MCP servers of one home folder. Names, paths and dates; never values. Stays on this device.',
    fields: [
      { name: 'home', label: 'Home folder', hint: 'Empty: the home of whoever runs the server', type: 'text', placeholder: '/home/…' },
    ],
  },
  {
    kind: 'postgres',
    title: 'PostgreSQL',
    what: 'Roles, memberships, grants, expiry and comments. An ordinary login without rights on tables is enough.',
    fields: [
      {
        name: 'url',
        label: 'Address',
        hint: 'Without a password',
        type: 'text',
        placeholder: 'postgres://auditor@127.0.0.1:5432/app',
        required: true,
        check: postgresProblem,
      },
      { name: 'password', label: 'Password', hint: 'Where the server reads it. The password itself is never typed here.', type: 'secret' },
    ],
  },
  {
    kind: 'kubernetes',
    title: 'Kubernetes',
    what: 'ServiceAccounts and what they may do, workloads, Secrets without their data, certificates. Changes arrive within seconds.',
    fields: [
      {
        name: 'server',
        label: 'API server',
        hint: 'With the token below; or leave both empty and name a kubeconfig file',
        type: 'text',
        placeholder: 'https://cluster.example.org:6443',
        check: apiServerProblem,
      },
      { name: 'token', label: 'Token', hint: 'Where the server reads it. The token itself is never typed here.', type: 'secret' },
      { name: 'authority', label: 'Authority', hint: 'The PEM file of the authority that signed the server’s certificate', type: 'text' },
      {
        name: 'kubeconfig',
        label: 'kubeconfig file',
        hint: 'On the computer that runs the server, instead of an API server and a token',
        type: 'text',
        placeholder: '/etc/muster/kubeconfig',
      },
      { name: 'context', label: 'Context', hint: 'Of that file. Empty: its current one. Add one source for each cluster', type: 'text' },
      { name: 'cluster', label: 'Name of the cluster', hint: 'As people call it', type: 'text', placeholder: 'payments-eu' },
      {
        name: 'namespaces',
        label: 'Only these namespaces',
        hint: 'One a line. Empty: all that its rights reach',
        type: 'lines',
        check: namespaceProblem,
      },
      { name: 'exclude', label: 'Without these namespaces', hint: 'One a line; team-* works', type: 'lines', check: excludedProblem },
    ],
    check: (form) => {
      const ways = [form.server, form.kubeconfig].filter((value) => (value ?? '').trim() !== '').length;
      if (ways === 0) return { server: 'Name the API server, or a kubeconfig file below' };
      return ways === 2 ? { kubeconfig: 'Name either this or the API server' } : {};
    },
  },
  {
    kind: 'github',
    title: 'GitHub',
    what: 'Apps and their permissions, deploy keys, fine-grained tokens, names of Actions secrets (never values), and the subjects that cloud roles trust.',
    fields: [
      {
        name: 'organization',
        label: 'Organisation',
        hint: 'As in its address',
        type: 'text',
        placeholder: 'octo-org',
        required: true,
        check: organizationProblem,
      },
      {
        name: 'baseUrl',
        label: 'Interface',
        hint: 'Of an Enterprise Server; empty: github.com',
        type: 'text',
        placeholder: 'https://github.example.org/api/v3',
        check: githubAddressProblem,
      },
      {
        name: 'appId',
        label: 'App id',
        hint: 'Of a GitHub App that only reads; “rights needed” names its permissions',
        type: 'text',
        placeholder: '123456',
      },
      { name: 'privateKey', label: 'Private key', hint: 'Where the server reads it. The key itself is never typed here.', type: 'secret' },
      { name: 'token', label: 'Or a token', hint: 'Instead of an app. With one, tokens of others cannot be read.', type: 'secret' },
      { name: 'include', label: 'Repositories', hint: 'One a line, * for any text; empty: all', type: 'lines', placeholder: 'payments-*' },
      { name: 'exclude', label: 'Except', hint: 'One a line', type: 'lines', placeholder: 'archive-*' },
      { name: 'webhookSecret', label: 'Secret of deliveries', hint: 'Empty: none are taken', type: 'secret' },
    ],
    check: githubProblems,
  },
  AWS_KIND,
  LDAP_KIND,
  OPENBAO_KIND,
  KEYCLOAK_KIND,
];

export const kindOf = (name: string): SourceKind | undefined => SOURCE_KINDS.find((kind) => kind.kind === name);

export const linesOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** A secret is named as `env:NAME`, `file:/path` or `keychain:name`; the form has one choice and one box for it. */
export function secretOf(text: string): Json | undefined {
  const match = /^(env|file|keychain):(.+)$/s.exec(text.trim());
  const reference = match ? { [match[1] as string]: (match[2] as string).trim() } : undefined;
  const parsed = secretReference.safeParse(reference);
  return parsed.success ? (parsed.data as Json) : undefined;
}

const ENV_NAME = /^env:[A-Za-z_][A-Za-z0-9_]*$/;

function secretProblem(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^(env|file):\s*$/.test(trimmed)) return undefined;
  if (trimmed === 'keychain:') return 'Keep the secret first, or choose None';
  if (trimmed.startsWith('env:') && !ENV_NAME.test(trimmed)) return 'Name the variable: letters, digits and _ only';
  return secretOf(trimmed) === undefined ? 'Name an environment variable or a file' : undefined;
}

function fieldProblem(field: FormField, value: string): string | undefined {
  if (value.trim() === '') return field.required ? `${field.label} is needed` : undefined;
  if (field.type === 'secret') return secretProblem(value);
  const values = field.type === 'lines' ? linesOf(value) : [value.trim()];
  return values.map((each) => field.check?.(each)).find((problem) => problem !== undefined);
}

const COMMON: readonly FormField[] = [
  { name: 'id', label: 'Short name', hint: 'a-z 0-9 . _ -', type: 'text', required: true },
  { name: 'label', label: 'Name on screen', hint: 'Empty: as the source calls itself', type: 'text' },
  { name: 'schedule', label: 'Runs', hint: 'every 15m, or a cron expression. Empty: as is usual for its kind', type: 'text' },
];
export const commonFields = COMMON;

/** @returns what is wrong, by field; empty when the settings may be sent. */
export function formProblems(kind: SourceKind, form: FormValues): Readonly<Record<string, string>> {
  const problems: Record<string, string> = { ...kind.check?.(form) };
  for (const field of [...COMMON, ...kind.fields]) {
    const problem = fieldProblem(field, form[field.name] ?? '');
    if (problem !== undefined) problems[field.name] = problem;
  }
  const id = sourceId.safeParse((form.id ?? '').trim());
  if (problems.id === undefined && !id.success) problems.id = id.error.issues[0]?.message ?? 'Not a short name';
  return problems;
}

function settingOf(field: FormField, value: string): Json | undefined {
  if (field.type === 'lines') return linesOf(value).length === 0 ? undefined : [...linesOf(value)];
  if (field.type === 'secret') return secretOf(value);
  return value.trim() === '' ? undefined : value.trim();
}

/** Settings as the server wants them. What the form does not show (`kept`) stays as it was. Call only without problems. */
export function settingsOf(kind: SourceKind, form: FormValues, kept: Partial<SourceSettings> = {}): SourceSettings {
  const fields = [...COMMON, ...kind.fields];
  const shown = new Set(fields.map((field) => field.name));
  const rest = Object.entries(kept).filter(([name]) => !shown.has(name));
  const own = fields.flatMap((field) => {
    const value = settingOf(field, form[field.name] ?? '');
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return { ...Object.fromEntries(rest), ...Object.fromEntries(own), kind: kind.kind } as SourceSettings;
}

function formValueOf(field: FormField, value: unknown): string {
  if (field.type === 'lines') return Array.isArray(value) ? value.join('\n') : '';
  if (field.type === 'secret') {
    const parsed = secretReference.safeParse(value);
    if (!parsed.success) return '';
    const [[place, name] = []] = Object.entries(parsed.data);
    return `${place}:${name}`;
  }
  return typeof value === 'string' ? value : '';
}

/** The form of a source that exists. */
export const formOf = (kind: SourceKind, settings: SourceSettings): FormValues =>
  Object.fromEntries([...COMMON, ...kind.fields].map((field) => [field.name, formValueOf(field, settings[field.name])]));

/** The first short name of that kind which is not taken: `x509`, `x509-2`, … */
export function freeSourceId(kind: string, taken: readonly string[]): string {
  let name = kind;
  for (let number = 2; taken.includes(name); number++) name = `${kind}-${number}`;
  return name;
}

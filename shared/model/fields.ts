import * as z from 'zod';
import type { Json } from '../base/json.ts';
import { MAX_TEXT } from '../base/text.ts';
import { ASSERTED_LINKS, readAsserted } from './assertedLink.ts';
import { hash } from './ids.ts';
import { accessLevel, criticality, environment, exclusionReason, lifecycle, type RecordType, usedBy } from './vocabulary.ts';

/** The field that remembers refused proposals: the digest of what each was, with its evidence. */
export const APART = 'apart';
/** Fields that answers to proposals fill: nobody types them. */
export const BY_PROPOSAL: ReadonlySet<string> = new Set([ASSERTED_LINKS, APART]);

const text = z.string().max(MAX_TEXT);
const assertedLink = text.refine((element) => readAsserted(element) !== undefined, 'must be a relation, to or from, and an anchor');
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day, YYYY-MM-DD');
const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/, 'must be an instant in UTC');

/** How a field is edited and shown. `party` is `party:<anchor>` or, as a source wrote it, a free spelling. */
export type FieldType = 'text' | 'long text' | 'party' | 'choice' | 'day' | 'instant' | 'number' | 'set' | 'fact';

export interface FieldDefinition {
  readonly name: string;
  /** On screen. */
  readonly label: string;
  readonly type: FieldType;
  /** `governance`: stewards may set it as far as policy lets them. `observed`: only the source that holds it. */
  readonly plane: 'governance' | 'observed';
  readonly on: readonly RecordType[];
  readonly schema: z.ZodType<Json>;
  readonly choices?: readonly string[];
  /** One line that says what belongs here. */
  readonly hint: string;
}

const REGISTERED: readonly RecordType[] = ['identity', 'credential'];
/** What belongs to an application inherits its owner and team. */
const OWNED: readonly RecordType[] = [...REGISTERED, 'application'];
const ALL: readonly RecordType[] = ['identity', 'credential', 'workload', 'application', 'resource', 'party'];
const lifecycleValue = z.union([
  z.object({ state: lifecycle.exclude(['excluded', 'unregistered']) }).strict(),
  z.object({ state: z.literal('excluded'), reason: exclusionReason }).strict(),
]);
/** The value of the pseudo-field `lifecycle`, which accept, exclude and lifecycle acts fold into. */
export type LifecycleValue = z.infer<typeof lifecycleValue>;

function governance(
  name: string,
  label: string,
  type: FieldType,
  schema: z.ZodType,
  hint: string,
  on: readonly RecordType[] = REGISTERED,
  choices?: readonly string[],
): FieldDefinition {
  return { name, label, type, plane: 'governance', on, schema: schema as z.ZodType<Json>, hint, ...(choices ? { choices } : {}) };
}
function observed(
  name: string,
  label: string,
  type: FieldType,
  schema: z.ZodType,
  hint: string,
  on: readonly RecordType[] = ALL,
): FieldDefinition {
  return { name, label, type, plane: 'observed', on, schema: schema as z.ZodType<Json>, hint };
}

/** Every field of the register, in the order in which an identity page shows them (DOMAIN D, H). */
export const FIELDS: readonly FieldDefinition[] = [
  governance('owner', 'Accountable owner', 'party', text, 'The person or team that answers for it', OWNED),
  governance('team', 'Owning team', 'party', text, 'The team that runs it', OWNED),
  governance('technicalContact', 'Technical contact', 'party', text, 'Who knows how it works'),
  governance('backup', 'Backup', 'set', text, 'Who answers when the owner is away or gone'),
  governance('purpose', 'Purpose', 'long text', text, 'Why it exists, in a sentence an auditor understands'),
  governance('application', 'Application', 'text', text, 'The business service it belongs to'),
  governance('environment', 'Intended environment', 'choice', environment, 'Where it is meant to be used', REGISTERED, environment.options),
  governance('neededUntil', 'Needed until', 'day', day, 'When it may be retired'),
  governance('requestedBy', 'Requested by', 'party', text, 'Who asked for it'),
  governance('approvedBy', 'Approved by', 'party', text, 'Who approved it'),
  governance('ticket', 'Ticket', 'text', text, 'The request or change it was created under'),
  governance('issuedFor', 'Issued for', 'text', text, 'The integration or consumer it was issued for'),
  governance(
    'approvedAccess',
    'Approved access',
    'choice',
    accessLevel,
    'The most it should be able to do',
    ['identity'],
    accessLevel.options,
  ),
  governance('criticality', 'Criticality', 'choice', criticality, 'How bad it is when it fails or leaks', REGISTERED, criticality.options),
  governance('classification', 'Data classification', 'text', text, 'The most sensitive data it reaches'),
  governance('vendor', 'Vendor', 'party', text, 'The third party that uses or supplies it'),
  governance('contractEnd', 'Contract ends', 'day', day, 'When the vendor contract ends'),
  governance('compensatingControl', 'Compensating control', 'long text', text, 'What limits the harm meanwhile'),
  governance('usedBy', 'Used by', 'choice', usedBy, 'Machine, person or both', REGISTERED, usedBy.options),
  governance('tags', 'Tags', 'set', text, 'Free labels'),
  governance('lifecycle', 'Lifecycle', 'fact', lifecycleValue, 'Requested, active, retiring, retired or excluded'),
  governance(ASSERTED_LINKS, 'Asserted links', 'set', assertedLink, 'Links that people vouch for', ['identity', 'credential', 'workload']),
  governance(APART, 'Kept apart', 'set', hash, 'Proposals that people said no to', ['identity', 'credential', 'workload', 'party']),
  governance('name', 'Name', 'text', text, 'What people call it', ALL),
  governance(
    'partyKind',
    'Kind of party',
    'choice',
    z.enum(['person', 'team', 'vendor']),
    'Person, team or vendor',
    ['party'],
    ['person', 'team', 'vendor'],
  ),
  governance('email', 'E-mail', 'text', text, 'How to reach them', ['party']),
  governance('aliases', 'Also known as', 'set', text, 'Other spellings that sources use', ['party']),
  observed('status', 'Status', 'choice', z.enum(['enabled', 'disabled', 'expired']), 'As the source reports it'),
  observed('created', 'Created', 'instant', instant, 'When the source created it'),
  observed('expires', 'Expires', 'instant', instant, 'When it stops working', REGISTERED),
  observed('rotated', 'Last rotated', 'instant', instant, 'When the secret was last changed', REGISTERED),
  observed('changed', 'Last changed', 'instant', instant, 'When anything about it was last changed at its source', ['credential']),
  observed('rotation', 'Rotated automatically', 'choice', z.boolean(), 'Whether its manager rotates it by itself', ['credential']),
  observed('nextRotation', 'Next rotation', 'instant', instant, 'When its manager will rotate it next', ['credential']),
  observed('lastUsed', 'Last used', 'day', day, 'Kept to the day', REGISTERED),
  observed('access', 'Access', 'fact', z.array(z.unknown()), 'What it can do', ['identity']),
  observed('memberships', 'Member of', 'set', z.array(text), 'Groups and roles', ['identity', 'party']),
  observed('description', 'Description', 'long text', text, 'The comment the source carries'),
  observed('fingerprint', 'Fingerprint', 'text', text, 'As published by the source; never of a secret', ['credential']),
  observed('algorithm', 'Algorithm', 'text', text, 'Key type and size', ['credential']),
  observed('issuer', 'Issuer', 'text', text, 'Who issued it', ['credential']),
  observed('serial', 'Serial', 'text', text, 'Serial number', ['credential']),
  observed('location', 'Location', 'text', text, 'File, path or endpoint it was found at'),
  observed('usedInEnvironments', 'Used in', 'set', z.array(environment), 'Where it was seen in use', ['identity']),
  observed('boundary', 'Boundary', 'text', text, 'Account, cluster, realm, database or computer'),
  observed('protected', 'Protected', 'choice', z.enum(['passphrase', 'none', 'unknown']), 'Whether a passphrase protects the file', [
    'credential',
  ]),
  observed('namespace', 'Namespace', 'text', text, 'The part of a cluster that it belongs to'),
  observed('images', 'Images', 'set', z.array(text), 'The container images that it runs', ['workload']),
  observed('ownerReferences', 'Managed by', 'set', z.array(text), 'The objects that made it and clean it up', [
    'workload',
    'identity',
    'credential',
  ]),
  observed('command', 'Command', 'text', text, 'What is started, without arguments that may be secret', ['identity', 'workload']),
  observed('variables', 'Variables', 'set', z.array(text), 'Names of environment variables; never values', ['identity', 'workload']),
  observed('manager', 'Manager', 'text', text, 'From the directory', ['party']),
  observed('active', 'Active', 'choice', z.boolean(), 'Whether the person still works here', ['party']),
  observed('leftOn', 'Left on', 'day', day, 'From the directory', ['party']),
];

export const fieldByName: ReadonlyMap<string, FieldDefinition> = new Map(FIELDS.map((field) => [field.name, field]));

/** Sets fold element by element: concurrent add beats remove (DESIGN 5). */
export const isSetField = (name: string): boolean => fieldByName.get(name)?.type === 'set';

/** @returns the reason in one line, or undefined when the value may be stored in that field. */
export function fieldProblem(name: string, value: Json): string | undefined {
  const field = fieldByName.get(name);
  if (!field) return `there is no field "${name.slice(0, 60)}"`;
  const parsed = field.schema.safeParse(value);
  if (parsed.success) return undefined;
  return `${field.label}: ${parsed.error.issues[0]?.message ?? 'not a valid value'}`;
}

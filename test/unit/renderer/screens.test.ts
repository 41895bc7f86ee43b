import { describe, expect, test } from 'vitest';
import { enrolmentTokenOf, withoutToken } from '../../../renderer/firstRun/enrolmentToken.ts';
import { changeOwner, mergeOwners, type OwnerDraft, sameNames, splitOwner } from '../../../renderer/firstRun/owners.ts';
import {
  ownersSummary,
  remapped,
  secretsSummary,
  sheetHeadline,
  sheetReportOf,
  sheetSettings,
  sheetSourceId,
  sheetSummary,
} from '../../../renderer/firstRun/spreadsheet.ts';
import { confirmedParties, takeOverActs } from '../../../renderer/firstRun/takeOver.ts';
import { itemsByPlace, usedByWords } from '../../../renderer/firstRun/workstationItems.ts';
import { usedByAndReaches } from '../../../renderer/identity/links.ts';
import { recordDiff } from '../../../renderer/identity/recordDiff.ts';
import { nothingWords } from '../../../renderer/inbox/nothingWords.ts';
import { parseSnoozed, snooze, splitBySnooze } from '../../../renderer/inbox/snooze.ts';
import { mergeActs } from '../../../renderer/people/mergeParties.ts';
import { evidenceBar, healthOf, heldFirst, runFigures } from '../../../renderer/sources/evidence.ts';
import { formOf, formProblems, freeSourceId, kindOf, secretOf, settingsOf } from '../../../renderer/sources/kinds.ts';
import { DAY, HOUR, MINUTE, parseTime } from '../../../shared/base/time.ts';
import { type Act, act } from '../../../shared/model/act.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { AuthorValue, FieldView, IdentityView, LinkView, PartyView } from '../../../shared/register/view.ts';
import { sourceSettings } from '../../../shared/wire/http.ts';
import { settings as awsSettings } from '../../../sync-server/connectors/aws/settings.ts';
import { inboxGroups, SHEET_REPORT, sourceViews, WORKSTATION_ITEMS } from '../../support/screensData.ts';

const NOW = parseTime('2026-11-20T12:00:00Z') ?? 0;
const SHEET = 'nhi' as SourceId;
const ANCHOR = 'a'.repeat(32);
const kind = (name: string) => {
  const found = kindOf(name);
  if (!found) throw new Error(`no kind ${name}`);
  return found;
};

describe('a source is described by a form', () => {
  test('[UIX1] a password in the address of a database is refused, its place is asked for instead', () => {
    const form = { id: 'db', url: 'postgres://auditor:hunter2@127.0.0.1/app' };
    expect(formProblems(kind('postgres'), form).url).toContain('Leave the password out');
    expect(formProblems(kind('postgres'), { ...form, url: 'postgres://auditor@127.0.0.1/app' })).toEqual({});
  });
  test('[UIX1] a secret is an environment variable or a file, and never text', () => {
    expect(secretOf('env:PGPASSWORD')).toEqual({ env: 'PGPASSWORD' });
    expect(secretOf('file:/run/secrets/db')).toEqual({ file: '/run/secrets/db' });
    expect(secretOf('hunter2')).toBeUndefined();
    expect(formProblems(kind('postgres'), { id: 'db', url: 'postgres://a@h/d', password: 'env:no spaces' }).password).toBeDefined();
  });
  test('[UIX1] directories, vaults and identity providers: addresses without passwords, encrypted ones, and each need said', () => {
    const ldap = { id: 'directory', url: 'ldaps://dc1.example.org' };
    expect(formProblems(kind('ldap'), ldap)).toEqual({});
    expect(formProblems(kind('ldap'), { ...ldap, url: 'ldap://ana:hunter2@dc1' }).url).toContain('Leave user and password out');
    expect(formProblems(kind('ldap'), { ...ldap, bindDn: 'cn=muster,dc=x' }).password).toBeDefined();
    expect(formProblems(kind('ldap'), { ...ldap, bases: 'ou=a,dc=x\nnot a dn' }).bases).toContain('not a dn');
    expect(formProblems(kind('ldap'), { ...ldap, levels: 'full: cn=admins,dc=x\nboss: cn=y' }).levels).toContain('boss');
    const vault = { id: 'vault', url: 'https://vault.example.org:8200', token: 'env:BAO_TOKEN' };
    expect(formProblems(kind('openbao'), vault)).toEqual({});
    expect(formProblems(kind('openbao'), { ...vault, url: 'http://vault.example.org' }).url).toContain('Only https');
    expect(formProblems(kind('openbao'), { ...vault, token: '' }).token).toBe('Token is needed');
    expect(settingsOf(kind('openbao'), { ...vault, mounts: 'secret/\nteam/' })).toMatchObject({
      mounts: ['secret/', 'team/'],
      token: { env: 'BAO_TOKEN' },
    });
    const realm = { id: 'id', url: 'http://127.0.0.1:8080', realm: 'corp', clientId: 'muster', clientSecret: 'env:KC' };
    expect(formProblems(kind('keycloak'), realm)).toEqual({});
    expect(Object.keys(formProblems(kind('keycloak'), { id: 'id', url: 'https://a:b@id' })).sort()).toEqual([
      'clientId',
      'clientSecret',
      'realm',
      'url',
    ]);
  });
  test('what is missing or malformed is said at its field', () => {
    expect(formProblems(kind('file'), { id: 'sheet' })).toEqual({ path: 'Path is needed' });
    expect(formProblems(kind('x509'), { id: 'certs' }).paths).toContain('at least one');
    expect(formProblems(kind('x509'), { id: 'certs', endpoints: 'example.org:443\nexample.org' }).endpoints).toContain('example.org');
    expect(formProblems(kind('x509'), { id: 'certs', endpoints: 'example.org:99999' }).endpoints).toBeDefined();
    expect(formProblems(kind('workstation'), { id: 'Not A Name' }).id).toBeDefined();
  });
  test('[UIX1] a cluster is reached in one of two ways, and its token is never in its address', () => {
    const problems = (form: object) => formProblems(kind('kubernetes'), { id: 'east', ...form });
    expect(problems({})).toEqual({ server: 'Name the API server, or a kubeconfig file below' });
    expect(problems({ server: 'https://k8s.example.org:6443', kubeconfig: '/etc/k' }).kubeconfig).toContain('either');
    expect(problems({ server: 'http://k8s.example.org' }).server).toContain('https://');
    expect(problems({ server: 'https://a:b@k8s.example.org' }).server).toContain('token');
    expect(problems({ kubeconfig: '/etc/k', namespaces: 'team-*' }).namespaces).toContain('team-*');
    expect(problems({ kubeconfig: '/etc/k', exclude: 'team-*\nkube-system' })).toEqual({});
  });
  test('[UIX1] an account of AWS needs a region; a key and its secret come together, and what the form gives the connector takes', () => {
    const account = { id: 'aws', regions: 'eu-west-1\nus-east-1' };
    expect(formProblems(kind('aws'), account)).toEqual({});
    expect(formProblems(kind('aws'), { id: 'aws' }).regions).toBeDefined();
    expect(formProblems(kind('aws'), { ...account, regions: 'Ireland' }).regions).toContain('Ireland');
    const keyed = { ...account, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
    expect(formProblems(kind('aws'), keyed).secretAccessKey).toBeDefined();
    expect(formProblems(kind('aws'), { ...account, secretAccessKey: 'env:AWS_SECRET' }).accessKeyId).toBeDefined();
    expect(formProblems(kind('aws'), { ...account, externalId: 'muster' }).roleArn).toBeDefined();
    const whole = { ...keyed, secretAccessKey: 'env:AWS_SECRET', roleArn: 'arn:aws:iam::123456789012:role/r', include: '/service/' };
    expect(formProblems(kind('aws'), whole)).toEqual({});
    const { id, kind: _, ...own } = settingsOf(kind('aws'), whole) as Record<string, unknown>;
    expect(id).toBe('aws');
    expect(awsSettings.safeParse(own)).toMatchObject({ success: true, data: { secretAccessKey: { env: 'AWS_SECRET' } } });
  });
  test('settings survive being edited, also those that the form does not show', () => {
    const before = sourceSettings.parse({
      id: 'certs',
      kind: 'x509',
      paths: ['/etc/ssl', '*.pem'],
      endpoints: ['a:443'],
      guard: { removals: 3 },
    });
    expect(settingsOf(kind('x509'), formOf(kind('x509'), before), before)).toEqual(before);
  });
  test('a short name that is taken gets a number', () => {
    expect(freeSourceId('x509', ['x509', 'x509-2'])).toBe('x509-3');
  });
});

describe('the age of evidence', () => {
  test('both levels stand where the age crosses them', () => {
    const levels = { reporting: DAY, control: 15 * MINUTE };
    expect(evidenceBar(15 * MINUTE, levels).age).toBe(evidenceBar(0, levels).control);
    expect(evidenceBar(DAY, levels).age).toBe(evidenceBar(0, levels).reporting);
    expect(evidenceBar(400 * DAY, levels).age).toBe(1);
    expect(evidenceBar(HOUR, { ...levels, control: null })).not.toHaveProperty('control');
  });
  test('a run is three figures, and a held source is pinned and says so', () => {
    const [, kubernetes] = sourceViews();
    expect(heldFirst(sourceViews())[0]).toEqual(expect.objectContaining({ status: expect.objectContaining({ source: 'k8s-eu' }) }));
    expect(kubernetes && healthOf(kubernetes.status)).toBe('held');
    expect(runFigures({ added: 3, returned: 1, changed: 12, missing: 2, deleted: 1, unchanged: 9, held: 0 })).toBe('+4 ~12 −3');
  });
});

describe('the inbox', () => {
  const groups = inboxGroups([]);
  test('[UIX2] an item that was put off comes back by itself on its day', () => {
    const later = snooze({}, 'held', 3, NOW);
    expect(splitBySnooze(groups, later, NOW + 2 * DAY).open.flatMap((group) => group.items.map((item) => item.id))).not.toContain('held');
    expect(splitBySnooze(groups, later, NOW + 2 * DAY).later[0]?.items[0]?.id).toBe('held');
    expect(splitBySnooze(groups, later, NOW + 4 * DAY).open[0]?.items[0]?.id).toBe('held');
  });
  test('[UIX2] a damaged note of what was put off hides nothing', () => {
    expect(parseSnoozed('{"held":')).toEqual({});
    expect(parseSnoozed('["held"]')).toEqual({ 0: 'held' });
    expect(splitBySnooze(groups, parseSnoozed('null'), NOW).open).toHaveLength(groups.length);
    expect(splitBySnooze([{ kind: 'Drift', items: groups[0]?.items ?? [] }], parseSnoozed('{"__proto__":"9"}'), NOW).later).toEqual([]);
  });
  test('an empty inbox says what runs next', () => {
    expect(nothingWords([], NOW)).toBe('No run is planned.');
    const [aws] = sourceViews();
    const next = parseTime(aws?.status.nextRun ?? '') ?? 0;
    expect(nothingWords(aws ? [aws] : [], next - 4 * MINUTE)).toBe('Next: AWS production runs in 4 min.');
  });
});

describe('a dropped sheet', () => {
  test('is described in the words of the screen', () => {
    const savedAt = (SHEET_REPORT.savedAt ?? '') as string;
    const now = (parseTime(savedAt) ?? 0) + 427 * DAY;
    expect(sheetHeadline({ ...SHEET_REPORT, file: 'nhi.xlsx' }, now)).toBe(
      "nhi.xlsx · sheet 'Accounts' · 400 rows · last saved 14 months ago.",
    );
    expect(sheetSummary(SHEET_REPORT)).toBe('371 identities, 18 look like duplicates, 11 rows without a name. 7 of 9 columns understood.');
    expect(ownersSummary(SHEET_REPORT)).toBe("Owners: 7 spellings → 3 people and teams to confirm; 212 blank ('TBD', 'n/a', '?').");
    expect(secretsSummary(SHEET_REPORT)).toBe('3 cells look like secrets: not read (rows 12, 88, 301): rotate them.');
    expect(secretsSummary({ ...SHEET_REPORT, secrets: [] })).toBeUndefined();
  });
  test('a report of something else is not taken for one', () => {
    expect(sheetReportOf({ report: { places: 3 } })).toBeUndefined();
    expect(sheetReportOf({ report: JSON.parse(JSON.stringify(SHEET_REPORT)) })).toEqual(SHEET_REPORT);
  });
  test('a field has one column: giving it to another takes it from the first', () => {
    expect(remapped({ Account: 'name', Login: undefined }, 'Login', 'name')).toEqual({ Account: undefined, Login: 'name' });
  });
  test('its settings name the upload, the columns and the system', () => {
    const common = { upload: 'u1', fileName: 'nhi.csv', mode: 'take over' } as const;
    const one = sheetSettings(sheetSourceId('nhi.csv', []), { ...common, system: { kind: 'value', value: ' corp ' } });
    expect(one).toEqual({ id: 'nhi', kind: 'file', label: 'nhi.csv', path: 'upload:u1', mode: 'take over', system: 'corp' });
    const column = sheetSettings(one.id, { ...common, mapping: { A: 'name', B: undefined }, system: { kind: 'column', column: 'Domain' } });
    expect(column).toMatchObject({ map: { name: 'A', system: 'Domain' }, ignore: ['B'] });
    expect(column).not.toHaveProperty('system');
  });
  test('its short name is one that a source may have, and free', () => {
    expect(sheetSourceId('NHI list (2024).xlsx', ['nhi-list-2024'])).toBe('nhi-list-2024-2');
    expect(sheetSourceId('日本.csv', [])).toBe('sheet');
  });
});

describe('spellings of owners', () => {
  const draft = (name: string, spellings: readonly string[], rows = 1): OwnerDraft => ({
    name,
    kind: 'team',
    spellings,
    rows,
    confirmed: true,
  });
  const drafts = [draft('Payments', ['Payments', 'PAYMENTS'], 5), draft('Pay', ['pay'], 2)];
  test('merge, split and rename lose no spelling', () => {
    const merged = mergeOwners(drafts, 1, 0);
    expect(merged).toEqual([draft('Payments', ['Payments', 'PAYMENTS', 'pay'], 7)]);
    const split = splitOwner(merged, 0, 'pay');
    expect(split.flatMap((each) => each.spellings).sort()).toEqual(['PAYMENTS', 'Payments', 'pay']);
    expect(changeOwner(split, 1, { name: 'Payroll' })[1]?.name).toBe('Payroll');
    expect(mergeOwners(drafts, 0, 0)).toBe(drafts);
    expect(splitOwner(drafts, 1, 'pay')).toBe(drafts);
  });
  test('two confirmed parties of one name are named, one that is left out is not', () => {
    const twice = [draft('Payments', ['a']), draft('payments ', ['b'])];
    expect(sameNames(twice)).toEqual(['Payments']);
    expect(sameNames(changeOwner(twice, 1, { confirmed: false }))).toEqual([]);
  });
});

describe('taking a sheet over once', () => {
  const newParty = async (name: string): Promise<{ acts: readonly Act[]; reference: string }> => ({
    acts: [{ kind: 'create', anchor: ANCHOR as never, type: 'party', recordKind: 'team', name }],
    reference: `party:${ANCHOR}`,
  });
  const author = (by: 'sheet' | 'steward', value: string): AuthorValue => ({
    author: (by === 'sheet' ? { kind: 'source', source: SHEET } : { kind: 'steward', name: 'x' }) as AuthorValue['author'],
    value,
    text: value,
    unread: false,
    wins: true,
    acknowledged: false,
  });
  const field = (
    name: string,
    type: FieldView['type'],
    values: readonly AuthorValue[],
    plane: FieldView['plane'] = 'governance',
  ): FieldView => ({ field: name, type, plane, editable: plane === 'governance', values }) as unknown as FieldView;
  const view = (...fields: FieldView[]): IdentityView => ({ anchors: [ANCHOR, 'b'.repeat(32)], fields }) as unknown as IdentityView;
  const draft: OwnerDraft = { name: 'Payments', kind: 'team', spellings: ['payments', 'payments team'], rows: 3, confirmed: true };

  test('[UIX3] parties come first, their other spellings become aliases, and owners refer to them', async () => {
    const parties = await confirmedParties({ newParty }, [draft], []);
    expect(parties.acts.map((each) => each.kind)).toEqual(['create', 'add']);
    expect(parties.acts[1]).toMatchObject({ field: 'aliases', element: 'payments team', anchors: [ANCHOR] });
    const acts = takeOverActs([view(field('owner', 'party', [author('sheet', 'Payments TEAM')]))], SHEET, parties, 'why');
    expect(acts).toEqual([{ kind: 'set', anchors: [ANCHOR, 'b'.repeat(32)], field: 'owner', value: `party:${ANCHOR}`, why: 'why' }]);
    for (const each of [...parties.acts, ...acts]) expect(act.safeParse(each).success).toBe(true);
  });
  test('[UIX3] a party that is known is not made twice', async () => {
    const known = { id: 'c'.repeat(32), name: 'Payments', aliases: ['payments team'] } as unknown as PartyView;
    const parties = await confirmedParties({ newParty }, [draft], [known]);
    expect(parties.acts).toEqual([]);
    expect(parties.referenceBySpelling.get('payments')).toBe(`party:${'c'.repeat(32)}`);
  });
  test('[UIX3] what a steward decided before stands, and what only a source may say is not taken over', () => {
    const none = { acts: [], referenceBySpelling: new Map<string, string>() };
    const decided = field('purpose', 'long text', [author('steward', 'ours'), author('sheet', 'theirs')]);
    const observed = field('created', 'instant', [author('sheet', '2020-01-01')], 'observed');
    const other = field('application', 'text', [{ ...author('sheet', 'x'), author: { kind: 'source', source: 'aws' } as never }]);
    expect(takeOverActs([view(decided, observed, other)], SHEET, none, 'why')).toEqual([]);
  });
});

describe('small things', () => {
  test('versions of a record differ by field, whatever a document held', () => {
    const before = { type: 'identity', fields: { status: 'enabled', gone: 1 }, revisions: { owner: 1 } };
    const after = { type: 'identity', fields: { status: 'disabled', __proto__: 2 }, revisions: { owner: 2 } };
    expect(recordDiff(before, after)).toEqual([
      { field: 'gone', from: '1' },
      { field: 'status', from: 'enabled', to: 'disabled' },
    ]);
    expect(recordDiff(undefined, 'text')).toEqual([]);
  });
  test('links are read from both ends', () => {
    const link = (relation: LinkView['relation'], direction: LinkView['direction']): LinkView => ({
      relation,
      direction,
      text: 't',
      certainty: 'exact',
    });
    const { usedBy, reaches } = usedByAndReaches([
      link('runs-as', 'in'),
      link('can-access', 'out'),
      link('can-access', 'out'),
      link('has-credential', 'out'),
    ]);
    expect(usedBy.map((group) => group.words)).toEqual(['run by']);
    expect(reaches.map((group) => [group.words, group.links.length])).toEqual([['can access', 2]]);
  });
  test('what a computer holds is grouped by folder, and the guess is said to be one', () => {
    expect(itemsByPlace(WORKSTATION_ITEMS).map((group) => group.place)).toEqual([
      '~/.ssh',
      '~/.aws',
      '~/.docker',
      '~/.config/gh',
      '~/.kube',
    ]);
    expect(WORKSTATION_ITEMS.slice(0, 3).map(usedByWords)).toEqual([
      'person (suggested)',
      'machine (suggested)',
      'machine or person unknown',
    ]);
  });
  test('merging parties keeps every name', () => {
    const party = (id: string, name: string): PartyView =>
      ({ id: id.repeat(32), name, kind: 'team', aliases: [], owns: 0, confirmed: true }) as unknown as PartyView;
    const acts = mergeActs(party('a', 'Payments'), [party('b', 'Pay'), party('c', 'Payments')]);
    expect(acts.map((each) => each.kind)).toEqual(['merge', 'add']);
    for (const each of acts) expect(act.safeParse(each).success).toBe(true);
    expect(mergeActs(party('a', 'x'), [])).toEqual([]);
  });
  test('[UIX4] a token is read from a link, told apart by kind, and leaves the address', () => {
    expect(enrolmentTokenOf('#launch=abcdefghijklmnop')).toEqual({ kind: 'launch', token: 'abcdefghijklmnop' });
    expect(enrolmentTokenOf(' http://127.0.0.1:4747/#join=abcdefghijklmnop-_ ')).toEqual({ kind: 'join', token: 'abcdefghijklmnop-_' });
    expect(enrolmentTokenOf('#/register?q=launch')).toBeUndefined();
    expect(enrolmentTokenOf('#launch=short')).toBeUndefined();
    expect(withoutToken('http://127.0.0.1:4747/#launch=abcdefghijklmnop')).toBe('http://127.0.0.1:4747/');
  });
});

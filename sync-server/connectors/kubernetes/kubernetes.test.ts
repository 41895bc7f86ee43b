import { describe, expect, it } from 'vitest';
import { observation } from '../../../shared/model/record.ts';
import type { Entitlement } from '../../../shared/model/vocabulary.ts';
import { ClusterState } from './clusterState.ts';
import { connector } from './connector.ts';
import { readCursor, scopeOf, writeCursor } from './cursor.ts';
import { type ClusterObject, readObject } from './objects.ts';
import type { Part } from './resources.ts';
import { settings } from './settings.ts';
import { toObservation, userToObservation } from './toObservations.ts';

const CREATED = '2026-11-01T10:00:00Z';
const LATER = '2026-11-20T10:00:00Z';
let count = 0;

function object(part: Part, name: string, rest: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): ClusterObject {
  const namespace = part.startsWith('cluster') ? {} : { namespace: 'payments' };
  const meta = { uid: `uid-${part}-${name}-${count++}`, name, ...namespace, resourceVersion: '1', creationTimestamp: CREATED, ...metadata };
  const read = readObject(part, { metadata: meta, ...rest });
  if (!read) throw new Error(`not a ${part}`);
  return read;
}

function cluster(objects: readonly ClusterObject[], rightsRead = true): ClusterState {
  const state = new ClusterState({ uid: 'cluster-1', cluster: 'east' }, rightsRead);
  for (const one of objects) state.put(one);
  return state;
}
const SCOPE = { namespaced: false };
const said = (one: ClusterObject, state: ClusterState) => observation.parse(toObservation(one, state, SCOPE));

const account = object('serviceaccount', 'deployer');
const bind = (part: 'rolebinding' | 'clusterrolebinding', kind: 'Role' | 'ClusterRole', role: string, subject: object): ClusterObject =>
  object(part, `${role}-binding`, { roleRef: { kind, name: role }, subjects: [subject] });
const DEPLOYER = { kind: 'ServiceAccount', name: 'deployer', namespace: 'payments' };

/** The rights of payments/deployer with this rule, granted in its namespace or in the whole cluster. */
function rightsOf(rule: object, where: 'namespace' | 'cluster' = 'namespace'): readonly Entitlement[] {
  const inside = where === 'namespace';
  const role = object(inside ? 'role' : 'clusterrole', 'r', { rules: [rule] });
  const state = cluster([
    account,
    role,
    bind(inside ? 'rolebinding' : 'clusterrolebinding', inside ? 'Role' : 'ClusterRole', 'r', DEPLOYER),
  ]);
  return said(account, state).access ?? [];
}
const levels = (rule: object, where?: 'namespace' | 'cluster'): readonly string[] => rightsOf(rule, where).map(({ level }) => level);

describe('what a rule comes to', () => {
  it.each([
    [['get', 'list'], [''], ['configmaps'], ['read']],
    [['get'], [''], ['secrets'], ['secrets']],
    [['create'], [''], ['secrets'], ['write']],
    [['get', 'create'], [''], ['secrets'], ['secrets', 'write']],
    [['create'], [''], ['pods'], ['run', 'write']],
    [['get'], [''], ['pods/exec'], ['run', 'read']],
    [['patch'], ['apps'], ['deployments'], ['run', 'write']],
    [['create'], [''], ['serviceaccounts/token'], ['grant', 'write']],
    [['impersonate'], [''], ['users'], ['grant']],
    [['bind'], ['rbac.authorization.k8s.io'], ['clusterroles'], ['grant']],
    [['create'], ['rbac.authorization.k8s.io'], ['rolebindings'], ['grant', 'write']],
    [['get'], ['example.org'], ['secrets'], ['read']],
    [['*'], ['apps'], ['*'], ['run', 'write', 'read']],
    [['*'], [''], ['*'], ['grant', 'secrets', 'run', 'write', 'read']],
    [['get'], ['*'], ['*'], ['secrets', 'run', 'read']],
    [['*'], ['*'], ['*'], ['full']],
    [['create'], ['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['read']],
  ])('[KUB2] %j on %j %j is %j', (verbs, apiGroups, resources, expected) => {
    expect(levels({ verbs, apiGroups, resources })).toEqual(expected);
  });

  it('[KUB2] everything in a namespace is not everything in the cluster', () => {
    const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    expect(rightsOf(everything)).toMatchObject([{ level: 'full', on: 'namespace payments', boundary: 'east' }]);
    expect(rightsOf(everything, 'cluster')).toMatchObject([{ level: 'full', on: '*' }]);
  });

  it('[KUB2] says the rule in its own words and the way it came', () => {
    const [right] = rightsOf({ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['db'] });
    expect(right).toEqual({
      level: 'secrets',
      on: 'secrets db in namespace payments',
      boundary: 'east',
      native: 'verbs=get apiGroups="" resources=secrets resourceNames=db namespace=payments',
      certainty: 'exact',
      via: ['RoleBinding r-binding', 'Role r'],
    });
  });

  it('[KUB2] rights of the groups that it is in are its rights, and say by which', () => {
    const role = object('clusterrole', 'reader', { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] });
    for (const group of ['system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:payments']) {
      const state = cluster([account, role, bind('clusterrolebinding', 'ClusterRole', 'reader', { kind: 'Group', name: group })]);
      expect(said(account, state).access).toMatchObject([
        { level: 'read', via: [`group ${group}`, 'ClusterRoleBinding reader-binding', 'ClusterRole reader'] },
      ]);
    }
    const other = cluster([
      account,
      role,
      bind('clusterrolebinding', 'ClusterRole', 'reader', { kind: 'Group', name: 'system:serviceaccounts:billing' }),
    ]);
    expect(said(account, other).access).toEqual([]);
  });

  it('[KUB2] an aggregated role has what its selectors find: exact once it is written, until then an upper bound', () => {
    const rule = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
    const part = object('clusterrole', 'part', { rules: [rule] }, { labels: { 'rbac.example.org/to-admin': 'true' } });
    const whole = (rules: object[]): ClusterObject =>
      object('clusterrole', 'whole', {
        rules,
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'rbac.example.org/to-admin': 'true' } }] },
      });
    const access = (rules: object[]) =>
      said(account, cluster([account, part, whole(rules), bind('clusterrolebinding', 'ClusterRole', 'whole', DEPLOYER)])).access;
    expect(access([rule])).toMatchObject([
      { level: 'secrets', certainty: 'exact', via: ['ClusterRoleBinding whole-binding', 'ClusterRole whole', 'ClusterRole part'] },
    ]);
    expect(access([])).toMatchObject([{ level: 'secrets', certainty: 'upper bound' }]);
  });

  it('[KUB3] rights that could not be read are unread, not none', () => {
    const record = said(account, cluster([account], false));
    expect(record.access).toBeUndefined();
    expect(record.unread).toContain('access');
  });

  it('[KUB2] a user that a binding names is an identity without an id', () => {
    const role = object('clusterrole', 'cluster-admin', { rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] });
    const state = cluster([role, bind('clusterrolebinding', 'ClusterRole', 'cluster-admin', { kind: 'User', name: 'ops@example.org' })]);
    expect(state.users()).toEqual(['ops@example.org']);
    expect(userToObservation('ops@example.org', state)).toMatchObject({ kind: 'unknown', keys: [], access: [{ level: 'full' }] });
  });
});

describe('objects', () => {
  it('[KUB1] are known by the cluster and their UID; names are aliases', () => {
    const record = said(account, cluster([account]));
    expect(record.keys).toEqual([`kubernetes:cluster-1/${account.meta.uid}`]);
    expect(record.aliases).toEqual(['payments/deployer', 'system:serviceaccount:payments:deployer']);
    expect(record).toMatchObject({
      subtype: 'k8s.serviceaccount',
      fields: { boundary: 'east/payments', namespace: 'payments', created: '2026-11-01T10:00:00.000Z' },
    });
  });

  it('[KUB4] a workload names whom it runs as and which Secrets it is given, and no value', () => {
    const db = object('secret', 'db');
    const value = 'a value that must not be kept';
    const spec = {
      serviceAccountName: 'deployer',
      containers: [
        {
          image: 'registry.example.org/api:2',
          env: [
            { name: 'A', value },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
          ],
        },
      ],
      volumes: [{ name: 'v', secret: { secretName: 'later' } }],
    };
    const deployment = object(
      'deployment',
      'api',
      { spec: { template: { spec } } },
      { labels: { 'app.kubernetes.io/part-of': 'Payments' } },
    );
    const record = said(deployment, cluster([account, db, deployment]));
    expect(record.links).toEqual([
      { relation: 'runs-as', to: { externalId: `serviceaccount/${account.meta.uid}` }, certainty: 'exact' },
      { relation: 'uses-credential', to: { externalId: `secret/${db.meta.uid}` }, certainty: 'exact' },
      { relation: 'uses-credential', to: { alias: 'Secret payments/later' }, certainty: 'exact' },
      { relation: 'part-of', to: { alias: 'Payments' }, certainty: 'asserted' },
    ]);
    expect(record.fields).toMatchObject({ images: ['registry.example.org/api:2'], application: 'Payments' });
    expect(JSON.stringify([record, deployment])).not.toContain(value);
  });

  it('[KUB4] a Pod that something else controls is not listed beside it', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-1', controller: true };
    const value = {
      metadata: { uid: 'u', name: 'api-1-x', namespace: 'payments', resourceVersion: '1', ownerReferences: [owner] },
      spec: { containers: [] },
    };
    expect(readObject('pod', value)).toBeUndefined();
    expect(readObject('pod', { ...value, metadata: { ...value.metadata, ownerReferences: [] } })).toBeDefined();
  });

  it('[KUB5] an annotation that nobody knows is dropped: it may hold a whole Secret', () => {
    const value = 'c2VjcmV0IHZhbHVl';
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': value, 'muster.dev/owner': 'Payments' };
    const secret = object('secret', 'db', {}, { annotations });
    expect(JSON.stringify([secret, said(secret, cluster([secret]))])).not.toContain(value);
    expect(said(secret, cluster([secret])).fields.owner).toBe('Payments');
  });

  const written = (time: string, fieldsV1: object) => ({ manager: 'm', time, fieldsV1 });
  const data = { 'f:data': { 'f:a': {} } };
  it.each([
    ['never touched since it was made', [written(CREATED, { ...data, 'f:metadata': {} })], CREATED],
    ['its data alone', [written(CREATED, { 'f:metadata': {} }), written(LATER, data)], LATER],
    ['perhaps only a label', [written(LATER, { ...data, 'f:metadata': {} })], undefined],
    ['no record of it', [], undefined],
  ])('[KUB6] rotated: %s', (_what, managedFields, expected) => {
    const secret = object('secret', 'db', {}, { managedFields });
    const record = said(secret, cluster([secret]));
    expect(record.fields.rotated).toBe(expected === undefined ? undefined : new Date(expected).toISOString());
    expect(record.unread?.includes('rotated')).toBe(expected === undefined);
  });

  it('[KUB4] a token belongs to its account, and a certificate lies in its Secret', () => {
    const token = object('token', 'deployer-token', {}, { annotations: { 'kubernetes.io/service-account.name': 'deployer' } });
    const tls = object('tls', 'web');
    const certificate = object('certificate', 'web', {
      spec: { secretName: 'web', dnsNames: ['pay.example.org'], issuerRef: { name: 'ca', kind: 'ClusterIssuer' } },
      status: { notAfter: LATER, notBefore: CREATED },
    });
    const state = cluster([account, token, tls, certificate]);
    expect(said(token, state)).toMatchObject({ kind: 'token', subtype: 'k8s.secret-token', links: [{ relation: 'has-credential' }] });
    expect(said(tls, state)).toMatchObject({ kind: 'certificate', unread: ['expires', 'fingerprint', 'serial', 'rotated', 'lastUsed'] });
    expect(said(certificate, state)).toMatchObject({
      fields: { expires: '2026-11-20T10:00:00.000Z', issuer: 'ClusterIssuer ca' },
      links: [{ relation: 'stored-in', to: { externalId: `secret/${tls.meta.uid}` } }],
    });
  });

  it('[KUB4] what one object changes of others: a Secret made again, an account made later, a role', () => {
    const spec = { serviceAccountName: 'deployer', containers: [{ envFrom: [{ secretRef: { name: 'db' } }] }] };
    const deployment = object('deployment', 'api', { spec: { template: { spec } } });
    const secret = object('secret', 'db');
    const role = object('role', 'r', { rules: [] });
    const state = cluster([deployment, account, secret, role]);
    const around = (one: ClusterObject): string[] => [...state.around(one)].map(({ meta }) => meta.name);
    expect([around(secret), around(account), around(role)]).toEqual([['api'], ['api'], ['deployer']]);
  });
});

describe('settings', () => {
  it.each([
    [{}, 'name either'],
    [{ kubeconfig: 'a', server: 'https://b' }, 'name either'],
    [{ server: 'http://k8s.example.org' }, 'must be https'],
    [{ server: 'https://user:word@k8s.example.org' }, 'must hold no password'],
    [{ server: 'https://k8s.example.org', namespaces: ['team-*'] }, 'name each of them'],
  ])('[KUB7] %j is refused', (value, words) => {
    expect(settings.safeParse(value).error?.issues[0]?.message).toContain(words);
  });

  it('[KUB7] the least rights name every resource, the verbs of a watch, and what RBAC cannot tell apart', () => {
    const text = connector.grant?.({}) ?? '';
    for (const name of ['serviceaccounts', 'secrets', 'clusterrolebindings', 'cronjobs', 'certificates']) expect(text).toContain(name);
    expect(text).toContain('verbs: [list, watch]');
    expect(text).toContain('RBAC cannot tell the metadata of a Secret from its data');
    expect(connector.grant?.({ namespaces: ['payments'] })).toContain('kind: Role\nmetadata: { name: muster-reader, namespace: payments }');
  });

  it('[KUB8] a cursor of another scope leads nowhere', () => {
    const one = settings.parse({ server: 'https://k8s.example.org' });
    const cursor = writeCursor({ uid: 'u', scope: scopeOf(one), at: { secret: '7' } });
    expect(readCursor(cursor, one)?.at).toEqual({ secret: '7' });
    expect(readCursor(cursor, { ...one, exclude: ['dev'] })).toBeUndefined();
    expect(readCursor('{"at":', one)).toBeUndefined();
  });
});

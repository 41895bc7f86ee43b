import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit } from '../../../renderer/engine/editing.ts';
import type { SpaceSession } from '../../../renderer/engine/spaceSession.ts';
import type { HashHex } from '../../../shared/base/hash.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { ledgerLength, ledgerValueAt } from '../../../shared/documents/ledgerDocument.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import { callLevel, documentKind } from '../../../shared/ledger/permissions.ts';
import { proposalDigest } from '../../../shared/ledger/proposal.ts';
import { type Act, type ActKind, type ActOf, act as actSchema } from '../../../shared/model/act.ts';
import { decodeLedgerValue, encodeLedgerValue } from '../../../shared/model/entry.ts';
import { type Anchor, anchorOf, type ExternalId, type PersonId, type Place, type SourceId } from '../../../shared/model/ids.ts';
import { type Role, role as roleSchema } from '../../../shared/model/vocabulary.ts';
import { observe } from '../../../shared/observed/observe.ts';
import { Register } from '../../../shared/register/register.ts';
import { CLOSE, SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { invitationReply } from '../../../shared/wire/http.ts';
import { rekeyReply } from '../../../shared/wire/team.ts';
import { confirmationProof } from '../../support/confirmation.ts';
import { observed } from '../../support/observations.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { newSigner, openDocument, TestDevice } from '../../support/testClient.ts';

/**
 * What must be, written out and not taken from the definition: a change of the definition fails here. The columns are the roles.
 *   +  counts          -  void, the role may not       x  has no outbox to say it in
 *   o  own identities: counts there, void elsewhere, `outside the remit`
 *   d  own devices: counts there, void elsewhere, `role may not`
 *   g  nobody's: void, `already decided`
 */
const COLUMNS = ['reader', 'owner', 'steward', 'approver', 'admin', 'connector'] as const;
type Cell = '+' | '-' | 'x' | 'o' | 'd' | 'g';
const ACTS: Readonly<Record<ActKind, string>> = {
  set: '- o + - + x',
  clear: '- o + - + x',
  accept: '- o + - + x',
  exclude: '- - + - + x',
  lifecycle: '- - + - + x',
  add: '- o + - + x',
  remove: '- o + - + x',
  comment: '- o + + + x',
  request: '- o + - + x',
  propose: '- o + - + x',
  approve: '- - - + + x',
  reject: '- - - + + x',
  release: '- - + - + x',
  discard: '- - + - + x',
  policy: '- - - - + x',
  role: '- - - - + x',
  enrol: 'd d d d + x',
  revoke: 'd d d d + x',
  rekey: '- - - - + x',
  create: '- - + - + x',
  merge: '- - + - + x',
  split: '- - + - + x',
  withdraw: '- + + + + x',
  genesis: 'g g g g g x',
  invite: '- - - - + x',
};
/** `r`: opens and reads. `w`: opens and writes. `-`: closes with 4403. For `outbox` first one's own, then another's. */
const DOCUMENTS = {
  catalog: 'r r r r r -',
  ledger: 'r r r r r -',
  source: 'r r r r r -',
  status: 'r r r r r -',
  'private source': '- - - - - -',
  outbox: 'w w w w w -',
  'outbox of another': '- - - - - -',
} as const;
/** `+`: anything but 401 and 403. `-`: 403. */
const CALLS = { reader: '+ + + + + -', steward: '- - + - + -', admin: '- - - - + -' } as const;
const ENDPOINTS: Readonly<Record<keyof typeof CALLS, readonly (readonly [string, string])[]>> = {
  reader: [
    ['GET', '/api/team'],
    ['GET', '/api/head/1'],
    ['GET', '/api/ledger/0/0'],
    ['GET', '/api/history/shared/key'],
    ['GET', `/api/evidence/${'a'.repeat(64)}`],
    ['GET', '/api/devices/requests/00000-00000'],
    ['GET', '/api/snapshots/none'],
  ],
  steward: [
    ['GET', '/api/sources'],
    ['POST', '/api/sources/none/reread'],
    ['POST', '/api/sources/none/run'],
    ['POST', '/api/uploads?name=x.txt'],
  ],
  admin: [
    ['POST', '/api/sources'],
    ['DELETE', '/api/sources/none'],
    ['POST', '/api/rekey'],
    ['GET', '/api/webhook'],
  ],
};
const cellOf = (row: string, role: Role): string => row.split(' ')[COLUMNS.indexOf(role)] ?? '';

/** What a person reads who may not: each role's own sentence. */
const SENTENCES: Readonly<Record<Exclude<Role, 'admin'>, RegExp>> = {
  reader: /^A reader sees everything and changes nothing\.$/,
  owner: /^An owner edits their own identities/,
  steward: /^A steward may not do this; it needs an approver or an administrator\.$/,
  approver: /^An approver decides and comments; editing needs a steward\.$/,
  connector: /^A connector reports what its source holds and edits nothing\.$/,
};

let server: TestServer;
let owner: TestDevice;
const devices = new Map<Role, TestDevice>();
const hex = (digits: number): string =>
  [...crypto.getRandomValues(new Uint8Array(digits / 2))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const [MINE, THEIRS] = [hex(32) as Anchor, hex(32) as Anchor];
let spare: PersonId;

const SHARED = 'shared' as SourceId;
/** Records of a source with a place for the owner: one is the owner's own. */
const RECORDS = { own: 'mine' as ExternalId, other: 'theirs' as ExternalId };
const recordAnchor = (own: boolean): Anchor => anchorOf(SHARED, own ? RECORDS.own : RECORDS.other);
const ownerOf = (own: boolean): string => (own ? 'The owner' : 'Somebody else');
async function holdRecords(): Promise<void> {
  const now = server.core.now();
  const records = [RECORDS.own, RECORDS.other].flatMap(
    (id) => observe(undefined, observed(id, { fields: { name: id } }), toInstant(now)) ?? [],
  );
  await server.sources.commit(SHARED, records, statusOf(SHARED, now), { run: 1 });
  await owner.commit([true, false].map((own) => ({ kind: 'set', anchors: [recordAnchor(own)], field: 'owner', value: ownerOf(own) })));
}

function proposal(own: boolean): ActOf<'propose'> {
  const [externalId, value] = [own ? RECORDS.own : RECORDS.other, ownerOf(own)];
  const write = { externalId, field: 'owner', target: 'the owner', from: null, to: value, version: '1', statement: `owner = ${value}` };
  const said = { anchors: [recordAnchor(own)], source: SHARED, system: 'here', registered: value, sent: value, write };
  return { kind: 'propose', ...said, nonce: hex(32) };
}

/** A proposal of the local steward's, for somebody else to decide. */
async function proposed(): Promise<HashHex> {
  const act = proposal(true);
  const [placed] = await owner.commit([act]);
  expect(placed?.receipt.void).toBeUndefined();
  return proposalDigest(owner.space, act);
}

async function enrolled(role: Role, personName: string, remit = 'true'): Promise<TestDevice> {
  const reply = await owner.request('POST', '/api/invitations', { role, remit, label: personName });
  const device = await TestDevice.enrol(invitationReply.parse(reply.body).link, { personName });
  await owner.until(() => owner.ledger.personOf(device.device) !== undefined);
  return device;
}

beforeAll(async () => {
  server = await startTestServer();
  owner = await (await TestDevice.enrol(server.launchLink())).connect();
  await server.sources.open(SHARED, 'space');
  await server.sources.open('laptop' as SourceId, 'private');
  const made = ([anchor, name, by]: readonly [Anchor, string, string]): Act[] => [
    { kind: 'create', anchor, type: 'identity', recordKind: 'agent', name },
    { kind: 'accept', anchors: [anchor] },
    { kind: 'set', anchors: [anchor], field: 'owner', value: by },
  ];
  await owner.commit([...made([MINE, 'inside', 'The owner']), ...made([THEIRS, 'outside', 'Somebody else'])]);
  await holdRecords();
  for (const role of roleSchema.options)
    devices.set(role, role === 'admin' ? await enrolled(role, 'The admin') : await enrolled(role, `The ${role}`));
  for (const [role, device] of devices) if (role !== 'connector') await device.connect();
  spare = (await enrolled('reader', 'Spare')).person;
}, 60_000);
afterAll(async () => {
  for (const device of devices.values()) device.close();
  owner?.close();
  await server?.close();
});

const deviceOf = (role: Role): TestDevice => devices.get(role) as TestDevice;

/** The acts of a cell: one that is the author's to do, and one that is not, where the cell knows both. */
interface Tried {
  readonly act: Act;
  /** Undefined: it counts. */
  readonly reason: string | undefined;
}

async function triedOf(kind: ActKind, role: Role): Promise<Tried[]> {
  const cell = cellOf(ACTS[kind], role) as Cell;
  const make = async (own: boolean): Promise<Act> => makeAct(kind, role, own);
  const may = { act: await make(true), reason: undefined };
  if (cell === '+') return [may];
  if (cell === 'o') return [may, { act: await make(false), reason: 'outside the remit' }];
  if (cell === 'd') return [may, { act: await make(false), reason: 'role may not' }];
  return [{ act: await make(true), reason: cell === 'g' ? 'already decided' : 'role may not' }];
}

/** An act of this kind that would hold if its author may do it. @param own on what is the author's own, or on somebody else's. */
async function makeAct(kind: ActKind, role: Role, own: boolean): Promise<Act> {
  const anchors = [own ? MINE : THEIRS];
  const by = deviceOf(role);
  const last = (key: string) => owner.ledger.lastOn(key) ?? null;
  switch (kind) {
    case 'set':
      return { kind, anchors, field: 'purpose', value: `by ${role}` };
    case 'clear':
      return { kind, anchors, field: 'purpose' };
    case 'accept':
      return { kind, anchors };
    case 'exclude':
      return { kind, anchors: [hex(32) as Anchor], reason: 'duplicate' };
    case 'lifecycle':
      return { kind, anchors: [hex(32) as Anchor], state: 'active' };
    case 'add':
    case 'remove':
      return { kind, anchors, field: 'tags', element: role };
    case 'comment':
    case 'request':
      return { kind, anchors, text: role };
    case 'propose':
      return proposal(own);
    case 'approve':
    case 'reject':
      return { kind, subject: await proposed() };
    case 'release':
    case 'discard':
      return { kind, subject: hex(64) as never, source: 'shared' as SourceId };
    case 'policy':
      return { kind, key: `matrix/${hex(8)}`, previous: null, value: { kind: 'threshold', name: 'age', days: 90 } };
    case 'role':
      return { kind, person: spare, role: 'reader', remit: 'true', previous: last(`role/${spare}`) };
    case 'enrol':
      return confirmationOf(own ? by.person : spare, own ? role : 'reader');
    case 'revoke': {
      // A further device of the author, or of somebody else, that was let in for this.
      const device = await furtherDevice(own ? by.person : spare, own ? role : 'reader');
      return { kind, device, previous: last(`device/${device}`) };
    }
    case 'rekey':
      return {
        kind,
        succession: rekeyReply.parse((await owner.request('POST', '/api/rekey')).body).succession,
        previous: last('server key'),
      };
    case 'create':
      return { kind, anchor: hex(32) as Anchor, type: 'identity', recordKind: 'agent', name: 'made by hand' };
    case 'merge':
      return { kind, anchors: [hex(32) as Anchor, hex(32) as Anchor] };
    case 'split':
      return { kind, anchor: hex(32) as Anchor };
    case 'withdraw':
      return { kind, acts: [{ entry: (await ownEntry(role)) as never, act: 0 }] };
    case 'genesis':
      return { kind, space: by.space, serverKey: by.device };
    case 'invite':
      return { kind, tokenHash: hex(64) as never, role: 'reader', remit: 'true', expires: '2100-01-01T00:00:00.000Z' as never, label: 'x' };
  }
}

async function confirmationOf(person: PersonId, role: Role): Promise<ActOf<'enrol'>> {
  const signer = await newSigner();
  const proof = await confirmationProof(owner.space, signer);
  const view = owner.ledger.persons().get(person);
  const common = { device: signer.publicKey, person, personName: view?.name ?? '', label: 'another', role, remit: 'true', proof };
  return { kind: 'enrol', ...common, via: { confirmed: true }, previous: null };
}

async function furtherDevice(person: PersonId, role: Role) {
  const act = await confirmationOf(person, role);
  await owner.commit([act]);
  return act.device;
}

/** An entry that this role may say, so that it can be taken back; of a role that says nothing, somebody else's. */
async function ownEntry(role: Role): Promise<string> {
  const said: Act =
    role === 'approver' ? { kind: 'comment', anchors: [MINE], text: 'x' } : { kind: 'set', anchors: [MINE], field: 'team', value: 'x' };
  const by = role === 'reader' || role === 'connector' ? owner : deviceOf(role);
  const [placed] = await by.commit([said]);
  return placed?.id ?? '';
}

/** What the app does before it signs. @returns the refusal in words, or `signed`. */
async function interfaceSays(role: Role, act: Act): Promise<string> {
  let signed = 0;
  const by = deviceOf(role);
  const { ledger } = owner;
  const view = ledger.personOf(by.device);
  const register = new Register({ ledger, now: Date.now() });
  register.applyRecords(SHARED, [...server.sources.records(SHARED)]);
  const session = {
    enrolment: { person: by.person, personName: view?.name, role, remit: view?.remit },
    ledger,
    register,
    device: { signer: by.signer },
    // Nothing else makes it read-only.
    trust: { newer: undefined },
    unreadable: [],
    revoked: false,
    own: { commit: async () => ({ ok: true, value: { entries: [], signed: ++signed } }) },
  } as unknown as SpaceSession;
  const token = { epoch: ledger.epoch, place: ledger.place, root: ledger.root, prev: null };
  const done = await commit(session, [act], token, 'matrix');
  expect(signed).toBe(done.ok ? 1 : 0);
  return done.ok ? 'signed' : done.error.message;
}

describe('[TRU17] role × act, on the interface and on the server', () => {
  it('the table names every kind and every role, and no other', () => {
    const kinds = actSchema.options.map((option) => option.shape.kind.value).sort();
    expect(Object.keys(ACTS).sort()).toEqual(kinds);
    expect([...COLUMNS].sort()).toEqual([...roleSchema.options].sort());
    for (const row of [...Object.values(ACTS), ...Object.values(DOCUMENTS), ...Object.values(CALLS)])
      expect(row.split(' ')).toHaveLength(COLUMNS.length);
  });

  for (const role of COLUMNS) {
    for (const kind of Object.keys(ACTS) as ActKind[]) {
      it(`${role} × ${kind}: ${cellOf(ACTS[kind], role)}`, async () => {
        for (const { act, reason } of await triedOf(kind, role)) {
          const words = await interfaceSays(role, act);
          if (reason === undefined) expect(words).toBe('signed');
          else expect(words).toMatch(reasonOnScreen(role, kind, reason));
          if (role === 'connector') continue;
          const [placed] = await deviceOf(role).commit([act]);
          expect(placed?.receipt.void?.['0']).toBe(reason);
          await owner.until(() => owner.ledger.place >= (placed?.place ?? 0));
        }
      });
    }
  }
});

function reasonOnScreen(role: Role, kind: ActKind, reason: string): RegExp {
  if (reason === 'outside the remit') return /^An owner edits their own identities; this one is not among them\.$/;
  if (kind === 'enrol' || kind === 'revoke')
    return role === 'connector' ? SENTENCES.connector : /^Your role reaches your own devices alone/;
  return role === 'admin' ? /^Only the server itself does this\.$/ : SENTENCES[role];
}

describe('[TRU17] remits', () => {
  it('a steward with a condition edits inside it, and is told on the screen and voided on the server outside', async () => {
    const steward = await (await enrolled('steward', 'Bounded', 'row.name == "inside"')).connect();
    devices.set('steward', steward);
    const fold = ['set', 'clear', 'accept', 'add', 'remove', 'comment', 'request'] as const;
    for (const kind of fold) {
      for (const own of [true, false]) {
        const act = await makeAct(kind, 'steward', own);
        expect(await interfaceSays('steward', act)).toBe(own ? 'signed' : 'This is outside of what you may edit here.');
        expect((await steward.commit([act]))[0]?.receipt.void?.['0']).toBe(own ? undefined : 'outside the remit');
      }
    }
    const both: Act = { kind: 'set', anchors: [MINE, THEIRS], field: 'purpose', value: 'both' };
    expect((await steward.commit([both]))[0]?.receipt.void?.['0']).toBe('outside the remit');
    const split: Act = { kind: 'split', anchor: THEIRS };
    expect((await steward.commit([split]))[0]?.receipt.void?.['0']).toBe('outside the remit');
  });
});

describe('[TRU17] role × document', () => {
  const nameOf = (kind: keyof typeof DOCUMENTS, by: TestDevice): string => {
    const names = {
      catalog: 'catalog',
      ledger: 'ledger/0/0',
      source: 'source/shared/0/0',
      status: 'status/shared/0',
      'private source': 'source/laptop/0/0',
      outbox: `outbox/${by.device}`,
      'outbox of another': `outbox/${owner.device}`,
    };
    return names[kind];
  };
  it('the table names every kind of document', () => {
    expect(
      Object.keys(DOCUMENTS)
        .filter((name) => !name.includes(' '))
        .sort(),
    ).toEqual([...documentKind].sort());
  });

  for (const role of COLUMNS) {
    for (const kind of Object.keys(DOCUMENTS) as (keyof typeof DOCUMENTS)[]) {
      const expected = cellOf(DOCUMENTS[kind], role);
      it(`${role} × ${kind}: ${expected}`, async () => {
        const by = deviceOf(role);
        const opened = openDocument(server.address, nameOf(kind, by), [SUBPROTOCOL, await by.ticket()]);
        if (expected === '-') expect((await opened.closed()).code).toBe(CLOSE.forbidden);
        else {
          await opened.synced;
          const before = server.core.ledger.place;
          // One who only reads may send what they like: it is dropped.
          if (expected === 'r') opened.doc.getMap('catalog').set('intruder', by.device);
          await new Promise((resolve) => setTimeout(resolve, 30));
          const again = openDocument(server.address, nameOf(kind, by), [SUBPROTOCOL, await by.ticket()]);
          await again.synced;
          expect(again.doc.getMap('catalog').get('intruder')).toBeUndefined();
          expect(server.core.ledger.place).toBe(before);
          again.destroy();
        }
        opened.destroy();
      });
    }
  }
});

describe('[TRU17] role × call', () => {
  it('the table names every level', () => expect(Object.keys(CALLS).sort()).toEqual([...callLevel].sort()));

  for (const role of COLUMNS) {
    for (const level of callLevel) {
      const expected = cellOf(CALLS[level], role);
      it(`${role} × ${level}: ${expected}`, async () => {
        for (const [method, path] of ENDPOINTS[level]) {
          const { status } = await deviceOf(role).request(method, path, method === 'POST' ? {} : undefined);
          if (expected === '-') expect([path, status]).toEqual([path, 403]);
          else expect([401, 403], path).not.toContain(status);
          expect((await fetch(server.address + path, { method })).status).toBe(401);
        }
      });
    }
  }
});

describe('[TRU17] [LED14] a replica that is told of no void finds each by itself', () => {
  /** These need the projection, the server's files or signatures inside acts: replicas take them from the receipt. */
  const OF_THE_SERVER = new Set(['outside the remit', 'not a valid value', 'not proved', 'not what is registered']);

  it('recomputes every verdict of the matrix', async () => {
    const { doc } = await owner.open('ledger/0/0');
    const replica = new LedgerState({ space: owner.space });
    const expected: unknown[] = [];
    for (let place = 1; place <= ledgerLength(doc); place++) {
      const decoded = decodeLedgerValue(ledgerValueAt(doc, place) as Uint8Array);
      if (!decoded) throw new Error('damaged');
      const { bytes, entry, receipt } = decoded;
      const kept = Object.entries(receipt.void ?? {}).filter(([, reason]) => OF_THE_SERVER.has(reason));
      for (const [act, reason] of Object.entries(receipt.void ?? {})) {
        if (!OF_THE_SERVER.has(reason)) expected.push({ place, entry: entry.id, act: Number(act), reason });
      }
      const silent = { at: receipt.at, ...(kept.length > 0 ? { void: Object.fromEntries(kept) } : {}) };
      replica.append([{ place: place as Place, value: encodeLedgerValue(bytes, silent as typeof receipt) }]);
    }
    expect(replica.ignored()).toEqual(expected);
    expect(expected.length).toBeGreaterThan(60);
    expect([...replica.persons()]).toEqual([...owner.ledger.persons()]);
    expect(replica.serverKey).toBe(owner.ledger.serverKey);
  });
});

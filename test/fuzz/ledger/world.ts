import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import type { HashHex } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { PublicKey } from '../../../shared/base/signature.ts';
import { toInstant } from '../../../shared/base/time.ts';
import type { PersonView } from '../../../shared/ledger/ledgerReader.ts';
import { LedgerState, type LedgerValue, type Restore } from '../../../shared/ledger/ledgerState.ts';
import type { Act, ActRef } from '../../../shared/model/act.ts';
import {
  decodeLedgerValue,
  type Entry,
  type EntryBody,
  type EntryBytes,
  type EntryId,
  encodeLedgerValue,
  entryIdOf,
} from '../../../shared/model/entry.ts';
import {
  type Anchor,
  anchorOf,
  type ExternalId,
  type PersonId,
  type Place,
  type SourceId,
  type SpaceId,
} from '../../../shared/model/ids.ts';
import { Comers } from './comers.ts';
import type { Random } from './random.ts';

/** A profile on a disk: what a device would still have after a crash. A clone shares the key. */
export interface Device {
  readonly key: PublicKey;
  readonly state: LedgerState;
  /** Everything this profile ever saved, in the order of its chain. */
  own: Entry[];
  head: EntryId | null;
  /** What a backup of the profile holds. */
  backup: { own: Entry[]; head: EntryId | null } | undefined;
}

export interface Tally {
  /** Acts about people, devices and keys that counted. */
  trust: number;
  /** Proposals and decisions on them that counted. */
  writeBack: number;
  /** People who came in by an invitation, and by a sign-in. */
  invited: number;
  signedIn: number;
  conflicts: number;
  voids: number;
  withdrawn: number;
  clones: number;
  profileRestores: number;
  serverRestores: number;
}

const SPACE = 'a'.repeat(32) as SpaceId;
const SERVER = 'S'.repeat(43) as PublicKey;
const ANCHORS = ['1', '2', '3', '4', '5'].map((digit) => digit.repeat(32) as Anchor);
/** Outside the remit of every steward: the server voids edits of it. */
const FORBIDDEN = ANCHORS[4] as Anchor;
const FIELDS = ['owner', 'purpose', 'team'];
const TRUST: ReadonlySet<string> = new Set(['role', 'enrol', 'revoke', 'rekey', 'invite']);
const WRITE_BACK: ReadonlySet<string> = new Set(['propose', 'approve', 'reject']);
const ELEMENTS = ['red', 'green', 'blue'];

export interface WorldOptions {
  /** Another kind of replica: one that also projects. */
  readonly newState?: (space: SpaceId) => LedgerState;
  /** Other acts than those of the fold's own test. Undefined: one of those after all. */
  readonly act?: (random: Random) => Act | undefined;
}

/** A server, its ledger and some devices that are online now and then. Signatures are left out: they are not what is tested. */
export class World {
  readonly random: Random;
  readonly devices: Device[] = [];
  readonly persons = new Map<string, PersonId>();
  readonly tally: Tally = {
    trust: 0,
    writeBack: 0,
    invited: 0,
    signedIn: 0,
    conflicts: 0,
    voids: 0,
    withdrawn: 0,
    clones: 0,
    profileRestores: 0,
    serverRestores: 0,
  };
  readonly server: LedgerState;
  readonly #options: WorldOptions;
  values: Uint8Array[] = [];
  restores: Restore[] = [];
  #millis = Date.parse('2026-01-01T00:00:00Z');
  #setup = 0;
  /** Devices that were confirmed, or were to be: they say nothing. */
  readonly #extra: PublicKey[] = [];
  readonly #comers: Comers;

  constructor(random: Random, options: WorldOptions = {}) {
    this.random = random;
    this.#options = options;
    this.#comers = new Comers(random);
    this.server = this.#newState();
    this.#populate();
  }

  #newState(): LedgerState {
    return this.#options.newState?.(SPACE) ?? new LedgerState({ space: SPACE });
  }

  personOf = (device: string): PersonId | undefined => this.persons.get(device);

  // What can happen

  edit(device: Device): void {
    const acts = this.random.chance(0.25) ? [this.#act(device), this.#act(device), this.#act(device)] : [this.#act(device)];
    this.#save(device, acts);
  }

  /** Offers what waits to the server, perhaps not all of it before the connection drops. */
  push(device: Device, limit = Number.POSITIVE_INFINITY): void {
    this.#learnRestores(device);
    for (const entry of this.waiting(device).slice(0, limit)) this.#place(entry);
  }

  /** Some of what is missing arrives, in any order. */
  pull(device: Device, share = 1): void {
    this.#learnRestores(device);
    const missing: LedgerValue[] = [];
    for (let place = device.state.place + 1; place <= this.values.length; place++) {
      if (this.random.chance(share)) missing.push(this.valueAt(place));
    }
    for (const value of this.random.shuffled(missing)) device.state.append([value]);
    device.state.setOutbox(this.waiting(device));
  }

  clone(device: Device): void {
    if (this.devices.length >= 9) return;
    const state = this.rebuilt(this.values.slice(0, device.state.place), this.restores.slice(0, device.state.epoch), []);
    const copy: Device = { key: device.key, state, own: [...device.own], head: device.head, backup: undefined };
    if (state.place !== device.state.place) return;
    this.devices.push(copy);
    copy.state.setOutbox(this.waiting(copy));
    this.tally.clones++;
  }

  backUpProfile(device: Device): void {
    device.backup = { own: [...device.own], head: device.head };
  }

  /** The user puts an old copy of the profile back: what was saved since and never sent is gone, and they know it. */
  restoreProfile(device: Device): void {
    if (!device.backup) return;
    device.own = [...device.backup.own];
    device.head = device.backup.head;
    device.state.setOutbox(this.waiting(device));
    this.tally.profileRestores++;
  }

  /** The server's operator puts an old backup back: a new epoch, restored at n. */
  restoreServer(): void {
    const at = this.#setup + this.random.below(this.values.length - this.#setup + 1);
    this.restores = [...this.restores, { epoch: this.restores.length + 1, at }];
    this.values = this.values.slice(0, at);
    this.server.setRestores(this.restores);
    this.tally.serverRestores++;
  }

  /** Somebody comes to the server's door. */
  comeIn(): void {
    this.#serverSays([this.#comers.enrolment(this.server)]);
  }

  /** Everybody comes online until nobody has anything left to say. */
  settle(): void {
    for (const device of this.devices) this.push(device);
    for (const device of this.devices) this.pull(device);
  }

  // What can be looked at

  valueAt(place: number): LedgerValue {
    return { place: place as Place, value: this.values[place - 1] as Uint8Array };
  }

  waiting(device: Device): Entry[] {
    return device.own.filter((entry) => device.state.placeOf(entry.id) === undefined);
  }

  /** A replica that has never been anywhere: the same values in another order, in chunks, the outbox first or last. */
  rebuilt(values: readonly Uint8Array[], restores: readonly Restore[], outbox: readonly Entry[]): LedgerState {
    const state = this.#newState();
    state.setRestores(restores);
    const early = this.random.chance(0.5);
    if (early) state.setOutbox(outbox);
    const all = values.map((value, index) => ({ place: (index + 1) as Place, value }));
    const shuffled = this.random.shuffled(all);
    while (shuffled.length > 0) state.append(shuffled.splice(0, 1 + this.random.below(40)));
    if (!early) state.setOutbox(outbox);
    return state;
  }

  placed(values: readonly Uint8Array[]) {
    return values.map((value) => {
      const decoded = decodeLedgerValue(value);
      if (!decoded) throw new Error('a value of the server does not decode');
      return decoded;
    });
  }

  // Inside

  #populate(): void {
    const admin = this.#newDevice('A', 'local steward');
    this.#serverSays([{ kind: 'genesis', space: SPACE, serverKey: SERVER }]);
    this.#serverSays([this.#enrol(admin, 'admin', { genesis: true })]);
    const roles = ['steward', 'steward', 'reader', 'admin'] as const;
    for (const [index, role] of roles.entries()) {
      const device = this.#newDevice(String.fromCharCode(66 + index), role);
      if (role === 'admin') this.persons.set(device.key, this.persons.get(admin.key) as PersonId);
      this.#serverSays([this.#enrol(device, role, { launch: true })]);
    }
    this.#setup = this.values.length;
    for (const device of this.devices) this.pull(device);
  }

  #newDevice(letter: string, name: string): Device {
    const key = letter.repeat(43) as PublicKey;
    this.persons.set(key, this.random.hex(32) as PersonId);
    const device: Device = { key, state: this.#newState(), own: [], head: null, backup: undefined };
    if (name) this.devices.push(device);
    return device;
  }

  #enrol(device: Device, role: 'admin' | 'steward' | 'reader', via: { genesis: true } | { launch: true }): Act {
    const person = this.persons.get(device.key) as PersonId;
    const remit = role === 'steward' ? 'not the forbidden one' : 'true';
    return {
      kind: 'enrol',
      device: device.key,
      person,
      personName: `person ${device.key[0]}`,
      label: 'a computer',
      role,
      remit,
      via,
      proof: '',
      previous: null,
    };
  }

  #serverSays(acts: Act[]): void {
    const seen = { epoch: this.restores.length, place: this.values.length as Place, root: this.server.root };
    const key = this.server.serverKey ?? SERVER;
    this.#place(this.#entry(key, this.#lastOf(key), seen, acts).entry);
  }

  /** The server goes on from what it has: after a restore its chain is as short as its ledger. */
  #lastOf(key: PublicKey): EntryId | null {
    return this.placed(this.values).findLast(({ entry }) => entry.device === key)?.entry.id ?? null;
  }

  #entry(device: PublicKey, prev: EntryId | null, seen: EntryBody['seen'], acts: Act[]): { entry: Entry; bytes: EntryBytes } {
    this.#millis += 1_000;
    const body: EntryBody = { v: 1, space: SPACE, device, prev, at: toInstant(this.#millis), seen, acts };
    const bytes = utf8(canonicalJson(body));
    return { entry: { ...body, id: entryIdOf(bytes) }, bytes: concatBytes(new Uint8Array(64), bytes) };
  }

  #save(device: Device, acts: Act[]): void {
    // The editor may have been open for a while.
    const place = this.random.chance(0.3) ? this.random.below(device.state.place + 1) : device.state.place;
    const root = device.state.rootAt(place as Place) as HashHex;
    const { entry } = this.#entry(device.key, device.head, { epoch: device.state.epoch, place: place as Place, root }, acts);
    device.own.push(entry);
    device.head = entry.id;
    device.state.setOutbox(this.waiting(device));
  }

  /** What the server does with an authentic entry: refuse, recognise, or judge, encode and append. */
  #place(entry: Entry): void {
    if (this.server.placeOf(entry.id) !== undefined) return;
    if (entry.prev !== null && this.server.placeOf(entry.prev) === undefined) throw new Error('a device skipped a link of its chain');
    const receipt = this.server.judge(entry, this.#millis, {
      remit: (_person, _condition, anchors) => !anchors.includes(FORBIDDEN),
      holdsKey: () => true,
    });
    const { id: _id, ...body } = entry;
    const value = encodeLedgerValue(concatBytes(new Uint8Array(64), utf8(canonicalJson(body))), receipt);
    this.values.push(value);
    this.server.append([this.valueAt(this.values.length)]);
    this.tally.voids += Object.keys(receipt.void ?? {}).length;
    for (const [index, { kind }] of entry.acts.entries()) {
      if (receipt.void?.[String(index)] !== undefined) continue;
      if (TRUST.has(kind)) this.tally.trust++;
      if (WRITE_BACK.has(kind)) this.tally.writeBack++;
    }
    for (const [index, act] of entry.acts.entries()) {
      if (act.kind !== 'enrol' || receipt.void?.[String(index)] !== undefined) continue;
      if ('invite' in act.via) this.tally.invited++;
      if ('signIn' in act.via) this.tally.signedIn++;
    }
    this.#comers.heard(entry);
  }

  #learnRestores(device: Device): void {
    device.state.setRestores(this.restores);
    device.state.setOutbox(this.waiting(device));
  }

  #act(device: Device): Act {
    const other = this.#options.act?.(this.random);
    if (other) return other;
    const anchors = this.#someAnchors();
    const { random } = this;
    const roll = random.next();
    if (roll < 0.4) return { kind: 'set', anchors, field: random.pick(FIELDS), value: `value ${random.below(4)}` };
    if (roll < 0.47) return { kind: 'clear', anchors, field: random.pick(FIELDS) };
    if (roll < 0.6) return { kind: 'add', anchors, field: 'tags', element: random.pick(ELEMENTS) };
    if (roll < 0.7) return { kind: 'remove', anchors, field: 'tags', element: random.pick(ELEMENTS) };
    if (roll < 0.8) return this.#withdrawal(device) ?? { kind: 'accept', anchors };
    if (roll < 0.83) return { kind: 'accept', anchors };
    if (roll < 0.86) return { kind: 'exclude', anchors, reason: 'duplicate' };
    if (roll < 0.89) return { kind: 'comment', anchors, text: `comment ${random.below(100)}` };
    return this.#placedAct(device);
  }

  #placedAct(device: Device): Act {
    const { random } = this;
    const roll = random.below(14);
    const key = random.pick(['days', 'weeks']);
    if (roll === 12) return this.#comers.policy(device.state);
    if (roll === 13) return this.#comers.invite(this.#millis);
    if (roll >= 9) return this.#writeBack(device, roll);
    if (roll >= 5) return this.#actOfTrust(device, roll);
    if (roll === 0)
      return { kind: 'create', anchor: random.hex(32) as Anchor, type: 'identity', recordKind: 'service account', name: 'made by hand' };
    if (roll === 1) return { kind: 'merge', anchors: [ANCHORS[0] as Anchor, ANCHORS[1] as Anchor] };
    if (roll === 2) return { kind: 'split', anchor: random.pick(ANCHORS) };
    if (roll === 3) return { kind: 'discard', subject: String(random.below(10)).repeat(64) as HashHex, source: 'sheet' as never };
    return {
      kind: 'policy',
      key,
      previous: device.state.lastOn(`policy/${key}`) ?? null,
      value: { kind: 'threshold', name: key, days: 1 + random.below(300) },
    };
  }

  /** Proposals, and decisions on those that the device knows: its own, decided and unknown ones too. */
  #writeBack({ state }: Device, roll: number): Act {
    const { random } = this;
    const known = [...state.proposals().keys()];
    if (roll === 9 || known.length === 0) return this.#proposal();
    const subject = random.chance(0.9) ? random.pick(known) : (random.hex(64) as HashHex);
    return { kind: random.pick(['approve', 'approve', 'reject'] as const), subject };
  }

  #proposal(): Act {
    const { random } = this;
    const value = `value ${random.below(4)}`;
    const externalId = `role ${random.below(3)}` as ExternalId;
    const source = 'sheet' as SourceId;
    const write = {
      externalId,
      field: random.pick([...FIELDS]),
      target: 'the comment',
      from: null,
      to: value,
      version: '1',
      statement: value,
    };
    const anchors = [random.chance(0.9) ? anchorOf(source, externalId) : (ANCHORS[0] as Anchor)];
    const nonce = random.chance(0.9) ? random.hex(32) : '0'.repeat(32);
    return { kind: 'propose', anchors, source, system: 'here', registered: value, sent: value, write, nonce };
  }

  /** Mostly what the device may do as far as it knows; the server may have moved on, or the role forbids it. */
  #actOfTrust({ state, key }: Device, roll: number): Act {
    const { random } = this;
    const who = random.pick([...state.persons().values()]);
    if (roll === 5) {
      const role = random.chance(0.1) ? 'reader' : random.pick(['admin', 'steward'] as const);
      return { kind: 'role', person: who.person, role, remit: who.remit, previous: state.lastOn(`role/${who.person}`) ?? null };
    }
    if (roll === 6) return this.#confirmation(random.chance(0.7) ? (state.personOf(key) ?? who) : who);
    if (roll === 7) {
      // Those that edit in this world stay: a world of revoked devices says nothing any more.
      const { device } = random.pick(who.devices);
      const target = this.devices.some((one) => one.key === device) ? (this.#extra.at(-1) ?? key) : device;
      return { kind: 'revoke', device: target, previous: state.lastOn(`device/${target}`) ?? null };
    }
    const to = random.chance(0.8) ? (random.hex(43) as PublicKey) : random.pick([SERVER, key]);
    const succession = { from: state.serverKey ?? SERVER, to, endorsement: '', proof: '' };
    return { kind: 'rekey', succession, previous: state.lastOn('server key') ?? null };
  }

  #confirmation({ person, name, role, remit }: PersonView): Act {
    const key = this.random.hex(43) as PublicKey;
    this.#extra.push(key);
    const common = { kind: 'enrol', device: key, person, personName: name, label: 'another computer', role, remit } as const;
    return { ...common, via: { confirmed: true }, proof: '', previous: null };
  }

  #someAnchors(): Anchor[] {
    if (this.random.chance(0.05)) return [FORBIDDEN];
    const first = this.random.below(4);
    return this.random.chance(0.2) ? [ANCHORS[first] as Anchor, ANCHORS[(first + 1) % 4] as Anchor] : [ANCHORS[first] as Anchor];
  }

  /** Mostly of one's own, also made on another of one's devices; now and then of somebody else's, which must be void. */
  #withdrawal(device: Device): Act | undefined {
    const known = device.state.lines({ limit: 60 });
    const mine = known.filter((line) => this.persons.get(line.entry.device) === this.persons.get(device.key));
    const candidates = this.random.chance(0.95) ? mine : known;
    if (candidates.length === 0) return undefined;
    const acts: ActRef[] = [this.random.pick(candidates)].flatMap((line) =>
      line.entry.acts.map((_, act) => ({ entry: line.entry.id, act })),
    );
    const target = this.random.pick(acts);
    this.tally.withdrawn++;
    return { kind: 'withdraw', acts: [target] };
  }
}

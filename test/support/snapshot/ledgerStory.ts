import { hashText } from '../../../shared/base/hash.ts';
import { type Millis, toInstant } from '../../../shared/base/time.ts';
import { proposalDigest } from '../../../shared/ledger/proposal.ts';
import { deviceKey } from '../../../shared/ledger/registry.ts';
import type { Act, ActOf } from '../../../shared/model/act.ts';
import { type Anchor, anchorOf, type ExternalId, type PersonId, type SourceId, type SpaceId } from '../../../shared/model/ids.ts';
import type { Role } from '../../../shared/model/vocabulary.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { SignedLedger } from './signedLedger.ts';
import { type TestSigner, testSigner } from './testSigner.ts';

const FIELDS = ['owner', 'team', 'purpose', 'ticket', 'application'] as const;
const TEAMS = ['Payments', 'Platform', 'Data', 'Identity', 'Storefront', 'Security'];
const BULK = 120;
/** Outside the remit of the steward who has one. */
const isForbidden = (anchor: Anchor): boolean => anchor.startsWith('0');

export interface StoryOptions {
  readonly entries: number;
  readonly anchors: readonly Anchor[];
  readonly start: Millis;
  readonly seed?: number;
  readonly space?: SpaceId;
  readonly server?: TestSigner;
  /** Called before every entry, with the place that it will get. */
  readonly before?: (place: number, now: Millis) => void;
}

export interface Author {
  readonly signer: TestSigner;
  readonly person: PersonId;
  readonly name: string;
  readonly role: Role;
}

const author = (name: string, role: Role, device = name): Author => ({
  signer: testSigner(device),
  person: hashText(`person ${name}`).slice(0, 32) as PersonId,
  name,
  role,
});

/**
 * What a team did to its register: several people on several computers, one of them invited and one device revoked, bulk edits,
 * edits of what somebody else was editing, and acts that do not count because their author may not do them.
 */
export class LedgerStory {
  readonly ledger: SignedLedger;
  readonly server: TestSigner;
  readonly admin = author('First administrator', 'admin');
  readonly laptop: Author = { ...this.admin, signer: testSigner('Second device') };
  readonly steward = author('Steward of payments', 'steward');
  readonly bounded = author('Steward with a remit', 'steward');
  readonly reader = author('Auditor', 'reader');
  readonly invited = author('Invited steward', 'steward');
  readonly #random: Random;
  readonly #options: StoryOptions;
  readonly #writers: readonly Author[] = [this.admin, this.laptop, this.steward, this.bounded, this.invited];

  constructor(options: StoryOptions) {
    this.#options = options;
    this.#random = new Random(options.seed ?? 1);
    this.server = options.server ?? testSigner('server');
    const space = options.space ?? (hashText('space').slice(0, 32) as SpaceId);
    this.ledger = new SignedLedger(space, options.start, { remit: (_person, _condition, anchors) => !anchors.some(isForbidden) });
    this.#found();
    while (this.ledger.place < options.entries) this.#next();
  }

  #write(by: TestSigner, acts: readonly Act[], seen?: number) {
    this.ledger.now += 1_000;
    this.#options.before?.(this.ledger.place + 1, this.ledger.now);
    return this.ledger.write(by, acts, seen === undefined ? {} : { seen });
  }

  #found(): void {
    const { server, ledger } = this;
    this.#write(server, [{ kind: 'genesis', space: ledger.space, serverKey: server.publicKey }]);
    this.#write(server, [enrolment(this.admin, { genesis: true })]);
    this.#write(server, [enrolment(this.laptop, { launch: true })]);
    this.#write(server, [enrolment(this.steward, { launch: true })]);
    this.#write(server, [enrolment(this.bounded, { launch: true }, 'team == "Payments"')]);
    this.#write(server, [enrolment(this.reader, { launch: true })]);
    const expires = toInstant(ledger.now + 86_400_000);
    const invitation = {
      kind: 'invite',
      tokenHash: hashText('token'),
      role: 'steward',
      remit: 'true',
      expires,
      label: 'A colleague',
    } as const;
    const { entry } = this.#write(this.admin.signer, [invitation]);
    this.#write(server, [enrolment(this.invited, { invite: { entry: entry.id, act: 0 } })]);
    this.#write(this.admin.signer, [threshold('rotation', 90)]);
    this.#proposeAndDecide();
  }

  /** Writes to a source that were proposed: one approved by somebody else, one rejected, one that its proposer may not approve. */
  #proposeAndDecide(): void {
    const [first, second] = ['1', '2'].map((digit) => proposal(digit.repeat(32))) as [ActOf<'propose'>, ActOf<'propose'>];
    const digest = (act: ActOf<'propose'>) => proposalDigest(this.ledger.space, act);
    this.#write(this.steward.signer, [first, second]);
    this.#write(this.steward.signer, [{ kind: 'approve', subject: digest(first) }]);
    this.#write(this.admin.signer, [{ kind: 'approve', subject: digest(first), why: 'As the team said' }]);
    this.#write(this.admin.signer, [{ kind: 'reject', subject: digest(second) }]);
  }

  #next(): void {
    const random = this.#random;
    const roll = random.next();
    const by = random.pick(this.#writers).signer;
    if (this.ledger.place === Math.floor(this.#options.entries * 0.8)) this.#revokeLaptop();
    else if (roll < 0.002)
      this.#write(
        by,
        Array.from({ length: BULK }, () => this.#edit()),
      );
    else if (roll < 0.03) this.#write(this.reader.signer, [this.#edit()]);
    else if (roll < 0.08) this.#write(by, [this.#edit()], Math.max(9, this.ledger.place - random.below(50)));
    else if (roll < 0.11) this.#withdraw();
    else if (roll < 0.13)
      this.#write(by, [this.#edit(), { kind: 'comment', anchors: [this.#anchor()], text: `Checked — “${random.hex(6)}” ✓` }]);
    else this.#write(by, [this.#act()]);
  }

  /** From here on what it writes is void: a copy of the key goes on. */
  #revokeLaptop(): void {
    const device = this.laptop.signer.publicKey;
    const previous = this.ledger.state.lastOn(deviceKey(device)) ?? null;
    this.#write(this.admin.signer, [{ kind: 'revoke', device, previous, why: 'Lost' }]);
  }

  #withdraw(): void {
    const { entry } = this.#write(this.steward.signer, [this.#edit()]);
    if (this.ledger.place < this.#options.entries)
      this.#write(this.steward.signer, [{ kind: 'withdraw', acts: [{ entry: entry.id, act: 0 }] }]);
  }

  #anchor(): Anchor {
    return this.#random.pick(this.#options.anchors);
  }

  #edit(): ActOf<'set'> {
    const value = `${this.#random.pick(TEAMS)} ${this.#random.below(40)}`;
    return { kind: 'set', anchors: [this.#anchor()], field: this.#random.pick(FIELDS), value, why: 'Named in the access review' };
  }

  #act(): Act {
    const anchors = [this.#anchor()];
    const roll = this.#random.below(20);
    if (roll === 0) return { kind: 'accept', anchors };
    if (roll === 1) return { kind: 'exclude', anchors, reason: 'vendor managed' };
    if (roll === 2) return { kind: 'add', anchors, field: 'tags', element: this.#random.pick(TEAMS) };
    if (roll === 3) return { kind: 'clear', anchors, field: 'ticket' };
    if (roll === 4) return { kind: 'set', anchors, field: 'criticality', value: 'high' };
    return this.#edit();
  }
}

function enrolment(who: Author, via: ActOf<'enrol'>['via'], remit = 'true'): ActOf<'enrol'> {
  const { signer, person, name, role } = who;
  return {
    kind: 'enrol',
    device: signer.publicKey,
    person,
    personName: name,
    label: 'a computer',
    role,
    remit,
    via,
    proof: '',
    previous: null,
  };
}

function proposal(nonce: string): ActOf<'propose'> {
  const [source, externalId] = ['db' as SourceId, 'role/1' as ExternalId];
  const write = {
    externalId,
    field: 'owner',
    target: 'COMMENT ON ROLE pay',
    from: null,
    to: 'Payments',
    version: '',
    statement: 'COMMENT …',
  };
  const said = { anchors: [anchorOf(source, externalId)], source, system: 'cluster', registered: 'Payments', sent: 'Payments', write };
  return { kind: 'propose', ...said, nonce };
}

const threshold = (name: string, days: number): ActOf<'policy'> => ({
  kind: 'policy',
  key: `threshold/${name}`,
  previous: null,
  value: { kind: 'threshold', name, days },
});

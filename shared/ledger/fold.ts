import { parseTime } from '../base/time.ts';
import type { Act, ActOf, ActRef, VoidReason } from '../model/act.ts';
import type { DeviceId, Entry, EntryId, Place, Receipt, SpaceId } from '../model/entry.ts';
import type { Anchor } from '../model/ids.ts';
import { type ActNode, cappedPlace, type EntryNode, hook, type Restore } from './causality.ts';
import { addPlaced, appended, Cells, recount } from './cells.ts';
import type { ChangeSet } from './changeSet.ts';
import { cellTarget, foldedDetail, foldedValue, isFoldable, namedAnchors } from './foldedAct.ts';
import { Interner } from './interner.ts';
import { type JudgedState, judgeActs } from './judge.ts';
import { proposalDigest } from './proposal.ts';
import { Registry } from './registry.ts';

/** What a replica does not let count although the server placed it without a word, and why. */
export interface IgnoredAct {
  readonly place: Place;
  readonly entry: EntryId | undefined;
  /** Undefined: all of it. */
  readonly act: number | undefined;
  readonly reason: VoidReason | 'damaged' | 'another space' | 'placed twice' | 'another value at this place' | 'distrusted';
}

/** What of an entry and its receipt an act needs to be applied. */
interface Placing {
  readonly space: SpaceId;
  readonly at: string;
}

/** The placed part of the fold: entries come in place order, each exactly once. */
export class Fold implements JudgedState {
  readonly registry = new Registry();
  readonly cells = new Cells();
  readonly nodes = new Map<EntryId, EntryNode>();
  /** By place − 1; undefined where the value could not be used. */
  readonly byPlace: (EntryNode | undefined)[] = [];
  readonly ignored: IgnoredAct[] = [];
  /** Valid creates, merges and splits in place order, those taken back included. */
  readonly creates = new Map<Anchor, ActNode>();
  readonly merges: ActNode[] = [];
  readonly splits: ActNode[] = [];
  readOnly = false;
  /** Devices that said two things after one: somebody copied the profile with its key, or put an old copy back. By the place of the latest. */
  readonly forks = new Map<DeviceId, Place>();
  readonly #begun = new Set<DeviceId>();
  readonly #intern = new Interner();
  readonly #restores: readonly Restore[];
  readonly entryOf: (node: EntryNode) => Entry | undefined;

  /** @param entryOf decodes an entry again: the fold keeps no entries. */
  constructor(restores: readonly Restore[], entryOf: (node: EntryNode) => Entry | undefined) {
    this.#restores = restores;
    this.entryOf = entryOf;
  }

  get place(): number {
    return this.byPlace.length;
  }

  entryNode(id: EntryId): EntryNode | undefined {
    return this.nodes.get(id);
  }

  isCreated(anchor: Anchor): boolean {
    return this.creates.has(anchor);
  }

  /** The node of an entry, made when it is new; hooked when its `prev` is known. */
  ensureNode(entry: Entry): EntryNode {
    return this.nodes.get(entry.id) ?? this.#newNode(entry);
  }

  /** A place whose value is of no use: it counts for the root and for nothing else. */
  skip(reason: IgnoredAct['reason'], entry?: EntryId): void {
    this.byPlace.push(undefined);
    this.ignored.push({ place: this.place as Place, entry, act: undefined, reason });
  }

  append(entry: Entry, receipt: Receipt, change: ChangeSet): void {
    const node = this.ensureNode(entry);
    if (node.place > 0) {
      this.skip('placed twice', entry.id);
      return;
    }
    const own = judgeActs(this, entry, parseTime(receipt.at) ?? Number.POSITIVE_INFINITY);
    this.byPlace.push(node);
    node.place = this.place;
    this.#noteFork(entry, node);
    for (const [index, act] of entry.acts.entries()) {
      this.#settle(node, index, own[index], receipt.void?.[String(index)]);
      this.#count(node, index, act, { space: entry.space, at: receipt.at }, change);
    }
  }

  #noteFork(entry: Entry, node: EntryNode): void {
    const before = node.parent;
    const forked = entry.prev === null ? this.#begun.has(node.device) : before?.continued === true;
    if (forked) this.forks.set(node.device, this.place as Place);
    if (entry.prev === null) this.#begun.add(node.device);
    else if (before) before.continued = true;
  }

  /** Void by the server's word or by our own; where the server said nothing, ours is listed. */
  #settle(node: EntryNode, index: number, own: VoidReason | undefined, said: VoidReason | undefined): void {
    const act = node.acts[index];
    if (!act) return;
    act.void = said ?? own;
    if (own && !said) this.ignored.push({ place: node.place as Place, entry: node.id, act: index, reason: own });
  }

  #count(node: EntryNode, index: number, act: Act, placing: Placing, change: ChangeSet): void {
    const folded = node.acts[index];
    if (!folded) return;
    if (!isFoldable(act)) {
      this.readOnly = true;
      return;
    }
    const anchors = namedAnchors(act);
    this.#list(node, anchors);
    change.touch(act.kind, anchors);
    if (folded.void === undefined) this.#apply(act, folded, placing, change);
  }

  #list(node: EntryNode, anchors: readonly Anchor[]): void {
    for (const anchor of anchors) {
      const state = this.cells.ensure(anchor);
      if (state.entries.at(-1) !== node) state.entries = appended(state.entries, node);
    }
  }

  #apply(act: Act, folded: ActNode, placing: Placing, change: ChangeSet): void {
    const target = cellTarget(act);
    if (target) {
      const field = this.#intern.text(target.field);
      for (const anchor of target.anchors) addPlaced(this.cells.ensureCell(anchor, field, target.element), folded);
    } else {
      this.#applyBeyondCells(act, folded, placing, change);
    }
  }

  #applyBeyondCells(act: Act, folded: ActNode, placing: Placing, change: ChangeSet): void {
    const ref: ActRef = { entry: folded.entry.id, act: folded.index };
    const { registry } = this;
    switch (act.kind) {
      case 'comment':
      case 'request':
        for (const anchor of act.anchors) this.#comment(anchor, folded);
        return;
      case 'create':
        this.creates.set(act.anchor, folded);
        return;
      case 'merge':
        this.merges.push(folded);
        return;
      case 'split':
        this.splits.push(folded);
        return;
      case 'withdraw':
        for (const target of act.acts) this.#withdraw(target, folded.entry, change);
        return;
      case 'propose':
        this.#propose(act, folded, placing);
        return;
      case 'approve':
      case 'reject':
      case 'release':
      case 'discard':
        registry.decide(act.subject, {
          kind: act.kind,
          ref,
          place: folded.entry.place as Place,
          person: registry.personIdOf(folded.entry.device),
        });
        return;
      case 'genesis':
        registry.serverKey = act.serverKey;
        return;
      case 'enrol':
        registry.enrol(act, ref, placing.at);
        return;
      case 'revoke':
        registry.revoke(act, ref);
        return;
      case 'role':
        registry.changeRole(act, ref);
        return;
      case 'policy':
        registry.changePolicy(act, ref);
        return;
      case 'rekey':
        registry.rekey(act, ref);
        return;
      case 'invite':
        registry.invite(act, ref, folded.entry.device);
        return;
    }
  }

  #propose(act: ActOf<'propose'>, { entry, index }: ActNode, { space, at }: Placing): void {
    const { registry } = this;
    registry.propose({
      digest: proposalDigest(space, act),
      act,
      ref: { entry: entry.id, act: index },
      person: registry.personIdOf(entry.device),
      device: entry.device,
      place: entry.place as Place,
      at,
    });
  }

  #comment(anchor: Anchor, folded: ActNode): void {
    const state = this.cells.ensure(anchor);
    state.comments ??= [];
    state.comments.push(folded);
  }

  /** Rare, so the entry is decoded again to learn which cells it wrote, and those are folded from nothing. */
  #withdraw(ref: ActRef, by: EntryNode, change: ChangeSet): void {
    const target = this.nodes.get(ref.entry)?.acts[ref.act];
    const act = target && this.entryOf(target.entry)?.acts[target.index];
    if (!target || !act || target.void !== undefined || target.withdrawn) return;
    target.withdrawn = true;
    const anchors = namedAnchors(act);
    this.#list(by, anchors);
    change.touch(act.kind, anchors);
    if (act.kind === 'invite') this.registry.dropInvitation(ref);
    if (act.kind === 'propose') this.registry.dropProposal(ref);
    const cell = cellTarget(act);
    for (const anchor of cell?.anchors ?? []) recount(this.cells.ensureCell(anchor, cell?.field ?? '', cell?.element));
  }

  #newNode(entry: Entry): EntryNode {
    const node = {
      id: entry.id,
      place: 0,
      device: this.#intern.text(entry.device),
      at: entry.at,
      seenPlace: cappedPlace(entry.seen, this.#restores),
      parent: undefined,
      depth: 0,
      acts: [] as readonly ActNode[],
    } as Omit<EntryNode, 'jump'> as EntryNode;
    hook(node, entry.prev === null ? undefined : this.nodes.get(entry.prev));
    node.acts = entry.acts.map((act, index) => ({
      entry: node,
      index,
      kind: act.kind,
      value: this.#intern.value(foldedValue(act)),
      detail: foldedDetail(act),
      void: undefined,
      withdrawn: false,
    }));
    this.nodes.set(entry.id, node);
    return node;
  }
}

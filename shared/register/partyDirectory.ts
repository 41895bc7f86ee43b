import { normalName, visibleText } from '../base/text.ts';
import type { Anchor, IdentityId } from '../model/ids.ts';
import { NormalNames } from './normalNames.ts';
import type { PartyText } from './view.ts';

export interface Party {
  readonly id: IdentityId;
  /** References name any of them: one that leaves the class is an unknown party from then on. */
  readonly anchors: readonly Anchor[];
  readonly name: string;
  readonly kind: 'person' | 'team' | 'vendor';
  readonly email: string | undefined;
  readonly aliases: readonly string[];
  /** As a source says; a party whose every record is missing from its source has left. */
  readonly active: boolean | undefined;
  /** A source says of this one whether it is still here. */
  readonly followed: boolean;
  readonly leftOn: string | undefined;
  readonly confirmed: boolean;
}

const REFERENCE = /^party:([0-9a-f]{32})$/;

/** One text per value in use, shared by all rows that show it: a renamed party changes one object, not its rows. */
interface SharedText {
  text: string;
  party?: Anchor;
  inherited?: boolean;
}

/** Parties by every spelling that sources and people use for them. */
export class PartyDirectory {
  private readonly parties = new Map<IdentityId, Party>();
  private readonly spellings = new Map<string, Set<IdentityId>>();
  private readonly texts = new Map<string, { readonly own: SharedText; readonly inherited: SharedText }>();
  private readonly normal = new NormalNames();
  private followed = 0;
  private readonly idOf: (anchor: Anchor) => IdentityId;

  constructor(idOf: (anchor: Anchor) => IdentityId) {
    this.idOf = idOf;
  }

  all(): Party[] {
    return [...this.parties.values()].sort((a, b) => order(normalName(a.name), normalName(b.name)) || order(a.id, b.id));
  }
  get(id: IdentityId): Party | undefined {
    return this.parties.get(id);
  }
  get size(): number {
    return this.parties.size;
  }

  /** Whether any source says of parties if they are still here: without one, nobody can be known to have left. */
  get isDirectory(): boolean {
    return this.followed > 0;
  }

  /** @returns whether any text that rows share may read differently now. */
  put(id: IdentityId, party: Party | undefined): boolean {
    const before = this.parties.get(id);
    if (before && party && JSON.stringify(before) === JSON.stringify(party)) return false;
    if (!before && !party) return false;
    this.followed += Number(party?.followed ?? false) - Number(before?.followed ?? false);
    for (const spelling of before ? spellingsOf(before) : []) this.forget(spelling, id);
    if (party) {
      this.parties.set(id, party);
      for (const spelling of spellingsOf(party)) this.learn(spelling, id);
    } else this.parties.delete(id);
    return true;
  }
  private forget(spelling: string, id: IdentityId): void {
    const held = this.spellings.get(spelling);
    held?.delete(id);
    if (held?.size === 0) this.spellings.delete(spelling);
  }
  private learn(spelling: string, id: IdentityId): void {
    const held = this.spellings.get(spelling);
    if (held) held.add(id);
    else this.spellings.set(spelling, new Set([id]));
  }

  /** Resolves `party:<anchor>`, or a spelling that exactly one party has. */
  resolve(value: string): Party | undefined {
    const reference = REFERENCE.exec(value);
    if (reference) return this.parties.get(this.idOf(reference[1] as Anchor));
    if (this.spellings.size === 0) return undefined;
    const held = this.spellings.get(this.normal.of(value));
    if (held?.size !== 1) return undefined;
    const [only] = held;
    return only === undefined ? undefined : this.parties.get(only);
  }

  /** Parties that a spelling may mean; more than one is ambiguous, and none of them is guessed. */
  meantBy(value: string): readonly IdentityId[] {
    const reference = REFERENCE.exec(value);
    if (reference) return [this.idOf(reference[1] as Anchor)].filter((id) => this.parties.has(id));
    return [...(this.spellings.get(this.normal.of(value)) ?? [])].sort();
  }
  /** Spellings that several parties have, in code unit order. */
  ambiguousSpellings(): { readonly spelling: string; readonly ids: readonly IdentityId[] }[] {
    const found = [...this.spellings].filter(([, ids]) => ids.size > 1).map(([spelling, ids]) => ({ spelling, ids: [...ids].sort() }));
    return found.sort((a, b) => order(a.spelling, b.spelling));
  }

  text(value: string, inherited: boolean): PartyText {
    let held = this.texts.get(value);
    if (!held) {
      held = { own: { text: '' }, inherited: { text: '', inherited: true } };
      this.texts.set(value, held);
      this.rewrite(value, held);
    }
    return inherited ? held.inherited : held.own;
  }

  /** After parties changed: the shared texts are written again. @returns the values that changed. */
  rewriteTexts(): string[] {
    return [...this.texts].filter(([value, held]) => this.rewrite(value, held)).map(([value]) => value);
  }
  private rewrite(value: string, held: { own: SharedText; inherited: SharedText }): boolean {
    const party = this.resolve(value);
    const text = party ? visibleText(party.name) : REFERENCE.test(value) ? 'an unknown party' : visibleText(value);
    if (held.own.text === text && held.own.party === party?.id) return false;
    for (const shared of [held.own, held.inherited]) {
      shared.text = text;
      if (party) shared.party = party.id;
      else delete shared.party;
    }
    return true;
  }
}

function spellingsOf(party: Party): Set<string> {
  const spellings = [party.name, ...party.aliases, ...(party.email ? [party.email] : [])].map(normalName);
  return new Set(spellings.filter((spelling) => spelling !== ''));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

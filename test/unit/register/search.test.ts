import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityId, SourceId } from '../../../shared/model/ids.ts';
import { Haystack } from '../../../shared/register/haystack.ts';
import { NameOrder } from '../../../shared/register/order.ts';
import type { Projected } from '../../../shared/register/projected.ts';
import { Queries } from '../../../shared/register/queries.ts';

interface Said {
  readonly key: number;
  readonly name: string;
  readonly names: readonly string[];
  readonly purpose: string | undefined;
  readonly owner: string | undefined;
  readonly tags: readonly string[];
}

/** Letters that fold to ASCII, that fold by what follows them, that grow when folded, and the break between texts. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'A', 'k', 'K', '\u212a', '\u0130', 'i', 'Σ', 'σ', 'ß', '漢', '\n', ' '),
  maxLength: 5,
});
const said: fc.Arbitrary<Said> = fc.record({
  key: fc.nat(30),
  name: fc.oneof(text, fc.constantFrom('alpha', 'beta')),
  names: fc.array(fc.oneof(text, fc.constantFrom('alpha', 'beta')), { maxLength: 3 }),
  purpose: fc.option(text, { nil: undefined }),
  owner: fc.option(fc.constantFrom('Ab', 'KA', 'bb\u212a', 'Σ'), { nil: undefined }),
  tags: fc.array(fc.constantFrom('ab', 'İ', 'ka'), { maxLength: 2 }),
});
const word = fc.oneof(
  text.filter((one) => one !== '' && one.trim() === one),
  fc.constantFrom('a', 'k', 'i', 'ab', 'alpha', 'bet', 'σ', 'ς', '漢', 'service'),
);

function projected({ key, name, names, purpose, owner, tags }: Said): Projected {
  const id = `${key}`.padStart(32, '0') as IdentityId;
  return {
    id,
    row: {
      id,
      type: 'identity',
      kind: 'service account',
      name,
      states: [],
      lifecycle: 'active',
      observed: 'enabled',
      ...(owner === undefined ? {} : { owner: { text: owner } }),
      ...(purpose === undefined ? {} : { purpose }),
      tags,
      credentials: 0,
      lastUsedUnread: false,
      freshness: 'fresh',
      sources: ['sheet' as SourceId],
      findings: [],
      conflicts: [],
      drifts: [],
      private: false,
    },
    registered: true,
    parent: undefined,
    ownerValue: undefined,
    teamValue: undefined,
    vendorValue: undefined,
    evidence: [],
    datedAsOf: undefined,
    facts: undefined,
    verdict: undefined,
    next: Number.POSITIVE_INFINITY,
    otherHeads: undefined,
    expiry: undefined,
    born: undefined,
    overdue: false,
    gained: undefined,
    sortName: name.toLowerCase(),
    names,
  };
}

/** Said once more, in the plainest way: every text of the row, folded as the word is. */
function has({ row, names, sortName }: Projected, value: string): boolean {
  const ascii = /^[\x20-\x7e]+$/.test(value);
  const fold = (one: string): string => (ascii ? one.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : one.toLowerCase());
  const texts = [row.kind, row.type, row.owner?.text, row.purpose, ...names, ...row.tags, ...row.sources];
  if (row.name !== names[0]) texts.push(sortName);
  return texts.some((one) => one !== undefined && fold(one).includes(value));
}

interface Asked {
  readonly value: string;
  readonly negated: boolean;
  readonly written: string;
}
const asked: fc.Arbitrary<Asked> = fc.record({ value: word, negated: fc.boolean() }).map(({ value, negated }) => ({
  value: value.toLowerCase(),
  negated,
  written: `${negated ? '-' : ''}"${value}"`,
}));
const passes = (row: Projected, terms: readonly Asked[]): boolean => terms.every(({ value, negated }) => has(row, value) !== negated);

function hintOf(rows: readonly Projected[], terms: readonly Asked[]): { without: string; matches: number } | undefined {
  let best: { without: string; matches: number } | undefined;
  for (const left of terms) {
    const others = terms.filter((term) => term !== left);
    const matches = rows.filter((row) => passes(row, others)).length;
    if (matches > (best?.matches ?? 0)) best = { without: left.written, matches };
  }
  return best;
}

class Estate {
  readonly queries = new Queries(new Haystack(3));
  private readonly order = new NameOrder();
  private readonly rows = new Map<number, Projected>();
  private version = 0;

  get list(): readonly Projected[] {
    return this.order.list;
  }

  change(gone: readonly number[], come: readonly Said[]): void {
    this.version++;
    for (const key of gone) this.put(key, undefined);
    for (const one of come) this.put(one.key, projected(one));
  }

  private put(key: number, row: Projected | undefined): void {
    const before = this.rows.get(key);
    this.order.apply(before ? [before] : [], row ? [row] : []);
    if (row) this.rows.set(key, row);
    else this.rows.delete(key);
  }

  ask(terms: readonly Asked[]): ReturnType<Queries['run']> {
    const world = { now: 0, sourceLabel: (source: string) => source, directory: false, plain: () => ({}) };
    const query = { text: terms.map(({ written }) => written).join(' '), sort: [] };
    return this.queries.run(query, { ...world, version: this.version, byName: this.list, usual: this.list });
  }
}

describe('[REC15] a search', () => {
  const step = fc.record({
    gone: fc.array(fc.nat(30), { maxLength: 5 }),
    come: fc.array(said, { maxLength: 12 }),
    lines: fc.array(fc.array(asked, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  });
  it('finds what a look at each row finds, and the same hint, after every change', () => {
    let found = 0;
    let hints = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const estate = new Estate();
        for (const { gone, come, lines } of steps) {
          estate.change(gone, come);
          for (const terms of lines) {
            const { rows, hint } = estate.ask(terms);
            const expected = estate.list.filter((row) => passes(row, terms));
            expect(rows).toEqual(expected);
            expect(hint).toEqual(expected.length === 0 ? hintOf(estate.list, terms) : undefined);
            found += rows.length;
            if (hint) hints++;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(1_000);
    expect(hints).toBeGreaterThan(50);
  });

  it('of more words than are looked for at once finds the same', () => {
    const estate = new Estate();
    const one = (key: number, name: string): Said => ({ key, name, names: [name], purpose: undefined, owner: undefined, tags: [] });
    estate.change([], [one(1, 'alpha'), one(2, 'alphabet'), one(3, 'beta')]);
    const many = (value: string): Asked[] => Array.from({ length: 40 }, () => ({ value, negated: false, written: `"${value}"` }));
    expect(estate.ask(many('alpha')).rows.map(({ row }) => row.name)).toEqual(['alpha', 'alphabet']);
    expect(estate.ask([...many('alpha'), { value: 'zeta', negated: false, written: 'zeta' }]).hint).toEqual({
      without: 'zeta',
      matches: 2,
    });
  });

  it('forgets texts that nobody has any more, and finds the others', () => {
    const haystack = new Haystack(3);
    const rowOf = (tag: string): Projected =>
      projected({ key: 1, name: 'alpha', names: ['alpha'], purpose: undefined, owner: undefined, tags: [tag] });
    for (let turn = 0; turn < 10_100; turn++) haystack.follow([rowOf(`tag ${turn}`)]);
    expect([...haystack.find('tag 10099', [rowOf('tag 10099')])]).toEqual([1]);
    expect(haystack.size.texts).toBeLessThan(10_000);
  });
});

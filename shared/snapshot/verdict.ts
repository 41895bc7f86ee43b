import type { Check, CheckId, RefusalCode } from './contracts.ts';

/** Which check finds which refusal (FORMAT.md, 9). */
const FOUND_BY: Record<RefusalCode, CheckId> = {
  'too large': 'archive',
  archive: 'archive',
  'newer format': 'signature',
  manifest: 'signature',
  'manifest signature': 'signature',
  succession: 'signature',
  'another key': 'key',
  parts: 'parts',
  'head root': 'ledger',
  'head signature': 'ledger',
  genesis: 'ledger',
  'entry malformed': 'entries',
  'entry signature': 'entries',
  'entry order': 'entries',
  witness: 'entries',
  'record hash': 'records',
  sample: 'sample',
  'not recomputed': 'recomputed',
  'not an extension': 'extension',
};
export const foundBy = (code: RefusalCode): CheckId => FOUND_BY[code];

/** In the order in which they are made, and as they are announced before. */
const ANNOUNCED: readonly (readonly [CheckId, string])[] = [
  ['archive', 'The file is whole: no byte belongs to nothing, and no limit is passed.'],
  ['signature', 'The manifest is signed by the key that it names.'],
  ['key', 'The key is the one that you expect.'],
  ['parts', 'Every part is the one that was signed.'],
  ['ledger', "The entries are exactly those of the ledger's signed head, none changed, moved or left out."],
  ['entries', 'Each entry is signed by its author, and nobody saw another past.'],
  ['records', 'Each record is the one that its hash names.'],
  ['sample', 'The random sample can be drawn again.'],
  ['recomputed', 'The register, computed again from entries and records, is the one in the file.'],
  ['extension', 'The file only adds to the older one.'],
];

/** FORMAT.md, 8. */
export const CANNOT_KNOW: readonly string[] = [
  'Whether the key is the one that you expect: compare its fingerprint with one that reached you another way.',
  'Whether newer entries exist: ask for a newer snapshot, and compare the two.',
  'Whether a source told the truth, or whether anything exists outside what the sources cover. The gap report says what was not covered.',
  'What a person meant by what they said.',
  'The report and the tables are for reading: a check that runs inside them is code that came with them.',
];

/** The checks as they go on. Each change is told with a copy. */
export class CheckList {
  readonly #checks = new Map<CheckId, Check>();
  readonly #onCheck: (checks: readonly Check[]) => void;

  constructor(onCheck: (checks: readonly Check[]) => void = () => {}) {
    this.#onCheck = onCheck;
    for (const [id, sentence] of ANNOUNCED) this.#checks.set(id, { id, state: 'waiting', sentence });
  }

  get checks(): readonly Check[] {
    return [...this.#checks.values()];
  }

  start(id: CheckId): void {
    this.#set({ ...this.#check(id), state: 'running' });
  }

  progress(id: CheckId, done: number, total: number): void {
    this.#set({ ...this.#check(id), state: 'running', done, total });
  }

  pass(id: CheckId, sentence: string): void {
    this.#set({ id, state: 'passed', sentence });
  }

  skip(id: CheckId, sentence: string): void {
    this.#set({ id, state: 'not asked', sentence });
  }

  /** What was found by the step that also makes earlier checks: those were passed. */
  passBefore(id: CheckId): void {
    for (const check of this.checks) {
      if (check.id === id) return;
      if (check.state === 'waiting' || check.state === 'running') this.pass(check.id, check.sentence);
    }
  }

  fail(id: CheckId, sentence: string): void {
    for (const check of this.checks) if (check.state === 'running') this.#set({ id: check.id, state: 'waiting', sentence: check.sentence });
    this.#set({ id, state: 'failed', sentence });
  }

  #check(id: CheckId): Check {
    return this.#checks.get(id) as Check;
  }

  #set(check: Check): void {
    this.#checks.set(check.id, check);
    this.#onCheck(this.checks);
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { encodeLedgerValue } from '../../../shared/model/entry.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost } from '../../../sync-server/snapshot/nodeHost.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { findPython } from '../../support/python.ts';
import type { RawPart } from '../../support/snapshot/rawArchive.ts';
import { type Said, saidBy, VerifierProcess } from '../../support/snapshot/secondVerifier.ts';
import { forged, storyFixture } from '../../support/snapshotFixture.ts';

/** The same edits again: `MUSTER_SNAPSHOT_SEED=… vitest run test/integration/verifier/agreement.test.ts`. */
const SEED = Number(process.env.MUSTER_SNAPSHOT_SEED ?? Date.now() % 1_000_000);
const EDITS = 800;
const PARTS = ['records/0001.ndjson', 'statuses/0001.ndjson', 'population.json', 'ledger/0001.bin'];
/** What JSON is made of, and what two parsers might read differently. */
const PIECES = [
  ...['{', '}', '[', ']', ',', ':', '"', ' ', '\n', '\r', '\u0000', '\u007f', '\u2028', '\ufeff', 'é', '\ud83d\ude00', 'null', 'true'],
  ...['\\u0041', '\\u001F', '\\u001f', '\\ud83d', '\\ud83d\\ude00', '\\n', '\\/', '\\', '"__proto__":', '"a":1,', 'constructor'],
  ...[
    '0',
    '-0',
    '00',
    '1e3',
    '1.50',
    '0.1',
    '-1',
    '1e21',
    '1e+21',
    '1e-7',
    '0.0000001',
    '9007199254740993',
    '123456789012345680000',
    'NaN',
  ],
];

const python = findPython();
const folder = mkdtempSync(join(tmpdir(), 'muster-agreement-'));
const path = join(folder, 'edited.muster');
const host = createNodeHost();
const { content, story } = await storyFixture({ entries: 40, records: 12, draw: { seed: 'spring review', size: 5 } });

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sorted = (said: Said): unknown => (said === 'sound' ? said : [said.code, said.part, said.place, said.line]);

/** Edits bytes somewhere, and seals what came of it as if it were the truth. */
class Editor {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  file(): Uint8Array {
    const kind = this.#random.below(5);
    if (kind === 0) return forged(content, { manifestText: (text) => this.#edited(utf8(text)) });
    if (kind === 1) return this.#withValue();
    if (kind === 2) return this.#withEntry();
    const name = this.#random.pick(PARTS);
    const change = (part: RawPart): RawPart => (part.name === name ? { ...part, content: this.#edited(part.content) } : part);
    return forged(content, { parts: (parts) => parts.map(change) });
  }

  #withValue(): Uint8Array {
    const index = this.#random.below(content.values.length);
    return forged({ ...content, values: content.values.with(index, this.#edited(content.values[index] as Uint8Array)) });
  }

  /** Its author signs what it says after the edit. */
  #withEntry(): Uint8Array {
    const { signer } = story.steward;
    const acts = [{ kind: 'comment' as const, anchors: [], text: `“Checked” \\ ${'.'.repeat(200)}` }];
    const body = this.#edited(utf8(canonicalJson(story.ledger.bodyOf(signer, acts))));
    const value = encodeLedgerValue(concatBytes(signer.sign('muster/entry/1', body), body), { at: content.asOf });
    return forged({ ...content, values: [...content.values, value] });
  }

  #edited(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const at = this.#random.below(bytes.length);
    const [before, behind] = [bytes.subarray(0, at), (length: number) => bytes.subarray(Math.min(bytes.length, at + length))];
    const roll = this.#random.below(5);
    if (roll === 0) return concatBytes(before, Uint8Array.of(this.#random.below(256)), behind(1));
    if (roll === 1) return concatBytes(before, utf8(this.#random.pick(PIECES)), behind(0));
    if (roll === 2) return concatBytes(before, utf8(this.#random.pick(PIECES)), behind(1 + this.#random.below(3)));
    if (roll === 3) return concatBytes(before, behind(1 + this.#random.below(20)));
    const from = this.#random.below(bytes.length);
    return concatBytes(before, bytes.subarray(from, from + this.#random.below(60)), behind(0));
  }
}

describe('two verifiers', () => {
  it(`[SNP77] say the same of ${EDITS} files that were edited at random and sealed again (seed ${SEED})`, async (context) => {
    if ('unavailable' in python) return context.skip(python.unavailable);
    const second = VerifierProcess.python(python.path);
    const editor = new Editor(new Random(SEED));
    const codes = new Map<string, number>();
    const differences: unknown[] = [];
    for (let edit = 0; edit < EDITS; edit++) {
      const bytes = editor.file();
      writeFileSync(path, bytes);
      const asked = second.ask({ file: path });
      const first = saidBy((await verifySnapshot(memoryBytes(bytes), host)).refusal);
      const { said } = await asked;
      const code = first === 'sound' ? first : first.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (JSON.stringify(sorted(first)) !== JSON.stringify(sorted(said))) differences.push({ edit, first, second: said });
    }
    await second.close();
    process.stdout.write(`   ${[...codes].map(([code, count]) => `${count} ${code}`).join('; ')}\n`);
    expect(differences).toEqual([]);
    expect(codes.size).toBeGreaterThan(5);
  });
});

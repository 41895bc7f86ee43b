import { concatBytes, fromUtf8, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { decodeLedgerValue, type EntryBody, encodeLedgerValue, type Receipt } from '../../../shared/model/entry.ts';
import type { RecordLine } from '../../../shared/snapshot/format.ts';
import type { RawPart } from '../../support/snapshot/rawArchive.ts';
import type { Said } from '../../support/snapshot/secondVerifier.ts';
import type { SignedLedger } from '../../support/snapshot/signedLedger.ts';
import type { TestSigner } from '../../support/snapshot/testSigner.ts';
import { forged, type SealOptions, type SnapshotContent, type StoryFixture } from '../../support/snapshotFixture.ts';

/** A file that was made to deceive, and what a verifier must say of it. */
export interface Forgery {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  /** `part`, `place` and `line` are compared only where they are given; both verifiers must agree on all. */
  readonly said: Said;
}

/** Forgeries of one register. The server's key is the forger's too, unless a forgery says otherwise. */
export class Forger {
  readonly content: SnapshotContent;
  readonly story: StoryFixture['story'];

  constructor({ content, story }: StoryFixture) {
    this.content = content;
    this.story = story;
  }

  seal(name: string, said: Said, options: SealOptions, change: Partial<SnapshotContent> = {}): Forgery {
    return { name, said, bytes: () => forged({ ...this.content, ...change }, options) };
  }

  /** Other values, with a head over exactly them. */
  values(name: string, said: Said, change: (values: Uint8Array[]) => readonly Uint8Array[]): Forgery {
    return { name, said, bytes: () => forged({ ...this.content, values: change([...this.content.values]) }) };
  }

  /** One more entry, signed by its author over whatever bytes. */
  appended(name: string, said: Said, body: (body: EntryBody) => unknown, by: TestSigner = this.story.steward.signer): Forgery {
    return this.values(name, said, (values) => [...values, this.#value(this.#nextBody(by), body, by)]);
  }

  /** One more entry whose receipt is these bytes. */
  receipt(name: string, said: Said, receipt: string): Forgery {
    const by = this.story.steward.signer;
    return this.values(name, said, (values) => {
      const bytes = utf8(canonicalJson(this.#nextBody(by)));
      const said = utf8(receipt);
      const length = Uint8Array.of(said.length >> 8, said.length & 255);
      return [...values, concatBytes(length, said, by.sign('muster/entry/1', bytes), bytes)];
    });
  }

  /** The bytes of one part, with sums that are true of them. */
  part(name: string, said: Said, part: string, change: (content: string) => string | Uint8Array): Forgery {
    const parts = (all: readonly RawPart[]): RawPart[] => all.map((raw) => (raw.name === part ? changed(raw, change) : raw));
    return this.seal(name, said, { parts });
  }

  /** One line of the first records part, counted from 1. */
  record(name: string, line: number, change: (line: RecordLine) => Partial<Record<keyof RecordLine, unknown>>): Forgery {
    const records = this.content.records.map((one, index) => (index === line - 1 ? ({ ...one, ...change(one) } as RecordLine) : one));
    return this.seal(name, { code: 'record hash', part: 'records/0001.ndjson', line }, {}, { records });
  }

  /** The value of an entry that says what `change` makes of `body`, or is exactly the bytes that it gives. */
  #value(body: EntryBody, change: (body: EntryBody) => unknown, by: TestSigner): Uint8Array {
    const made = change(body);
    const bytes = made instanceof Uint8Array ? made : utf8(typeof made === 'string' ? made : canonicalJson(made));
    return encodeLedgerValue(concatBytes(by.sign('muster/entry/1', bytes), bytes), { at: this.content.asOf });
  }

  #nextBody(by: TestSigner): EntryBody {
    return this.ledger.bodyOf(by, [{ kind: 'comment', anchors: [], text: `Nothing to say. ${'.'.repeat(200)}` }]);
  }

  get ledger(): SignedLedger {
    return this.story.ledger;
  }
}

function changed(raw: RawPart, change: (content: string) => string | Uint8Array): RawPart {
  const content = change(fromUtf8(raw.content));
  return { ...raw, content: typeof content === 'string' ? utf8(content) : content };
}

/** The same entry under another receipt. */
export function withReceipt(value: Uint8Array, change: (receipt: Receipt) => Receipt): Uint8Array {
  const decoded = decodeLedgerValue(value);
  if (!decoded) throw new Error('not a ledger value');
  return encodeLedgerValue(decoded.bytes, change(decoded.receipt));
}

/** The same receipt over other signed bytes. */
export function withEntry(value: Uint8Array, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Uint8Array {
  const decoded = decodeLedgerValue(value);
  if (!decoded) throw new Error('not a ledger value');
  return encodeLedgerValue(change(decoded.bytes), decoded.receipt);
}

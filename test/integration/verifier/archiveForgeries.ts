import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { type ArchivePart, centralRecord, endRecord, localHeader } from '../../../shared/snapshot/archiveLayout.ts';
import { assemble, layOut, type RawPart, type RawPlaced } from '../../support/snapshot/rawArchive.ts';
import type { Said } from '../../support/snapshot/secondVerifier.ts';
import { allParts } from '../../support/snapshotFixture.ts';
import type { Forger, Forgery } from './forgery.ts';

const NOWHERE = { code: 'archive' } as const;
const at = (part: string) => ({ code: 'archive', part }) as const;
const short = (value: number) => Uint8Array.of(value & 255, value >> 8);

/** Archives that other programs would open, and that are not the one spelling. */
export function archiveForgeries(forger: Forger): Forgery[] {
  const parts = allParts(forger.content);
  const made = (name: string, said: Said, change: (parts: readonly RawPart[]) => readonly RawPart[]): Forgery => ({
    name,
    said,
    bytes: () => assemble(layOut(change(parts))),
  });
  const bytes = (name: string, said: Said, change: (file: Uint8Array<ArrayBuffer>) => Uint8Array): Forgery => ({
    name,
    said,
    bytes: () => change(assemble(layOut(parts))),
  });
  const index = (name: string) => parts.findIndex((part) => part.name === name);
  const without = (name: string) => (all: readonly RawPart[]) => all.filter((part) => part.name !== name);
  const renamed = (from: string, to: string) => (all: readonly RawPart[]) =>
    all.map((part) => (part.name === from ? { ...part, name: to } : part));
  const says = (name: string, change: Partial<ArchivePart>) => (all: readonly RawPart[]) =>
    all.map((part) => (part.name === name ? { ...part, says: change } : part));
  const next = (name: string) => parts[index(name) + 1]?.name as string;
  const patched = (offset: (placed: readonly RawPlaced[]) => number, change: Uint8Array) => (file: Uint8Array<ArrayBuffer>) => {
    const copy = file.slice();
    copy.set(change, offset(layOut(parts)));
    return copy;
  };
  const local = (name: string, field: number) => (placed: readonly RawPlaced[]) => (placed[index(name)]?.part.offset ?? 0) + field;
  const central = (name: string, field: number) => (placed: readonly RawPlaced[]) => {
    const last = placed.at(-1) as RawPlaced;
    const start = last.part.offset + localHeader(last.part).length + last.packed.length;
    return start + placed.slice(0, index(name)).reduce((sum, { part }) => sum + centralRecord(part).length, 0) + field;
  };
  const end = (field: number) => (file: Uint8Array<ArrayBuffer>, change: Uint8Array) => {
    const copy = file.slice();
    copy.set(change, file.length - 22 + field);
    return copy;
  };
  return [
    ...['README.txt', 'policy.json', 'report.html'].map((name) => made(`no ${name}`, at(next(name)), without(name))),
    made('no ledger', at('records/0001.ndjson'), without('ledger/0001.bin')),
    made('no records', { code: 'manifest signature' }, (all) => all.with(-1, { name: 'manifest.sig', content: new Uint8Array(64) })),
    made('no signature', NOWHERE, without('manifest.sig')),
    made('no manifest', at('manifest.sig'), without('manifest.json')),
    made('nothing', NOWHERE, () => []),
    made('a part twice', at('README.txt'), (all) => [all[0] as RawPart, ...all]),
    made('a gap in a series', at('ledger/0002.bin'), renamed('ledger/0001.bin', 'ledger/0002.bin')),
    made('a part 0000', at('ledger/0000.bin'), renamed('ledger/0001.bin', 'ledger/0000.bin')),
    made('a part that is unknown', at('evil.html'), renamed('report.html', 'evil.html')),
    made('a part behind the last', at('report.html'), (all) => [...all, all[index('report.html')] as RawPart]),
    ...[
      '../../etc/passwd',
      '/etc/passwd',
      'C:\\autoexec.bat',
      'ledger/../0001.bin',
      'ledger//0001.bin',
      'LEDGER/0001.BIN',
      'ledger/0001.bin\0',
      'ledger/\u0660\u0660\u0660\u0661.bin',
      '',
    ].map((name) => made(`a part called ${JSON.stringify(name)}`, NOWHERE, renamed('ledger/0001.bin', name))),
    made('a name of 60,000 letters', NOWHERE, renamed('ledger/0001.bin', `${'a'.repeat(60_000)}.bin`)),
    made('a stored part', at('gaps.json'), (all) =>
      all.map((part) => (part.name === 'gaps.json' ? { ...part, packed: part.content, says: { method: 0 } } : part)),
    ),
    made('a packed manifest', at('manifest.json'), says('manifest.json', { method: 8 })),
    made('a method that is neither', at('gaps.json'), says('gaps.json', { method: 12 })),
    made('a manifest of two sizes', at('manifest.json'), says('manifest.json', { size: 5 })),
    made('another CRC-32 of the manifest', { code: 'manifest', part: 'manifest.json' }, says('manifest.json', { crc32: 5 })),
    made('another CRC-32 of the signature', { code: 'manifest signature', part: 'manifest.sig' }, says('manifest.sig', { crc32: 5 })),
    made('a signature of 65 bytes', { code: 'manifest signature', part: 'manifest.sig' }, (all) =>
      all.with(-1, { name: 'manifest.sig', content: new Uint8Array(65) }),
    ),
    made('a signature of nothing', { code: 'manifest signature', part: 'manifest.sig' }, (all) =>
      all.with(-1, { name: 'manifest.sig', content: new Uint8Array(0) }),
    ),
    made('two parts at one place', at('ledger/0001.bin'), says('ledger/0001.bin', { offset: 0 })),
    bytes('bytes before the first part', NOWHERE, (file) => concatBytes(utf8('#!/bin/sh\n'), file)),
    bytes('bytes behind the end', NOWHERE, (file) => concatBytes(file, utf8('\n'))),
    bytes('nothing at all', NOWHERE, () => new Uint8Array(0)),
    bytes('21 bytes', NOWHERE, (file) => file.slice(0, 21)),
    bytes('an end and nothing before it', NOWHERE, () => endRecord({ parts: 0, size: 0, offset: 0 })),
    bytes('a comment', NOWHERE, (file) => concatBytes(end(20)(file, short(4)), utf8('PWND'))),
    bytes('a second disk', NOWHERE, (file) => end(4)(file, short(1))),
    bytes('two counts of parts', NOWHERE, (file) => end(8)(file, short(5))),
    bytes('65,535 parts', { code: 'too large' }, (file) => end(8)(file, concatBytes(short(65_535), short(65_535)))),
    bytes('a part less than there are', NOWHERE, (file) => end(8)(file, concatBytes(short(parts.length - 1), short(parts.length - 1)))),
    bytes('a part more than there are', NOWHERE, (file) => end(8)(file, concatBytes(short(parts.length + 1), short(parts.length + 1)))),
    bytes('places as ZIP64 has them', NOWHERE, (file) => end(12)(file, new Uint8Array(8).fill(255))),
    bytes('an encrypted part', at('gaps.json'), patched(central('gaps.json', 8), short(0x0801))),
    bytes('a data descriptor', at('gaps.json'), patched(central('gaps.json', 8), short(0x0808))),
    bytes('made by another system', at('gaps.json'), patched(central('gaps.json', 4), short(0x0314))),
    bytes('a date', at('gaps.json'), patched(central('gaps.json', 14), short(0x5a21))),
    bytes('a file that can be run', at('gaps.json'), patched(central('gaps.json', 38), Uint8Array.of(0, 0, 0xed, 0x81))),
    bytes('an extra field', at('gaps.json'), patched(central('gaps.json', 30), short(4))),
    bytes('a comment of a part', at('gaps.json'), patched(central('gaps.json', 32), short(4))),
    bytes('a name that reaches beyond the directory', NOWHERE, patched(central('manifest.sig', 28), short(500))),
    bytes('a record with another signature', at('gaps.json'), patched(central('gaps.json', 0), Uint8Array.of(0))),
    bytes('a local header with another name', at('gaps.json'), patched(local('gaps.json', 30), utf8('gasp'))),
    bytes('a local header with another size', at('gaps.json'), patched(local('gaps.json', 22), short(1))),
    bytes('a local header with another CRC-32', at('gaps.json'), patched(local('gaps.json', 14), short(1))),
    bytes('a local header with flags', at('gaps.json'), patched(local('gaps.json', 6), short(0))),
    bytes('a hole between two parts', at('ledger/0001.bin'), () => withHole(layOut(parts))),
  ];
}

/** Five bytes in front of the second part, and offsets that know of them. */
function withHole(placed: readonly RawPlaced[]): Uint8Array {
  const moved = placed.map(({ part, packed }, index) => ({ part: index === 0 ? part : { ...part, offset: part.offset + 5 }, packed }));
  const pieces = moved.map(({ part, packed }) => concatBytes(localHeader(part), packed));
  const front = concatBytes(pieces[0] as Uint8Array, new Uint8Array(5), ...pieces.slice(1));
  const directory = concatBytes(...moved.map(({ part }) => centralRecord(part)));
  return concatBytes(front, directory, endRecord({ parts: moved.length, size: directory.length, offset: front.length }));
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { METADATA_NAMES, type MetadataName, type Release } from './release.ts';

/** Installers by platform; the first is the one that updates itself. */
const INSTALLERS: Readonly<Record<keyof typeof METADATA_NAMES, readonly string[]>> = {
  linux: ['.AppImage', '.deb'],
  mac: ['.zip', '.dmg'],
  windows: ['.exe'],
};

/**
 * Writes `latest*.yml` for the installers of this version in a folder. electron-builder writes them only where an address is built in, and a
 * build of Muster has none. @returns the names of what was written.
 */
export function writeMetadata(folder: string, version: string, released: Date): readonly MetadataName[] {
  const names = readdirSync(folder).filter((name) => name.includes(version));
  return (Object.keys(INSTALLERS) as (keyof typeof INSTALLERS)[]).flatMap((platform) => {
    const found = INSTALLERS[platform].flatMap((ending) => names.filter((name) => name.endsWith(ending)).sort());
    const [path] = found;
    if (path === undefined) return [];
    const files = found.map((name) => fileOf(folder, name));
    const metadata: Release = { version, files, path, sha512: files[0]?.sha512 ?? '', releaseDate: released.toISOString() };
    writeFileSync(join(folder, METADATA_NAMES[platform]), stringify(metadata));
    return [METADATA_NAMES[platform]];
  });
}

function fileOf(folder: string, name: string): Release['files'][number] {
  const bytes = readFileSync(join(folder, name));
  return { url: name, sha512: createHash('sha512').update(bytes).digest('base64'), size: bytes.length };
}

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../../support/sourceFiles.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
interface Package {
  readonly version: string;
  readonly license?: string;
  readonly dependencies: Readonly<Record<string, string>>;
}
const packageOf = (folder: string): Package => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
const { dependencies } = packageOf(root);

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string; readonly name?: string }; readonly expression?: string }[];
}

describe('[OPS11] the bill of materials', () => {
  it('holds each production dependency of package.json with its version and licence, and none of the development', () => {
    const folder = throwAwayDirectory();
    const file = join(folder, 'bill.json');
    execFileSync('npm', ['run', '-s', 'sbom', '--', file], { cwd: root });
    const bill = JSON.parse(readFileSync(file, 'utf8')) as {
      bomFormat: string;
      metadata: { component: { name: string } };
      components: Component[];
    };
    rmSync(folder, { recursive: true, force: true });
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(bill.metadata.component.name).toBe('muster');
    expect(Object.keys(dependencies).length).toBeGreaterThan(20);
    for (const [name, version] of Object.entries(dependencies)) {
      const found = bill.components.find((one) => one.name === name && one.version === version);
      expect(found?.purl, name).toContain(`${name.replace('@', '%40')}@${version}`);
      const licence = found?.licenses?.[0];
      expect(licence?.license?.id ?? licence?.license?.name ?? licence?.expression, name).toBe(
        packageOf(join(root, 'node_modules', name)).license,
      );
    }
    expect(bill.components.filter(({ name }) => ['vitest', '@playwright/test', 'electron', '@hocuspocus/server'].includes(name))).toEqual(
      [],
    );
  });

  it('is all that the server needs: an installation without development dependencies runs', () => {
    const needed = new Map<string, string>();
    for (const file of sourceFiles(root).filter((path) => /^(sync-server|shared)\//.test(path) && !path.includes('.test.'))) {
      const { program } = parseSync(file, readFileSync(join(root, file), 'utf8'));
      for (const { source } of program.body as { source?: { value: string } | null; type: string }[]) {
        const name = /^(@[^/]+\/[^/]+|[^./][^/]*)/.exec(source?.value ?? '')?.[0];
        if (name !== undefined && !isBuiltin(source?.value ?? '')) needed.set(name, file);
      }
    }
    expect(needed.size).toBeGreaterThan(10);
    expect([...needed].filter(([name]) => dependencies[name] === undefined)).toEqual([]);
  });
});

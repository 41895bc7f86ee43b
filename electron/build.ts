import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Plugin } from 'vite';

/**
 * Builds what the desktop program runs: main as one ES module, the preload as one CommonJS file (a sandboxed preload
 * loads no modules), and the server file by file, because it starts its workers by path.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const builtins = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

const base = (outDir: string): InlineConfig => ({
  configFile: false,
  root,
  publicDir: false,
  logLevel: 'warn',
  build: { outDir, emptyOutDir: false, target: 'node24', minify: false },
});

const part = (input: Record<string, string>, format: 'es' | 'cjs', ending: string): InlineConfig => {
  const config = base('dist/electron');
  return {
    ...config,
    build: {
      ...config.build,
      rolldownOptions: {
        external: ['electron', 'electron-updater', ...builtins],
        input,
        output: { format, entryFileNames: `[name].${ending}` },
      },
    },
  };
};

/** `new URL('./worker.ts', import.meta.url)` names a source; in the built tree it is JavaScript. */
const workersByPath: Plugin = {
  name: 'workers-by-path',
  enforce: 'pre',
  transform: (code) =>
    code.includes('import.meta.url') ? { code: code.replace(/(new URL\(\s*'\.[^']+)\.ts'/g, "$1.js'"), map: null } : null,
};

function serverFiles(): string[] {
  return readdirSync(join(root, 'sync-server'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function server(): InlineConfig {
  const config = base('dist/server');
  return {
    ...config,
    plugins: [workersByPath],
    build: {
      ...config.build,
      ssr: true,
      emptyOutDir: true,
      rolldownOptions: {
        input: serverFiles(),
        output: { format: 'es', preserveModules: true, preserveModulesRoot: root, entryFileNames: '[name].js' },
      },
    },
  };
}

await build(part({ main: 'electron/main.ts' }, 'es', 'js'));
await build(part({ preload: 'electron/preload.ts' }, 'cjs', 'cjs'));
await build(server());

// The updater wants a file of this name and takes the name of its cache from it; where updates come from is not in a build.
writeFileSync(join(root, 'dist', 'electron', 'app-update.yml'), 'provider: custom\nupdaterCacheDirName: muster-updater\n');

// The server reads its version beside its folder, in a checkout and here.
const { version, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string; type: string };
writeFileSync(join(root, 'dist', 'server', 'package.json'), JSON.stringify({ version, type }));

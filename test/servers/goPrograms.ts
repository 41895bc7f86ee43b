import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that exists as Go source alone, at one version. */
export interface GoProgram {
  /** What the file is called. */
  readonly name: string;
  /** The package with its `main`. */
  readonly path: string;
  readonly module: string;
  readonly version: string;
  /** What the linker sets: `-X package.variable=value`. */
  readonly set?: readonly string[];
  /** A module that is published without its parts: every requirement of `v0.0.0` is taken from this version instead. */
  readonly parts?: string;
}

export const cache = (): string => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'muster-test-servers');
const PLACES = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];
const HOUR = 3_600_000;

/**
 * The path of the program, built once and kept in the user's cache directory by version; or why it cannot be had, in one line. A first
 * build takes many minutes: it runs one compiler at a time and politely, so that nothing else on the machine is starved by it.
 */
export function goProgram(program: GoProgram): string | { readonly unavailable: string } {
  const folder = join(cache(), `${program.name}-${program.version}`);
  const built = join(folder, program.name);
  if (existsSync(built)) return built;
  const go = PLACES.find((path) => spawnSync(path, ['version'], { stdio: 'ignore' }).status === 0);
  if (go === undefined) return { unavailable: `skipped: ${program.name} is built with Go, which is not on this machine` };
  const scratch = mkdtempSync(join(tmpdir(), 'muster-go-'));
  try {
    const trouble = build(go, program, scratch);
    if (trouble !== undefined) return { unavailable: `skipped: ${program.name} ${program.version} cannot be built: ${trouble}` };
    mkdirSync(folder, { recursive: true });
    // Under its name only when it is whole: a build that was interrupted must not be taken for a program.
    renameSync(join(scratch, program.name), built);
    return built;
  } catch (error) {
    return {
      unavailable: `skipped: ${program.name} ${program.version} cannot be kept: ${error instanceof Error ? error.name : 'unknown'}`,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function build(go: string, program: GoProgram, folder: string): string | undefined {
  const run = (...command: string[]): string | undefined => {
    const nicely = spawnSync('nice', ['-n', '15', go, ...command], {
      cwd: folder,
      env: { ...process.env, GOFLAGS: '-p=1 -mod=mod', GOWORK: 'off', CGO_ENABLED: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: HOUR,
      maxBuffer: 64 * 1_048_576,
    });
    return nicely.status === 0 ? undefined : (nicely.stderr.trim().split('\n').at(-1) ?? 'no answer').slice(0, 200);
  };
  const moduleFile = (replaced: readonly string[]): void => {
    const head = ['module muster.test/scratch', 'go 1.24', `require ${program.module} ${program.version}`];
    writeFileSync(join(folder, 'go.mod'), `${[...head, ...replaced].join('\n')}\n`);
  };
  moduleFile([]);
  const fetched = run('mod', 'download', `${program.module}@${program.version}`);
  if (fetched !== undefined) return fetched;
  if (program.parts !== undefined) moduleFile(replacements(go, program, folder));
  return run(
    'build',
    '-trimpath',
    '-ldflags',
    ['-s', '-w', ...(program.set ?? []).map((one) => `-X ${one}`)].join(' '),
    '-o',
    program.name,
    program.path,
  );
}

/** `k8s.io/api v0.0.0` in the published module means "the part of the same release". */
function replacements(go: string, program: GoProgram, folder: string): readonly string[] {
  const told = spawnSync(go, ['mod', 'download', '-json', `${program.module}@${program.version}`], { cwd: folder, encoding: 'utf8' });
  const { GoMod } = JSON.parse(told.stdout) as { GoMod: string };
  const parts = [...readFileSync(GoMod, 'utf8').matchAll(/^\s*(\S+) v0\.0\.0(?:\s|$)/gm)].flatMap((match) => match[1] ?? []);
  return parts.map((part) => `replace ${part} => ${part} ${program.parts}`);
}

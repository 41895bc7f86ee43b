import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../support/sourceFiles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Order within `shared/`: a folder imports its own and those before it. `documents` and `bridge`, `wire` are leaves beside them. */
const LAYERS: Record<string, readonly string[]> = {
  base: ['base'],
  model: ['base', 'model'],
  documents: ['base', 'model', 'documents'],
  wire: ['base', 'model', 'wire'],
  ledger: ['base', 'model', 'ledger'],
  observed: ['base', 'model', 'observed'],
  register: ['base', 'model', 'ledger', 'observed', 'register', 'findings'],
  findings: ['base', 'model', 'ledger', 'observed', 'register', 'findings'],
  writeback: ['base', 'model', 'ledger', 'observed', 'register', 'writeback'],
  snapshot: ['base', 'model', 'documents', 'ledger', 'observed', 'register', 'findings', 'snapshot'],
  transfer: ['base', 'model', 'register', 'transfer'],
  bridge: ['base', 'model', 'ledger', 'observed', 'register', 'snapshot', 'transfer', 'wire', 'bridge'],
};

interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Every module specifier of a file: imports, re-exports, dynamic imports, and workers by URL. */
function specifiersOf(path: string): string[] {
  const found: string[] = [];
  const { program } = parseSync(path, readFileSync(path, 'utf8'));
  visit(program, (node) => {
    const source = node.source as { value?: unknown } | null | undefined;
    const named = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType'];
    if (named.includes(String(node.type)) && typeof source?.value === 'string') found.push(source.value);
    if (node.type === 'NewExpression' && (node.callee as { name?: string }).name === 'URL') {
      const first = (node.arguments as { value?: unknown }[])[0]?.value;
      if (typeof first === 'string' && first.startsWith('.')) found.push(first);
    }
  });
  return found;
}

function visit(node: unknown, callback: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, callback);
  } else if (node !== null && typeof node === 'object') {
    const object = node as Record<string, unknown>;
    if (typeof object.type === 'string') callback(object);
    for (const value of Object.values(object)) visit(value, callback);
  }
}

const inRepository = (path: string): string => relative(root, path).split(sep).join('/');

const edges: Edge[] = sourceFiles(root).flatMap((file) =>
  specifiersOf(join(root, file)).map((specifier) => ({
    from: file,
    to: specifier.startsWith('.') ? inRepository(resolve(root, dirname(file), specifier)) : specifier,
  })),
);

const isLocal = (to: string): boolean => /^(shared|renderer|electron|sync-server|test)\//.test(to);
const top = (path: string): string => path.split('/')[0] ?? '';
const second = (path: string): string => path.split('/')[1] ?? '';
const NODE = /^node:/;
const ELECTRON = /^electron(\/|$)/;

/** DESIGN 13, as a function of one edge. @returns why it is forbidden, or undefined. */
function forbidden({ from, to }: Edge): string | undefined {
  if (isLocal(to) && top(to) === 'test' && top(from) !== 'test') return 'nothing imports test/';
  switch (top(from)) {
    case 'shared':
      return sharedEdge(from, to);
    case 'renderer':
      if (NODE.test(to) || ELECTRON.test(to)) return 'renderer/ has neither Node nor Electron';
      return isLocal(to) && !['renderer', 'shared'].includes(top(to)) ? 'renderer/ imports shared/ only' : undefined;
    case 'electron':
      return electronEdge(from, to);
    case 'sync-server':
      return serverEdge(from, to);
    default:
      return undefined;
  }
}

function sharedEdge(from: string, to: string): string | undefined {
  if (NODE.test(to) || ELECTRON.test(to)) return 'shared/ has neither Node nor Electron';
  if (!isLocal(to)) return undefined;
  if (top(to) !== 'shared') return 'shared/ imports itself only';
  return LAYERS[second(from)]?.includes(second(to)) ? undefined : `shared/${second(from)} may not import shared/${second(to)}`;
}

function electronEdge(from: string, to: string): string | undefined {
  if (!isLocal(to)) return undefined;
  if (from === 'electron/preload.ts') return to.startsWith('shared/bridge/') ? undefined : 'the preload imports shared/bridge only';
  return ['electron', 'shared'].includes(top(to)) ? undefined : 'electron/ starts the server by path';
}

function serverEdge(from: string, to: string): string | undefined {
  if (ELECTRON.test(to)) return 'sync-server/ runs without Electron';
  if (!isLocal(to)) return undefined;
  if (!['sync-server', 'shared'].includes(top(to))) return 'sync-server/ imports shared/ only';
  const folder = /^sync-server\/connectors\/([^/]+)\//.exec(from)?.[1];
  if (folder === undefined || from.endsWith('.test.ts')) return undefined;
  if (/^shared\/(ledger|register|findings)\//.test(to)) return 'a connector knows nothing of the ledger';
  const other = /^sync-server\/connectors\/([^/]+)\//.exec(to)?.[1];
  return other !== undefined && other !== folder ? 'a connector imports no other connector' : undefined;
}

/** Tests beside a connector are tests: they may use what is under `test/`. */
const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.endsWith('.test.tsx');

describe('imports (DESIGN 13)', () => {
  it('walks a real tree', () => {
    expect(edges.length).toBeGreaterThan(100);
    expect(new Set(edges.map((edge) => top(edge.from)))).toEqual(new Set(['shared', 'renderer', 'electron', 'sync-server', 'test']));
  });

  it('has no forbidden edge', () => {
    const found = edges
      .filter((edge) => !isTest(edge.from))
      .flatMap((edge) => {
        const why = forbidden(edge);
        return why === undefined ? [] : [`${edge.from} → ${edge.to}: ${why}`];
      });
    expect(found).toEqual([]);
  });

  it('would notice each kind of forbidden edge', () => {
    const bad: Edge[] = [
      { from: 'shared/base/json.ts', to: 'shared/model/ids.ts' },
      { from: 'shared/model/ids.ts', to: 'node:fs' },
      { from: 'renderer/app/x.tsx', to: 'sync-server/server.ts' },
      { from: 'renderer/app/x.tsx', to: 'electron' },
      { from: 'electron/preload.ts', to: 'shared/model/ids.ts' },
      { from: 'electron/main.ts', to: 'sync-server/server.ts' },
      { from: 'sync-server/connectors/file/connector.ts', to: 'shared/ledger/ledgerState.ts' },
      { from: 'sync-server/connectors/file/connector.ts', to: 'sync-server/connectors/x509/connector.ts' },
      { from: 'sync-server/server.ts', to: 'test/support/x.ts' },
    ];
    expect(bad.filter((edge) => forbidden(edge) === undefined)).toEqual([]);
  });
});

describe('shared/ is pure (DESIGN 13)', () => {
  it.each(['Date.now', 'new Date()', 'Math.random', 'Intl.', 'localeCompare', 'setTimeout', 'console.', 'performance.now'])(
    'does not use %s',
    (word) => {
      const users = sourceFiles(root).filter((file) => {
        if (!file.startsWith('shared/')) return false;
        const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        return code.includes(word);
      });
      expect(users).toEqual([]);
    },
  );
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../support/sourceFiles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const rules = [...readFileSync(join(root, 'shared/SPEC.md'), 'utf8').matchAll(/^- \*\*([A-Z]+\d+)\*\*/gm)].map(([, id = '']) => id);

/** Rule ids in square brackets in the files of tests; a list `[LED1, LED2]` names each. */
const quoted = new Set(
  sourceFiles(root)
    .filter((file) => /\.(test|spec)\.tsx?$/.test(file) && !file.startsWith('test/architecture/'))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/\[((?:[A-Z]{2,4}\d+)(?:[, ]+[A-Z]{2,4}\d+)*)\]/g)])
    .flatMap(([, ids = '']) => ids.split(/[, ]+/)),
);

describe('shared/SPEC.md', () => {
  it('numbers each rule once', () => {
    expect(rules.length).toBeGreaterThan(80);
    expect(rules.filter((id, index) => rules.indexOf(id) !== index)).toEqual([]);
  });

  it('has a test for each rule', () => {
    expect(rules.filter((id) => !quoted.has(id))).toEqual([]);
  });

  it('knows each rule that a test quotes', () => {
    expect([...quoted].filter((id) => !rules.includes(id)).sort()).toEqual([]);
  });
});

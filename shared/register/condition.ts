import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { QueryProblem } from './view.ts';

/** A CEL condition over `row`: remits, ownership rules, `where`. Compiled once, never throws. */
export interface Condition {
  /** False also where the condition fails on this row: a remit that cannot be judged gives nothing. */
  test(row: Record<string, unknown>): boolean;
}

const MAX_NODES = 500;
const MAX_LENGTH = 2_048;
/** A regular expression of a stranger's can take for ever. */
const REFUSED: ReadonlySet<string> = new Set(['matches']);

export function compileCondition(text: string): Condition | QueryProblem {
  if (text.trim() === '') return { test: () => true };
  if (text.length > MAX_LENGTH) return { message: `the condition is longer than ${MAX_LENGTH} characters` };
  try {
    const environment = new Environment({ unlistedVariablesAreDyn: false, limits: { maxAstNodes: MAX_NODES } }).registerVariable(
      'row',
      'map',
    );
    const parsed = environment.parse(text);
    const refused = refusal(parsed.ast);
    if (refused) return refused;
    const checked = parsed.check();
    if (!checked.valid) return problemOf(checked.error);
    return { test: (row) => evaluate(parsed, row) };
  } catch (error) {
    return problemOf(error);
  }
}

export const isProblem = (value: Condition | QueryProblem): value is QueryProblem => 'message' in value;

function evaluate(parsed: ParseResult, row: Record<string, unknown>): boolean {
  try {
    return parsed({ row }) === true;
  } catch {
    return false;
  }
}

function refusal(root: ASTNode): QueryProblem | undefined {
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Array.isArray(node)) open.push(...node);
    else if (typeof node === 'object' && node !== null && 'op' in node && 'args' in node) {
      const { op, args } = node as ASTNode;
      if ((op === 'call' || op === 'rcall') && REFUSED.has(args[0]))
        return {
          message: '`matches` is not available in conditions',
          at: (node as ASTNode).start,
          wayOut: 'Use contains(), startsWith() or endsWith().',
        };
      open.push(args);
    }
  }
  return undefined;
}

function problemOf(error: unknown): QueryProblem {
  const shaped = error as { message?: unknown; summary?: unknown; range?: { start?: unknown } } | undefined;
  const text =
    typeof shaped?.summary === 'string' ? shaped.summary : typeof shaped?.message === 'string' ? shaped.message : 'it does not compile';
  const message = `The condition does not compile: ${text.split('\n')[0]}`;
  const at = shaped?.range?.start;
  return { message, ...(typeof at === 'number' ? { at } : {}), wayOut: 'Write it like row.environment == "production".' };
}

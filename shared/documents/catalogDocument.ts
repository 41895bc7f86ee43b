import type * as Y from 'yjs';
import type * as z from 'zod';
import { canonicalJson } from '../base/json.ts';
import {
  type CatalogSegment,
  type CatalogSource,
  type CatalogSpace,
  catalogSegment,
  catalogSource,
  catalogSpace,
  type SignedHead,
  type SignedRestore,
  signedHead,
  signedRestore,
} from '../model/status.ts';

/**
 * The one file that knows the layout of `catalog`: `catalog: Y.Map<key, canonical JSON>` with the keys `space`, `head`,
 * `source/<id>`, `ledger/<epoch>/<n>` and `restore/<epoch>`. Presence is awareness on this document.
 */
const mapOf = (doc: Y.Doc): Y.Map<string> => doc.getMap('catalog');

function put(doc: Y.Doc, key: string, value: unknown): void {
  const text = canonicalJson(value);
  if (mapOf(doc).get(key) !== text) mapOf(doc).set(key, text);
}
function get<T>(doc: Y.Doc, key: string, schema: z.ZodType<T>): T | undefined {
  const text = mapOf(doc).get(key);
  if (typeof text !== 'string') return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
function all<T>(doc: Y.Doc, prefix: string, schema: z.ZodType<T>): T[] {
  const values: T[] = [];
  for (const key of [...mapOf(doc).keys()].sort()) {
    const value = key.startsWith(prefix) ? get(doc, key, schema) : undefined;
    if (value !== undefined) values.push(value);
  }
  return values;
}

export const putSpace = (doc: Y.Doc, space: CatalogSpace): void => put(doc, 'space', space);
export const putHead = (doc: Y.Doc, head: SignedHead): void => put(doc, 'head', head);
export const putSource = (doc: Y.Doc, source: CatalogSource): void => put(doc, `source/${source.id}`, source);
export const putSegment = (doc: Y.Doc, segment: CatalogSegment): void => put(doc, `ledger/${segment.epoch}/${segment.n}`, segment);
export const putRestore = (doc: Y.Doc, restore: SignedRestore): void => put(doc, `restore/${restore.epoch}`, restore);

export const readSpace = (doc: Y.Doc): CatalogSpace | undefined => get(doc, 'space', catalogSpace);
export const readHead = (doc: Y.Doc): SignedHead | undefined => get(doc, 'head', signedHead);
export const readSources = (doc: Y.Doc): CatalogSource[] => all(doc, 'source/', catalogSource);
/** Of this ledger: what another restore of the same space left in a replica's catalog is not. */
export function readSegments(doc: Y.Doc): CatalogSegment[] {
  const counts = countsIn(doc);
  const segments = all(doc, 'ledger/', catalogSegment).filter(({ epoch }) => counts(epoch));
  return segments.sort((a, b) => a.epoch - b.epoch || a.n - b.n);
}
export function readRestores(doc: Y.Doc): SignedRestore[] {
  const counts = countsIn(doc);
  const restores = all(doc, 'restore/', signedRestore).filter(({ epoch }) => counts(epoch));
  return restores.sort((a, b) => a.epoch - b.epoch);
}

/** Before the catalog says which epochs there are, each one counts. */
function countsIn(doc: Y.Doc): (epoch: number) => boolean {
  const epochs = readSpace(doc)?.epochs;
  return epochs ? (epoch) => epochs.includes(epoch) : () => true;
}

const LAYOUT: readonly (readonly [RegExp, z.ZodType])[] = [
  [/^space$/, catalogSpace],
  [/^head$/, signedHead],
  [/^source\//, catalogSource],
  [/^ledger\//, catalogSegment],
  [/^restore\//, signedRestore],
];

/** Keys whose value this version does not understand: a newer server wrote it. Keys that it does not know at all are none of its business. */
export function unreadableKeys(doc: Y.Doc): string[] {
  const unreadable = (key: string): boolean => {
    const schema = LAYOUT.find(([pattern]) => pattern.test(key))?.[1];
    return schema !== undefined && get(doc, key, schema) === undefined;
  };
  return [...mapOf(doc).keys()].filter(unreadable).sort();
}

export function onCatalog(doc: Y.Doc, callback: () => void): () => void {
  const map = mapOf(doc);
  map.observe(callback);
  return () => map.unobserve(callback);
}

/** Awareness state: the page says where it is; the server stamps who it is. */
export interface Presence {
  readonly person?: string;
  readonly personName?: string;
  readonly record?: string;
  readonly field?: string;
}

import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Json } from '../../../shared/base/json.ts';
import { json } from '../../../shared/model/record.ts';

/** What a page said when it had that ETag: a 304 (RFC 9110, 15.4.5) says it again, and costs nothing of the rate limit. */
export interface CachedPage {
  readonly etag: string;
  readonly said: Json;
  /** The address of the next page, below the base URL. */
  readonly next?: string | undefined;
}

const VERSION = 1;
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_UNPACKED = 64 * 1024 * 1024;
const shape = z.object({
  v: z.literal(VERSION),
  pages: z.record(z.string(), z.object({ etag: z.string(), said: json, next: z.string().optional() })),
});

/** Pages of the last run, by address, and those of this one. It travels in the cursor: a run keeps nothing else. */
export class PageCache {
  readonly #before: Readonly<Record<string, CachedPage>>;
  readonly #now: Record<string, CachedPage> = {};

  /** A cursor that cannot be read is no cursor: everything is read anew. */
  constructor(cursor: string | undefined) {
    this.#before = cursor === undefined ? {} : unpack(cursor);
  }

  known(address: string): CachedPage | undefined {
    return this.#before[address];
  }
  keep(address: string, page: CachedPage): void {
    this.#now[address] = page;
  }

  /** @returns undefined when it would be too large to keep: the next run reads everything. */
  cursor(): string | undefined {
    const packed = gzipSync(JSON.stringify({ v: VERSION, pages: this.#now }));
    return packed.length > MOST_BYTES ? undefined : packed.toString('base64');
  }
}

function unpack(cursor: string): Readonly<Record<string, CachedPage>> {
  try {
    const text = gunzipSync(Buffer.from(cursor, 'base64'), { maxOutputLength: MOST_UNPACKED }).toString('utf8');
    const parsed = shape.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.pages : {};
  } catch {
    return {};
  }
}

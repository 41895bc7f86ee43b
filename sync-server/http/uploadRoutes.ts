import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, utimes } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { visibleText } from '../../shared/base/text.ts';
import { parseTime, toInstant } from '../../shared/base/time.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, sendError } from './errors.ts';
import { parseWith } from './parse.ts';

const MAX_UPLOAD = 100 * 1024 * 1024;
const TOO_LARGE = apiFailure('too large', 'The file is larger than 100 MB.', 'Split it, or leave out what is not needed.');

const uploadQuery = z.object({ name: z.string().min(1).max(255), modified: z.string().max(40).optional() });

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** A dropped spreadsheet. Its own file name is never a path here: the id is random, only a known extension is kept. */
export function uploadRoutes(app: FastifyInstance, context: HttpContext): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.post(
      '/api/uploads',
      { bodyLimit: MAX_UPLOAD },
      requires(context, 'steward', (request, reply) => upload(context, request, reply)),
    );
  });
}

async function upload(context: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const query = parseWith(uploadQuery, request.query);
  if (!query.ok) return sendError(reply, query.error);
  const id = `${randomBytes(12).toString('hex')}${keptExtension(query.value.name)}`;
  const path = join(context.uploads, id);
  const bytes = await store(request.body as Readable, path);
  if (bytes === undefined) return sendError(reply, TOO_LARGE);
  const modified = query.value.modified === undefined ? undefined : parseTime(query.value.modified);
  // A spreadsheet's as-of is the file's date, never the moment of the import.
  if (modified !== undefined) await utimes(path, modified / 1_000, modified / 1_000);
  const name = visibleText(query.value.name);
  return reply.code(201).send({ upload: id, name, bytes, ...(modified === undefined ? {} : { modified: toInstant(modified) }) });
}

const keptExtension = (name: string): string => {
  const extension = extname(name).toLowerCase();
  return ['.csv', '.tsv', '.xlsx', '.json', '.ndjson', '.txt'].includes(extension) ? extension : '';
};

/** @returns the length, or undefined when the body is larger than allowed; then nothing is kept. */
async function store(body: Readable, path: string): Promise<number | undefined> {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_UPLOAD) throw new TooLarge('body');
      yield chunk;
    }
  }
  try {
    await pipeline(counted(), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    return bytes;
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

import * as z from 'zod';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { spaceId } from '../../shared/model/ids.ts';
import { type ApiError, PROTOCOL, type SpaceInfo, spaceInfo } from '../../shared/wire/http.ts';
import type { ServerClient } from './serverClient.ts';

/** The code of the problem that the server speaks a protocol which this version does not know. */
export const NEWER_PROTOCOL = 'newer protocol';

/** Of a newer server no more is read than that it is one. */
const newerSpace = z
  .looseObject({ space: spaceId, protocol: z.number().int() })
  .refine(({ protocol }) => protocol > PROTOCOL)
  .transform(({ protocol }) => ({ newer: protocol }));
const reply = z.union([newerSpace, spaceInfo]);

/** Who the server says it is. */
export async function hearSpace(client: ServerClient): Promise<Result<SpaceInfo, ApiError>> {
  const heard = await client.call({ method: 'GET', path: '/api/space' }, reply);
  if (!heard.ok) return heard;
  return 'newer' in heard.value ? err(newerProtocol(heard.value.newer)) : ok(heard.value);
}

const newerProtocol = (protocol: number): ApiError => ({
  code: NEWER_PROTOCOL,
  message: `The server is newer than this version of Muster: it speaks protocol ${protocol}, and this version knows ${PROTOCOL}.`,
  wayOut: 'Reload the page, or update the app. Until then everything here can be read, and nothing can be changed.',
  retry: true,
});

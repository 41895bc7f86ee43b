type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const PATIENCE = 30_000;

/** One small file over https, from that address itself: a redirect could lead anywhere. @throws whatever else comes. */
export async function fetchBytes(fetch: Fetch, url: string, limit: number): Promise<Uint8Array> {
  if (!url.startsWith('https://')) throw new Error('only https is fetched');
  const reply = await fetch(url, { redirect: 'error', credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  if (reply.status !== 200 || !reply.body) throw new Error(`answered ${reply.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of reply.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) throw new Error('longer than it may be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

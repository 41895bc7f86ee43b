import { base64Bytes } from '../../base/base64.ts';
import { concatBytes, utf8 } from '../../base/bytes.ts';
import { type HashHex, sha256 } from '../../base/hash.ts';
import { LIMITS } from '../format.ts';
import { type ReportInput, reportChunks } from './reportChunks.ts';
import { type ChunkEntry, chunkElement, type ReportHead, type ReportSeries } from './reportData.ts';

/** The page without its data: one classic script and one style sheet. */
export interface ReportTemplate {
  readonly script: string;
  readonly style: string;
}

export interface ReportHost {
  readonly sha256: (bytes: Uint8Array) => Promise<HashHex> | HashHex;
  /** Raw deflate (RFC 1951). */
  readonly deflate: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  /** Lets other work run; called between chunks. Rejects when the person cancelled. */
  readonly breathe: () => Promise<void>;
}

/** What the file may come to, in bytes: it is a part of a snapshot, which has a limit, and a browser has to hold it. */
const LARGEST = LIMITS.partBytes - 4 * 1_024 * 1_024;
/** Shares of it. Rows come first; what they and the changes leave is for the details. */
const SHARE: Readonly<Record<ReportSeries, number>> = { rows: 0.5, changes: 0.65, details: 0.97 };

/**
 * `report.html` as it is written: a policy, the style sheet, a sentence for browsers without scripts, the chunks and the script. Data is packed
 * and in base64 within elements that no browser runs, so that nothing in it can become part of the page.
 */
export async function* reportHtml(
  input: ReportInput,
  template: ReportTemplate,
  host: ReportHost,
  largest = LARGEST,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const script = harmlessScript(template.script);
  let written = 0;
  const counted = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    written += bytes.length;
    return bytes;
  };
  yield counted(utf8(opening(script, template.style)));
  const room = { has: (series: ReportSeries): boolean => written < largest * SHARE[series] };
  const chunks: ChunkEntry[] = [];
  const all = reportChunks(input, room);
  let next = all.next();
  for (; !next.done; next = all.next()) {
    const { entry, element } = await packed(next.value.name, next.value.json, host);
    chunks.push(entry);
    yield counted(element);
    await host.breathe();
  }
  const head: ReportHead = { ...next.value, chunks };
  yield (await packed('head', JSON.stringify(head), host)).element;
  yield utf8(`<script>${script}</script>\n</body>\n</html>\n`);
}

async function packed(name: string, json: string, host: ReportHost): Promise<{ entry: ChunkEntry; element: Uint8Array<ArrayBuffer> }> {
  const bytes = utf8(json);
  const content = await host.deflate(bytes);
  const entry = { name, size: bytes.length, sha256: await host.sha256(content) };
  const tag = `<script type="application/octet-stream" id="${chunkElement(name)}" data-size="${entry.size}" data-sha256="${entry.sha256}">`;
  return { entry, element: concatBytes(utf8(tag), base64Bytes(content), utf8('</script>\n')) };
}

/** A script of a page ends at the first end tag, also within a text of its own; the backslash changes no text (ECMA-262, 12.9.4). */
const harmlessScript = (script: string): string => script.replace(/<(?=\/script|!--)/gi, '\\x3c');

const hashSource = (text: string): string => `'sha256-${new TextDecoder().decode(base64Bytes(sha256(utf8(text))))}'`;

/** CSP Level 3. Nothing but this script and this style sheet; no network, no frames, no forms. */
export const reportPolicy = (script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const opening = (script: string, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${reportPolicy(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Muster report</title>
<style>${style}</style>
</head>
<body>
<div id="root"></div>
<noscript>This report is a read-only copy of a Muster register. It needs JavaScript to be read; it loads nothing from any network. To verify it without
reading it: muster snapshot verify FILE --key FINGERPRINT.</noscript>
`;

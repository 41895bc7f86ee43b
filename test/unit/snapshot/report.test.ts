import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PortableRow } from '../../../shared/register/portableRow.ts';
import { RowsReader } from '../../../shared/register/rowsReader.ts';
import { type PackedDetail, unpackedDetail } from '../../../shared/snapshot/report/detailPacking.ts';
import type { ReportChange, ReportDetail, ReportHead } from '../../../shared/snapshot/report/reportData.ts';
import { type ReportedWorld, reported, reportFile, reportWorld } from '../../support/reportWorld.ts';

interface Opened {
  readonly text: string;
  readonly head: ReportHead;
  readonly json: (name: string) => unknown;
}

const ELEMENT =
  /<script type="application\/octet-stream" id="chunk-([a-z0-9-]+)" data-size="(\d+)" data-sha256="([0-9a-f]{64})">([A-Za-z0-9+/=]*)<\/script>/g;

/** As the page reads it. */
function opened(file: Buffer): Opened {
  const text = file.toString('utf8');
  const chunks = new Map<string, unknown>();
  for (const [, id = '', size, digest, base64 = ''] of text.matchAll(ELEMENT)) {
    const packed = Buffer.from(base64, 'base64');
    expect(createHash('sha256').update(packed).digest('hex')).toBe(digest);
    const json = inflateRawSync(packed);
    expect(json.length).toBe(Number(size));
    chunks.set(id, JSON.parse(json.toString('utf8')));
  }
  return { text, head: chunks.get('head') as ReportHead, json: (name) => chunks.get(name.replace('/', '-')) };
}

function detailsOf({ head, json }: Opened): readonly ReportDetail[] {
  const labelOf = (source: string): string => head.sources.find(({ status }) => status.source === source)?.status.label ?? source;
  return (json('details/0001') as PackedDetail[]).map((detail) => unpackedDetail(detail, head.fields, labelOf));
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const NAMES = [
  '<script>window.__ran=1</script>',
  '</script><img src=x onerror="window.__ran=1">',
  'admin\u202Egnp.exe\u202C',
  '<!--<script>',
  '=HYPERLINK("http://127.0.0.1:9/","x")',
];

let world: ReportedWorld;
let file: Buffer;
let report: Opened;
beforeAll(async () => {
  world = await reported(reportWorld({ identities: 240, names: NAMES, draw: { seed: 'unit', size: 25 } }));
  file = await reportFile(world);
  report = opened(file);
});

describe('report.html', () => {
  it('[SNP40] its policy comes first and allows exactly its own script and style sheet', () => {
    const { text } = report;
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(text)?.[1] ?? '';
    const script = /<script>([\s\S]*)<\/script>\n<\/body>/.exec(text)?.[1] ?? '';
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
    expect(text.indexOf('<meta http-equiv')).toBeLessThan(text.indexOf('<style>'));
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    // As yes or no: a failure must not print half a megabyte.
    expect(/<\/script|<!--/i.test(script)).toBe(false);
    expect(/\beval\(|\bnew Function\(|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket/.test(script)).toBe(false);
    expect(style).not.toMatch(/@import|url\(/i);
  });

  it('[SNP41] nothing of the data stands outside packed base64', () => {
    const shell = report.text
      .replace(ELEMENT, '')
      .replace(/<script>[\s\S]*<\/script>/, '')
      .replace(/<style>[\s\S]*<\/style>/, '');
    expect(shell.match(/<[a-z!/][^>]*>/gi)?.length).toBeLessThan(30);
    for (const word of ['Example Corporation', 'window.__ran', 'svc-', 'HYPERLINK', 'Payments']) expect(shell).not.toContain(word);
    const rows = report.json('rows/0001') as PortableRow[];
    expect(rows.map(({ row }) => row.name)).toEqual(expect.arrayContaining(NAMES));
  });

  it('[SNP42] equal input gives equal bytes', async () => {
    const again = await reportFile(await reported(reportWorld({ identities: 240, names: NAMES, draw: { seed: 'unit', size: 25 } })));
    expect(again.equals(file)).toBe(true);
  });

  it('[SNP43] its rows answer every query as the register does', () => {
    const { head } = report;
    const { register } = world.replayed;
    const labels = new Map(head.sources.map(({ status }) => [status.source as string, status.label]));
    const standing = { now: head.now, directory: head.directory, parties: head.counts.parties, sourceLabels: labels };
    const reader = new RowsReader(report.json('rows/0001') as PortableRow[], standing);
    for (const text of [
      '',
      'owner:none',
      'is:privileged',
      'payments env:production',
      'age>200d',
      'is:unregistered -kind:automation',
      'cannot:evaluate',
    ])
      expect(reader.ids({ text, sort: [] }), text).toEqual(register.ids({ text, sort: [] }));
    expect(head.counts).toEqual(register.counts());
    expect(head.rows).toEqual({ total: register.ids({ text: '', sort: [] }).length, listed: reader.size });
  });

  it('[SNP44] a detail says who set what, when, why and on which evidence, and how a credential was rotated', () => {
    const details = detailsOf(report);
    const rows = report.json('rows/0001') as PortableRow[];
    expect(details.map(({ id }) => id)).toEqual(rows.map(({ row }) => row.id));
    const owned = details.find(({ fields }) =>
      fields.some(({ field, values }) => field === 'owner' && values.some(({ by }) => by === 'steward')),
    );
    const said = owned?.fields.find(({ field }) => field === 'owner')?.values.find(({ by }) => by === 'steward');
    expect(said).toMatchObject({
      name: 'Payments steward',
      device: 'Office computer',
      wins: true,
      why: 'Named in the access review of spring',
    });
    expect(said?.place).toBeGreaterThan(5);
    const [record = 0, version = 0] = said?.stood?.[0] ?? [];
    expect(owned?.records[record]?.versions[version]).toMatchObject({ run: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(owned?.changes).toContain(said?.place);
    const rotated = details.flatMap(({ credentials }) => credentials).find(({ rotations }) => rotations.length === 3);
    expect(rotated?.rotations.map(({ run }) => run)).toEqual([1, 8, 11]);
    expect(new Set(rotated?.rotations.map(({ rotated: at }) => at)).size).toBe(3);
    expect(details.flatMap(({ access }) => access).find(({ level }) => level === 'full')).toMatchObject({
      plain: 'has full access to everything',
      native: 'AdministratorAccess',
    });
  });

  it('[SNP44] a detail says what the register says of the same identity', () => {
    const { register } = world.replayed;
    for (const detail of detailsOf(report).slice(0, 20)) {
      const view = register.identity(detail.id as never);
      expect(detail.findings).toEqual(view?.findings);
      expect(detail.sentence).toBe(view?.sentence);
      expect(detail.changes).toEqual(view?.history.map(({ place }) => place));
      expect(detail.credentials.map(({ id }) => id)).toEqual(view?.credentials.map(({ id }) => id));
      const owner = view?.fields.find(({ field }) => field === 'owner');
      expect(detail.fields.find(({ field }) => field === 'owner')).toMatchObject({
        text: owner?.text,
        state: owner?.state,
        why: owner?.why,
      });
    }
  });

  it('[SNP44] the changes are the whole ledger, newest first, also what does not count', () => {
    const changes = report.json('changes/0001') as ReportChange[];
    expect(changes.map(({ place }) => place)).toEqual(
      Array.from({ length: world.manifest.place }, (_, index) => world.manifest.place - index),
    );
    const refused = changes.find(({ who }) => who === 'Auditor');
    expect(refused).toMatchObject({ state: 'void', void: [{ act: 0, reason: 'role may not' }] });
  });

  it('[SNP45] the head lists every other part with its size and digest', () => {
    const named = [...report.text.matchAll(ELEMENT)].map(([, id, size, sha256]) => ({ id, size: Number(size), sha256 }));
    expect(report.head.chunks.map(({ name, size, sha256 }) => ({ id: name.replace('/', '-'), size, sha256 }))).toEqual(named.slice(0, -1));
    expect(report.head).toMatchObject({
      place: world.manifest.place,
      draw: { seed: 'unit', size: 25 },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('[SNP46] what there is no room for is counted and said', async () => {
    const many = await reported(reportWorld({ identities: 2_600 }));
    const whole = opened(await reportFile(many));
    const beforeRows = Buffer.byteLength(
      whole.text.slice(0, whole.text.indexOf('<script type="application/octet-stream" id="chunk-rows-0001"')),
    );
    const small = opened(await reportFile(many, 2 * beforeRows + 1_000));
    expect(small.head.rows).toEqual({ total: 2_612, listed: 2_000 });
    expect(small.head.details).toEqual({ total: 2_612, listed: 0 });
    expect(small.head.changes).toEqual({ total: many.manifest.place, listed: 0 });
    expect(whole.head.rows).toEqual({ total: 2_612, listed: 2_612 });
    expect((whole.json('rows/0002') as unknown[]).length).toBe(612);
    expect((whole.json('details/0002') as PackedDetail[])[0]?.id).toBe((whole.json('rows/0002') as PortableRow[])[0]?.row.id);
  });

  it('[SNP43] a query makes the population; everything else is only counted', async () => {
    const part = await reported(reportWorld({ identities: 240, query: { text: 'is:privileged' } }));
    const { head, json } = opened(await reportFile(part));
    const rows = json('rows/0001') as PortableRow[];
    expect(rows.map(({ row }) => row.id)).toEqual(part.replayed.register.ids({ text: 'is:privileged', sort: [] }));
    expect(rows.every(({ row }) => row.privileged)).toBe(true);
    expect(head.everything.identities).toBeGreaterThan(head.counts.identities);
  });
});

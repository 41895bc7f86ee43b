import { describe, expect, it } from 'vitest';
import type { CoverageId } from '../../../shared/model/ids.ts';
import { MAPPABLE } from '../../../shared/wire/sheetColumns.ts';
import { understandColumns } from './columns.ts';
import { connector } from './connector.ts';
import { csvRows, decodeText, sniffDelimiter } from './csvTable.ts';
import { dayOrderOf, parseDate, parseInstant } from './dates.ts';
import { jsonRows } from './jsonTable.ts';
import { groupOwners, isPlaceholder, kindOfOwner, ownerKey } from './owners.ts';
import { readRow, secretIn } from './survey.ts';
import { headerIndex } from './table.ts';
import { externalIdOf, mergeRows, type RowValues, rowToObservation } from './toObservations.ts';
import { environmentOf, identityKindOf } from './vocabularies.ts';

const NO_CHOICES = { map: {}, ignore: [] };
const understood = (...header: string[]) =>
  understandColumns(
    header,
    header.map(() => []),
    NO_CHOICES,
    'identity',
  ).map((column) => [column.field, column.confidence]);

const row = (values: Record<string, string | number>): RowValues => ({
  number: 2,
  values: new Map(Object.entries(values)) as RowValues['values'],
  unread: [],
});
const shape = { type: 'identity', coverage: 'sheet/' as CoverageId, orders: new Map() } as const;

describe('columns', () => {
  it('are known by many spellings, in English and German', () => {
    expect(understood('sAMAccountName', 'Verantwortlicher', 'Umgebung', 'Gültig bis', 'Zielsystem', 'Zweck')).toEqual(
      ['name', 'owner', 'environment', 'expires', 'system', 'purpose'].map((field) => [field, 'exact']),
    );
  });

  it('a longer heading or a typing error is likely, an unknown one none', () => {
    expect(understood('Account', 'Business owner (mandatory)', 'Enviroment', 'Room')).toEqual([
      ['name', 'exact'],
      ['owner', 'likely'],
      ['environment', 'likely'],
      [undefined, 'none'],
    ]);
  });

  it('a field is given once, to the clearest column', () => {
    const fields = understood('Owner name (old)', 'Owner').map(([field]) => field);
    expect(fields[1]).toBe('owner');
    expect(fields[0]).not.toBe('owner');
  });

  it('what the person chose wins', () => {
    const columns = understandColumns(['Name', 'Label'], [[], []], { map: { name: 'Label' }, ignore: [] }, 'identity');
    expect(columns.map((column) => column.field)).toEqual([undefined, 'name']);
  });

  it('[OBS39] a column that the person left out is not read, by its heading or by its values', () => {
    const samples = [['svc-a', 'svc-b', 'svc-c'], [], ['prod', 'test', 'UAT']];
    const columns = understandColumns(['A', 'Owner', 'Where'], samples, { map: {}, ignore: ['Owner', 'Where'] }, 'identity');
    expect(columns.map((column) => column.field)).toEqual(['name', undefined, undefined]);
  });

  it('values say what a heading does not', () => {
    const samples = [
      ['svc-a', 'svc-b', 'svc-c'],
      ['prod', 'test', 'UAT'],
    ];
    expect(understandColumns(['A', 'B'], samples, NO_CHOICES, 'identity').map(({ field, confidence }) => [field, confidence])).toEqual([
      ['name', 'likely'],
      ['environment', 'likely'],
    ]);
  });

  it('hostile headings are only text', () => {
    expect(understood('__proto__', 'constructor', '<b>name</b>').map(([field]) => field)).not.toContain('__proto__');
    expect(new Set(MAPPABLE).size).toBe(MAPPABLE.length);
  });

  it('the header is the row with most known names, not a title above it', () => {
    const rows = [['Register of accounts'], [], ['Name', 'Owner'], ['svc-a', 'Ops']];
    expect(headerIndex(rows, (name) => ['Name', 'Owner'].includes(name))).toBe(2);
  });
});

describe('owners', () => {
  it('four spellings of a team are one', () => {
    const [team, ...others] = groupOwners(
      new Map([
        ['Payments Team', 3],
        ['payments-team', 2],
        ['Team Payments', 1],
        ['PAYMENTS', 1],
      ]),
    );
    expect(others).toEqual([]);
    expect(team).toMatchObject({ name: 'Payments Team', kind: 'team', rows: 7 });
  });

  it('a person is one by name, reversed name and address', () => {
    const keys = ['Robin Dale', 'Dale, Robin', 'robin.dale@example.org', 'Robin Dale <robin.dale@example.org>'].map(ownerKey);
    expect(new Set(keys).size).toBe(1);
  });

  it('a typing error is the same, another number or a short name is not', () => {
    const names = (...spellings: string[]) => groupOwners(new Map(spellings.map((name) => [name, 1]))).length;
    expect(names('Observability', 'Observabilty')).toBe(1);
    expect(names('Team 12 North', 'Team 13 North')).toBe(2);
    expect(names('Team A', 'Team B')).toBe(2);
    expect(names('HR', 'IR')).toBe(2);
  });

  it.each([
    ['Payments Team', 'team'],
    ['Ada Quill', 'person'],
    ['a.quill@example.org', 'person'],
    ['payments-team@example.org', 'team'],
    ['Example GmbH', 'vendor'],
  ])('%s is a %s', (spelling, kind) => expect(kindOfOwner(spelling)).toBe(kind));

  it.each(['', 'TBD', 'n/a', '?', '-', 'None', 'unknown'])('%j is nobody', (text) => expect(isPlaceholder(text)).toBe(true));
});

describe('dates', () => {
  it.each([
    ['2024-03-04', '2024-03-04'],
    ['2024-03-04T05:06:07Z', '2024-03-04'],
    ['4.3.2024', '2024-03-04'],
    ['04.03.24', '2024-03-04'],
    ['4 März 2024', '2024-03-04'],
    ['Mar 4, 2024', '2024-03-04'],
    [45355, '2024-03-04'],
    ['45355', '2024-03-04'],
  ])('%s is %s', (cell, day) => expect(parseInstant(cell, 'unknown')?.slice(0, 10)).toBe(day));

  it('03/04/2024 is read only where its column settles which is the month', () => {
    expect(parseDate('03/04/2024', 'unknown')).toBeUndefined();
    expect(parseInstant('03/04/2024', dayOrderOf(['03/04/2024', '25/12/2023']))).toBe('2024-04-03T00:00:00.000Z');
    expect(parseInstant('03/04/2024', dayOrderOf(['03/04/2024', '12/25/2023']))).toBe('2024-03-04T00:00:00.000Z');
    expect(dayOrderOf(['25/12/2023', '12/25/2023'])).toBe('unknown');
  });

  it.each(['2024-02-30', '31.04.2024', 'soon', '', '0', 'NaN'])('%j is no date', (text) =>
    expect(parseDate(text, 'day first')).toBeUndefined(),
  );

  it('a date that cannot be read is unread, not absent', () => {
    const record = rowToObservation(row({ name: 'a', created: '03/04/2024', expires: 'never' }), shape);
    expect(record?.unread).toEqual(['created']);
    expect(record?.fields.expires).toBeUndefined();
  });
});

describe('rows', () => {
  it('[OBS38] system, account and environment name an account, however they are written', () => {
    const ids = [
      row({ name: 'SVC-A', system: 'AD', environment: 'prod' }),
      row({ name: 'svc-a ', system: 'ad', environment: 'Produktion' }),
    ].map(externalIdOf);
    expect(ids[0]).toBe(ids[1]);
    expect(externalIdOf(row({ name: 'svc-a', system: 'AD', environment: 'test' }))).not.toBe(ids[0]);
    expect(externalIdOf(row({ name: 'svc-a', externalId: '7' }))).toBe('id/7');
    expect(externalIdOf(row({ owner: 'Ops' }))).toBeUndefined();
    expect(externalIdOf(row({ name: 'n'.repeat(4_000) }))?.length).toBeLessThan(100);
  });

  it('rows of one account add up; the first that says something wins', () => {
    const merged = mergeRows([
      row({ name: 'a', owner: 'TBD' }),
      row({ name: 'a', owner: 'Ops', purpose: 'pays' }),
      row({ name: 'a', owner: 'Late' }),
    ]);
    expect(rowToObservation(merged, shape)?.fields).toMatchObject({ owner: 'Ops', purpose: 'pays' });
  });

  it('blank owners are no owners', () => {
    expect(rowToObservation(row({ name: 'a', owner: 'n/a' }), shape)?.fields).toEqual({ name: 'a' });
  });

  it('a row of a people list is a party', () => {
    const record = rowToObservation(
      row({ name: 'Ada Quill', email: 'ada@example.org', team: 'Billing', active: 'no', leftOn: '2024-05-06' }),
      {
        ...shape,
        type: 'party',
      },
    );
    expect(record).toMatchObject({
      type: 'party',
      kind: 'person',
      aliases: ['Ada Quill', 'ada@example.org'],
      fields: { partyKind: 'person', memberships: ['Billing'], active: false, leftOn: '2024-05-06' },
    });
  });

  it('a date column dates the record', () => {
    expect(rowToObservation(row({ name: 'a', asOf: '2023-01-02' }), shape)?.asOf).toBe('2023-01-02T00:00:00.000Z');
  });

  it('a cell that looks like a secret is named, never read', () => {
    const columns = [
      { index: 0, name: 'Name', field: 'name', confidence: 'exact' },
      { index: 1, name: 'Notes', field: 'notes', confidence: 'exact' },
    ] as const;
    const read = readRow({ number: 12, cells: ['a', 'password=Xk4m9Tq2Lw7v'] }, { columns, orders: new Map(), system: undefined });
    expect(read.secrets).toEqual([{ row: 12, column: 'Notes', looksLike: 'password' }]);
    expect(read.unread).toEqual(['notes']);
    expect([...read.values.values()]).toEqual(['a']);
    expect(secretIn('hunter22', 'Initial password')).toBeDefined();
    expect(secretIn('payments', 'Owner')).toBeUndefined();
  });
});

describe('texts', () => {
  it.each([
    ['a,b\n1,2', ','],
    ['a;b\n"1,5;x";2', ';'],
    ['a\tb\n1\t2', '\t'],
  ])('%j is cut at its delimiter', (text, delimiter) => expect(sniffDelimiter(text)).toBe(delimiter));

  it('are UTF-8, else windows-1252, else UTF-16 with a mark', () => {
    expect(decodeText(Buffer.from('Müller'))).toBe('Müller');
    expect(decodeText(Buffer.from('Müller', 'latin1'))).toBe('Müller');
    expect(decodeText(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Müller', 'utf16le')]))).toBe('Müller');
  });

  it('CSV keeps formulas as text and rows of any length', async () => {
    const rows = [];
    for await (const one of csvRows('a,b\n=1+1,"x\ny"\n1,2,3\n', ',')) rows.push(one);
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['=1+1', 'x\ny'],
      ['1', '2', '3'],
    ]);
  });

  it('JSON lists and NDJSON are rows; a bad line is named', () => {
    expect(jsonRows('{"items":[{"a":1,"__proto__":2},{"b":[1,"x"]}]}')).toMatchObject({ header: ['a', '__proto__', 'b'], bad: [] });
    expect(jsonRows('{"a":1}\nnonsense\n{"a":2}\n')?.bad).toEqual([2]);
    expect(jsonRows('{"a":')).toBeUndefined();
  });

  it('environments and kinds are words of the vocabulary, or nothing', () => {
    expect(['PRD', 'Pre-Prod', 'Entwicklung', 'mars'].map(environmentOf)).toEqual(['production', 'staging', 'development', undefined]);
    expect(['Service Account', 'RPA', 'mystery'].map(identityKindOf)).toEqual(['service account', 'automation', 'unknown']);
  });
});

describe('settings', () => {
  it.each([
    {},
    { path: '' },
    { path: 'a.csv', map: { nonsense: 'x' } },
    { path: 'a.csv', mode: 'sometimes' },
    { path: 'a.csv', shet: 'x' },
  ])('%j are refused', (settings) => expect(connector.settings.safeParse(settings).success).toBe(false));

  it('a file taken over once, or dropped, is not watched', () => {
    expect(connector.traits({ path: '/x/a.csv' }).watch).toEqual(['file:/x/a.csv']);
    expect(connector.traits({ path: '/x/a.csv', mode: 'take over' }).watch).toEqual([]);
    expect(connector.traits({ path: 'upload:1' }).watch).toEqual([]);
  });
});

import type { ReportDetail, ReportField, ReportRecord, ReportValue } from './reportData.ts';

/** What nearly every record says of a field in the same words; held once for all of them, in the head. */
export interface FieldWords {
  readonly label: string;
  readonly plane: ReportField['plane'];
  readonly decides: string;
}
export type FieldDictionary = Readonly<Record<string, FieldWords>>;

/** A value without what its record or its field says already. `record`: its place in `records`. */
export type PackedValue = Omit<ReportValue, 'name' | 'text' | 'by' | 'source' | 'at' | 'freshness'> &
  Partial<Pick<ReportValue, 'name' | 'text' | 'by' | 'source' | 'at' | 'freshness'>> & { readonly record?: number };

export type PackedField = Omit<ReportField, 'label' | 'plane' | 'decides' | 'values' | 'why'> &
  Partial<Pick<ReportField, 'label' | 'plane' | 'decides' | 'why'>> & { readonly values?: readonly PackedValue[] };

/** A detail as it stands in a chunk: a third of its size, which a hundred thousand of them need. */
export type PackedDetail = Omit<ReportDetail, 'fields'> & { readonly fields: readonly PackedField[] };

/** Collects the words of fields while details are packed. */
export class FieldWordsBook {
  readonly words: Record<string, FieldWords> = {};

  packed(detail: ReportDetail): PackedDetail {
    return { ...detail, fields: detail.fields.map((field) => this.#field(field, detail.records)) };
  }

  #field({ label, plane, decides, values, why, ...field }: ReportField, records: readonly ReportRecord[]): PackedField {
    this.words[field.field] ??= { label, plane, decides };
    const known = this.words[field.field] as FieldWords;
    const evident = plane === 'observed' && values.length === 1;
    return {
      ...field,
      ...(known.label === label ? {} : { label }),
      ...(known.plane === plane ? {} : { plane }),
      ...(known.decides === decides ? {} : { decides }),
      ...(values.length === 0 ? {} : { values: values.map((value) => packedValue(value, field.text, records)) }),
      // One source, one word: there is nothing to explain.
      ...(evident ? {} : { why }),
    };
  }
}

function packedValue(value: ReportValue, fieldText: string, records: readonly ReportRecord[]): PackedValue {
  const record = value.by === 'source' ? records.findIndex((one) => isOf(value, one)) : -1;
  const { text, ...rest } = value;
  const said = text === fieldText ? rest : { ...rest, text };
  if (record < 0) return said;
  const { by: _by, name: _name, source: _source, at: _at, freshness: _freshness, ...bare } = said as ReportValue;
  return { ...bare, record };
}

const isOf = (value: ReportValue, record: ReportRecord): boolean =>
  value.source === record.source && value.at === record.asOf && value.freshness === record.freshness;

/** @param labelOf of a source. */
export function unpackedDetail(packed: PackedDetail, words: FieldDictionary, labelOf: (source: string) => string): ReportDetail {
  return { ...packed, fields: packed.fields.map((field) => unpackedField(field, packed.records, words, labelOf)) };
}

function unpackedField(
  { values = [], why = [], ...field }: PackedField,
  records: readonly ReportRecord[],
  words: FieldDictionary,
  labelOf: (source: string) => string,
): ReportField {
  const known: FieldWords = words[field.field] ?? { label: field.field, plane: 'observed', decides: '' };
  return { ...known, ...field, why, values: values.map((value) => unpackedValue(value, field.text, records, labelOf)) };
}

function unpackedValue(
  { record, ...value }: PackedValue,
  fieldText: string,
  records: readonly ReportRecord[],
  labelOf: (source: string) => string,
): ReportValue {
  const from = record === undefined ? undefined : records[record];
  const said = from && {
    by: 'source' as const,
    source: from.source,
    name: labelOf(from.source),
    ...(from.asOf === undefined ? {} : { at: from.asOf }),
    ...(from.freshness === undefined ? {} : { freshness: from.freshness }),
  };
  return { by: 'source', name: '', text: fieldText, ...said, ...value };
}

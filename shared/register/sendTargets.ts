import { type Json, sameJson } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { ExternalId, SourceId } from '../model/ids.ts';
import type { Projection } from './projection.ts';
import { registeredFor } from './registered.ts';
import { isGone, type Subject } from './subject.ts';

/** A source that has a place for a field of a record, and holds something else there than is registered. */
export interface SendTarget {
  readonly source: SourceId;
  readonly label: string;
  readonly externalId: ExternalId;
}

/**
 * Where the registered value of a field could be sent to (DESIGN 11). What would be sent is planned when somebody asks. Never a private
 * source: what it holds would be in the proposal, and so in everybody's ledger.
 */
export function sendTargets(subject: Subject, field: string, projection: Projection): readonly SendTarget[] {
  const { ledger, evidence } = projection;
  if (!ledger.writeBack.fields.includes(field)) return NONE;
  const able = subject.records.filter(
    ({ stored, record }) =>
      !isGone(record) && !evidence.isPrivate(stored.source) && evidence.status(stored.source)?.writable?.includes(field),
  );
  if (able.length === 0) return NONE;
  const registered = registeredFor(subject.anchors, field, projection);
  if (!registered.ok) return NONE;
  const { sent } = registered.value;
  return able
    .filter(({ record }) => !sameJson(sent, (record.fields[field] ?? null) as Json))
    .map(({ stored: { source, externalId } }) => ({ source, label: visibleText(evidence.label(source)), externalId }));
}

const NONE: readonly SendTarget[] = [];

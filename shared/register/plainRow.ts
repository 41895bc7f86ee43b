import type { Projected } from './projected.ts';

/** The flat `row` of conditions (remits, `where`): texts are '' and lists empty where there is nothing, so that a condition never meets a missing key. */
export function plainRow({ row, ownerValue, overdue }: Projected): Record<string, unknown> {
  return {
    id: row.id,
    type: row.type,
    kind: row.kind,
    subtype: row.subtype ?? '',
    name: row.name,
    alias: row.alias ?? '',
    owner: row.owner?.text ?? '',
    ownerReference: ownerValue ?? '',
    team: row.team?.text ?? '',
    vendor: row.vendor?.text ?? '',
    application: row.application ?? '',
    environment: row.environment ?? '',
    purpose: row.purpose ?? '',
    criticality: row.criticality ?? '',
    classification: row.classification ?? '',
    usedBy: row.usedBy ?? '',
    neededUntil: row.neededUntil ?? '',
    boundary: row.boundary ?? '',
    lifecycle: row.lifecycle,
    observed: row.observed,
    freshness: row.freshness,
    access: row.access ?? '',
    privileged: row.privileged === true,
    overdue,
    private: row.private,
    tags: [...row.tags],
    sources: [...row.sources],
    states: [...row.states],
    findings: row.findings.filter(({ verdict }) => verdict === 'found').map(({ rule }) => rule),
    lastUsed: row.lastUsed ?? '',
    created: row.created ?? '',
    reviewDue: row.reviewDue ?? '',
  };
}

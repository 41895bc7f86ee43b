import type { EventAnswer } from './answers.ts';

/** What an admin event says was touched (Keycloak Server API, `AdminEventEntity.resourcePath`). */
export type Touched =
  | { readonly kind: 'client' | 'user' | 'group'; readonly id: string; readonly deleted: boolean; readonly at: number }
  /** It may have changed what any number of records say: only a listing knows. */
  | { readonly kind: 'everything'; readonly at: number; readonly what: string }
  /** Nothing that a register holds. */
  | { readonly kind: 'nothing' };

const KINDS = { clients: 'client', users: 'user', groups: 'group' } as const;
/** What a role, a scope or the realm itself gives reaches many records at once. */
const WIDE = /^(REALM_ROLE|CLIENT_ROLE|CLIENT_SCOPE|REALM|COMPONENT|USER_FEDERATION_PROVIDER)$/;

export function touchedBy({ resourceType, resourcePath, operationType, time: at }: EventAnswer): Touched {
  if (WIDE.test(resourceType)) return { kind: 'everything', at, what: resourceType };
  const [collection = '', id = '', ...below] = (resourcePath ?? '').split('/');
  const kind = KINDS[collection as keyof typeof KINDS];
  if (kind === undefined || id === '') return { kind: 'nothing' };
  // Roles and members of a group reach those in it.
  if (kind === 'group' && below[0] === 'role-mappings') return { kind: 'everything', at, what: 'the roles of a group' };
  return { kind, id, deleted: below.length === 0 && operationType === 'DELETE', at };
}

/** The last word on each thing, oldest first. */
export function lastOfEach(events: readonly EventAnswer[]): Touched[] {
  const last = new Map<string, Touched>();
  for (const event of [...events].sort((a, b) => a.time - b.time)) {
    const touched = touchedBy(event);
    if (touched.kind === 'nothing') continue;
    const key = touched.kind === 'everything' ? 'everything' : `${touched.kind}/${touched.id}`;
    last.delete(key);
    last.set(key, touched);
  }
  return [...last.values()];
}

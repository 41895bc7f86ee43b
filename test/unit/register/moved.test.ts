import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { SourceRecord } from '../../../shared/model/record.ts';
import { DAY, NOW, RegisterWorld, record } from '../../support/register/registerWorld.ts';

const EAST = 'east' as SourceId;
const WEST = 'west' as SourceId;

const account = (cluster: string, days: number, part: Partial<SourceRecord> = {}): SourceRecord =>
  record(`serviceaccount/${cluster}`, {
    subtype: 'k8s.serviceaccount',
    keys: [`kubernetes:${cluster}/uid-${cluster}`],
    aliases: ['payments/deployer'],
    fields: { name: 'deployer', boundary: `${cluster}/payments` },
    firstSeen: toInstant(NOW - days * DAY),
    ...part,
  });
const gone = (days: number): Partial<SourceRecord> => ({ deleted: { at: toInstant(NOW - days * DAY), evidence: 'event' } });

describe('[REC20] what moves between clusters', () => {
  it('succeeds the former: owner and purpose are offered, and it is told on both', () => {
    const world = new RegisterWorld();
    const former = world.put(EAST, account('east', 90));
    world.set(former, 'owner', 'Payments');
    world.set(former, 'purpose', 'Deploys payments');
    const made = world.put(WEST, account('west', 2));
    expect(world.register.identity(made)?.succeeds).toEqual([]);
    world.put(EAST, account('east', 90, gone(1)));
    const view = world.register.identity(made);
    expect(view?.succeeds).toEqual([former]);
    expect(world.register.identity(former)?.succeededBy).toEqual([made]);
    expect(view?.row.owner).toBeUndefined();
    expect(world.finding(made, 'recreated')).toMatchObject({ verdict: 'found', sentence: expect.stringContaining('another cluster') });
    const offer = view?.needs.find(({ title }) => title === 'Recreated under the same name')?.choices[0];
    expect(offer?.acts).toMatchObject([
      { kind: 'set', field: 'owner', value: 'Payments' },
      { kind: 'set', field: 'purpose', value: 'Deploys payments' },
    ]);
  });

  it('nothing moved where both stay, nor where the one went long after the other came', () => {
    const world = new RegisterWorld();
    const east = world.put(EAST, account('east', 90));
    const west = world.put(WEST, account('west', 80));
    expect([east, west].map((id) => world.finding(id, 'recreated')?.verdict)).toEqual(['clear', 'clear']);
    world.put(EAST, account('east', 90, gone(1)));
    expect(world.finding(west, 'recreated')?.verdict).toBe('clear');
  });

  it('a workload keeps its application, its owner and where it came from', () => {
    const world = new RegisterWorld();
    const workload = (cluster: string, days: number, part: Partial<SourceRecord> = {}): SourceRecord => {
      const base = account(cluster, days, {
        type: 'workload',
        kind: 'deployment',
        subtype: 'k8s.deployment',
        aliases: ['Deployment payments/api'],
        ...part,
      });
      return { ...base, fields: { ...base.fields, application: 'Checkout' } };
    };
    world.put(
      'cmdb' as SourceId,
      record('app', { type: 'application', kind: 'application', aliases: ['Checkout'], fields: { name: 'Checkout', owner: 'Payments' } }),
    );
    const former = world.put(EAST, workload('east', 90, gone(1)));
    const made = world.put(WEST, workload('west', 1));
    expect(world.register.identity(made)?.succeeds).toEqual([former]);
    for (const id of [former, made]) expect(world.register.row(id)?.owner?.text).toBe('Payments');
  });
});

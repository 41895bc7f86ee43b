import { indexedDB } from 'fake-indexeddb';
import { afterEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../renderer/engine/engine.ts';
import { EngineWorld, identity, online, settled, tokenOf } from './engineWorld.ts';

const worlds: EngineWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.dispose();
});

async function world(): Promise<EngineWorld> {
  const made = new EngineWorld();
  worlds.push(made);
  await made.serve();
  return made;
}

const names = async (engine: Engine): Promise<string[]> =>
  (await engine.api.window({ text: '', sort: [] }, 0, 50)).rows.map(({ name }) => name).sort();

describe('one device in two registers', () => {
  test('[DSK13] each has a key and databases of its own, named by the register, and neither shows anything of the other', async () => {
    const local = await world();
    const mine = await local.launched('desk');
    await identity(mine, 'mine alone');
    await settled(mine);
    const team = await world();
    const admin = await team.launched('admin');
    await identity(admin, 'of the team');
    const invitation = await admin.api.invite({ role: 'steward', remit: 'true', label: 'desk', hours: 1 });
    if (!invitation.ok) throw new Error(invitation.error.message);
    await settled(admin);
    await local.close(mine);

    const there = await team.start('desk');
    expect(there.status().phase).toBe('not enrolled');
    expect(await names(there)).toEqual([]);
    expect(await there.api.enrol(tokenOf(invitation.value.link), { label: 'desk', personName: 'Ana' })).toMatchObject({ ok: true });
    await online(there);
    await identity(there, 'said there');
    await settled(there);
    expect(await names(there)).toEqual(['of the team', 'said there']);
    await team.close(there);

    const again = await local.start('desk');
    await online(again);
    expect(await names(again)).toEqual(['mine alone']);
    const [here, other] = [again.status(), there.status()];
    expect(here.device).not.toBe(other.device);
    expect(here.space?.id).not.toBe(other.space?.id);
    const databases = (await indexedDB.databases()).map(({ name = '' }) => name).filter((name) => name.startsWith('desk/'));
    for (const space of [here.space?.id, other.space?.id]) expect(databases).toContain(`desk/${space}/device`);
    expect(databases.every((name) => name.startsWith(`desk/${here.space?.id}/`) || name.startsWith(`desk/${other.space?.id}/`))).toBe(true);

    await team.close(admin);
    await team.stop();
    const offline = await team.start('desk');
    expect(offline.status()).toMatchObject({ phase: 'ready', device: other.device });
    expect(await names(offline)).toEqual(['of the team', 'said there']);
  });
});

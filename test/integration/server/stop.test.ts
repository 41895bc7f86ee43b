import { expect, it } from 'vitest';
import type { Anchor } from '../../../shared/model/ids.ts';
import { startTestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';

it('[SYN5] a stop does not wait for an entry whose predecessor never came: its device still holds it', { timeout: 20_000 }, async () => {
  const server = await startTestServer();
  const device = await (await TestDevice.enrol(server.launchLink())).connect();
  const act = { kind: 'comment' as const, anchors: ['c'.repeat(32) as Anchor], text: 'kept back' };
  const [kept] = await device.sign([act]);
  device.send(await device.sign([{ ...act, text: 'sent' }]));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(device.ledger.placeOf(kept?.id as never)).toBeUndefined();
  await server.close();
  device.close();
});

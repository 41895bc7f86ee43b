import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

it('[SYN18] presence says who it is by the ticket, whatever the page claims, and ends with the socket', async () => {
  const [ana, ben] = [await TestDevice.enrol(server.launchLink()), await TestDevice.enrol(server.launchLink())];
  const [here, there] = [await ana.open('catalog'), await ben.open('catalog')];
  await Promise.all([here.synced, there.synced]);
  const states = there.provider.awareness.getStates();
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        there.provider.awareness.off('change', check);
        resolve();
      };
      there.provider.awareness.on('change', check);
      check();
    });
  here.provider.awareness.setLocalState({ person: 'somebody else', personName: 'Mallory', record: 'r1', field: 'owner' });
  await until(() => states.get(here.doc.clientID)?.record === 'r1');
  expect(states.get(here.doc.clientID)).toMatchObject({ person: ana.person, record: 'r1', field: 'owner' });
  expect(states.get(here.doc.clientID)?.personName).not.toBe('Mallory');
  ana.close();
  await until(() => !states.has(here.doc.clientID));
  ben.close();
});

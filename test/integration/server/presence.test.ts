import { once } from 'node:events';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const enrol = async (): Promise<TestDevice> => TestDevice.enrol(server.launchLink());

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

describe('a client', () => {
  const state = (client: number, clock: number, json: string): Uint8Array => {
    const inner = encoding.createEncoder();
    encoding.writeVarUint(inner, 1);
    encoding.writeVarUint(inner, client);
    encoding.writeVarUint(inner, clock);
    encoding.writeVarString(inner, json);
    const outer = encoding.createEncoder();
    encoding.writeVarUint(outer, 1);
    encoding.writeVarUint8Array(outer, encoding.toUint8Array(inner));
    return encoding.toUint8Array(outer);
  };
  const socketOf = async (device: TestDevice): Promise<WebSocket> => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/sync/catalog`, [SUBPROTOCOL, await device.ticket()]);
    await once(socket, 'open');
    return socket;
  };
  /** The server has dealt with what was sent before. */
  const settled = async (socket: WebSocket): Promise<void> => {
    socket.ping();
    await once(socket, 'pong');
  };
  const gone = async (socket: WebSocket): Promise<void> => {
    socket.close();
    await once(socket, 'close');
  };

  it('[HOS8] stays its device’s when it has left; its clock may be old when it comes back', async () => {
    const [ana, ben, mallory] = [await enrol(), await enrol(), await enrol()];
    const there = await ben.open('catalog');
    await there.synced;
    const states = there.provider.awareness.getStates();
    const first = await socketOf(ana);
    first.send(state(77, 5, '{"record":"r1"}'));
    await vi.waitFor(() => expect(states.get(77)).toMatchObject({ record: 'r1', person: ana.person }));
    await gone(first);
    await vi.waitFor(() => expect(states.has(77)).toBe(false));
    const stolen = await socketOf(mallory);
    stolen.send(state(77, 9, '{"record":"stolen"}'));
    await settled(stolen);
    const again = await socketOf(ana);
    again.send(state(77, 5, '{"record":"r2"}'));
    await vi.waitFor(() => expect(states.get(77)).toMatchObject({ record: 'r2', person: ana.person }));
    await gone(again);
    await gone(stolen);
    ben.close();
  });

  it('[HOS8] with a clock or a number past its bound is not heard, and does not keep others from being told', async () => {
    const [ana, ben] = [await enrol(), await enrol()];
    const there = await ben.open('catalog');
    await there.synced;
    const states = there.provider.awareness.getStates();
    const socket = await socketOf(ana);
    for (const clock of [2 ** 31 + 1, 2 ** 52, 2 ** 53 - 1]) socket.send(state(78, clock, '{"record":"far"}'));
    for (const client of [2 ** 32, 2 ** 53 - 1]) socket.send(state(client, 1, '{"record":"far"}'));
    await settled(socket);
    socket.send(state(78, 1, '{"record":"near"}'));
    await vi.waitFor(() => expect(states.get(78)).toMatchObject({ record: 'near' }));
    expect([...states.values()].filter(({ record }) => record === 'far')).toEqual([]);
    await gone(socket);
    ben.close();
  });

  it('[HOS8] that says more than it may is heard less often, and its connection stays', async () => {
    const ana = await enrol();
    const socket = await socketOf(ana);
    for (let clock = 1; clock <= 300; clock++) socket.send(state(79, clock, '{"record":"r"}'));
    await settled(socket);
    const metrics = await (await fetch(`${server.address}/metrics`)).text();
    expect(Number(/kind="too frequent"\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(100);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    await gone(socket);
  });
});

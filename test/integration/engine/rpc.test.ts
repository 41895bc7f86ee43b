import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../renderer/engine/engine.ts';
import { engineService, type PagePort, servePage } from '../../../renderer/engine/rpc.ts';
import { type EnginePort, engineOver } from '../../../renderer/host/engineClient.ts';
import type { EngineEvent } from '../../../shared/bridge/engine.ts';
import { until } from './testHost.ts';

interface Fake {
  readonly engine: Engine;
  emit(event: EngineEvent): void;
  readonly listeners: Set<(event: EngineEvent) => void>;
}

function fakeEngine(api: Readonly<Record<string, (...args: never[]) => Promise<unknown>>>): Fake {
  const listeners = new Set<(event: EngineEvent) => void>();
  const engine = {
    api,
    status: () => ({ phase: 'ready' }),
    subscribe: (listener: (event: EngineEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const emit = (event: EngineEvent): void => {
    for (const listener of listeners) listener(event);
  };
  return { engine: engine as unknown as Engine, emit, listeners };
}

function channel(fake: Fake) {
  const { port1, port2 } = new MessageChannel();
  servePage(
    port1 as unknown as PagePort,
    engineService(() => fake.engine),
  );
  const page = engineOver(port2 as unknown as EnginePort, { server: 'http://127.0.0.1:1' });
  port1.start();
  port2.start();
  const close = (): void => {
    port1.close();
    port2.close();
  };
  return { page, close, raw: port2 };
}

describe('the page and the engine', () => {
  test('[ENG6] each call gets its own answer, whatever the order in which they are ready', async () => {
    const gates: (() => void)[] = [];
    const fake = fakeEngine({ row: (id: string) => new Promise((resolve) => gates.push(() => resolve({ id }))) });
    const { page, close } = channel(fake);
    const [one, two] = [page.api.row('1' as never), page.api.row('2' as never)];
    await until('both are asked', () => gates.length === 2);
    gates[1]?.();
    gates[0]?.();
    expect(await Promise.all([one, two])).toEqual([{ id: '1' }, { id: '2' }]);
    close();
  });

  test('[ENG6] an error is one line, and the next call works', async () => {
    const fake = fakeEngine({ inbox: () => Promise.reject(new Error('first line\nsecond line')), parties: async () => ['a'] });
    const { page, close } = channel(fake);
    await expect(page.api.inbox()).rejects.toThrow(/^first line$/);
    expect(await page.api.parties()).toEqual(['a']);
    close();
  });

  test('[ENG6] what is no call of the interface is not answered', async () => {
    const called: string[] = [];
    const fake = fakeEngine({ status: async () => 'fine' });
    Object.defineProperty(fake.engine.api, 'constructor', { value: () => called.push('constructor') });
    const { page, raw, close } = channel(fake);
    for (const strange of [
      null,
      7,
      { kind: 'call', id: 1, method: 'constructor', arguments: [] },
      { kind: 'call', id: 'x', method: 'status', arguments: [] },
    ]) {
      raw.postMessage(strange);
    }
    expect(await page.api.status()).toBe('fine');
    expect(called).toEqual([]);
    close();
  });

  test('events reach the page until it says goodbye', async () => {
    const fake = fakeEngine({});
    const { page, raw, close } = channel(fake);
    const heard: EngineEvent[] = [];
    const stop = page.subscribe((event) => void heard.push(event));
    await until('the first status', () => heard.length === 1);
    fake.emit({ kind: 'changed', version: 7 });
    await until('the change', () => heard.length === 2);
    expect(heard[1]).toEqual({ kind: 'changed', version: 7 });
    raw.postMessage({ kind: 'bye' });
    await until('nobody listens', () => fake.listeners.size === 0);
    stop();
    close();
  });

  test('bytes of an export are handed over, not copied', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const { page, close } = channel(fakeEngine({ exportRows: async () => bytes }));
    expect([...(await page.api.exportRows({ text: '', sort: [] }, [], 'csv'))]).toEqual([1, 2, 3]);
    expect(bytes.byteLength).toBe(0);
    close();
  });
});

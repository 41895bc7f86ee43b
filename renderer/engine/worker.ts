import * as z from 'zod';
import type { EngineStart } from '../../shared/bridge/engine.ts';
import { Engine } from './engine.ts';
import type { EngineHost } from './host.ts';
import { engineService, type PagePort, servePage } from './rpc.ts';

/**
 * The engine's worker. As a SharedWorker there is one for all pages of an origin; as a dedicated worker, where a browser has
 * no SharedWorker, its page has made sure with a lock that it is the only one.
 */
declare const self: (SharedWorkerGlobalScope | DedicatedWorkerGlobalScope) & typeof globalThis;

// The content security policy forbids eval, with which zod would compile its parsers.
z.config({ jitless: true });

const host: EngineHost = {
  indexedDB: self.indexedDB,
  WebSocket: self.WebSocket,
  fetch: self.fetch.bind(self),
  subtle: self.crypto.subtle,
  random: (length) => self.crypto.getRandomValues(new Uint8Array(length)),
  now: () => Date.now(),
  locks: self.navigator.locks,
  databases: 'muster',
};

const engines = new Map<string, Engine>();

function engineFor(start: EngineStart): Engine {
  const known = engines.get(start.server);
  if (known) return known;
  const engine = new Engine(host, start);
  engines.set(start.server, engine);
  void engine.start();
  return engine;
}

const service = engineService(engineFor);

self.addEventListener('online', () => {
  for (const engine of engines.values()) engine.hurry();
});
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  for (const engine of engines.values()) engine.report(event.reason);
});
self.addEventListener('error', (event) => {
  event.preventDefault();
  for (const engine of engines.values()) engine.report(event.message);
});

if ('onconnect' in self) {
  self.addEventListener('connect', (event) => {
    const [port] = event.ports;
    if (!port) return;
    servePage(port as PagePort, service);
    port.start();
  });
} else {
  servePage(self as unknown as PagePort, service);
}

import { cpSync, rmSync } from 'node:fs';
import { vi } from 'vitest';
import type * as Y from 'yjs';
import { Engine } from '../../../renderer/engine/engine.ts';
import type { EngineHost } from '../../../renderer/engine/host.ts';
import type { EngineEvent } from '../../../shared/bridge/engine.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { IdentityId } from '../../../shared/model/ids.ts';
import { Core } from '../../../sync-server/core/core.ts';
import { createLog } from '../../../sync-server/core/log.ts';
import { type RunningServer, startServer } from '../../../sync-server/server.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';
import { testHost, until } from './testHost.ts';

/** A real server that goes away and comes back at one address, and engines of several profiles that talk to it. */
export class EngineWorld {
  readonly data = throwAwayDirectory();
  readonly notices: string[] = [];
  readonly #engines = new Set<Engine>();
  /** How far the server's clock is ahead, in milliseconds. */
  later = 0;
  readonly #opened = vi.spyOn(Core, 'open');
  #copies = 0;
  #server: RunningServer | undefined;
  port = 0;

  /** The inside of the running server: what it signed and holds, and what it would publish if it lied. */
  get core(): Core {
    const opened = this.#opened.mock.settledResults.at(-1);
    if (opened?.type !== 'fulfilled') throw new Error('no server is running');
    return opened.value;
  }

  get catalog(): Y.Doc {
    return (this.core as unknown as { readonly catalog: { readonly shared: { readonly doc: Y.Doc } } }).catalog.shared.doc;
  }

  get server(): RunningServer {
    if (!this.#server) throw new Error('no server is running');
    return this.#server;
  }

  /** @param data another directory than this world's own. */
  async serve(data = this.data): Promise<void> {
    this.#server = await startServer({ data, port: this.port, log: createLog('silent'), clock: () => Date.now() + this.later });
    this.port = Number(new URL(this.#server.address).port);
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** The data directory as it is now; the server must be stopped. */
  copy(): string {
    const to = `${this.data}-copy-${++this.#copies}`;
    cpSync(this.data, to, { recursive: true });
    return to;
  }

  async start(profile: string, changes: Partial<EngineHost> = {}): Promise<Engine> {
    const engine = new Engine(testHost(profile, changes), { server: `http://127.0.0.1:${this.port}` });
    engine.subscribe((event: EngineEvent) => void (event.kind === 'notice' && this.notices.push(event.message)));
    this.#engines.add(engine);
    await engine.start();
    return engine;
  }

  async launched(profile: string, changes: Partial<EngineHost> = {}): Promise<Engine> {
    const engine = await this.start(profile, changes);
    const token = /#launch=([^&]+)/.exec(this.server.launchLink())?.[1] ?? '';
    const reply = await engine.api.enrol(token, { label: profile });
    if (!reply.ok) throw new Error(reply.error.message);
    await online(engine);
    return engine;
  }

  /** Somebody new, by an invitation that an administrator's engine made. */
  async invited(admin: Engine, profile: string, role: 'admin' | 'steward' | 'reader', changes: Partial<EngineHost> = {}): Promise<Engine> {
    const invitation = await admin.api.invite({ role, remit: 'true', label: profile, hours: 1 });
    if (!invitation.ok) throw new Error(invitation.error.message);
    await settled(admin);
    const engine = await this.start(profile, changes);
    const reply = await engine.api.enrol(tokenOf(invitation.value.link), { label: profile, personName: profile });
    if (!reply.ok) throw new Error(reply.error.message);
    await online(engine);
    return engine;
  }

  async close(engine: Engine): Promise<void> {
    this.#engines.delete(engine);
    await engine.close();
  }

  async closeEngines(): Promise<void> {
    for (const engine of this.#engines) await engine.close();
    this.#engines.clear();
  }

  async dispose(): Promise<void> {
    await this.closeEngines();
    await this.stop();
    this.#opened.mockRestore();
    for (let copy = 1; copy <= this.#copies; copy++) rmSync(`${this.data}-copy-${copy}`, { recursive: true, force: true });
    rmSync(this.data, { recursive: true, force: true });
  }
}

export const tokenOf = (link: string): string => /#join=([^&]+)/.exec(link)?.[1] ?? '';
export const online = (engine: Engine): Promise<void> => until('online', () => engine.status().connection === 'online');
export const settled = (engine: Engine): Promise<void> => until('nothing waits', () => engine.status().savedHere === 0);

export async function say(engine: Engine, acts: readonly Act[], label = 'a change'): Promise<void> {
  const done = await engine.api.commit(acts, await engine.api.openEditor(), label);
  if (!done.ok) throw new Error(done.error.message);
}

export async function identity(engine: Engine, name: string): Promise<IdentityId> {
  const { acts, id } = await engine.api.newIdentity(name, 'service account');
  await say(engine, acts, `create ${name}`);
  return id;
}

import { createHash, webcrypto } from 'node:crypto';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { toBase64Url, utf8 } from '../../shared/base/bytes.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { type Purpose, publicKeyOf, type Signer, signedMessage } from '../../shared/base/signature.ts';
import { toInstant } from '../../shared/base/time.ts';
import { readSegments } from '../../shared/documents/catalogDocument.ts';
import { ledgerValueAt, onLedgerValues } from '../../shared/documents/ledgerDocument.ts';
import { putOutboxEntries, removeOutboxEntries } from '../../shared/documents/outboxDocument.ts';
import { type SignedEntry, signEntries } from '../../shared/ledger/author.ts';
import { LedgerState } from '../../shared/ledger/ledgerState.ts';
import type { Act } from '../../shared/model/act.ts';
import type { EntryId, Place, Receipt, Seen } from '../../shared/model/entry.ts';
import type { DeviceId, PersonId, SpaceId } from '../../shared/model/ids.ts';
import { SUBPROTOCOL } from '../../shared/wire/closeCodes.ts';
import { enrolReply, nonceReply, spaceInfo, ticketReply } from '../../shared/wire/http.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A document as a stock y-websocket client holds it. */
export interface OpenDocument {
  readonly doc: Y.Doc;
  readonly provider: WebsocketProvider;
  /** Resolves at the first complete sync, rejects with the close code when the server refuses. */
  readonly synced: Promise<void>;
  /** The next close of its socket. */
  closed(): Promise<Closed>;
  destroy(): void;
}

export async function newSigner(): Promise<Signer> {
  const keys = (await webcrypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const publicKey = publicKeyOf(new Uint8Array(await webcrypto.subtle.exportKey('raw', keys.publicKey)));
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await webcrypto.subtle.sign('Ed25519', keys.privateKey, message)),
  };
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

export async function signText(signer: Signer, purpose: Purpose, value: unknown): Promise<string> {
  return toBase64Url(await signer.sign(signedMessage(purpose, utf8(canonicalJson(value)))));
}

/** A socket that a stock client would open, without retrying: for tests of what the server refuses. */
export function openDocument(address: string, name: string, protocols: string[], params: Record<string, string> = {}): OpenDocument {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`${address.replace('http', 'ws')}/sync`, name, doc, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
    protocols,
    params,
  });
  const closed = (): Promise<Closed> =>
    new Promise((resolve) => {
      provider.once('connection-close', (event: { code: number; reason: string } | null) => {
        resolve({ code: event?.code ?? 0, reason: event?.reason ?? '' });
      });
    });
  const refused = closed();
  const synced = new Promise<void>((resolve, reject) => {
    provider.once('sync', () => resolve());
    void refused.then(({ code, reason }) => reject(new Error(`closed ${code} ${reason}`)));
  });
  synced.catch(() => undefined);
  const destroy = (): void => {
    provider.destroy();
    doc.destroy();
  };
  return { doc, provider, synced, closed, destroy };
}

export interface Placed {
  readonly id: EntryId;
  readonly place: Place;
  readonly receipt: Receipt;
}

/** A device as the app is one: a key, tickets, the catalog, every ledger segment, an outbox. */
export class TestDevice {
  readonly address: string;
  readonly space: SpaceId;
  readonly signer: Signer;
  readonly person: PersonId;
  readonly ledger: LedgerState;
  private readonly documents = new Map<string, OpenDocument>();
  private outbox: OpenDocument | undefined;
  private previous: EntryId | null = null;
  private listeners = new Set<() => void>();

  private constructor(address: string, space: SpaceId, signer: Signer, person: PersonId) {
    this.address = address;
    this.space = space;
    this.signer = signer;
    this.person = person;
    this.ledger = new LedgerState({ space });
  }

  /** @param link a launch link or an invitation's. */
  static async enrol(link: string, options: { label?: string; personName?: string; signer?: Signer } = {}): Promise<TestDevice> {
    const url = new URL(link);
    const token = /^#(?:launch|join)=([\w-]+)/.exec(url.hash)?.[1] ?? '';
    const signer = options.signer ?? (await newSigner());
    const { space } = spaceInfo.parse(await (await fetch(`${url.origin}/api/space`)).json());
    const device = signer.publicKey;
    const proof = await signText(signer, 'muster/enrol/1', { space, device, token: createHash('sha256').update(token).digest('hex') });
    const { label = 'test device', personName } = options;
    const reply = await post(`${url.origin}/api/enrol`, {
      device,
      token,
      proof,
      label,
      ...(personName === undefined ? {} : { personName }),
    });
    if (reply.status !== 201) throw new Error(`enrol ${reply.status} ${JSON.stringify(reply.body)}`);
    return new TestDevice(url.origin, space, signer, enrolReply.parse(reply.body).person);
  }

  /** A device that came in another way than by a link. */
  static known(address: string, space: SpaceId, signer: Signer, person: PersonId): TestDevice {
    return new TestDevice(address, space, signer, person);
  }

  /** The same device after a restart of its page, or of the server under another address. */
  static resume(device: TestDevice, address = device.address): TestDevice {
    const resumed = new TestDevice(address, device.space, device.signer, device.person);
    resumed.previous = device.previous;
    return resumed;
  }

  get device(): DeviceId {
    return this.signer.publicKey;
  }

  async ticket(): Promise<string> {
    const asked = await post(`${this.address}/api/auth/nonce`, { device: this.device });
    const { nonce, origin, expires } = nonceReply.parse(asked.body);
    const signature = await signText(this.signer, 'muster/auth/1', { space: this.space, nonce, origin, expires });
    const reply = await post(`${this.address}/api/auth/ticket`, { device: this.device, nonce, signature });
    if (reply.status !== 200) throw new Error(`ticket ${reply.status} ${JSON.stringify(reply.body)}`);
    return ticketReply.parse(reply.body).ticket;
  }

  /** A request with this device's ticket. */
  async request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const headers: Record<string, string> = { authorization: `Bearer ${await this.ticket()}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(this.address + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
  }

  /** Opens a document with a ticket of its own; opened twice it is the same one. */
  async open(name: string): Promise<OpenDocument> {
    const known = this.documents.get(name);
    if (known) return known;
    const opened = openDocument(this.address, name, [SUBPROTOCOL, await this.ticket()]);
    this.documents.set(name, opened);
    return opened;
  }

  /** Opens catalog, ledger and outbox, and waits until they are here. */
  async connect(): Promise<this> {
    const catalog = await this.open('catalog');
    await catalog.synced;
    await this.openSegments(catalog.doc);
    catalog.doc.on('update', () => void this.openSegments(catalog.doc));
    this.outbox = await this.open(`outbox/${this.device}`);
    await this.outbox.synced.catch(() => undefined);
    return this;
  }

  seen(): Seen {
    return { epoch: this.ledger.epoch, place: this.ledger.place, root: this.ledger.root };
  }

  /** Signs acts as this device's next entries without sending them. */
  async sign(acts: readonly Act[], seen: Seen = this.seen()): Promise<SignedEntry[]> {
    const at = toInstant(Date.now());
    const signed = await signEntries({ space: this.space, prev: this.previous, at, seen, acts }, this.signer);
    if (!signed.ok) throw new Error(signed.error);
    this.previous = signed.value.at(-1)?.id ?? this.previous;
    return signed.value;
  }

  send(entries: readonly SignedEntry[]): void {
    if (!this.outbox) throw new Error('connect first');
    putOutboxEntries(this.outbox.doc, entries);
  }

  /** Signs, sends, and resolves when every entry was seen in the ledger: that is the acknowledgement. */
  async commit(acts: readonly Act[], seen?: Seen): Promise<Placed[]> {
    const entries = await this.sign(acts, seen);
    this.send(entries);
    const placed = await Promise.all(entries.map(({ id }) => this.placed(id)));
    if (this.outbox)
      removeOutboxEntries(
        this.outbox.doc,
        entries.map(({ id }) => id),
      );
    return placed;
  }

  async placed(id: EntryId): Promise<Placed> {
    await this.until(() => this.ledger.placeOf(id) !== undefined);
    const receipt = this.ledger.line(id)?.receipt;
    const place = this.ledger.placeOf(id);
    if (!receipt || place === undefined) throw new Error('placed without a receipt');
    return { id, place, receipt };
  }

  /** Waits for a state of the ledger. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const listener = (): void => {
        if (!condition()) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }

  close(): void {
    for (const document of this.documents.values()) document.destroy();
    this.documents.clear();
  }

  private async openSegments(catalog: Y.Doc): Promise<void> {
    for (const { epoch, n } of readSegments(catalog)) {
      const name = `ledger/${epoch}/${n}`;
      if (this.documents.has(name)) continue;
      const segment = await this.open(name);
      const take = (places: Iterable<number>): void => this.take(segment.doc, places);
      onLedgerValues(segment.doc, take);
      await segment.synced;
    }
  }

  private take(doc: Y.Doc, places: Iterable<number>): void {
    const values = [...places].flatMap((place) => {
      const value = ledgerValueAt(doc, place);
      return value ? [{ place: place as Place, value }] : [];
    });
    this.ledger.append(values);
    for (const listener of [...this.listeners]) listener();
  }
}

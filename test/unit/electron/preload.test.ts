import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bridge, CHANNEL } from '../../../shared/bridge/bridge.ts';

const electron = vi.hoisted(() => ({
  exposed: {} as Record<string, unknown>,
  sent: [] as [string, unknown][],
  answer: undefined as unknown,
}));
// The program itself is never loaded here: these are the two names that a preload gets from it.
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: unknown) => Object.assign(electron.exposed, { [name]: value }) },
  ipcRenderer: {
    invoke: async (channel: string, message: unknown) => {
      electron.sent.push([channel, message]);
      return electron.answer;
    },
    on: () => undefined,
    off: () => undefined,
  },
}));

type Verb = Exclude<keyof Bridge, 'onMenu'>;
type Call = (request?: unknown) => Promise<unknown>;

const ID = 'A'.repeat(22);
const DONE = { done: true };
const TROUBLE = { done: false, trouble: { message: 'no', wayOut: 'yes' } };

/** For each verb what it takes, what it must not take, what main may answer, and what it must not. One that is missing does not compile. */
const VERBS: Readonly<Record<Verb, { good?: unknown; bad?: unknown[]; answer: unknown; badAnswers?: unknown[] }>> = {
  info: {
    answer: { host: 'electron', platform: 'mac', version: '1', server: 'http://127.0.0.1:1' },
    badAnswers: [undefined, { host: 'x' }],
  },
  saveFile: {
    good: { name: 'a', bytes: new Uint8Array() },
    bad: [undefined, { name: '', bytes: new Uint8Array() }, { name: 'a', bytes: 'b' }],
    answer: true,
  },
  openExternal: { good: { url: 'https://a.example' }, bad: [undefined, { url: 'file:///x' }], answer: undefined },
  setTheme: { good: { theme: 'dark' }, bad: [undefined, { theme: 'sepia' }], answer: undefined },
  openedFile: { answer: { name: 'a', bytes: new Uint8Array() }, badAnswers: [{ name: 'a' }, 'a'] },
  spaces: {
    answer: { current: 'local', spaces: [{ place: 'local' }, { place: 'https://a.example', name: 'Payments', space: '0'.repeat(32) }] },
    badAnswers: [undefined, { current: 'local', spaces: [] }, { current: 'ftp://x', spaces: [{ place: 'local' }] }],
  },
  handedOver: { answer: Uint8Array.of(1), badAnswers: ['text', { length: 1 }] },
  openSpace: { good: { place: 'https://a.example' }, bad: [undefined, { place: 'http://a.example' }], answer: undefined },
  joinSpace: {
    good: { kind: 'join', server: 'https://a.example', token: 'token-of-an-invitation', key: '0'.repeat(64) },
    bad: [undefined, { kind: 'join', server: 'https://a.example', token: '<b>', key: '0'.repeat(64) }],
    answer: true,
    badAnswers: ['yes'],
  },
  leaveSpace: { good: { place: 'https://a.example' }, bad: [undefined, { place: 'local' }], answer: undefined },
  nameSpace: { good: { name: 'Payments', space: '0'.repeat(32) }, bad: [undefined, { name: 'Payments' }], answer: undefined },
  openedLink: {
    answer: { kind: 'open', space: '0'.repeat(32), id: '1'.repeat(32) },
    badAnswers: [
      { kind: 'run' },
      { kind: 'open', space: '0'.repeat(32), id: '../x' },
      { kind: 'join', server: 'http://a.example', token: 't'.repeat(20), key: '0'.repeat(32) },
    ],
  },
  keepSecret: {
    good: { name: 'db', value: 'x' },
    bad: [undefined, { name: '../x', value: 'x' }, { name: 'db', value: '' }],
    answer: TROUBLE,
    badAnswers: [undefined, { done: true, value: 'x' }],
  },
  forgetSecret: { good: { name: 'db' }, bad: [undefined, { name: '' }], answer: DONE, badAnswers: ['x'] },
  secretNames: { answer: ['db'], badAnswers: [[{ name: 'db', value: 'x' }], ['../x']] },
  secretsAvailable: { answer: DONE, badAnswers: [true] },
  beginSignIn: {
    answer: { id: ID, redirect: 'http://127.0.0.1:80/sign-in' },
    badAnswers: [{ id: ID, redirect: 'https://evil.example/sign-in' }],
  },
  openForSignIn: { good: { id: ID, address: 'https://a.example/' }, bad: [undefined, { id: ID, address: 'nonsense' }], answer: undefined },
  signInResult: { good: { id: ID }, bad: [undefined, { id: '' }], answer: { query: 'code=x' }, badAnswers: [undefined, { query: 1 }] },
};

let bridge: Record<Verb, Call>;
beforeEach(async () => {
  electron.sent.length = 0;
  await import('../../../electron/preload.ts');
  bridge = electron.exposed.muster as typeof bridge;
});

describe('the preload', () => {
  it('gives the page these verbs and nothing else', () => {
    expect(Object.keys(electron.exposed)).toEqual(['muster']);
    expect(Object.keys(bridge).sort()).toEqual([...Object.keys(VERBS), 'onMenu'].sort());
  });

  it.each(Object.entries(VERBS) as [Verb, (typeof VERBS)[Verb]][])(
    'checks what %s takes before it is sent, and what main answers',
    async (verb, { good, bad = [], answer, badAnswers = [] }) => {
      for (const request of bad) await expect(bridge[verb](request)).rejects.toThrow();
      expect(electron.sent).toEqual([]);
      electron.answer = answer;
      await expect(bridge[verb](good)).resolves.toEqual(answer);
      expect(electron.sent).toEqual([[CHANNEL[verb], good]]);
      for (const wrong of badAnswers) {
        electron.answer = wrong;
        await expect(bridge[verb](good)).rejects.toThrow();
      }
    },
  );
});

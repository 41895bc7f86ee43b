import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../shared/base/time.ts';
import { checkCertificate } from '../../../sync-server/doctor/checkCertificate.ts';
import { checkClock } from '../../../sync-server/doctor/checkClock.ts';
import { checkSpace, checkSync } from '../../../sync-server/doctor/checkDisk.ts';
import { checkLock } from '../../../sync-server/doctor/checkLock.ts';
import { checkAuthorities, checkProxy } from '../../../sync-server/doctor/checkNetwork.ts';
import { checkPermissions } from '../../../sync-server/doctor/checkPermissions.ts';
import { checkPort } from '../../../sync-server/doctor/checkPort.ts';
import { checkStoreFormat } from '../../../sync-server/doctor/checkPrograms.ts';
import { ClockWatch } from '../../../sync-server/doctor/clockWatch.ts';
import { KNOWN_VERSION } from '../../../sync-server/storage/sqliteSchema.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const folder = throwAwayDirectory();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const NOW = Date.parse('2026-06-01T12:00:00Z');
const clock = { now: NOW, newest: NOW - MINUTE, moved: 0, expectsNews: true };

describe('[OPS14] the clock', () => {
  it.each([
    ['right', {}, 'ok', /1 min old\.$/],
    ['within what nobody notices', { newest: NOW + 30_000 }, 'ok', /0 s old/],
    ['behind the newest entry', { newest: NOW + 3 * HOUR }, 'failed', /3 h before the newest thing/],
    ['a day ahead, while sources run', { newest: NOW - 2 * DAY }, 'warning', /2 d old, though sources run/],
    ['a register that rests', { newest: NOW - 90 * DAY, expectsNews: false }, 'ok', /90 d old\.$/],
    ['moved ahead while the server ran', { moved: 2 * HOUR }, 'warning', /moved 2 h ahead/],
    ['moved back', { moved: -10 * MINUTE }, 'warning', /moved 10 min back/],
    ['nothing to compare with', { newest: undefined }, 'ok', /nothing is known/],
  ] as const)('%s', (_name, facts, verdict, message) => {
    const found = checkClock({ ...clock, ...facts });
    expect(found.verdict).toBe(verdict);
    expect(found.message).toMatch(message);
    expect(found.wayOut === undefined).toBe(verdict === 'ok');
  });

  it('a jump is seen against the time since the computer started', () => {
    let [wall, since] = [NOW, 1_000];
    const watch = new ClockWatch(
      () => wall,
      () => since,
    );
    [wall, since] = [wall + HOUR, since + HOUR];
    expect(watch.moved).toBe(0);
    wall -= 20 * MINUTE;
    expect(watch.moved).toBe(-20 * MINUTE);
  });
});

describe('[OPS14] this computer', () => {
  it('a free port, one that is taken and by whom, and an address that is not here', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const taken = await checkPort('127.0.0.1', port, undefined);
    expect(taken).toMatchObject({ verdict: 'failed', wayOut: 'Stop it, or choose another --port.' });
    if (process.platform === 'linux')
      expect(taken.message).toMatch(new RegExp(`is taken by \\S+ .*\\(process ${process.pid}\\)|\\(process ${process.pid}\\)`));
    expect((await checkPort('127.0.0.1', port, 4_711)).message).toContain('held by this Muster (process 4711)');
    await new Promise((resolve) => server.close(resolve));
    expect((await checkPort('127.0.0.1', port, undefined)).verdict).toBe('ok');
    expect(await checkPort('192.0.2.1', port, undefined)).toMatchObject({ verdict: 'failed', wayOut: expect.stringContaining('--host') });
  });

  it('[OPS15] the disk is measured, and nothing stays of it', () => {
    expect(checkSpace(join(folder, 'not', 'yet')).message).toMatch(/GB of \d+\.\d GB are free/);
    expect(checkSync(folder).message).toMatch(/a write is on disk after [\d.]+ ms/);
    expect(readdirSync(folder)).toEqual([]);
    expect(checkSync('/proc/1')).toMatchObject({ verdict: 'failed' });
  });

  it.skipIf(process.platform === 'win32')('each file that others may read is named, with what to do', () => {
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(join(data, 'server-key.pem'), '', { mode: 0o600 });
    expect(checkPermissions(data).map(({ check, verdict }) => [check, verdict])).toEqual([
      ['owner', 'ok'],
      ['permissions', 'ok'],
    ]);
    chmodSync(join(data, 'server-key.pem'), 0o640);
    chmodSync(data, 0o755);
    const found = checkPermissions(data).filter(({ verdict }) => verdict === 'failed');
    expect(found.map(({ message }) => message)).toEqual([
      `Others may reach ${data} (mode 0755).`,
      `Others may reach ${join(data, 'server-key.pem')} (mode 0640).`,
    ]);
    expect(found.map(({ wayOut }) => wayOut?.slice(0, 13))).toEqual(['Run chmod 700', 'Run chmod 600']);
    expect(checkPermissions(join(folder, 'none'))).toMatchObject([{ verdict: 'ok' }]);
  });

  it('the lock says who holds it, alive or not', () => {
    const lock = join(folder, 'lock');
    expect(checkLock(lock).message).toBe('No process holds the data directory.');
    writeFileSync(lock, `${process.pid} \n`);
    expect(checkLock(lock).message).toBe(`Process ${process.pid} holds the data directory.`);
    writeFileSync(lock, '4194999 1\n');
    expect(checkLock(lock).message).toContain('ended without giving it back');
  });

  it('a store of a newer program, an older one, and what is none', () => {
    const store = join(folder, 'store.sqlite');
    const header = Buffer.alloc(100);
    header.write('SQLite format 3\0', 'latin1');
    const withFormat = (format: number) => {
      header.writeUInt32BE(format, 60);
      writeFileSync(store, header);
      return checkStoreFormat(store);
    };
    expect(checkStoreFormat(join(folder, 'none')).verdict).toBe('ok');
    expect(withFormat(KNOWN_VERSION).verdict).toBe('ok');
    expect(withFormat(KNOWN_VERSION + 1)).toMatchObject({ verdict: 'failed', wayOut: expect.stringContaining('Update Muster') });
    expect(withFormat(KNOWN_VERSION - 1)).toMatchObject({ verdict: 'warning', wayOut: expect.stringContaining('Back it up first') });
    writeFileSync(store, 'nonsense');
    expect(checkStoreFormat(store).verdict).toBe('failed');
  });

  it('[OPS15] the proxy and the authorities of the environment, without credentials', async () => {
    expect((await checkProxy({})).verdict).toBe('ok');
    const away = await checkProxy({ HTTPS_PROXY: 'http://ana:hunter2@127.0.0.1:1' });
    expect(away).toMatchObject({ verdict: 'failed', message: 'The proxy 127.0.0.1:1 of HTTPS_PROXY does not answer.' });
    const nonsense = await checkProxy({ https_proxy: 'socks5://ana:hunter2@proxy' });
    expect(nonsense.verdict).toBe('failed');
    expect(JSON.stringify([away, nonsense])).not.toContain('hunter2');
    expect(checkAuthorities({}, NOW)).toMatchObject([{ verdict: 'ok' }]);
    expect(checkAuthorities({ NODE_EXTRA_CA_CERTS: '/none.pem', SSL_CERT_FILE: '/dev/null' }, NOW).map(({ verdict }) => verdict)).toEqual([
      'failed',
      'failed',
    ]);
  });

  it('a certificate that ends, ended, or names somebody else', () => {
    const identity = { cert: '', key: '', fingerprint: '', names: ['muster.example', '*.intern.example'], expires: NOW + 90 * DAY };
    expect(checkCertificate(identity, 'muster.example', NOW).verdict).toBe('ok');
    expect(checkCertificate(identity, 'a.intern.example', NOW).verdict).toBe('ok');
    expect(checkCertificate(identity, 'a.b.intern.example', NOW).verdict).toBe('failed');
    expect(checkCertificate({ ...identity, expires: NOW + 3 * DAY }, undefined, NOW).verdict).toBe('warning');
    expect(checkCertificate({ ...identity, expires: NOW - 1 }, undefined, NOW).verdict).toBe('failed');
  });
});

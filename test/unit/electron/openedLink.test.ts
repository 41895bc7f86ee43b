import { describe, expect, it } from 'vitest';
import { linkOf, OpenedLink } from '../../../electron/openedLink.ts';

const TOKEN = 'token-of-an-invitation_01';
const KEY = '0123456789abcdef'.repeat(2);
const SPACE = '00112233445566778899aabbccddeeff';
const ID = 'ffeeddccbbaa99887766554433221100';
const joinOf = (server: string): string => `muster-link://join?server=${encodeURIComponent(server)}#join=${TOKEN}&key=${KEY}`;
const JOIN = joinOf('https://muster.example.org');
const OPEN = `muster-link://open?space=${SPACE}&id=${ID}`;

describe('links of the system', () => {
  it('[DSK8] an invitation and an identity are understood', () => {
    const join = { kind: 'join', server: 'https://muster.example.org', token: TOKEN, key: KEY };
    expect(linkOf(JOIN)).toEqual(join);
    expect(linkOf(JOIN.replace('join?', 'join/?'))).toEqual(join);
    expect(linkOf(OPEN)).toEqual({ kind: 'open', space: SPACE, id: ID });
    for (const server of [
      'https://muster.example.org:8443',
      'http://127.0.0.1:4747',
      'http://[::1]:4747',
      'http://localhost',
      'https://[2001:db8::1]',
    ]) {
      expect(linkOf(joinOf(server))).toMatchObject({ server });
    }
  });

  it.each([
    'http://muster.example.org',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'http://127.1',
    'http://0x7f000001',
    'https://user:pw@muster.example.org',
    'https://muster.example.org/',
    'https://muster.example.org/path',
    'https://muster.example.org?x',
    'https://muster.example.org#x',
    'https://MUSTER.example.org',
    'https://muster.example.org:443',
    'https://muster.example.org:0',
    'https://muster.example.org:99999',
    'https://müster.example.org',
    'https://muster.example.org\n.evil.example',
    'https://',
    'https://-',
    `https://${'a'.repeat(300)}.example`,
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'muster://app',
    '//muster.example.org',
    '',
  ])('[DSK8] a server that is none is refused: %s', (server) => {
    expect(linkOf(joinOf(server))).toBeUndefined();
  });

  it.each([
    ['another scheme', JOIN.replace('muster-link', 'muster')],
    ['an upper-case scheme', JOIN.replace('muster-link', 'MUSTER-LINK')],
    ['no slashes', JOIN.replace('//', '')],
    ['another verb', JOIN.replace('join?', 'run?')],
    ['a path', JOIN.replace('join?', 'join/x?')],
    ['a path that climbs', JOIN.replace('join?', 'join/../open?')],
    ['a port', JOIN.replace('join?', 'join:80?')],
    ['credentials', JOIN.replace('join?', 'a:b@join?')],
    ['no token', JOIN.replace(`join=${TOKEN}&`, '')],
    ['a short token', JOIN.replace(TOKEN, 'short')],
    ['a long token', JOIN.replace(TOKEN, 'x'.repeat(257))],
    ['a token with markup', JOIN.replace(TOKEN, '<script>alert(1)</script>')],
    ['no fingerprint', JOIN.replace(`&key=${KEY}`, '')],
    ['a fingerprint that is none', JOIN.replace(KEY, 'z'.repeat(32))],
    ['two tokens', `${JOIN}&join=${TOKEN}`],
    ['a server in the fragment', `${JOIN}&server=https://evil.example`],
    ['two servers', JOIN.replace('#', '&server=https://evil.example#')],
    ['more than it takes', JOIN.replace('#', '&launch=1#')],
    ['the token in the query', `muster-link://join?server=https%3A%2F%2Fa.example&join=${TOKEN}&key=${KEY}`],
    ['an option behind a space', `${JOIN} --inspect=9229`],
    ['an option behind a quote and a space', `${JOIN}" --gpu-launcher=calc`],
    ['a line break', `${JOIN}\n`],
    ['a null byte', `${JOIN}\0`],
    ['a tab that a parser would drop', JOIN.replace('muster.example', 'muster.ex\tample')],
    ['too long', `${JOIN}${'0'.repeat(2_048)}`],
    ['no space', `muster-link://open?id=${ID}`],
    ['an id that is none', OPEN.replace(ID, '../../../etc/passwd')],
    ['an upper-case id', OPEN.replace(ID, ID.toUpperCase())],
    ['prototype names', `muster-link://open?__proto__=${SPACE}&constructor=${ID}`],
    ['a fragment where none is taken', `${OPEN}#join=${TOKEN}`],
    ['nothing', ''],
    ['only the scheme', 'muster-link://'],
  ])('[DSK8] %s is refused', (_what, link) => {
    expect(linkOf(link)).toBeUndefined();
  });

  it('[DSK8] among the arguments of a start the link is found, and what is no link changes nothing', () => {
    const opened = new OpenedLink();
    expect(opened.offer(['--no-sandbox', '--', JOIN])).toBe(true);
    expect(opened.offer(['--muster-link://join', 'muster-link://run', '/home/a/november.muster'])).toBe(false);
    expect(opened.take()).toMatchObject({ kind: 'join' });
    expect(opened.take()).toBeUndefined();
  });
});

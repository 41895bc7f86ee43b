import { describe, expect, it } from 'vitest';
import { invitationOf } from '../../../renderer/app/invitationLink.ts';
import { spaceWords } from '../../../shared/bridge/hostSpaces.ts';

const TOKEN = 'token-of-an-invitation';
const KEY = '0123456789abcdef'.repeat(4);

describe('a pasted invitation', () => {
  it('[DSK14] is understood as its server made it, with spaces around it', () => {
    expect(invitationOf(`  https://muster.example.org/#join=${TOKEN}&key=${KEY}\n`)).toEqual({
      kind: 'join',
      server: 'https://muster.example.org',
      token: TOKEN,
      key: KEY,
    });
    expect(invitationOf(`http://127.0.0.1:4747/#join=${TOKEN}&key=${KEY}`)?.server).toBe('http://127.0.0.1:4747');
  });

  it.each([
    `http://muster.example.org/#join=${TOKEN}&key=${KEY}`,
    `https://muster.example.org/#join=${TOKEN}`,
    `https://muster.example.org/x/#join=${TOKEN}&key=${KEY}`,
    `https://u:p@muster.example.org/#join=${TOKEN}&key=${KEY}`,
    `https://MUSTER.example.org/#join=${TOKEN}&key=${KEY}`,
    `https://muster.example.org:443/#join=${TOKEN}&key=${KEY}`,
    `https://muster.example.org/#launch=${TOKEN}&key=${KEY}`,
    `https://muster.example.org/#join=${TOKEN}&key=${KEY}&more=1`,
    `https://a.example https://muster.example.org/#join=${TOKEN}&key=${KEY}`,
    'javascript:alert(1)',
    '',
  ])('[DSK14] anything else is none: %s', (text) => {
    expect(invitationOf(text)).toBeUndefined();
  });
});

describe('a register in a list', () => {
  it('[DSK15] says its name and where it is; hidden characters are shown', () => {
    expect(spaceWords({ place: 'local' })).toBe('Register on this computer');
    expect(spaceWords({ place: 'local', name: 'Mine' })).toBe('Mine · on this computer');
    expect(spaceWords({ place: 'https://muster.example.org:8443' })).toBe('muster.example.org:8443');
    expect(spaceWords({ place: 'https://muster.example.org', name: 'a\u202Eb' })).toBe('a□b · muster.example.org');
    expect(spaceWords({ place: 'local', name: 'x'.repeat(1_000) }).length).toBeLessThan(110);
  });
});

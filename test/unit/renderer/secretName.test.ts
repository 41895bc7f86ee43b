import { describe, expect, it } from 'vitest';
import { keptName } from '../../../renderer/sources/keptName.ts';
import { formOf, formProblems, kindOf, type SourceKind, secretOf, settingsOf } from '../../../renderer/sources/kinds.ts';
import { secretName } from '../../../shared/model/secretName.ts';

const kind = (): SourceKind => {
  const found = kindOf('postgres');
  if (!found) throw new Error('there is no such kind');
  return found;
};

describe('the name of a kept secret', () => {
  it('[DSK5] is made of the source and the field, is free, and is a name whatever the source is called', () => {
    expect(keptName('db.password', [])).toBe('db.password');
    expect(keptName('db.password', ['db.password', 'db.password-2'])).toBe('db.password-3');
    for (const hostile of ['', '.', '../../x', '__proto__', 'Ünïcode Näme', '<b>', 'x'.repeat(500), '-.-']) {
      const name = keptName(hostile, [keptName(hostile, [])]);
      expect([hostile, secretName.safeParse(name).success]).toEqual([hostile, true]);
    }
  });

  it('[DSK5] stands in the settings in place of the secret, and an unkept one holds the form up', () => {
    const form = { id: 'db', url: 'postgres://auditor@127.0.0.1/app', password: 'keychain:db.password' };
    expect(formProblems(kind(), form)).toEqual({});
    const settings = settingsOf(kind(), form);
    expect(settings).toMatchObject({ password: { keychain: 'db.password' } });
    expect(formOf(kind(), settings)).toMatchObject({ password: 'keychain:db.password' });
    expect(formProblems(kind(), { ...form, password: 'keychain:' }).password).toContain('Keep the secret first');
    expect(secretOf('keychain:../x')).toBeUndefined();
    expect(formProblems(kind(), { ...form, password: 'keychain:hunter2 and more' }).password).toBeDefined();
  });
});

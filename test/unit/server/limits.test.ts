import { describe, expect, it } from 'vitest';
import { Allowances } from '../../../sync-server/core/allowances.ts';
import { Turns } from '../../../sync-server/core/turns.ts';
import { addressKey } from '../../../sync-server/http/strangers.ts';

describe('an allowance', () => {
  it('[HOS6] is used up, comes back with time, and never grows past its burst', () => {
    let now = 0;
    const allowances = new Allowances({ burst: 3, perSecond: 2 }, () => now);
    expect([1, 2, 3, 4].map(() => allowances.take('a'))).toEqual([true, true, true, false]);
    expect(allowances.take('b')).toBe(true);
    now = 500;
    expect([1, 2].map(() => allowances.take('a'))).toEqual([true, false]);
    now = 60_000;
    expect([1, 2, 3, 4].map(() => allowances.take('a'))).toEqual([true, true, true, false]);
  });

  it('[HOS6] says how long a debt is waited for, also when the clock is set back', () => {
    let now = 10_000;
    const allowances = new Allowances({ burst: 10, perSecond: 5 }, () => now);
    allowances.charge('a', 20);
    expect(allowances.wait('a')).toBe(2_000);
    now = 1_000;
    expect(allowances.wait('a')).toBe(2_000);
    now = 3_000;
    expect(allowances.wait('a')).toBe(0);
    expect(allowances.wait('b')).toBe(0);
  });

  it('[HOS7] is remembered for a bounded number of keys', () => {
    const allowances = new Allowances({ burst: 1, perSecond: 0.001 }, () => 0);
    for (let index = 0; index < 30_000; index++) expect(allowances.take(`address ${index}`)).toBe(true);
    expect(allowances.take('address 29999')).toBe(false);
    expect(allowances.take('address 0')).toBe(true);
  });
});

describe('turns', () => {
  it('[HOS5] let a lane have so much at once, in order, and no other lane waits for it', async () => {
    const turns = new Turns({ tasks: 2, bytes: 100 });
    const came: string[] = [];
    const enter = (key: string, size: number, name: string): void => {
      const turn = turns.enter(key, size);
      if (turn === true) came.push(name);
      else void turn.then((mayGo) => came.push(mayGo ? name : `${name} given up`));
    };
    enter('a', 10, 'a1');
    enter('a', 10, 'a2');
    enter('a', 10, 'a3');
    enter('b', 500, 'b1 alone');
    enter('b', 1, 'b2');
    expect(came).toEqual(['a1', 'a2', 'b1 alone']);
    turns.leave('a', 10);
    turns.leave('b', 500);
    await Promise.resolve();
    expect(came.slice(3)).toEqual(['a3', 'b2']);
    enter('a', 10, 'a4');
    turns.giveUp('a');
    await Promise.resolve();
    expect(came.slice(5)).toEqual(['a4 given up']);
  });
});

it('[HOS7] an address is a host: an IPv6 one with its whole network, a mapped IPv4 one as what it is', () => {
  expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2');
  expect(addressKey('2001:db8:1:2::9')).toBe(addressKey('2001:db8:1:2:ffff::1'));
  expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0');
  expect(addressKey('::1')).toBe('0:0:0:0');
});

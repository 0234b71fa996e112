import { expect, test } from 'vitest';
import { virtualClock } from '../../bench/virtual-clock.ts';

test('sleeps at the same time overlap, and end in the order in which they are over', async () => {
  const clock = virtualClock(0);
  const woken: unknown[] = [];
  const sleep = async (millis: number) => {
    await clock.sleep(millis);
    woken.push([millis, clock.millis()]);
  };
  await Promise.all([sleep(300), sleep(100), sleep(200), sleep(100)]);
  expect(woken).toEqual([
    [100, 100],
    [100, 100],
    [200, 200],
    [300, 300],
  ]);
});

test('no time passes while anybody still has something to do', async () => {
  const clock = virtualClock(0);
  const busy = async () => {
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    return clock.millis();
  };
  const [, millis] = await Promise.all([clock.sleep(1_000), busy()]);
  expect([millis, clock.millis(), clock.now()]).toEqual([0, 1_000, '1970-01-01T00:00:01.000Z']);
});

test('who wakes may sleep again before the next one wakes', async () => {
  const clock = virtualClock(0);
  const woken: string[] = [];
  const often = async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.sleep(10);
      woken.push(`often ${clock.steady.millis()}`);
    }
  };
  const once = async () => {
    await clock.steady.wait(25);
    woken.push(`once ${clock.steady.millis()}`);
  };
  await Promise.all([once(), often()]);
  expect(woken).toEqual(['often 10', 'often 20', 'once 25', 'often 30']);
});

import { expect, test } from 'vitest';
import { virtualClock } from '../../bench/virtual-clock.ts';
import { type Api, apiThrottle } from '../../controller/aws/throttle.ts';
import { fromMillis } from '../../controller/core/instant.ts';

/** A clock that only sleeping moves, or that stands still although it is slept on. */
function testClock({ moves = true } = {}) {
  let now = 0;
  let slept = 0;
  return {
    now: () => fromMillis(now),
    sleep: async (millis: number) => {
      slept += millis;
      if (moves) now += millis;
    },
    slept: () => slept,
  };
}

async function takeMany(throttle: ReturnType<typeof apiThrottle>, api: Api, count: number) {
  return Promise.all(Array.from({ length: count }, () => throttle.take(api, 1, () => true)));
}

test.each<[Api, number, number]>([
  ['RunInstances', 5, 0],
  ['RunInstances', 9, 2_000],
  ['StartInstances', 9, 2_000],
  ['StopInstances', 60, 2_000],
  ['CreateVolume', 110, 2_000],
  ['DeleteSnapshot', 110, 2_000],
  ['CreateTags', 120, 2_000],
  ['DescribeInstances', 140, 2_000],
])('%s: %i calls at once take %i ms', async (api, count, millis) => {
  const clock = testClock();
  await takeMany(apiThrottle(clock), api, count);
  expect(clock.slept()).toBe(millis);
});

test('each API has a bucket of its own', async () => {
  const clock = testClock();
  const throttle = apiThrottle(clock);
  await takeMany(throttle, 'RunInstances', 5);
  await takeMany(throttle, 'StartInstances', 5);
  expect(clock.slept()).toBe(0);
});

test('calls to different APIs wait at the same time', async () => {
  const clock = virtualClock(0);
  const throttle = apiThrottle(clock);
  await Promise.all([
    takeMany(throttle, 'RunInstances', 9),
    takeMany(throttle, 'StartInstances', 9),
    takeMany(throttle, 'StopInstances', 60),
  ]);
  expect(clock.millis()).toBe(2_000);
});

test('calls that wait are let through one by one, as the bucket fills', async () => {
  const clock = virtualClock(0);
  const throttle = apiThrottle(clock);
  const sentAt = await Promise.all(
    Array.from({ length: 8 }, async () => {
      await throttle.take('RunInstances', 1, () => true);
      return clock.millis();
    }),
  );
  expect(sentAt).toEqual([0, 0, 0, 0, 0, 500, 1_000, 1_500]);
});

test('who asks while others wait comes after them, and the bucket does not forget the wait', async () => {
  const clock = virtualClock(0);
  const throttle = apiThrottle(clock);
  const early = takeMany(throttle, 'RunInstances', 7);
  await clock.sleep(750);
  await throttle.take('RunInstances', 1, () => true);
  expect(clock.millis()).toBe(1_500);
  await early;
});

test('starting machines is charged for each machine too', async () => {
  const clock = testClock();
  const throttle = apiThrottle(clock);
  await throttle.take('StartInstances', 1000, () => true);
  await throttle.take('StartInstances', 10, () => true);
  expect(clock.slept()).toBe(5_000);
});

test('a throttled answer empties the bucket', async () => {
  const clock = testClock();
  const throttle = apiThrottle(clock);
  throttle.drain('StopInstances');
  await throttle.take('StopInstances', 1, () => true);
  expect(clock.slept()).toBe(200);
});

test('what is no longer wanted neither waits nor spends', async () => {
  const clock = testClock();
  const throttle = apiThrottle(clock);
  await takeMany(throttle, 'RunInstances', 5);
  expect(await throttle.take('RunInstances', 1, () => false)).toBe(false);
  expect(clock.slept()).toBe(0);
});

test('what stops being wanted during the wait is not let through', async () => {
  const clock = testClock();
  const throttle = apiThrottle(clock);
  await takeMany(throttle, 'RunInstances', 5);
  expect(await throttle.take('RunInstances', 1, () => clock.slept() === 0)).toBe(false);
  expect(await throttle.take('RunInstances', 1, () => true)).toBe(true);
  expect(clock.slept()).toBe(500);
});

test('a clock that stands still while it is slept on holds nothing up', async () => {
  const clock = testClock({ moves: false });
  await takeMany(apiThrottle(clock), 'RunInstances', 8);
  expect(clock.slept()).toBe(1_500);
});

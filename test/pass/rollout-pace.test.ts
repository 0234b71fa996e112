import { expect, test } from 'vitest';
import { rolloutOf } from '../../bench/rollout.ts';
import { fleetAtNight } from '../../bench/thousand-machines.ts';

test('machines that are off are replaced as fast as EC2 lets them be launched, and no faster', async () => {
  const { calls, launches } = await rolloutOf(await fleetAtNight(20));
  expect(calls.filter(({ result }) => result !== 'ok')).toEqual([]);
  expect(calls.filter(({ action }) => action === 'AttachVolume')).toHaveLength(20);
  const [first = 0, last = 0] = [launches[0], launches.at(-1)];
  // The snapshots before them keep nobody waiting; then five at once, and two a second.
  expect(first).toBeLessThan(1);
  expect(last - first).toBe((20 - 5) / 2);
});

import { expect, test } from 'vitest';
import { minuteMs } from '../../controller/core/instant.ts';
import { madrid, office, settleAt, waitUntil } from '../support/living-rig.ts';
import { makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// Machines take as long here as they do in EC2: a minute and a half until their checks pass.

const schedule = office({ readyByMaxLeadMinutes: 20 });

async function sleepingFleet(
  count: number,
  over: Parameters<typeof makeSpec>[0] = {},
): Promise<Rig> {
  const names = Array.from({ length: count }, (_, n) => `dev-${100 + n}`);
  const specs = names.map((name) => makeSpec({ name, schedule, ...over }));
  const rig = await makeRig(makeDesired(specs));
  await rig.settle();
  await settleAt(rig, '19:30');
  return rig;
}

async function running(rig: Rig): Promise<number> {
  const { machines } = await readTruth(rig.account);
  return machines.filter(({ State }) => State?.Name === 'running').length;
}

async function readyCount(rig: Rig): Promise<number> {
  return (await rig.plan()).statuses.filter(({ phase }) => phase === 'Running').length;
}

test('a fleet that must be ready at eight starts one after another, meets no limit and is not late', async () => {
  const rig = await sleepingFleet(120);
  await settleAt(rig, 'tue 07:39');
  expect(await running(rig)).toBe(0);
  rig.account.conditions.throttle(true);
  const before = rig.account.calls.length;
  const started: number[] = [];
  const eight = Date.parse(madrid('tue 08:00'));
  for (let clock = eight - 20 * minuteMs; clock < eight; clock += minuteMs) {
    const earlier = await running(rig);
    await rig.wait(clock - Date.parse(rig.account.clock.now()));
    await rig.pass();
    started.push((await running(rig)) - earlier);
  }
  await waitUntil(rig, 'tue 08:00');
  rig.account.conditions.throttle(false);
  expect(await readyCount(rig)).toBe(120);
  expect(Math.max(...started)).toBeLessThan(40);
  const calls = rig.account.calls.slice(before);
  expect(calls.filter(({ result }) => result === 'RequestLimitExceeded')).toEqual([]);
});

test('early, a machine says why it is on; stopped by hand then, it stays off until the day after', async () => {
  const rig = await sleepingFleet(1);
  await settleAt(rig, 'tue 07:55');
  const [status] = (await rig.plan()).statuses;
  expect(status).toMatchObject({ phase: 'Running', duty: { rule: 'early-start' } });
  expect(status?.duty?.reason).toBe(
    'started early to be ready for window mon-fri 08:00-19:00 Europe/Madrid',
  );
  await rig.account.people.stop(status?.machineId ?? '');
  await settleAt(rig, 'tue 12:00');
  expect(await running(rig)).toBe(0);
  await settleAt(rig, 'wed 08:00');
  expect(await running(rig)).toBe(1);
});

test('without capacity it is tried again inside its window, then as the types that may stand in', async () => {
  const rig = await sleepingFleet(1, { fallbackTypes: ['t3a.xlarge'] });
  const az = (await rig.plan()).statuses[0]?.az ?? '';
  await rig.account.conditions.setCapacity(az, 't3.xlarge', 0);
  await rig.account.conditions.setCapacity(az, 't3a.xlarge', 0);
  await settleAt(rig, 'tue 08:00');
  expect(await running(rig)).toBe(0);
  expect((await rig.plan()).holds.map(({ reason }) => reason)).toEqual(['BackingOff']);
  await rig.account.conditions.setCapacity(az, 't3a.xlarge', undefined);
  await settleAt(rig, 'tue 08:15');
  expect(await running(rig)).toBe(1);
  expect((await rig.plan()).statuses).toMatchObject([{ instanceType: 't3a.xlarge' }]);
});

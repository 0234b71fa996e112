import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { minuteMs } from '../../controller/core/instant.ts';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import type { LaunchFate } from '../../controller/sim/stored-conditions.ts';
import { readSpecFiles } from '../../controller/sources/folder.ts';
import { hasty, lagging, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// EC2 as it is on a bad day: late to know what it made, sparing with calls, blind in one zone.

const pair = makeDesired([makeSpec(), makeSpec({ name: 'ada-02' })]);

/** What there is once everything is known everywhere. */
async function truth(rig: Rig) {
  await rig.wait(minuteMs);
  rig.account.conditions.roughenPages(undefined);
  const { machines, homes } = await readTruth(rig.account);
  const live = machines.filter((machine) => machine.State?.Name !== 'terminated');
  return {
    machines: live.map((machine) => machine.State?.Name),
    homes: homes.map((home) => home.Attachments?.[0]?.State),
  };
}

const one = { machines: ['running'], homes: ['attached'] };
const two = { machines: ['running', 'running'], homes: ['attached', 'attached'] };

function writes(rig: Rig): readonly string[] {
  return rig.events.filter((event) => !/^(Describe|Get)/.test(event));
}

test('a fleet that EC2 is late to know of is made once, and then nothing is written', async () => {
  const rig = await makeRig(pair, { delays: lagging });
  expect((await rig.settle()).end).toBe('settled');
  expect(await truth(rig)).toEqual(two);
  await rig.settle();
  expect(writes(rig)).toEqual([]);
});

test.each([
  ['readLagMs', 4 * minuteMs],
  ['listLagMs', 4 * minuteMs],
  ['tagLagMs', 4 * minuteMs],
  ['changeLagMs', 4 * minuteMs],
] as const)('%s of minutes makes nothing twice', async (lag, millis) => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: { ...hasty, [lag]: millis } });
  expect((await rig.settle()).end).toBe('settled');
  await rig.wait(5 * minuteMs);
  await rig.settle();
  expect(await truth(rig)).toEqual(one);
});

test('killed before and after every call while EC2 lags: one machine and one home', async () => {
  const desired = makeDesired([makeSpec()]);
  const whole = await makeRig(desired, { delays: lagging });
  await whole.settle();
  const points = whole.events.length;
  expect(points).toBeGreaterThan(20);
  for (let point = 0; point < points; point += 0.5) {
    const rig = await makeRig(desired, { delays: lagging });
    await expect(rig.settle({ crashAt: point })).rejects.toThrow();
    const { end } = await rig.settle();
    expect({ point, end, ...(await truth(rig)) }).toEqual({ point, end: 'settled', ...one });
  }
});

const lost = ['RunInstances', 'CreateVolume', 'AttachVolume', 'CreateTags'].flatMap((action) =>
  [1, 2].map((times) => ({ action, times })),
);

test.each(lost)(
  '$times lost answers of $action while EC2 lags: one machine and one home',
  async ({ action, times }) => {
    const rig = await makeRig(makeDesired([makeSpec()]), { delays: lagging });
    rig.account.faults.add({ action, when: 'after', error: 'timeout', times });
    expect((await rig.settle()).end).toBe('settled');
    expect(await truth(rig)).toEqual(one);
  },
);

test.each(['1', '2', '3', '4', '5', '6'])(
  'short, shuffled and empty pages hide nothing: %s',
  async (seed) => {
    const specs = Array.from({ length: 12 }, (_, n) => makeSpec({ name: `dev-${10 + n}` }));
    const rig = await makeRig(makeDesired(specs), { delays: hasty });
    rig.account.conditions.roughenPages(seed);
    expect((await rig.settle()).end).toBe('settled');
    await rig.settle();
    expect(writes(rig)).toEqual([]);
    const { machines, homes } = await truth(rig);
    expect([machines.length, homes.length]).toEqual([specs.length, specs.length]);
  },
);

test('the sample fleet is made at the rates that EC2 allows', async () => {
  const folder = fileURLToPath(new URL('../../specs', import.meta.url));
  const { desired } = parseSpecs(readSpecFiles(folder));
  if (desired === undefined) throw new Error('the sample fleet is not valid');
  const rig = await makeRig(desired);
  rig.account.conditions.throttle(true);
  expect((await rig.settle()).end).toBe('settled');
  const throttled = rig.account.calls.filter(({ result }) => result === 'RequestLimitExceeded');
  expect(throttled).toEqual([]);
  expect((await readTruth(rig.account)).machines).toHaveLength(desired.devInstances.size);
});

test('a hundred machines start at once at the rates that EC2 allows', async () => {
  const specs = Array.from({ length: 100 }, (_, n) => makeSpec({ name: `dev-${100 + n}` }));
  const rig = await makeRig(makeDesired(specs), { delays: hasty });
  await rig.settle();
  await rig.wait(13 * 60 * minuteMs);
  await rig.settle();
  await rig.wait(10 * 60 * minuteMs);
  rig.account.conditions.throttle(true);
  const before = rig.account.calls.length;
  await rig.settle();
  const { machines } = await truth(rig);
  expect(new Set(machines)).toEqual(new Set(['running']));
  const calls = rig.account.calls.slice(before);
  expect(calls.map(({ action }) => action)).toContain('StartInstances');
  expect(calls.filter(({ result }) => result === 'RequestLimitExceeded')).toEqual([]);
});

test('while a zone is out nothing is made, stopped or taken for gone', async () => {
  const rig = await makeRig(pair, { delays: hasty });
  await rig.settle();
  await rig.account.conditions.setZoneOutage('eu-west-1a', true);
  for (let n = 0; n < 5; n += 1) {
    const { failures } = await rig.pass();
    expect(failures.map(({ what }) => what)).toContain('machines');
    expect(writes(rig).filter((event) => !/^(put|end)/.test(event))).toEqual([]);
    await rig.wait(10 * minuteMs);
  }
  await rig.account.conditions.setZoneOutage('eu-west-1a', false);
  await rig.settle();
  expect(await truth(rig)).toEqual(two);
});

const deaths: readonly LaunchFate[] = [
  'Client.InternalError',
  'Server.InternalError',
  'Server.InsufficientInstanceCapacity',
];

test.each(deaths)('after a launch that died of %s there is one machine', async (code) => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.account.conditions.nextLaunches(code);
  await rig.settle();
  await rig.wait(30 * minuteMs);
  await rig.settle();
  expect(await truth(rig)).toEqual(one);
});

test('a home that ends in error is held, and no second one is made', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.account.conditions.nextVolumes('fails');
  const { last } = await rig.settle();
  expect(last.plan.holds.map(({ reason }) => reason)).toContain('HomeError');
  expect((await truth(rig)).homes).toEqual([undefined]);
});

test('a machine stuck stopping is waited for, and started when its window opens', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  const { machines } = await readTruth(rig.account);
  const id = machines[0]?.InstanceId ?? '';
  await rig.account.conditions.stick(id, 'stopping');
  await rig.wait(13 * 60 * minuteMs);
  for (let n = 0; n < 6; n += 1) {
    await rig.pass();
    await rig.wait(5 * minuteMs);
  }
  expect((await truth(rig)).machines).toEqual(['stopping']);
  await rig.account.conditions.unstick(id);
  await rig.wait(10 * 60 * minuteMs);
  await rig.settle();
  expect(await truth(rig)).toEqual(one);
});

test.each([
  ['still has its tags', 2],
  ['has lost its tags', 20],
  ['is no longer known', 120],
])('a machine terminated by hand that %s is made anew, with its home', async (_name, minutes) => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  const { machines } = await readTruth(rig.account);
  await rig.account.people.terminate(machines[0]?.InstanceId ?? '');
  await rig.wait(minutes * minuteMs);
  await rig.settle();
  expect(await truth(rig)).toEqual(one);
});

import { describe, expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const names = Array.from({ length: 12 }, (_, n) => `dev-${String(n).padStart(2, '0')}`);
const specs = names.map((name) => makeSpec({ name }));

async function fleetRig(): Promise<Rig> {
  const rig = await makeRig(makeDesired(specs), { delays: hasty });
  await rig.settle();
  await rig.wait(10 * minuteMs);
  return rig;
}

async function machineIds(rig: Rig): Promise<readonly string[]> {
  const { machines } = await readTruth(rig.account);
  return machines
    .filter(({ State }) => State?.Name !== 'terminated')
    .flatMap(({ InstanceId: id }) => id ?? []);
}

const writes = (rig: Rig) => rig.events.filter((event) => !/^(Describe|Get)/.test(event));
const mutations = (rig: Rig) => writes(rig).filter((event) => !/^(put|end)/.test(event));

describe('a fleet half gone', () => {
  test('because people terminated it starts no storm: an interlock, until a person raised the limit', async () => {
    const rig = await fleetRig();
    const ids = await machineIds(rig);
    for (const id of ids.slice(0, 6)) await rig.account.people.terminate(id);
    await rig.wait(10 * minuteMs);
    const { end, last } = await rig.settle();
    expect(end).toBe('interlock');
    expect(last.plan.interlocks.map(({ reason }) => reason)).toEqual(['InterlockUnhealthy']);
    expect(last.plan.changes.map(({ kind, withheldBy }) => [kind, withheldBy])).toEqual(
      Array.from({ length: 6 }, () => ['recover', 'InterlockUnhealthy']),
    );
    expect(mutations(rig)).toEqual([]);
    const { fleet } = rig.desired;
    rig.desired = { ...rig.desired, fleet: { ...fleet, maxUnhealthyPercent: 50 } };
    expect((await rig.settle()).end).toBe('settled');
    expect(await machineIds(rig)).toHaveLength(12);
  });

  test('a few of them come back at once, each around its home', async () => {
    const rig = await fleetRig();
    const ids = await machineIds(rig);
    const homes = (await readTruth(rig.account)).homes.map(({ VolumeId }) => VolumeId).sort();
    for (const id of ids.slice(0, 2)) await rig.account.people.terminate(id);
    await rig.wait(10 * minuteMs);
    expect((await rig.settle()).end).toBe('settled');
    expect(await machineIds(rig)).toHaveLength(12);
    const after = (await readTruth(rig.account)).homes;
    expect(after.map(({ VolumeId }) => VolumeId).sort()).toEqual(homes);
    expect(after.map(({ Attachments }) => Attachments?.length)).toEqual(homes.map(() => 1));
  });

  test('in a listing alone is not believed: nothing is written', async () => {
    const rig = await fleetRig();
    const { machines, homes } = await readTruth(rig.account);
    const halfOf = <T>(all: readonly T[]) => all.filter((_, n) => n % 2 === 0);
    rig.account.conditions.omitFromListings([
      ...halfOf(machines).flatMap(({ InstanceId: id }) => id ?? []),
      ...halfOf(homes).flatMap(({ VolumeId: id }) => id ?? []),
    ]);
    expect((await rig.settle()).end).toBe('settled');
    expect(writes(rig)).toEqual([]);
  });

  test.each([
    ['right after they were started', 0],
    ['long after they were started', 3 * hourMs],
  ])('in listings and by id, %s, starts no storm either', async (_, millis) => {
    const rig = await fleetRig();
    await rig.wait(millis);
    await rig.settle();
    const { machines } = await readTruth(rig.account);
    const half = new Set(machines.slice(0, 6).map(({ InstanceId: id }) => id ?? ''));
    // An outage of AWS in which it denies what it knows: nothing else can tell it from a loss.
    rig.lens = (observed) => ({
      ...observed,
      machines: observed.machines.filter(({ id }) => !half.has(id)),
      absent: new Set([...observed.absent, ...half]),
    });
    expect((await rig.settle()).end).toBe('interlock');
    expect(mutations(rig)).toEqual([]);
    rig.lens = (observed) => observed;
    expect((await rig.settle()).end).toBe('settled');
    expect(await machineIds(rig)).toHaveLength(12);
  });
});

test('a machine whose status checks fail past the deadline is reported, not touched, and stops by schedule', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  const [id = ''] = await machineIds(rig);
  await rig.account.conditions.setImpaired(id, true);
  await rig.settle({ timeoutMs: 30 * minuteMs });
  await rig.wait(20 * minuteMs);
  await rig.settle();
  expect((await rig.plan()).holds.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
    `NotReady: ${id} is not ready after 15 min: status checks impaired`,
  ]);
  expect(mutations(rig)).toEqual([]);
  await rig.wait(9 * hourMs);
  await rig.settle();
  const { machines } = await readTruth(rig.account);
  expect(machines.map(({ State }) => State?.Name)).toEqual(['stopped']);
});

test("where a home's zone has no capacity the machine waits there, is tried again and comes", async () => {
  const rig = await makeRig(makeDesired([makeSpec({ fallbackTypes: ['t3a.xlarge'] })]), {
    delays: hasty,
  });
  await rig.settle();
  const { machines, homes } = await readTruth(rig.account);
  const az = homes[0]?.AvailabilityZone ?? '';
  for (const type of ['t3.xlarge', 't3a.xlarge'])
    await rig.account.conditions.setCapacity(az, type, 0);
  await rig.account.people.terminate(machines[0]?.InstanceId ?? '');
  await rig.wait(10 * minuteMs);
  await rig.settle();
  expect((await rig.plan()).holds.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
    expect.stringMatching(/^BackingOff: launch failed \d+ times: InsufficientInstanceCapacity/),
  ]);
  expect(await machineIds(rig)).toEqual([]);
  await rig.account.conditions.setCapacity(az, 't3a.xlarge', undefined);
  await rig.wait(10 * minuteMs);
  await rig.settle();
  const after = await readTruth(rig.account);
  const live = after.machines.filter(({ State }) => State?.Name === 'running');
  expect(
    live.map(({ InstanceType, Placement }) => [InstanceType, Placement?.AvailabilityZone]),
  ).toEqual([['t3a.xlarge', az]]);
  expect(after.homes[0]?.VolumeId).toBe(homes[0]?.VolumeId);
  expect(after.homes[0]?.Attachments?.[0]?.InstanceId).toBe(live[0]?.InstanceId);
});

test('a refused growth is said with its remedy, leaves the machine alone and comes when EBS takes it', async () => {
  const sizeOf = (sizeGib: number) =>
    makeSpec({ homeVolume: { sizeGib, maxSizeGib: 1000, type: 'gp3' } });
  const rig = await makeRig(makeDesired([sizeOf(100)]), {
    delays: { ...hasty, optimizePerGibMs: 1 },
  });
  await rig.settle();
  for (const size of [110, 120, 130, 140]) {
    rig.desired = makeDesired([sizeOf(size)]);
    await rig.settle();
    await rig.wait(minuteMs);
  }
  rig.desired = makeDesired([sizeOf(150)]);
  expect(
    (await rig.settle()).last.plan.holds.map(({ reason, message }) => `${reason}: ${message}`),
  ).toEqual([
    expect.stringMatching(
      /^BackingOff: modify-home failed \d times: VolumeModificationRateExceeded/,
    ),
  ]);
  expect((await readTruth(rig.account)).homes.map(({ Size }) => Size)).toEqual([140]);
  expect((await rig.plan()).statuses.map(({ phase }) => phase)).toEqual(['Running']);
  await rig.wait(24 * hourMs);
  await rig.settle();
  expect((await readTruth(rig.account)).homes.map(({ Size }) => Size)).toEqual([150]);
});

test('a home that is in error is left alone with its machine, and no other is made', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  const [home] = (await readTruth(rig.account)).homes;
  await rig.account.conditions.breakVolume(home?.VolumeId ?? '');
  await rig.settle();
  const { holds } = await rig.plan();
  expect(holds.map(({ reason, remedy }) => [reason, remedy])).toEqual([
    ['HomeError', expect.stringContaining('devinstance home restore ada-01 --from latest')],
  ]);
  expect(mutations(rig)).toEqual([]);
});

import { StartInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  attach,
  createHome,
  launch,
  machineWithHome,
  readMachine,
  readVolume,
  stopFully,
  tag,
} from '../support/sim-calls.ts';
import { newSim } from '../support/sim-fleet.ts';

function phase(sim: SimAccount, machineId: string): string | undefined {
  return sim.reports().get(machineId)?.phase;
}

test('a host boots, waits for its home, mounts it and is ready', async () => {
  const sim = newSim();
  const machineId = await launch(sim, { tags: { [tagKeys.specHash]: 'abc' } });
  const homeId = await createHome(sim);
  expect(phase(sim, machineId)).toBeUndefined();
  await sim.clock.sleep(24_000);
  expect(phase(sim, machineId)).toBeUndefined();
  await sim.clock.sleep(1_000);
  expect(phase(sim, machineId)).toBe('booting');
  await sim.clock.sleep(3_600_000);
  expect(sim.reports().get(machineId)).toEqual({
    machineId,
    bootId: `${machineId}/boot-1`,
    specHash: 'abc',
    phase: 'home',
  });
  await attach(sim, machineId, homeId);
  await sim.clock.sleep(3_600_000);
  expect(phase(sim, machineId)).toBe('home');
  await tag(sim, machineId, { [tagKeys.home]: `${homeId}:new` });
  await sim.clock.sleep(60_000);
  expect(phase(sim, machineId)).toBe('ready');
});

test('without permission an empty home fails, and with it the same boot succeeds', async () => {
  const sim = newSim();
  const machineId = await launch(sim);
  const homeId = await createHome(sim);
  await sim.clock.sleep(60_000);
  await attach(sim, machineId, homeId);
  await tag(sim, machineId, { [tagKeys.home]: homeId });
  await sim.clock.sleep(60_000);
  expect(sim.reports().get(machineId)).toMatchObject({
    phase: 'failed',
    reason: `${homeId} has no file system and may not be formatted`,
  });
  expect(sim.disk(homeId)).toBeUndefined();
  await tag(sim, machineId, { [tagKeys.home]: `${homeId}:new` });
  await sim.clock.sleep(60_000);
  expect(phase(sim, machineId)).toBe('ready');
});

test('a home is formatted once, and keeps its data over restarts and machines', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  const written = sim.disk(homeId);
  await tag(sim, machineId, { [tagKeys.home]: homeId });
  expect(phase(sim, machineId)).toBe('ready');
  await stopFully(sim, machineId);
  await sim.ec2.send(new StartInstancesCommand({ InstanceIds: [machineId] }));
  await sim.clock.sleep(60_000);
  expect(sim.reports().get(machineId)).toMatchObject({
    bootId: `${machineId}/boot-2`,
    phase: 'ready',
  });
  await stopFully(sim, machineId);
  await sim.people.detach(homeId);
  await sim.people.terminate(machineId);
  await sim.clock.sleep(60_000);
  const next = await launch(sim, { ordinal: '2' });
  await sim.clock.sleep(30_000);
  await attach(sim, next, homeId);
  // Permission left over from a home that was never ready: the data is there, so it is kept.
  await tag(sim, next, { [tagKeys.home]: `${homeId}:new` });
  await sim.clock.sleep(60_000);
  expect(phase(sim, next)).toBe('ready');
  expect(sim.disk(homeId)).toEqual(written);
  sim.ghost.assertSilent();
});

test('a machine stopped before it formats leaves the disk empty', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await stopFully(sim, machineId);
  await sim.clock.sleep(3_600_000);
  expect(sim.disk(homeId)).toBeUndefined();
});

test('a host that cannot read its tags waits', async () => {
  const sim = newSim();
  const MetadataOptions = { InstanceMetadataTags: 'disabled' } as const;
  const { machineId } = await machineWithHome(sim, { more: { MetadataOptions } });
  await sim.clock.sleep(3_600_000);
  expect(phase(sim, machineId)).toBe('home');
});

test('the last report stays until the next boot reports, however far that machine is', async () => {
  const sim = newSim({ delays: { bootMs: 600_000, firstWordMs: 300_000 } });
  const { machineId } = await machineWithHome(sim);
  await sim.clock.sleep(3_600_000);
  const last = sim.reports().get(machineId);
  expect(last).toMatchObject({ bootId: `${machineId}/boot-1`, phase: 'ready' });
  const { clock, people } = sim;
  for (const happens of [
    () => people.stop(machineId),
    () => clock.sleep(86_400_000),
    () => people.start(machineId),
    // It runs, and its status checks are ok.
    () => clock.sleep(300_000),
  ]) {
    await happens();
    expect(sim.reports().get(machineId)).toEqual(last);
  }
  await clock.sleep(20_000);
  expect(sim.reports().get(machineId)).toMatchObject({
    bootId: `${machineId}/boot-2`,
    phase: 'booting',
  });
});

test('a boot that is cut short before it reports leaves the report of the one before', async () => {
  const sim = newSim({ delays: { firstWordMs: 60_000, bootMs: 60_000 } });
  const { machineId } = await machineWithHome(sim);
  await sim.clock.sleep(600_000);
  const last = sim.reports().get(machineId);
  expect(last?.phase).toBe('ready');
  await stopFully(sim, machineId);
  await sim.people.start(machineId);
  await sim.clock.sleep(30_000);
  await stopFully(sim, machineId);
  expect(sim.reports().get(machineId)).toEqual(last);
});

test('a machine that is terminated has no report any more', async () => {
  const sim = newSim();
  const machineId = await launch(sim);
  await sim.clock.sleep(60_000);
  await sim.people.terminate(machineId);
  expect(phase(sim, machineId)).toBe('home');
  await sim.clock.sleep(60_000);
  expect(phase(sim, machineId)).toBeUndefined();
});

test('a machine that cannot boot runs, and its host is never heard of', async () => {
  const sim = newSim();
  await sim.conditions.nextLaunches('unbootable');
  const { machineId, homeId } = await machineWithHome(sim);
  const day = 86_400_000;
  await sim.clock.sleep(day);
  expect((await readMachine(sim, machineId)).State?.Name).toBe('running');
  expect([phase(sim, machineId), sim.activity().get(machineId)]).toEqual([undefined, undefined]);
  expect(sim.disk(homeId)).toBeUndefined();
  await stopFully(sim, machineId);
  await sim.people.start(machineId);
  await sim.clock.sleep(day);
  expect(phase(sim, machineId)).toBeUndefined();
  // Nothing has it mounted, so it leaves even the running machine.
  await sim.people.detach(homeId);
  await sim.clock.sleep(60_000);
  expect((await readVolume(sim, homeId)).State).toBe('available');
  const next = await launch(sim, { ordinal: '2' });
  await sim.clock.sleep(60_000);
  expect(phase(sim, next)).toBe('home');
});

test('a machine that cannot boot does not either where it was stuck before', async () => {
  const sim = newSim();
  await sim.conditions.nextLaunches('unbootable');
  const { machineId } = await machineWithHome(sim);
  await stopFully(sim, machineId);
  await sim.conditions.stick(machineId, 'pending');
  await sim.people.start(machineId);
  await sim.conditions.unstick(machineId);
  await sim.clock.sleep(3_600_000);
  expect(phase(sim, machineId)).toBeUndefined();
});

test('a host that cannot mount homes fails with one that another mounts', async () => {
  const sim = newSim();
  const { machineId: first, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  const written = sim.disk(homeId);
  await stopFully(sim, first);
  await sim.people.detach(homeId);
  await sim.conditions.nextLaunches('home-fails');
  const next = await launch(sim, { ordinal: '2', tags: { [tagKeys.home]: homeId } });
  await sim.clock.sleep(600_000);
  expect(phase(sim, next)).toBe('home');
  await attach(sim, next, homeId);
  await sim.clock.sleep(60_000);
  expect(sim.reports().get(next)).toMatchObject({
    phase: 'failed',
    reason: `${homeId} cannot be mounted`,
  });
  expect(sim.disk(homeId)).toEqual(written);
  await stopFully(sim, next);
  await sim.people.detach(homeId);
  await sim.clock.sleep(60_000);
  await attach(sim, first, homeId);
  await sim.people.start(first);
  await tag(sim, first, { [tagKeys.home]: homeId });
  await sim.clock.sleep(60_000);
  expect(phase(sim, first)).toBe('ready');
  sim.ghost.assertSilent();
});

test('equal histories end in equal accounts, however often they are looked at', async () => {
  const history = async (isWatched: boolean) => {
    const sim = newSim();
    const look = () => {
      if (isWatched) sim.reports();
    };
    const { machineId, homeId } = await machineWithHome(sim);
    for (let step = 0; step < 10; step += 1) {
      await sim.clock.sleep(7_000);
      look();
    }
    await stopFully(sim, machineId);
    look();
    await sim.people.start(machineId);
    await sim.clock.sleep(60_000);
    return { reports: [...sim.reports()], disk: sim.disk(homeId), calls: sim.calls };
  };
  expect(await history(true)).toEqual(await history(false));
});

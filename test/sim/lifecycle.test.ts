import { DescribeInstanceStatusCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  codeOf,
  launch,
  machineWithHome,
  readMachine,
  readVolume,
  stopFully,
} from '../support/sim-calls.ts';
import { newSim } from '../support/sim-fleet.ts';

test('a launched machine is pending, then running, then passes its checks', async () => {
  const sim = newSim();
  const id = await launch(sim);
  expect((await readMachine(sim, id)).State).toEqual({ Code: 0, Name: 'pending' });
  await sim.clock.sleep(20_000);
  expect((await readMachine(sim, id)).State).toEqual({ Code: 16, Name: 'running' });
  const checks = async () => {
    const command = new DescribeInstanceStatusCommand({ InstanceIds: [id] });
    const { InstanceStatuses } = await sim.ec2.send(command);
    return InstanceStatuses?.[0]?.InstanceStatus?.Status;
  };
  expect(await checks()).toBe('initializing');
  await sim.clock.sleep(90_000);
  expect(await checks()).toBe('ok');
  sim.ghost.assertSilent();
});

test('a new home is formatted once, and its machine becomes ready', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  expect(sim.disk(homeId)).toBeUndefined();
  expect(sim.reports().get(machineId)?.phase).toBe('booting');
  await sim.clock.sleep(60_000);
  expect(sim.reports().get(machineId)).toMatchObject({
    machineId,
    bootId: `${machineId}/boot-1`,
    phase: 'ready',
  });
  expect(sim.disk(homeId)).toMatchObject({ writtenBy: machineId, signature: true });
  sim.ghost.assertSilent();
});

test('a terminated machine leaves its home available and is listed for an hour', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  const written = sim.disk(homeId);
  await stopFully(sim, machineId);
  await sim.people.detach(homeId);
  await sim.clock.sleep(5_000);
  const root = (await readMachine(sim, machineId)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
  await sim.ec2.send(new TerminateInstancesCommand({ InstanceIds: [machineId] }));
  expect((await readMachine(sim, machineId)).State?.Name).toBe('shutting-down');
  expect((await readVolume(sim, root)).State).toBe('in-use');
  await sim.clock.sleep(30_000);
  expect((await readMachine(sim, machineId)).State?.Name).toBe('terminated');
  expect((await readMachine(sim, machineId)).Tags).toContainEqual({
    Key: tagKeys.uid,
    Value: 'uid-1',
  });
  expect(await readMachine(sim, machineId)).not.toHaveProperty('SubnetId');
  expect((await readVolume(sim, homeId)).State).toBe('available');
  expect(sim.disk(homeId)).toEqual(written);
  expect(await codeOf(readVolume(sim, root))).toBe('InvalidVolume.NotFound');
  await sim.clock.sleep(3_600_000);
  expect(await codeOf(readMachine(sim, machineId))).toBe('InvalidInstanceID.NotFound');
  sim.ghost.assertSilent();
});

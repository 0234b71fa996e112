import { DetachVolumeCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  attach,
  createHome,
  launch,
  machineWithHome,
  readMachine,
  readVolume,
  stopFully,
} from '../support/sim-calls.ts';
import { newSim } from '../support/sim-fleet.ts';

const day = 86_400_000;

async function powerOf(sim: SimAccount, id: string) {
  return (await readMachine(sim, id)).State?.Name;
}

async function attachmentOf(sim: SimAccount, id: string) {
  return (await readVolume(sim, id)).Attachments?.[0]?.State;
}

test('a machine that is starting, stopping or ending already can get stuck there', async () => {
  const sim = newSim();
  const id = await launch(sim);
  for (const [state, next, act] of [
    ['pending', 'running', () => sim.people.stop(id)],
    ['stopping', 'stopped', () => sim.people.terminate(id)],
    ['shutting-down', 'terminated', undefined],
  ] as const) {
    await sim.conditions.stick(id, state);
    await sim.clock.sleep(day);
    expect(await powerOf(sim, id)).toBe(state);
    await sim.conditions.unstick(id);
    expect(await powerOf(sim, id)).toBe(next);
    await act?.();
  }
});

test('a volume in a passing state already can get stuck there', async () => {
  const sim = newSim();
  const machineId = await launch(sim);
  const homeId = await createHome(sim);
  await sim.conditions.stick(homeId, 'creating');
  await sim.clock.sleep(day);
  expect((await readVolume(sim, homeId)).State).toBe('creating');
  await sim.conditions.unstick(homeId);
  await attach(sim, machineId, homeId);
  await sim.conditions.stick(homeId, 'attaching');
  await sim.clock.sleep(day);
  expect(await attachmentOf(sim, homeId)).toBe('attaching');
  await sim.conditions.unstick(homeId);
  expect(await attachmentOf(sim, homeId)).toBe('attached');
  await stopFully(sim, machineId);
  await sim.ec2.send(new DetachVolumeCommand({ VolumeId: homeId }));
  await sim.conditions.stick(homeId, 'detaching');
  await sim.clock.sleep(day);
  expect(await attachmentOf(sim, homeId)).toBe('detaching');
  await sim.conditions.unstick(homeId);
  expect((await readVolume(sim, homeId)).State).toBe('available');
});

test('a volume that is stuck busy stays so when its machine stops', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await sim.conditions.stick(homeId, 'busy');
  await sim.people.detach(homeId);
  await stopFully(sim, machineId);
  expect(await attachmentOf(sim, homeId)).toBe('busy');
  await sim.conditions.unstick(homeId);
  expect((await readVolume(sim, homeId)).State).toBe('available');
});

test('what was let go of while a machine was stuck stopping is free when it stops', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await sim.conditions.stick(machineId, 'stopping');
  await sim.people.stop(machineId);
  await sim.people.detach(homeId);
  await sim.clock.sleep(day);
  expect(await attachmentOf(sim, homeId)).toBe('detaching');
  await sim.conditions.unstick(machineId);
  await sim.clock.sleep(60_000);
  expect((await readVolume(sim, homeId)).State).toBe('available');
});

test('a host boots once its machine is no longer stuck pending', async () => {
  const sim = newSim();
  const { machineId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await stopFully(sim, machineId);
  await sim.conditions.stick(machineId, 'pending');
  await sim.people.start(machineId);
  await sim.clock.sleep(day);
  // What it said before is all that is known of it.
  const bootId = `${machineId}/boot-1`;
  expect(await powerOf(sim, machineId)).toBe('pending');
  expect(sim.reports().get(machineId)).toMatchObject({ bootId, phase: 'ready' });
  await sim.conditions.unstick(machineId);
  await sim.clock.sleep(5_000);
  expect(sim.reports().get(machineId)?.phase).toBe('booting');
  await sim.clock.sleep(60_000);
  expect(sim.reports().get(machineId)?.phase).toBe('ready');
});

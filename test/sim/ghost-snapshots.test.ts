import { DeleteSnapshotCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { createHome, fleetTags } from '../support/sim-calls.ts';
import { newSim } from '../support/sim-fleet.ts';

async function snapshotOf(
  sim: SimAccount,
  homeId: string,
  tags: Readonly<Record<string, string>> = { [tagKeys.purpose]: 'replacement' },
): Promise<string> {
  const id = await sim.people.snapshot(homeId, { ...fleetTags('snapshot'), ...tags });
  await sim.clock.sleep(600_000);
  return id;
}

async function aHome(): Promise<{ readonly sim: SimAccount; readonly homeId: string }> {
  const sim = newSim();
  const homeId = await createHome(sim);
  await sim.clock.sleep(60_000);
  return { sim, homeId };
}

async function afterDeleting(sim: SimAccount, snapshotId: string): Promise<readonly string[]> {
  await sim.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
  return sim.ghost.violations.map(({ rule, message }) => `${rule} ${message}`);
}

test('deleting what a replacement made of a home that is there is silent', async () => {
  const { sim, homeId } = await aHome();
  expect(await afterDeleting(sim, await snapshotOf(sim, homeId))).toEqual([]);
});

test.each([
  ['request', { [tagKeys.purpose]: 'request' }],
  ['retirement', { [tagKeys.purpose]: 'retirement' }],
  ['not known', {}],
])('deleting a snapshot whose purpose is %s is S1', async (purpose, tags) => {
  const { sim, homeId } = await aHome();
  const id = await snapshotOf(sim, homeId, tags);
  expect(await afterDeleting(sim, id)).toEqual([
    `S1 ${id} is deleted, whose purpose is ${purpose}`,
  ]);
});

test('deleting a snapshot of others is S10', async () => {
  const { sim, homeId } = await aHome();
  const id = await snapshotOf(sim, homeId);
  await sim.people.untag(id, [tagKeys.fleet]);
  expect(await afterDeleting(sim, id)).toEqual([`S10 ${id} has no fleet tag`]);
});

const losses: readonly [string, (sim: SimAccount, homeId: string) => Promise<void>][] = [
  ['is deleted', (sim, homeId) => sim.people.deleteVolume(homeId)],
  ['has failed', (sim, homeId) => sim.conditions.breakVolume(homeId)],
];

test.each(losses)('deleting the last copy of a home that %s is S1', async (_, lose) => {
  const { sim, homeId } = await aHome();
  const [first, last] = [await snapshotOf(sim, homeId), await snapshotOf(sim, homeId)];
  await lose(sim, homeId);
  await sim.clock.sleep(60_000);
  expect(await afterDeleting(sim, first)).toEqual([]);
  expect(await afterDeleting(sim, last)).toEqual([
    `S1 ${last} is deleted, the last copy of ${homeId}`,
  ]);
});

test('one that failed or is still pending is no copy of a lost home', async () => {
  const { sim, homeId } = await aHome();
  const last = await snapshotOf(sim, homeId);
  await sim.conditions.nextSnapshots('fails');
  const failed = await snapshotOf(sim, homeId);
  await sim.conditions.nextSnapshots('sticks');
  await snapshotOf(sim, homeId);
  await sim.people.deleteVolume(homeId);
  expect(await afterDeleting(sim, failed)).toEqual([]);
  expect(await afterDeleting(sim, last)).toHaveLength(1);
});

import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DetachVolumeCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { laggy } from '../../controller/sim/scene.ts';
import {
  attach,
  codeOf,
  fleetTags,
  launch,
  machineWithHome,
  readMachine,
  readVolume,
  stopFully,
  tag,
} from '../support/sim-calls.ts';
import { newSim } from '../support/sim-fleet.ts';

// A home from one machine to the next, by the calls that retirement and restoring make of it.

function listTags(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

async function takeSnapshot(sim: SimAccount, VolumeId: string): Promise<string> {
  const Tags = listTags(fleetTags('home'));
  const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags }];
  const command = new CreateSnapshotCommand({ VolumeId, TagSpecifications });
  return (await sim.ec2.send(command)).SnapshotId ?? '';
}

async function snapshotsOf(sim: SimAccount, uid: string) {
  const Filters = [{ Name: `tag:${tagKeys.uid}`, Values: [uid] }];
  const { Snapshots = [] } = await sim.ec2.send(new DescribeSnapshotsCommand({ Filters }));
  return Snapshots.map(({ SnapshotId, State }) => [SnapshotId, State]);
}

/** Stop, snapshot, detach, terminate, release. */
async function retire(sim: SimAccount, machineId: string, homeId: string): Promise<string> {
  await stopFully(sim, machineId);
  const snapshotId = await takeSnapshot(sim, homeId);
  await sim.clock.sleep(120_000);
  expect(await snapshotsOf(sim, 'uid-1')).toEqual([[snapshotId, 'completed']]);
  await sim.ec2.send(new DetachVolumeCommand({ VolumeId: homeId, InstanceId: machineId }));
  await sim.clock.sleep(10_000);
  expect((await readVolume(sim, homeId)).State).toBe('available');
  await sim.ec2.send(new TerminateInstancesCommand({ InstanceIds: [machineId] }));
  await tag(sim, homeId, { [tagKeys.phase]: 'released' });
  return snapshotId;
}

async function restore(sim: SimAccount, SnapshotId: string): Promise<string> {
  const tags = { ...fleetTags('home'), [tagKeys.phase]: 'restoring' };
  const command = new CreateVolumeCommand({
    AvailabilityZone: 'eu-west-1a',
    SnapshotId,
    VolumeType: 'gp3',
    ClientToken: 'restore',
    TagSpecifications: [{ ResourceType: 'volume', Tags: listTags(tags) }],
  });
  return (await sim.ec2.send(command)).VolumeId ?? '';
}

test.each([
  ['at once', {}],
  ['late', laggy],
])(
  'a home outlives its machine and comes back from its snapshot, known %s',
  async (_how, delays) => {
    const sim = newSim({ delays });
    const { machineId, homeId } = await machineWithHome(sim);
    await sim.clock.sleep(60_000);
    const written = sim.disk(homeId);
    const snapshotId = await retire(sim, machineId, homeId);
    await sim.clock.sleep(120_000);
    expect((await readMachine(sim, machineId)).State?.Name).toBe('terminated');
    expect((await readVolume(sim, homeId)).State).toBe('available');

    const restored = await restore(sim, snapshotId);
    const next = await launch(sim, { ordinal: '2' });
    await sim.clock.sleep(60_000);
    await attach(sim, next, restored);
    await tag(sim, restored, { [tagKeys.phase]: 'active' });
    await tag(sim, next, { [tagKeys.home]: restored });
    await sim.clock.sleep(60_000);
    expect(sim.reports().get(next)?.phase).toBe('ready');
    expect(written).toBeDefined();
    expect([sim.disk(homeId), sim.disk(restored)]).toEqual([written, written]);
    sim.ghost.assertSilent();
  },
);

test.each(['fails', 'sticks'] as const)('a snapshot that %s restores nothing', async (fate) => {
  const sim = newSim();
  const { homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await sim.conditions.nextSnapshots(fate);
  const snapshotId = await takeSnapshot(sim, homeId);
  await sim.clock.sleep(86_400_000);
  expect(await snapshotsOf(sim, 'uid-1')).toEqual([
    [snapshotId, fate === 'fails' ? 'error' : 'pending'],
  ]);
  expect(await codeOf(restore(sim, snapshotId))).toBe('IncorrectState');
});

test('a released home is adopted by its tags, and keeps its data', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  const written = sim.disk(homeId);
  await retire(sim, machineId, homeId);
  await sim.clock.sleep(60_000);
  const next = await launch(sim, { uid: 'uid-2' });
  await tag(sim, homeId, { [tagKeys.uid]: 'uid-2', [tagKeys.phase]: 'active' });
  await sim.clock.sleep(60_000);
  await attach(sim, next, homeId);
  await tag(sim, next, { [tagKeys.home]: homeId });
  await sim.clock.sleep(60_000);
  expect(sim.reports().get(next)?.phase).toBe('ready');
  expect(sim.disk(homeId)).toEqual(written);
  sim.ghost.assertSilent();
});

import { DescribeImagesCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagsOf } from '../../controller/aws/ec2-fields.ts';
import type { Action } from '../../controller/core/action.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { always, done, imageIdOf, interestIn, performOne } from '../support/aws-cloud.ts';
import { callsOf, type StoppedMachine, stoppedMachine } from '../support/leaving.ts';

const tags = {
  [tagKeys.fleet]: 'dev',
  [tagKeys.uid]: 'uid-ada-01',
  [tagKeys.role]: 'snapshot',
  [tagKeys.token]: 'token-1',
};

function snapshotOf(homeId: string, over: Readonly<Record<string, string>> = {}) {
  const kind = 'snapshot-home' as const;
  const description = 'devinstance: home of ada-01';
  const all = { ...tags, ...over };
  const purpose = 'request' as const;
  return { kind, name: 'ada-01', homeId, purpose, description, tags: all } satisfies Action;
}

async function snapshotsIn(sim: SimAccount) {
  const input = { OwnerIds: ['self'] };
  const { Snapshots = [] } = await sim.ec2.send(new DescribeSnapshotsCommand(input));
  return Snapshots.filter(({ Tags }) => tagsOf(Tags)[tagKeys.role] === 'snapshot');
}

const noSnapshot = 'snap-00000000000000001';

test('a snapshot carries its tags and says what it is from the first moment', async () => {
  const { sim, cloud, homeId } = await stoppedMachine();
  const { snapshotId } = done(await performOne(cloud, snapshotOf(homeId)));
  const [made, ...others] = await snapshotsIn(sim);
  expect(others).toEqual([]);
  expect(made).toMatchObject({
    SnapshotId: snapshotId,
    VolumeId: homeId,
    Description: 'devinstance: home of ada-01',
  });
  expect(tagsOf(made?.Tags)).toEqual(tags);
  expect(callsOf(sim, 'CreateTags')).toEqual([]);
});

test.each(['timeout', 'InternalError'])(
  'after a snapshot whose answer was lost (%s) the replay finds it by its token',
  async (error) => {
    const { sim, cloud, homeId } = await stoppedMachine();
    sim.faults.add({ action: 'CreateSnapshot', when: 'after', error });
    expect((await performOne(cloud, snapshotOf(homeId))).result).toBe('unknown');
    await sim.clock.sleep(60_000);
    const { snapshotId } = done(await performOne(cloud, snapshotOf(homeId)));
    const ids = (await snapshotsIn(sim)).map(({ SnapshotId }) => SnapshotId);
    expect(ids).toEqual([snapshotId]);
    // Of all the snapshots that others share with everybody, none is looked through.
    expect(callsOf(sim, 'DescribeSnapshots')[0]).toMatchObject({ OwnerIds: ['self'] });
  },
);

test.each([
  ['with another token', { [tagKeys.token]: 'token-0' }],
  ['of another fleet', { [tagKeys.fleet]: 'prod' }],
])('a snapshot %s is no earlier attempt', async (_, other) => {
  const { sim, cloud, homeId } = await stoppedMachine();
  const earlier = await sim.people.snapshot(homeId, { ...tags, ...other });
  await sim.clock.sleep(60_000);
  const { snapshotId } = done(await performOne(cloud, snapshotOf(homeId)));
  expect(snapshotId).toMatch(/^snap-/);
  expect(snapshotId).not.toBe(earlier);
  expect(await snapshotsIn(sim)).toHaveLength(2);
});

test('where earlier attempts cannot be looked for, none is made', async () => {
  const { sim, cloud, homeId } = await stoppedMachine();
  sim.faults.add({ action: 'DescribeSnapshots', when: 'before', error: 'timeout' });
  expect(await performOne(cloud, snapshotOf(homeId))).toMatchObject({ result: 'not-sent' });
  expect(callsOf(sim, 'CreateSnapshot')).toEqual([]);
});

test('where nothing may be mutated, nothing is looked for', async () => {
  const { sim, cloud, homeId } = await stoppedMachine();
  const before = sim.calls.length;
  const outcome = await performOne(cloud, snapshotOf(homeId), () => false);
  expect(outcome.result).toBe('not-sent');
  expect(sim.calls).toHaveLength(before);
});

test('where time runs out while it is looked for, none is made', async () => {
  const { sim, cloud, homeId } = await stoppedMachine();
  const looks = () => callsOf(sim, 'DescribeSnapshots').length;
  const outcome = await performOne(cloud, snapshotOf(homeId), () => looks() === 0);
  expect(outcome.result).toBe('not-sent');
  expect(callsOf(sim, 'CreateSnapshot')).toEqual([]);
});

test.each([
  ['UnauthorizedOperation', 'refused'],
  ['InternalError', 'unknown'],
  ['RequestLimitExceeded', 'not-sent'],
])('a snapshot that AWS answers with %s is %s', async (error, result) => {
  const { sim, cloud, homeId } = await stoppedMachine();
  sim.faults.add({ action: 'CreateSnapshot', when: 'before', error });
  const [outcome] = await cloud.perform([snapshotOf(homeId)], always);
  expect(outcome?.result).toBe(result);
  expect(await snapshotsIn(sim)).toEqual([]);
});

test('a snapshot that failed is observed as failed, and one that is not there as absent', async () => {
  const { sim, cloud, homeId } = await stoppedMachine();
  await sim.conditions.nextSnapshots('fails');
  const { snapshotId = '' } = done(await performOne(cloud, snapshotOf(homeId)));
  await sim.clock.sleep(600_000);
  const interest = interestIn({ snapshotIds: [snapshotId, noSnapshot] });
  const { snapshots, absent } = await cloud.observe(interest);
  expect([...snapshots.values()].map(({ id, state }) => [id, state])).toEqual([
    [snapshotId, 'error'],
  ]);
  expect([...absent]).toEqual([noSnapshot]);
});

/** A completed snapshot that a replacement made. */
async function replacementSnapshot({ sim, homeId }: StoppedMachine): Promise<string> {
  const snapshotId = await sim.people.snapshot(homeId, {
    ...tags,
    [tagKeys.purpose]: 'replacement',
  });
  await sim.clock.sleep(600_000);
  return snapshotId;
}

function deleteOf(snapshotId: string): Action {
  return { kind: 'delete-snapshot', name: 'ada-01', snapshotId };
}

test('a snapshot is deleted by one call', async () => {
  const one = await stoppedMachine();
  const snapshotId = await replacementSnapshot(one);
  const before = one.sim.calls.length;
  expect(await performOne(one.cloud, deleteOf(snapshotId))).toEqual({ result: 'done', snapshotId });
  expect(one.sim.calls.slice(before).map(({ action }) => action)).toEqual(['DeleteSnapshot']);
  expect(await snapshotsIn(one.sim)).toEqual([]);
  one.sim.ghost.assertSilent();
});

test('a snapshot that somebody else deleted counts as deleted', async () => {
  const one = await stoppedMachine();
  const snapshotId = await replacementSnapshot(one);
  await one.sim.people.deleteSnapshot(snapshotId);
  expect((await performOne(one.cloud, deleteOf(snapshotId))).result).toBe('done');
});

test('a snapshot that an image is made of stays, and what to do is said', async () => {
  const { sim, cloud } = await stoppedMachine();
  const command = new DescribeImagesCommand({ ImageIds: [await imageIdOf(cloud)] });
  const [image] = (await sim.ec2.send(command)).Images ?? [];
  const snapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  expect(await performOne(cloud, deleteOf(snapshotId))).toMatchObject({
    result: 'refused',
    code: 'InvalidSnapshot.InUse',
    remedy: expect.stringContaining('Deregister the image'),
  });
});

test.each([
  ['UnauthorizedOperation', 'refused'],
  ['InternalError', 'unknown'],
  ['RequestLimitExceeded', 'not-sent'],
])('a deletion of a snapshot that AWS answers with %s is %s', async (error, result) => {
  const one = await stoppedMachine();
  const snapshotId = await replacementSnapshot(one);
  one.sim.faults.add({ action: 'DeleteSnapshot', when: 'before', error });
  expect((await performOne(one.cloud, deleteOf(snapshotId))).result).toBe(result);
  expect(await snapshotsIn(one.sim)).toHaveLength(1);
});

test('where nothing may be mutated, no snapshot is deleted', async () => {
  const one = await stoppedMachine();
  const snapshotId = await replacementSnapshot(one);
  const outcome = await performOne(one.cloud, deleteOf(snapshotId), () => false);
  expect(outcome.result).toBe('not-sent');
  expect(await snapshotsIn(one.sim)).toHaveLength(1);
});

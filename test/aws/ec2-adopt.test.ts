import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagsOf } from '../../controller/aws/ec2-fields.ts';
import type { Action } from '../../controller/core/action.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { cloudOver, performOne } from '../support/aws-cloud.ts';
import { afterReads, callsOf, stoppedMachine } from '../support/leaving.ts';
import { newSim } from '../support/sim-fleet.ts';

const chosenBy = { [tagKeys.fleet]: 'dev', [tagKeys.adopt]: 'ada-01' };
const taken = {
  [tagKeys.fleet]: 'dev',
  [tagKeys.devInstance]: 'ada-01',
  [tagKeys.uid]: 'uid-ada-01',
  [tagKeys.owner]: 'ada',
  [tagKeys.role]: 'home',
  [tagKeys.phase]: 'active',
};

function adoptOf(homeId: string) {
  const kind = 'adopt-home' as const;
  const action = { kind, name: 'ada-01', homeId, az: 'eu-west-1a', chosenBy, tags: taken };
  return action satisfies Action;
}

/** An operator's volume, given to ada-01, beside the adapter. */
async function givenVolume(sim = newSim()) {
  const homeId = await sim.people.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 100 });
  await sim.people.tag(homeId, { ...chosenBy, 'cost-center': 'dev' });
  await sim.clock.sleep(60_000);
  return { sim, cloud: cloudOver(sim), homeId };
}

async function tagsIn(sim: SimAccount, homeId: string) {
  const input = { VolumeIds: [homeId] };
  const { Volumes } = await sim.ec2.send(new DescribeVolumesCommand(input));
  return tagsOf(Volumes?.[0]?.Tags);
}

const changed = { result: 'refused', code: 'ChangedMeanwhile', capacity: false };

test('a volume becomes a home in one call, and keeps the tags of its operator', async () => {
  const { sim, cloud, homeId } = await givenVolume();
  expect(await performOne(cloud, adoptOf(homeId))).toEqual({ result: 'done', homeId });
  const [call, ...others] = callsOf(sim, 'CreateTags');
  expect(others).toEqual([]);
  expect(call).toMatchObject({ Resources: [homeId] });
  expect(tagsOf(call?.['Tags'] as never)).toEqual(taken);
  expect(await tagsIn(sim, homeId)).toEqual({ ...chosenBy, 'cost-center': 'dev', ...taken });
});

test('done again it is done, without a call', async () => {
  const { sim, cloud, homeId } = await givenVolume();
  await performOne(cloud, adoptOf(homeId));
  // Once taken it no longer carries what it was chosen by.
  await sim.people.untag(homeId, [tagKeys.adopt]);
  expect(await performOne(cloud, adoptOf(homeId))).toEqual({ result: 'done', homeId });
  expect(callsOf(sim, 'CreateTags')).toHaveLength(1);
});

test.each<[string, (sim: SimAccount, homeId: string) => Promise<unknown>, RegExp]>([
  [
    'was given to another',
    (sim, id) => sim.people.tag(id, { [tagKeys.adopt]: 'bob-01' }),
    /another devinstance:adopt/,
  ],
  [
    'was taken back',
    (sim, id) => sim.people.untag(id, [tagKeys.adopt]),
    /another devinstance:adopt/,
  ],
  [
    'went to another fleet',
    (sim, id) => sim.people.tag(id, { [tagKeys.fleet]: 'prod' }),
    /another devinstance:fleet/,
  ],
  [
    'was taken by another DevInstance',
    async (sim, id) => {
      await sim.people.tag(id, { ...taken, [tagKeys.uid]: 'uid-bob-01' });
      await sim.people.untag(id, [tagKeys.adopt]);
    },
    /another devinstance:adopt/,
  ],
  ['has failed', (sim, id) => sim.conditions.breakVolume(id), /is error/],
  ['is gone', (sim, id) => sim.people.deleteVolume(id), /is not there|is deleted|is deleting/],
])('a volume that %s meanwhile is left alone', async (_, meanwhile, message) => {
  const { sim, cloud, homeId } = await givenVolume();
  await meanwhile(sim, homeId);
  await sim.clock.sleep(60_000);
  const outcome = await performOne(cloud, adoptOf(homeId));
  expect(outcome).toMatchObject({ ...changed, message: expect.stringMatching(message) });
  expect(callsOf(sim, 'CreateTags')).toEqual([]);
});

test('a volume that was attached meanwhile is left alone', async () => {
  const { sim, machineId } = await stoppedMachine();
  const { cloud, homeId } = await givenVolume(sim);
  await sim.people.attach(homeId, machineId, '/dev/sdg');
  await sim.clock.sleep(60_000);
  const outcome = await performOne(cloud, adoptOf(homeId));
  expect(outcome).toMatchObject({ ...changed, message: expect.stringContaining('is in-use') });
  expect(await tagsIn(sim, homeId)).not.toHaveProperty(tagKeys.uid);
});

test('a volume that cannot be read is not taken, nor one for which there is no time left', async () => {
  const { sim, cloud, homeId } = await givenVolume();
  sim.faults.add({ action: 'DescribeVolumes', when: 'before', error: 'timeout' });
  expect((await performOne(cloud, adoptOf(homeId))).result).toBe('not-sent');
  const late = afterReads(sim, 1);
  expect((await performOne(cloud, adoptOf(homeId), late)).result).toBe('not-sent');
  expect(callsOf(sim, 'CreateTags')).toEqual([]);
});

test.each([
  ['UnauthorizedOperation', 'refused'],
  ['InternalError', 'unknown'],
  ['RequestLimitExceeded', 'not-sent'],
])('an adoption that AWS answers with %s is %s', async (error, result) => {
  const { sim, cloud, homeId } = await givenVolume();
  sim.faults.add({ action: 'CreateTags', when: 'before', error });
  expect((await performOne(cloud, adoptOf(homeId))).result).toBe(result);
});

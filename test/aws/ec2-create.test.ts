import { DescribeInstancesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  always,
  cloudOver,
  createHomeOf,
  done,
  imageIdOf,
  launchOf,
  performOne,
} from '../support/aws-cloud.ts';
import { newSim, simSubnets } from '../support/sim-fleet.ts';

async function start() {
  const sim = newSim();
  const cloud = cloudOver(sim);
  return { sim, cloud, imageId: await imageIdOf(cloud) };
}

async function instancesOf(sim: SimAccount) {
  const { Reservations } = await sim.ec2.send(new DescribeInstancesCommand({}));
  return (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
}

async function homesOf(sim: SimAccount) {
  const Filters = [{ Name: `tag:${tagKeys.role}`, Values: ['home'] }];
  return (await sim.ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? [];
}

function parametersOf(sim: SimAccount, action: string) {
  return sim.calls.filter((call) => call.action === action).map(({ parameters }) => parameters);
}

test('a launch asks for all that keeps a machine safe', async () => {
  const { sim, cloud, imageId } = await start();
  const outcome = await performOne(cloud, launchOf('ada-01', imageId, { kmsKeyId: 'key-1' }));
  expect(outcome).toEqual({
    result: 'done',
    machineId: expect.stringMatching(/^i-/),
    az: 'eu-west-1a',
  });
  expect(parametersOf(sim, 'RunInstances')).toEqual([
    expect.objectContaining({
      MinCount: 1,
      MaxCount: 1,
      ClientToken: 'launch-ada-01-1',
      SubnetId: simSubnets[0],
      IamInstanceProfile: { Name: 'dev-instance' },
      InstanceInitiatedShutdownBehavior: 'stop',
      MetadataOptions: {
        HttpEndpoint: 'enabled',
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
        InstanceMetadataTags: 'enabled',
      },
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/sda1',
          Ebs: {
            VolumeSize: 50,
            VolumeType: 'gp3',
            Encrypted: true,
            KmsKeyId: 'key-1',
            DeleteOnTermination: true,
          },
        },
      ],
    }),
  ]);
  const userData = String(parametersOf(sim, 'RunInstances')[0]?.['UserData']);
  expect(Buffer.from(userData, 'base64').toString()).toBe('#cloud-config\n# ñ\n');
  sim.ghost.assertSilent();
});

test('machine, root and home carry their tags from the first moment', async () => {
  const { sim, cloud, imageId } = await start();
  await performOne(cloud, launchOf('ada-01', imageId));
  await performOne(cloud, createHomeOf('ada-01'));
  const specifications = [
    ...parametersOf(sim, 'RunInstances'),
    ...parametersOf(sim, 'CreateVolume'),
  ]
    .flatMap(({ TagSpecifications }) => TagSpecifications as { ResourceType: string }[])
    .map(({ ResourceType }) => ResourceType);
  expect(specifications).toEqual(['instance', 'volume', 'volume']);
  const [home] = await homesOf(sim);
  expect(home?.Tags).toContainEqual({ Key: tagKeys.uid, Value: 'uid-ada-01' });
  expect(home).toMatchObject({ Encrypted: true, Size: 100, VolumeType: 'gp3' });
});

test.each(['timeout', 'connection-lost', 'InternalError'])(
  'after a launch whose answer was lost (%s) the replay finds the machine',
  async (error) => {
    const { sim, cloud, imageId } = await start();
    sim.faults.add({ action: 'RunInstances', when: 'after', error });
    expect(await performOne(cloud, launchOf('ada-01', imageId))).toMatchObject({
      result: 'unknown',
    });
    const replay = done(await performOne(cloud, launchOf('ada-01', imageId)));
    const [machine, ...more] = await instancesOf(sim);
    expect([replay.machineId, more]).toEqual([machine?.InstanceId, []]);
    expect(parametersOf(sim, 'RunInstances')).toHaveLength(1);
    sim.ghost.assertSilent();
  },
);

test('where tags are not yet listed the token brings the same machine', async () => {
  const { sim, cloud, imageId } = await start();
  const first = done(await performOne(cloud, launchOf('ada-01', imageId)));
  sim.conditions.omitFromListings([first.machineId ?? '']);
  const replay = done(await performOne(cloud, launchOf('ada-01', imageId)));
  expect(replay).toEqual(first);
  sim.conditions.completeListings();
  expect(await instancesOf(sim)).toHaveLength(1);
});

test('a terminated machine is not the one that was asked for', async () => {
  const { sim, cloud, imageId } = await start();
  const first = done(await performOne(cloud, launchOf('ada-01', imageId)));
  await sim.people.terminate(first.machineId ?? '');
  const again = launchOf('ada-01', imageId, { clientToken: 'launch-ada-01-1b' });
  const second = done(await performOne(cloud, again));
  expect(second.machineId).not.toBe(first.machineId);
});

test('the old token of a terminated machine is refused', async () => {
  const { sim, cloud, imageId } = await start();
  const first = done(await performOne(cloud, launchOf('ada-01', imageId)));
  await sim.people.terminate(first.machineId ?? '');
  const replay = await performOne(cloud, launchOf('ada-01', imageId));
  expect(replay).toMatchObject({ result: 'refused', capacity: false });
});

test('an answer that is not what was asked for is refused', async () => {
  const { sim, imageId } = await start();
  const stale = {
    send: async (command: { input: object; constructor: { name: string } }) => {
      const answer = await sim.ec2.send(command as DescribeInstancesCommand);
      if (command.constructor.name !== 'RunInstancesCommand') return answer;
      const { Instances } = answer as { Instances?: object[] };
      return { Instances: Instances?.map((each) => ({ ...each, InstanceType: 'm7i.large' })) };
    },
  } as unknown as SimAccount['ec2'];
  const cloud = cloudOver(sim, { ec2Mutations: stale });
  expect(await performOne(cloud, launchOf('ada-01', imageId))).toMatchObject({
    result: 'refused',
    code: 'IdempotentResultDiffers',
    message: expect.stringContaining('m7i.large'),
  });
});

test.each([
  ['InsufficientInstanceCapacity', { result: 'refused', capacity: true }],
  ['VcpuLimitExceeded', { result: 'refused', capacity: false }],
  ['UnauthorizedOperation', { result: 'refused', capacity: false }],
  ['RequestLimitExceeded', { result: 'not-sent' }],
  ['ServiceUnavailable', { result: 'unknown' }],
])('a launch that AWS answers with %s', async (error, expected) => {
  const { sim, cloud, imageId } = await start();
  sim.faults.add({ action: 'RunInstances', when: 'before', error });
  expect(await performOne(cloud, launchOf('ada-01', imageId))).toMatchObject(expected);
  // No retry hides what happened.
  expect(parametersOf(sim, 'RunInstances')).toHaveLength(1);
  expect(await instancesOf(sim)).toEqual([]);
});

test('a zone without room is a want of capacity, another zone is not', async () => {
  const { sim, cloud, imageId } = await start();
  await sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 0);
  const [full, free] = await cloud.perform(
    [launchOf('ada-01', imageId), launchOf('bob-01', imageId, { subnetId: simSubnets[1] })],
    always,
  );
  expect(full).toMatchObject({ result: 'refused', capacity: true });
  expect(free).toMatchObject({ result: 'done', az: 'eu-west-1b' });
});

test.each([
  ['launch', 'DescribeInstances'],
  ['create-home', 'DescribeVolumes'],
])('a %s that could not look for an earlier attempt is not sent', async (kind, action) => {
  const { sim, cloud, imageId } = await start();
  sim.faults.add({ action, when: 'before', error: 'UnauthorizedOperation' });
  const create = kind === 'launch' ? launchOf('ada-01', imageId) : createHomeOf('ada-01');
  expect(await performOne(cloud, create)).toMatchObject({ result: 'not-sent' });
  expect(sim.calls.filter(({ isMutation }) => isMutation)).toEqual([]);
});

test.each(['timeout', 'InternalError'])(
  'after a home whose answer was lost (%s) the replay finds it',
  async (error) => {
    const { sim, cloud } = await start();
    sim.faults.add({ action: 'CreateVolume', when: 'after', error });
    expect((await performOne(cloud, createHomeOf('ada-01'))).result).toBe('unknown');
    const replay = done(await performOne(cloud, createHomeOf('ada-01')));
    const homes = await homesOf(sim);
    expect(homes.map(({ VolumeId }) => VolumeId)).toEqual([replay.homeId]);
    sim.ghost.assertSilent();
  },
);

test('a root volume is never taken for a home', async () => {
  const { sim, cloud, imageId } = await start();
  await performOne(cloud, launchOf('ada-01', imageId));
  const home = done(await performOne(cloud, createHomeOf('ada-01')));
  expect((await homesOf(sim)).map(({ VolumeId }) => VolumeId)).toEqual([home.homeId]);
});

test('a home of another fleet with the same uid is not found', async () => {
  const { sim, cloud } = await start();
  const foreign = createHomeOf('ada-01', { clientToken: 'foreign' });
  const tags = { ...foreign.request.tags, [tagKeys.fleet]: 'other' };
  await performOne(cloud, createHomeOf('ada-01', { clientToken: 'foreign', tags }));
  await performOne(cloud, createHomeOf('ada-01'));
  expect(await homesOf(sim)).toHaveLength(2);
});

test('a volume with the tags of a home that is not encrypted is refused', async () => {
  const { sim, cloud } = await start();
  const { tags } = createHomeOf('ada-01').request;
  const id = await sim.people.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 100 });
  await sim.people.tag(id, tags);
  expect(await performOne(cloud, createHomeOf('ada-01'))).toMatchObject({
    result: 'refused',
    code: 'HomeNotEncrypted',
    message: expect.stringContaining(id),
  });
});

test('what may not be mutated is not sent, nor looked for', async () => {
  const { sim, cloud, imageId } = await start();
  const before = sim.calls.length;
  const outcomes = await cloud.perform(
    Array.from({ length: 30 }, (_, i) => launchOf(`dev-${i}`, imageId)),
    () => false,
  );
  expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(['not-sent']));
  expect(sim.calls).toHaveLength(before);
});

test('when time runs out in the middle the rest is not sent', async () => {
  const { sim, cloud, imageId } = await start();
  const launches = Array.from({ length: 40 }, (_, i) => launchOf(`dev-${i}`, imageId));
  const until = Date.parse(sim.clock.now()) + 10_000;
  const outcomes = await cloud.perform(launches, () => Date.parse(sim.clock.now()) < until);
  const count = (result: string) => outcomes.filter((each) => each.result === result).length;
  // Five at once, then two a second.
  expect(count('done')).toBeGreaterThanOrEqual(20);
  expect(count('done')).toBeLessThanOrEqual(25);
  expect(count('done') + count('not-sent')).toBe(40);
  expect(await instancesOf(sim)).toHaveLength(count('done'));
});

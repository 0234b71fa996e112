import {
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeInstanceTypesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  codeOf,
  createHome,
  launch,
  machineWithHome,
  readMachine,
  tag,
} from '../support/sim-calls.ts';
import { newSim, simGroup, simSubnets } from '../support/sim-fleet.ts';

async function list(sim: SimAccount, input: DescribeInstancesCommandInput = {}) {
  const answer = await sim.ec2.send(new DescribeInstancesCommand(input));
  const ids = (answer.Reservations ?? []).flatMap(({ Instances = [] }) =>
    Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
  );
  return { ids, token: answer.NextToken };
}

const found: readonly [Filter, number[]][] = [
  [{ Name: 'tag:devinstance:uid', Values: ['uid-2'] }, [1]],
  [{ Name: 'tag:devinstance:uid', Values: ['uid-?'] }, [0, 1, 2]],
  [{ Name: 'tag:devinstance:uid', Values: ['uid-2', 'uid-3', 'x'] }, [1, 2]],
  [{ Name: 'tag:devinstance:fleet', Values: ['prod'] }, []],
  [{ Name: 'tag:constructor', Values: ['*'] }, []],
  [{ Name: 'tag-key', Values: ['devinstance:own*'] }, [0, 1, 2]],
  [{ Name: 'instance-state-name', Values: ['running'] }, [0]],
  [{ Name: 'availability-zone', Values: ['eu-west-1b'] }, [1]],
  [{ Name: 'client-token', Values: ['launch-uid-3-1'] }, [2]],
];

test.each(found)('the filter %j finds machines %j', async (filter, indexes) => {
  const sim = newSim();
  const first = await launch(sim, { uid: 'uid-1' });
  await sim.clock.sleep(30_000);
  const second = await launch(sim, { uid: 'uid-2', subnetId: simSubnets[1] });
  const third = await launch(sim, { uid: 'uid-3' });
  const { ids } = await list(sim, { Filters: [filter] });
  expect(ids).toEqual(indexes.map((index) => [first, second, third][index]));
});

test('an unknown filter and too many values are refused', async () => {
  const sim = newSim();
  const tried = (filter: Filter) => codeOf(list(sim, { Filters: [filter] }));
  expect(await tried({ Name: 'colour', Values: ['red'] })).toBe('InvalidParameterValue');
  const Values = Array.from({ length: 201 }, (_, index) => String(index));
  expect(await tried({ Name: 'instance-id', Values })).toBe('FilterLimitExceeded');
});

test('volumes are found by where they are attached', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  const spare = await createHome(sim, { uid: 'uid-2' });
  const find = async (Filters: Filter[]) => {
    const { Volumes = [] } = await sim.ec2.send(new DescribeVolumesCommand({ Filters }));
    return Volumes.map(({ VolumeId }) => VolumeId);
  };
  const isHome = { Name: 'tag:devinstance:role', Values: ['home'] };
  const onMachine = { Name: 'attachment.instance-id', Values: [machineId] };
  expect(await find([isHome])).toEqual([homeId, spare]);
  expect(await find([isHome, onMachine])).toEqual([homeId]);
  expect(await find([{ Name: 'attachment.device', Values: ['/dev/sdf'] }])).toEqual([homeId]);
  expect(await find([{ Name: 'status', Values: ['creating'] }])).toEqual([spare]);
});

test('pages by token give every machine once', async () => {
  const sim = newSim({ pageSize: 5 });
  const made: string[] = [];
  for (let index = 0; index < 12; index += 1) made.push(await launch(sim, { uid: `uid-${index}` }));
  const seen: string[] = [];
  const sizes: number[] = [];
  let NextToken: string | undefined;
  do {
    const { ids, token } = await list(sim, { NextToken });
    seen.push(...ids);
    sizes.push(ids.length);
    NextToken = token;
  } while (NextToken !== undefined);
  expect([seen, sizes]).toEqual([made, [5, 5, 2]]);
  expect((await list(sim, { MaxResults: 7 })).ids).toHaveLength(7);
});

const controls: readonly [string, DescribeInstancesCommandInput][] = [
  ['InvalidParameterValue', { MaxResults: 4 }],
  ['InvalidParameterValue', { NextToken: 'not-a-token' }],
  ['InvalidInstanceID.Malformed', { InstanceIds: ['machine'] }],
  ['InvalidInstanceID.NotFound', { InstanceIds: ['i-0123456789abcdef0'] }],
  ['InvalidInstanceID.NotFound', { InstanceIds: ['i-0123456789abcdef0', 'i-0123456789abcdef1'] }],
  ['InvalidParameterCombination', { InstanceIds: ['i-0123456789abcdef0'], MaxResults: 5 }],
];

test.each(controls)('a listing is refused with %s for %j', async (code, input) => {
  expect(await codeOf(list(newSim(), input))).toBe(code);
});

test('a listing that leaves something out still finds it by id', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  sim.conditions.omitFromListings([machineId, homeId]);
  expect((await list(sim)).ids).toEqual([]);
  const volumes = await sim.ec2.send(new DescribeVolumesCommand({}));
  expect(volumes.Volumes?.map(({ VolumeId }) => VolumeId)).not.toContain(homeId);
  expect((await readMachine(sim, machineId)).State?.Name).toBe('running');
  sim.conditions.completeListings();
  expect((await list(sim)).ids).toEqual([machineId]);
});

test('status is told of running machines only, unless all are asked for', async () => {
  const sim = newSim();
  const id = await launch(sim);
  const read = async (IncludeAllInstances: boolean) => {
    const command = new DescribeInstanceStatusCommand({ IncludeAllInstances });
    const { InstanceStatuses = [] } = await sim.ec2.send(command);
    return InstanceStatuses.map(({ InstanceStatus }) => InstanceStatus?.Status);
  };
  expect([await read(false), await read(true)]).toEqual([[], ['not-applicable']]);
  await sim.clock.sleep(300_000);
  expect(await read(false)).toEqual(['ok']);
  await sim.conditions.setImpaired(id, true);
  expect(await read(false)).toEqual(['impaired']);
});

test('types, images, subnets and groups are described or unknown', async () => {
  const sim = newSim();
  const { ec2 } = sim;
  const types = new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.xlarge', 'm7g.large'] });
  const { InstanceTypes = [] } = await ec2.send(types);
  expect(InstanceTypes.map(({ ProcessorInfo }) => ProcessorInfo?.SupportedArchitectures)).toEqual([
    ['x86_64'],
    ['arm64'],
  ]);
  const images = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  expect(images.Images).toMatchObject([
    { Architecture: 'x86_64', RootDeviceName: '/dev/sda1', State: 'available' },
  ]);
  const subnets = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...simSubnets] }));
  expect(subnets.Subnets?.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
    'eu-west-1a',
    'eu-west-1b',
    'eu-west-1c',
  ]);
  const groups = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [simGroup] }));
  expect(groups.SecurityGroups).toMatchObject([{ GroupId: simGroup }]);
  const huge = new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.huge' as 't3.large'] });
  expect(await codeOf(ec2.send(huge))).toBe('InvalidInstanceType');
  const nowhere = new DescribeSubnetsCommand({ SubnetIds: ['subnet-9'] });
  expect(await codeOf(ec2.send(nowhere))).toBe('InvalidSubnetID.NotFound');
  const nobody = new DescribeSecurityGroupsCommand({ GroupIds: ['sg-9'] });
  expect(await codeOf(ec2.send(nobody))).toBe('InvalidGroup.NotFound');
  const none = new DescribeImagesCommand({ ImageIds: ['ami-0123456789abcdef0'] });
  expect(await codeOf(ec2.send(none))).toBe('InvalidAMIID.NotFound');
});

test.each([
  ['InvalidTagKey.Malformed', { 'aws:mine': 'x' }],
  ['InvalidParameterValue', { ['k'.repeat(128)]: 'x' }],
  ['InvalidParameterValue', { key: 'v'.repeat(257) }],
  ['InvalidParameterValue', { 'with/slash': 'x' }],
  ['TagLimitExceeded', Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'x']))],
])('tags are refused with %s', async (code, tags) => {
  const sim = newSim();
  const id = await launch(sim);
  const before = (await readMachine(sim, id)).Tags;
  expect(await codeOf(tag(sim, id, tags))).toBe(code);
  expect((await readMachine(sim, id)).Tags).toEqual(before);
});

test('a slash in a key is fine on a volume', async () => {
  const sim = newSim();
  const homeId = await createHome(sim);
  expect(await codeOf(tag(sim, homeId, { 'a/b': 'c' }))).toBe('ok');
});

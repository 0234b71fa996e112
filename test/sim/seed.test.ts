import {
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import {
  GetParameterCommand,
  GetParametersCommand,
  ParameterNotFound,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { simAccount } from '../../controller/sim/account.ts';
import { emptyAccount } from '../../controller/sim/state.ts';
import { memoryStore } from '../../controller/sim/store.ts';
import { codeOf, launch, readMachine } from '../support/sim-calls.ts';
import {
  newSim,
  simChannel,
  simFleet,
  simGroup,
  simSubnets,
  stillClock,
} from '../support/sim-fleet.ts';

test('a seeded account has what the specs name', async () => {
  const sim = newSim();
  const { Parameter } = await sim.ssm.send(new GetParameterCommand({ Name: simChannel.follow }));
  expect(Parameter).toMatchObject({ Version: 1, DataType: 'aws:ec2:image' });
  const ImageIds = [Parameter?.Value ?? ''];
  const { Images } = await sim.ec2.send(new DescribeImagesCommand({ ImageIds }));
  expect(Images?.[0]).toMatchObject({ OwnerId: '111122223333', Architecture: 'x86_64' });
  expect(Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize).toBe(8);
  expect(await codeOf(launch(sim))).toBe('ok');
});

test('new specs add to a living account and change nothing that is there', async () => {
  const sim = newSim();
  const id = await launch(sim);
  const before = await readMachine(sim, id);
  await sim.people.publishImage(simChannel);
  const ownImage = 'ami-0aaaaaaaaaaaaaaaa';
  const wanted = simFleet({
    subnets: ['subnet-00', ...simSubnets],
    securityGroups: [simGroup, 'sg-02'],
    image: { id: ownImage, allowExpired: false },
    instanceType: 'm7g.large',
  });
  await sim.ensureSeeded(wanted);
  await sim.ensureSeeded(wanted);
  const subnets = await sim.ec2.send(new DescribeSubnetsCommand({}));
  expect(
    subnets.Subnets?.map(({ SubnetId, AvailabilityZone }) => [SubnetId, AvailabilityZone]),
  ).toEqual([
    ['subnet-0a', 'eu-west-1a'],
    ['subnet-0b', 'eu-west-1b'],
    ['subnet-0c', 'eu-west-1c'],
    ['subnet-00', 'eu-west-1a'],
  ]);
  const groups = await sim.ec2.send(new DescribeSecurityGroupsCommand({}));
  expect(groups.SecurityGroups?.map(({ GroupId }) => GroupId)).toEqual([simGroup, 'sg-02']);
  const images = await sim.ec2.send(new DescribeImagesCommand({ ImageIds: [ownImage] }));
  expect(images.Images?.[0]?.Architecture).toBe('arm64');
  const follow = await sim.ssm.send(new GetParameterCommand({ Name: simChannel.follow }));
  expect(follow.Parameter?.Version).toBe(2);
  expect(await readMachine(sim, id)).toEqual(before);
});

test('an empty account takes specs too', async () => {
  const store = memoryStore(emptyAccount('999988887777', 'us-west-2'));
  const sim = simAccount({ store, wallClock: stillClock });
  await sim.ensureSeeded(simFleet());
  expect((await readMachine(sim, await launch(sim))).Placement?.AvailabilityZone).toBe(
    'us-west-2a',
  );
});

test('a published image is the next version of its parameter, and the old one stays', async () => {
  const sim = newSim();
  const read = async (Name: string) =>
    (await sim.ssm.send(new GetParameterCommand({ Name }))).Parameter;
  const old = await read(simChannel.follow);
  const published = await sim.people.publishImage(simChannel);
  expect(published).not.toBe(old?.Value);
  expect(await read(simChannel.follow)).toMatchObject({ Value: published, Version: 2 });
  expect(await read(`${simChannel.follow}:1`)).toMatchObject({
    Value: old?.Value,
    Version: 1,
    Selector: ':1',
  });
  expect(await codeOf(read(`${simChannel.follow}:3`))).toBe('ParameterVersionNotFound');
});

test('parameters are put, overwritten only when asked, and read ten at a time', async () => {
  const { ssm } = newSim();
  const put = (Value: string, Overwrite?: boolean) =>
    ssm.send(new PutParameterCommand({ Name: '/config/x', Value, Type: 'String', Overwrite }));
  expect((await put('one')).Version).toBe(1);
  expect(await codeOf(put('two'))).toBe('ParameterAlreadyExists');
  expect((await put('two', true)).Version).toBe(2);
  expect(await codeOf(put('x'.repeat(4097), true))).toBe('ValidationException');
  const Names = ['/config/x', '/config/y', 'constructor'];
  const answer = await ssm.send(new GetParametersCommand({ Names }));
  expect(answer.Parameters).toMatchObject([{ Name: '/config/x', Value: 'two', Version: 2 }]);
  expect(answer.InvalidParameters).toEqual(['/config/y', 'constructor']);
  const eleven = Array.from({ length: 11 }, (_, index) => `/p${index}`);
  expect(await codeOf(ssm.send(new GetParametersCommand({ Names: eleven })))).toBe(
    'ValidationException',
  );
  await expect(ssm.send(new GetParameterCommand({ Name: '/config/y' }))).rejects.toBeInstanceOf(
    ParameterNotFound,
  );
});

import {
  DescribeInstancesCommand,
  EC2ServiceException,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { SimAccount } from '../../controller/sim/account.ts';
import { codeOf, launch, launchInput, readMachine } from '../support/sim-calls.ts';
import { newSim, simSubnets } from '../support/sim-fleet.ts';

const unknownId = 'i-0123456789abcdef0';

/** Brings a new machine into a state and leaves it there. */
async function machineIn(sim: SimAccount, state: string): Promise<string> {
  const id = await launch(sim);
  const ids = { InstanceIds: [id] };
  if (state === 'pending') return id;
  await sim.clock.sleep(20_000);
  if (state === 'stopping' || state === 'stopped') {
    await sim.ec2.send(new StopInstancesCommand(ids));
    if (state === 'stopped') await sim.clock.sleep(40_000);
  }
  if (state === 'shutting-down' || state === 'terminated') {
    await sim.ec2.send(new TerminateInstancesCommand(ids));
    if (state === 'terminated') await sim.clock.sleep(30_000);
  }
  expect((await readMachine(sim, id)).State?.Name).toBe(state);
  return id;
}

const refused = 'IncorrectInstanceState';

test.each([
  { state: 'pending', start: 'ok', stop: refused, terminate: 'ok', type: refused },
  { state: 'running', start: 'ok', stop: 'ok', terminate: 'ok', type: refused },
  { state: 'stopping', start: refused, stop: 'ok', terminate: 'ok', type: refused },
  { state: 'stopped', start: 'ok', stop: 'ok', terminate: 'ok', type: 'ok' },
  { state: 'shutting-down', start: refused, stop: refused, terminate: 'ok', type: refused },
  { state: 'terminated', start: refused, stop: refused, terminate: 'ok', type: refused },
])('$state allows what EC2 allows', async ({ state, start, stop, terminate, type }) => {
  const tried = async (attempt: (sim: SimAccount, id: string) => Promise<unknown>) => {
    const sim = newSim();
    return codeOf(attempt(sim, await machineIn(sim, state)));
  };
  const ids = (id: string) => ({ InstanceIds: [id] });
  expect({
    start: await tried((sim, id) => sim.ec2.send(new StartInstancesCommand(ids(id)))),
    stop: await tried((sim, id) => sim.ec2.send(new StopInstancesCommand(ids(id)))),
    terminate: await tried((sim, id) => sim.ec2.send(new TerminateInstancesCommand(ids(id)))),
    type: await tried((sim, id) =>
      sim.ec2.send(
        new ModifyInstanceAttributeCommand({
          InstanceId: id,
          InstanceType: { Value: 't3.large' },
        }),
      ),
    ),
  }).toEqual({ start, stop, terminate, type });
});

test('a start of a running machine and a stop of a stopped one change nothing', async () => {
  const sim = newSim();
  const id = await machineIn(sim, 'running');
  const before = await readMachine(sim, id);
  await sim.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  expect(await readMachine(sim, id)).toEqual(before);
  await sim.people.stop(id);
  await sim.clock.sleep(40_000);
  const stopped = await readMachine(sim, id);
  const answer = await sim.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  expect(answer.StoppingInstances?.[0]?.CurrentState?.Name).toBe('stopped');
  expect(await readMachine(sim, id)).toEqual(stopped);
});

type Ids = { readonly InstanceIds: string[] };

test.each([
  ['start', 'stopped', (ids: Ids) => new StartInstancesCommand(ids)],
  ['stop', 'running', (ids: Ids) => new StopInstancesCommand(ids)],
  ['terminate', 'running', (ids: Ids) => new TerminateInstancesCommand(ids)],
] as const)('one unknown id fails a whole batch to %s', async (_name, state, toCommand) => {
  const sim = newSim();
  const id = await machineIn(sim, state);
  const before = await readMachine(sim, id);
  const command = toCommand({ InstanceIds: [id, unknownId] }) as StopInstancesCommand;
  expect(await codeOf(sim.ec2.send(command))).toBe('InvalidInstanceID.NotFound');
  expect(await readMachine(sim, id)).toEqual(before);
});

test('a restart renews the launch time and the boot', async () => {
  const sim = newSim();
  const id = await machineIn(sim, 'stopped');
  const first = await readMachine(sim, id);
  expect(first.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
  await sim.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await sim.clock.sleep(30_000);
  const second = await readMachine(sim, id);
  expect(second.LaunchTime?.getTime()).toBeGreaterThan(first.LaunchTime?.getTime() ?? 0);
  expect(second.PrivateIpAddress).toBe(first.PrivateIpAddress);
  expect(second.StateReason).toBeUndefined();
  expect(sim.reports().get(id)?.bootId).toBe(`${id}/boot-2`);
});

test('a shutdown from inside has a reason of its own', async () => {
  const sim = newSim();
  const id = await machineIn(sim, 'running');
  await sim.people.shutDown(id);
  await sim.clock.sleep(40_000);
  const { State, StateReason } = await readMachine(sim, id);
  expect(State?.Name).toBe('stopped');
  expect(StateReason?.Code).toBe('Client.InstanceInitiatedShutdown');
});

test('a shutdown from inside terminates a machine that was launched so', async () => {
  const sim = newSim();
  const id = await launch(sim, { more: { InstanceInitiatedShutdownBehavior: 'terminate' } });
  await sim.clock.sleep(20_000);
  await sim.people.shutDown(id);
  expect((await readMachine(sim, id)).State?.Name).toBe('shutting-down');
  await expect(sim.people.shutDown(id)).rejects.toThrow('is not running');
});

const slashTag = [{ ResourceType: 'instance', Tags: [{ Key: 'a/b', Value: 'c' }] }] as const;

const refusals: readonly [string, Partial<RunInstancesCommandInput>][] = [
  ['InvalidAMIID.NotFound', { ImageId: 'ami-0123456789abcdef0' }],
  ['InvalidAMIID.Malformed', { ImageId: 'ubuntu' }],
  ['InvalidSubnetID.NotFound', { SubnetId: 'subnet-9' }],
  ['InvalidGroup.NotFound', { SecurityGroupIds: ['sg-9'] }],
  ['InvalidParameterValue', { InstanceType: 't3.huge' as 't3.large' }],
  ['InvalidParameterValue', { InstanceType: 't4g.large' }],
  ['InvalidParameterValue', { TagSpecifications: [...slashTag] as never }],
  ['InvalidParameterValue', { ClientToken: 'x'.repeat(65) }],
  [
    'InvalidBlockDeviceMapping',
    { BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 4 } }] },
  ],
];

test.each(refusals)('a launch is refused with %s for %j', async (code, more) => {
  const sim = newSim();
  const input = await launchInput(sim, { more });
  expect(await codeOf(sim.ec2.send(new RunInstancesCommand(input)))).toBe(code);
  const { Reservations } = await sim.ec2.send(new DescribeInstancesCommand({}));
  expect(Reservations).toEqual([]);
});

test('a launch keeps what it was told', async () => {
  const sim = newSim();
  const id = await launch(sim, {
    more: {
      IamInstanceProfile: { Name: 'dev-instance' },
      BlockDeviceMappings: [
        { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 150, VolumeType: 'gp3', Encrypted: true } },
        { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 10 } },
      ],
    },
  });
  const machine = await readMachine(sim, id);
  expect(machine).toMatchObject({
    InstanceType: 't3.xlarge',
    SubnetId: 'subnet-0a',
    PrivateIpAddress: '10.0.0.4',
    Placement: { AvailabilityZone: 'eu-west-1a' },
    IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/dev-instance' },
    MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
    RootDeviceName: '/dev/sda1',
  });
  expect(machine.LaunchTime).toBeInstanceOf(Date);
  const mappings = machine.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [
    DeviceName,
    Ebs?.DeleteOnTermination,
  ]);
  // Data volumes too: through the API the default of a launch is true.
  expect(mappings).toEqual([
    ['/dev/sda1', true],
    ['/dev/sdg', true],
  ]);
});

test('errors are the service exceptions of the SDK with their class and status', async () => {
  const sim = newSim();
  await sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 0);
  const input = await launchInput(sim);
  const error: unknown = await sim.ec2.send(new RunInstancesCommand(input)).catch((e) => e);
  expect(error).toBeInstanceOf(EC2ServiceException);
  expect(error).toMatchObject({
    name: 'InsufficientInstanceCapacity',
    $fault: 'server',
    $metadata: { httpStatusCode: 500 },
  });
  const missing: unknown = await readMachine(sim, unknownId).catch((e) => e);
  expect(missing).toMatchObject({ $fault: 'client', $metadata: { httpStatusCode: 400 } });
});

test('an equal call with the same token answers the same machine', async () => {
  const sim = newSim();
  const first = await launch(sim);
  expect(await launch(sim)).toBe(first);
  const other = await launchInput(sim, { more: { InstanceType: 't3.large' } });
  expect(await codeOf(sim.ec2.send(new RunInstancesCommand(other)))).toBe(
    'IdempotentParameterMismatch',
  );
  await sim.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
  await sim.clock.sleep(30_000);
  expect(await codeOf(launch(sim))).toBe('IdempotentInstanceTerminated');
});

test('AWS may answer a token that is used for something else with what it made first', async () => {
  const sim = newSim();
  const first = await launch(sim);
  sim.conditions.answerChangedTokens(true);
  expect(await launch(sim, { more: { InstanceType: 't3.large' } })).toBe(first);
  expect((await readMachine(sim, first)).InstanceType).toBe('t3.xlarge');
});

test('a token holds in its zone only', async () => {
  const sim = newSim();
  const first = await launch(sim, { token: 'same' });
  const second = await launch(sim, { token: 'same', subnetId: simSubnets[1] });
  expect(second).not.toBe(first);
});

test('a pool without places refuses launches and starts, until it has some', async () => {
  const sim = newSim();
  const id = await machineIn(sim, 'stopped');
  await sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 0);
  const start = () => sim.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  expect(await codeOf(start())).toBe('InsufficientInstanceCapacity');
  expect((await readMachine(sim, id)).State?.Name).toBe('stopped');
  expect(await codeOf(launch(sim, { uid: 'uid-2' }))).toBe('InsufficientInstanceCapacity');
  expect(await codeOf(launch(sim, { uid: 'uid-2', subnetId: simSubnets[1] }))).toBe('ok');
  await sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 1);
  expect(await codeOf(start())).toBe('ok');
  expect(await codeOf(launch(sim, { uid: 'uid-3' }))).toBe('InsufficientInstanceCapacity');
});

test('a batch to start is refused whole where only some of it has a place', async () => {
  const sim = newSim();
  const first = await machineIn(sim, 'stopped');
  const second = await launch(sim, { uid: 'uid-2' });
  await sim.clock.sleep(20_000);
  await sim.people.stop(second);
  await sim.clock.sleep(40_000);
  await sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 1);
  const both = new StartInstancesCommand({ InstanceIds: [first, second] });
  expect(await codeOf(sim.ec2.send(both))).toBe('InsufficientInstanceCapacity');
  expect((await readMachine(sim, first)).State?.Name).toBe('stopped');
  await sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', undefined);
  expect(await codeOf(sim.ec2.send(both))).toBe('ok');
});

test('a zone without a type says Unsupported', async () => {
  const sim = newSim();
  await sim.conditions.setSupported('eu-west-1a', 't3.xlarge', false);
  expect(await codeOf(launch(sim))).toBe('Unsupported');
});

test('a type of another architecture is refused, one of the same is taken', async () => {
  const sim = newSim();
  const id = await machineIn(sim, 'stopped');
  const set = (Value: string) =>
    sim.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value } }));
  expect(await codeOf(set('t4g.large'))).toBe('InvalidInstanceAttributeValue');
  expect(await codeOf(set('t3.huge'))).toBe('InvalidInstanceAttributeValue');
  await set('m7i.large');
  expect((await readMachine(sim, id)).InstanceType).toBe('m7i.large');
});

test('what the caller does to inputs and answers does not reach the account', async () => {
  const sim = newSim();
  const input = await launchInput(sim);
  const answer = await sim.ec2.send(new RunInstancesCommand(input));
  const id = answer.Instances?.[0]?.InstanceId ?? '';
  const before = await readMachine(sim, id);
  input.TagSpecifications?.[0]?.Tags?.splice(0);
  input.SecurityGroupIds?.splice(0);
  answer.Instances?.[0]?.Tags?.splice(0);
  (await readMachine(sim, id)).SecurityGroups?.splice(0);
  expect(await readMachine(sim, id)).toEqual(before);
});

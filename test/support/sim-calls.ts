import {
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
  type Volume,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { homeDeviceName, tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { simChannel, simGroup, simSubnets } from './sim-fleet.ts';

/** What makes one machine of these tests differ from another. */
export interface SimLaunch {
  readonly token?: string;
  readonly subnetId?: string;
  readonly uid?: string;
  readonly owner?: string;
  readonly ordinal?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly more?: Partial<RunInstancesCommandInput>;
}

/** The tags every fleet resource of these tests carries. */
export function fleetTags(
  role: string,
  { uid = 'uid-1', owner = 'ada', ordinal = '1' }: SimLaunch = {},
): Record<string, string> {
  return {
    [tagKeys.fleet]: 'dev',
    [tagKeys.uid]: uid,
    [tagKeys.owner]: owner,
    [tagKeys.role]: role,
    ...(role === 'machine' && { [tagKeys.ordinal]: ordinal }),
  };
}

function listTags(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A RunInstances input as the controller writes it. */
export async function launchInput(
  sim: SimAccount,
  launch: SimLaunch = {},
): Promise<RunInstancesCommandInput> {
  const image = await sim.ssm.send(new GetParameterCommand({ Name: simChannel.follow }));
  return {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: launch.token ?? `launch-${launch.uid ?? 'uid-1'}-${launch.ordinal ?? '1'}`,
    ImageId: image.Parameter?.Value,
    InstanceType: 't3.xlarge',
    SubnetId: launch.subnetId ?? simSubnets[0],
    SecurityGroupIds: [simGroup],
    MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
    TagSpecifications: [
      {
        ResourceType: 'instance',
        Tags: listTags({ ...fleetTags('machine', launch), ...launch.tags }),
      },
      { ResourceType: 'volume', Tags: listTags(fleetTags('root', launch)) },
    ],
    ...launch.more,
  };
}

/** Launches a machine and answers its id. */
export async function launch(sim: SimAccount, wanted: SimLaunch = {}): Promise<string> {
  const input = await launchInput(sim, wanted);
  const { Instances } = await sim.ec2.send(new RunInstancesCommand(input));
  return idOf(Instances?.[0]?.InstanceId);
}

/** Creates a home and answers its id. */
export async function createHome(
  sim: SimAccount,
  wanted: SimLaunch & { readonly az?: string } = {},
): Promise<string> {
  const volume = await sim.ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: wanted.az ?? 'eu-west-1a',
      Size: 100,
      VolumeType: 'gp3',
      Encrypted: true,
      ClientToken: wanted.token ?? `home-${wanted.uid ?? 'uid-1'}`,
      TagSpecifications: [{ ResourceType: 'volume', Tags: listTags(fleetTags('home', wanted)) }],
    }),
  );
  return idOf(volume.VolumeId);
}

/** Attaches a home as the controller does. */
export async function attach(sim: SimAccount, machineId: string, homeId: string): Promise<void> {
  const Device = homeDeviceName;
  await sim.ec2.send(new AttachVolumeCommand({ InstanceId: machineId, VolumeId: homeId, Device }));
}

/** Sets tags on one resource. */
export async function tag(
  sim: SimAccount,
  id: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  await sim.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: listTags(tags) }));
}

/** A running machine with its home attached and permission to format it, right after the calls. */
export async function machineWithHome(
  sim: SimAccount,
  wanted: SimLaunch = {},
): Promise<{ readonly machineId: string; readonly homeId: string }> {
  const machineId = await launch(sim, wanted);
  const homeId = await createHome(sim, wanted);
  await sim.clock.sleep(30_000);
  await attach(sim, machineId, homeId);
  await tag(sim, machineId, { [tagKeys.home]: `${homeId}:new` });
  return { machineId, homeId };
}

/** Stops a machine and waits until it is stopped. */
export async function stopFully(sim: SimAccount, machineId: string): Promise<void> {
  await sim.ec2.send(new StopInstancesCommand({ InstanceIds: [machineId] }));
  await sim.clock.sleep(60_000);
}

/** Reads one instance by id. */
export async function readMachine(sim: SimAccount, id: string): Promise<Instance> {
  const answer = await sim.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  const instance = answer.Reservations?.[0]?.Instances?.[0];
  if (instance === undefined) throw new Error(`no instance ${id}`);
  return instance;
}

/** Reads one volume by id. */
export async function readVolume(sim: SimAccount, id: string): Promise<Volume> {
  const answer = await sim.ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
  const volume = answer.Volumes?.[0];
  if (volume === undefined) throw new Error(`no volume ${id}`);
  return volume;
}

/** The AWS code a call ends with; `ok` where it succeeds. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
  );
}

function idOf(id: string | undefined): string {
  if (id === undefined) throw new Error('the answer has no id');
  return id;
}

import {
  AttachVolumeCommand,
  type BlockDeviceMapping,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DeleteSnapshotCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type Snapshot,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type Volume,
} from '@aws-sdk/client-ec2';
import type { Account } from './fact.ts';

/** Longer than any usual change of state. */
export const aWhile = 120_000;

export const homeDevice = '/dev/sdf';
export const rootDevice = '/dev/sda1';
export const noInstance = 'i-0123456789abcdef0';
export const noVolume = 'vol-0123456789abcdef0';

/** A root as the controller asks for it; what is left out of a mapping differs between accounts. */
export const root: BlockDeviceMapping = {
  DeviceName: rootDevice,
  Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
};

/** RunInstances with what every launch needs. */
export async function run(
  { ec2, place }: Account,
  input: Partial<RunInstancesCommandInput> = {},
): Promise<readonly Instance[]> {
  const answer = await ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      ImageId: place.imageId,
      InstanceType: 't3.xlarge',
      SubnetId: place.subnets[0],
      SecurityGroupIds: [place.securityGroup],
      BlockDeviceMappings: [root],
      ...input,
    }),
  );
  return answer.Instances ?? [];
}

/** Launches an instance and answers its id at once. */
export async function launch(
  account: Account,
  input: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const [instance] = await run(account, input);
  return given(instance?.InstanceId);
}

/** Launches an instance and lets it come up. */
export async function running(
  account: Account,
  input: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const id = await launch(account, input);
  await account.wait(aWhile);
  return id;
}

/** An instance that is stopped. */
export async function stopped(
  account: Account,
  input: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const id = await running(account, input);
  await stop(account, id);
  await account.wait(aWhile);
  return id;
}

/** CreateVolume; answers the id at once. */
export async function createVolume(
  { ec2, place }: Account,
  input: Partial<CreateVolumeCommandInput> = {},
): Promise<string> {
  const base = { AvailabilityZone: place.zones[0], VolumeType: 'gp3' as const };
  const size = input.SnapshotId === undefined ? { Size: 100 } : {};
  return given((await ec2.send(new CreateVolumeCommand({ ...base, ...size, ...input }))).VolumeId);
}

/** A volume that is available. */
export async function volume(
  account: Account,
  input: Partial<CreateVolumeCommandInput> = {},
): Promise<string> {
  const id = await createVolume(account, input);
  await account.wait(aWhile);
  return id;
}

/** An instance with a volume attached beside its root. */
export async function withVolume(
  account: Account,
): Promise<{ readonly instanceId: string; readonly volumeId: string }> {
  const instanceId = await running(account);
  const volumeId = await volume(account);
  await attach(account, instanceId, volumeId);
  await account.wait(aWhile);
  return { instanceId, volumeId };
}

export function start({ ec2 }: Account, ...InstanceIds: string[]) {
  return ec2.send(new StartInstancesCommand({ InstanceIds }));
}

export function stop({ ec2 }: Account, ...InstanceIds: string[]) {
  return ec2.send(new StopInstancesCommand({ InstanceIds }));
}

export function terminate({ ec2 }: Account, ...InstanceIds: string[]) {
  return ec2.send(new TerminateInstancesCommand({ InstanceIds }));
}

export function attach(
  { ec2 }: Account,
  InstanceId: string,
  VolumeId: string,
  Device = homeDevice,
) {
  return ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device }));
}

export function detach({ ec2 }: Account, VolumeId: string, InstanceId?: string) {
  return ec2.send(new DetachVolumeCommand({ VolumeId, InstanceId }));
}

export function tag({ ec2 }: Account, id: string, tags: Readonly<Record<string, string>>) {
  return ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }));
}

export async function snapshot({ ec2 }: Account, VolumeId: string): Promise<string> {
  return given((await ec2.send(new CreateSnapshotCommand({ VolumeId }))).SnapshotId);
}

export function deleteSnapshot({ ec2 }: Account, SnapshotId: string) {
  return ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
}

/** The snapshot of an image's root. */
export async function rootSnapshot({ ec2, place }: Account): Promise<string> {
  const command = new DescribeImagesCommand({ ImageIds: [place.imageId] });
  const [image] = (await ec2.send(command)).Images ?? [];
  return given(image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);
}

export function tagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Reads one instance by id. */
export async function instance({ ec2 }: Account, id: string): Promise<Instance> {
  const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return given(answer.Reservations?.[0]?.Instances?.[0]);
}

export async function powerOf(account: Account, id: string): Promise<string | undefined> {
  return (await instance(account, id)).State?.Name;
}

/** Reads one volume by id. */
export async function readVolume({ ec2 }: Account, id: string): Promise<Volume> {
  return given((await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0]);
}

/** A volume's state, and that of its attachment where it has one. */
export async function volumeState(account: Account, id: string): Promise<string> {
  const { State, Attachments = [] } = await readVolume(account, id);
  return [State, ...Attachments.map((each) => each.State)].join(' ');
}

/** Reads one snapshot by id. */
export async function readSnapshot({ ec2 }: Account, id: string): Promise<Snapshot> {
  const command = new DescribeSnapshotsCommand({ SnapshotIds: [id] });
  return given((await ec2.send(command)).Snapshots?.[0]);
}

/** The ids of all instances with a tag. */
export async function instancesTagged(
  { ec2 }: Account,
  key: string,
  value: string,
): Promise<readonly string[]> {
  const Filters = [{ Name: `tag:${key}`, Values: [value] }];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.map((each) => given(each.InstanceId)),
  );
}

/** The code that a call ends with; `ok` where it succeeds. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
  );
}

/** The error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.catch((thrown) => thrown);
  if (error instanceof Error) return error;
  throw new Error('the call succeeded');
}

export function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer leaves something out');
  return value;
}

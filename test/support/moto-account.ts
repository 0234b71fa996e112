import assert from 'node:assert/strict';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateImageCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Image,
  type Instance,
  RunInstancesCommand,
  type Snapshot,
  TerminateInstancesCommand,
  type Volume,
} from '@aws-sdk/client-ec2';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { dynamoLedger } from '../../controller/aws/dynamo-ledger.ts';
import { tagKeys } from '../../controller/core/tags.ts';

/** The account that moto always answers as. */
export const motoAccount = '123456789012';
export const motoRegion = 'eu-west-1';
/** Names the golden image there. */
export const channelParameter = '/imagebuilder/dev-instances/ubuntu-24.04-x86_64/candidate';

/** What the specs of any fleet in the account name. */
export interface Network {
  /** In two zones. */
  readonly subnets: readonly [string, string];
  readonly securityGroup: string;
  readonly imageId: string;
}

/** How a client of the SDK finds moto. */
export function motoPlace(endpoint: string) {
  return {
    endpoint,
    region: motoRegion,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

/** Makes what a fleet needs to be there: network, golden image and its parameter, instance profile. */
export async function prepareAccount(
  endpoint: string,
  names: { readonly parameter: string; readonly instanceProfile: string },
): Promise<Network> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  const network = await makeNetwork(ec2);
  const imageId = await makeImage(ec2, 'golden');
  await putParameter(endpoint, names.parameter, imageId);
  await makeInstanceProfile(endpoint, names.instanceProfile);
  ec2.destroy();
  return { ...network, imageId };
}

async function makeNetwork(ec2: EC2Client): Promise<Omit<Network, 'imageId'>> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const VpcId = given(Vpc?.VpcId);
  const subnet = async (zone: string, CidrBlock: string) => {
    const input = { VpcId, CidrBlock, AvailabilityZone: `${motoRegion}${zone}` };
    return given((await ec2.send(new CreateSubnetCommand(input))).Subnet?.SubnetId);
  };
  const subnets = [await subnet('a', '10.0.0.0/18'), await subnet('b', '10.0.64.0/18')] as const;
  const group = { VpcId, GroupName: 'dev-instances', Description: 'Dev instances' };
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(group));
  return { subnets, securityGroup: given(GroupId) };
}

type TagValues = Readonly<Record<string, string>>;

/** An image of our own, made from a machine as Image Builder makes one. */
export async function makeImage(
  ec2: EC2Client,
  Name: string,
  tags: TagValues = {},
): Promise<string> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['099720109477'] }));
  const base = Images.find(({ Architecture }) => Architecture === 'x86_64')?.ImageId;
  const run = { ImageId: given(base), InstanceType: 't3.micro' as const };
  const builder = await ec2.send(new RunInstancesCommand({ ...run, MinCount: 1, MaxCount: 1 }));
  const InstanceId = given(builder.Instances?.[0]?.InstanceId);
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const TagSpecifications = Tags.length === 0 ? [] : [{ ResourceType: 'image' as const, Tags }];
  const { ImageId } = await ec2.send(
    new CreateImageCommand({ InstanceId, Name, TagSpecifications }),
  );
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  return given(ImageId);
}

/** Registers another golden image and names it in a parameter, as a pipeline does; its id. */
export async function publishImage(
  endpoint: string,
  { parameter, name }: { readonly parameter: string; readonly name: string },
): Promise<string> {
  const imageId = await buildImage(endpoint, name);
  await putParameter(endpoint, parameter, imageId);
  return imageId;
}

/** Registers a golden image with tags, as a pipeline does before it names it anywhere; its id. */
export async function buildImage(
  endpoint: string,
  name: string,
  tags: TagValues = {},
): Promise<string> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  const imageId = await makeImage(ec2, name, tags);
  ec2.destroy();
  return imageId;
}

/** Gives a parameter a value, as its next version. */
export async function putParameter(endpoint: string, Name: string, Value: string): Promise<void> {
  const ssm = new SSMClient(motoPlace(endpoint));
  await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
  ssm.destroy();
}

/** Written by hand, to spare a dependency on another client of the SDK for one call. */
async function makeInstanceProfile(endpoint: string, name: string): Promise<void> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request',
    },
    body: new URLSearchParams({
      Action: 'CreateInstanceProfile',
      InstanceProfileName: name,
      Version: '2010-05-08',
    }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

function given<T>(value: T | undefined): T {
  assert(value !== undefined, 'moto left something out');
  return value;
}

/** What is in the account for a fleet, read from outside; what was terminated is left out. */
export interface FleetTruth {
  readonly machines: readonly Instance[];
  readonly homes: readonly Volume[];
}

/** The same with all that was ever launched, with the roots, and the snapshots of the homes. */
export interface FleetHistory extends FleetTruth {
  readonly roots: readonly Volume[];
  readonly snapshots: readonly Snapshot[];
}

export async function readFleetTruth(endpoint: string, fleet: string): Promise<FleetTruth> {
  const { machines, homes } = await readFleetHistory(endpoint, fleet);
  return { machines: machines.filter(({ State }) => State?.Name !== 'terminated'), homes };
}

export async function readFleetHistory(endpoint: string, fleet: string): Promise<FleetHistory> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  const Filters = [{ Name: `tag:${tagKeys.fleet}`, Values: [fleet] }];
  const [{ Reservations = [] }, { Volumes = [] }, { Snapshots = [] }] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 1000 })),
    ec2.send(new DescribeVolumesCommand({ Filters })),
    ec2.send(new DescribeSnapshotsCommand({ Filters })),
  ]);
  ec2.destroy();
  const ofRole = (role: string) =>
    Volumes.filter((volume) => tagsOf(volume)[tagKeys.role] === role);
  return {
    machines: Reservations.flatMap(({ Instances = [] }) => Instances),
    homes: ofRole('home'),
    roots: ofRole('root'),
    snapshots: Snapshots,
  };
}

/** Instances that carry no fleet's tag although they are not terminated: nobody would find them again. */
export async function readStrayMachines(endpoint: string): Promise<readonly Instance[]> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ MaxResults: 1000 }));
  ec2.destroy();
  return Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    (machine) => machine.State?.Name !== 'terminated' && !tagsOf(machine)[tagKeys.fleet],
  );
}

export function tagsOf(
  resource: Instance | Volume | Snapshot | Image,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (resource.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']),
  );
}

/** Makes a fleet's ledger without a process of its own. */
export async function makeLedger(
  endpoint: string,
  { fleet, table }: { readonly fleet: string; readonly table: string },
): Promise<void> {
  const ledger = dynamoLedger({ client: new DynamoDBClient(motoPlace(endpoint)), table });
  await ledger.init({ fleet, account: motoAccount, region: motoRegion });
  await ledger.close();
}

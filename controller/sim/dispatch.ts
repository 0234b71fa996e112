import { attachVolume, detachVolume } from './attachments.ts';
import type { ServiceName } from './errors.ts';
import { deregisterImage, describeImages } from './images.ts';
import { modifyInstanceAttribute } from './instance-attributes.ts';
import { describeInstanceTypes } from './instance-types.ts';
import { describeInstanceStatus, describeInstances } from './instance-views.ts';
import { runInstances } from './launch.ts';
import { describeVolumesModifications, modifyVolume } from './modifications.ts';
import { describeSecurityGroups, describeSubnets } from './network.ts';
import { getParameter, getParameters, putParameter } from './parameters.ts';
import { startInstances, stopInstances, terminateInstances } from './power.ts';
import type { Scene } from './scene.ts';
import { createSnapshot, deleteSnapshot, describeSnapshots } from './snapshots.ts';
import { createTags } from './tags.ts';
import { createVolume, deleteVolume, describeVolumes } from './volumes.ts';

/** One of AWS's actions: what it may change, which parameters are modelled, and what it does. */
export interface Handler {
  readonly isMutation: boolean;
  readonly parameters: ReadonlySet<string>;
  /** Takes the action's own input: `never` lets handlers of all inputs share a table. */
  readonly answer: (scene: Scene, input: never) => object;
}

function reads(parameters: string, answer: Handler['answer']): Handler {
  return { isMutation: false, parameters: new Set(parameters.split(' ')), answer };
}

function mutates(parameters: string, answer: Handler['answer']): Handler {
  return { isMutation: true, parameters: new Set(parameters.split(' ')), answer };
}

const paging = 'Filters MaxResults NextToken';

const handlers: Readonly<Record<ServiceName, Readonly<Record<string, Handler>>>> = {
  ec2: {
    RunInstances: mutates(
      'ImageId InstanceType SubnetId SecurityGroupIds MinCount MaxCount ClientToken UserData ' +
        'IamInstanceProfile BlockDeviceMappings TagSpecifications MetadataOptions ' +
        'InstanceInitiatedShutdownBehavior DisableApiStop DisableApiTermination',
      runInstances,
    ),
    StartInstances: mutates('InstanceIds', startInstances),
    StopInstances: mutates('InstanceIds Hibernate', stopInstances),
    TerminateInstances: mutates('InstanceIds', terminateInstances),
    DescribeInstances: reads(`InstanceIds ${paging}`, describeInstances),
    DescribeInstanceStatus: reads(
      `InstanceIds IncludeAllInstances ${paging}`,
      describeInstanceStatus,
    ),
    ModifyInstanceAttribute: mutates(
      'InstanceId InstanceType BlockDeviceMappings DisableApiStop DisableApiTermination',
      modifyInstanceAttribute,
    ),
    CreateVolume: mutates(
      'AvailabilityZone Size SnapshotId VolumeType Iops Throughput Encrypted KmsKeyId ' +
        'MultiAttachEnabled TagSpecifications ClientToken',
      createVolume,
    ),
    DeleteVolume: mutates('VolumeId', deleteVolume),
    AttachVolume: mutates('VolumeId InstanceId Device', attachVolume),
    DetachVolume: mutates('VolumeId InstanceId Device Force', detachVolume),
    DescribeVolumes: reads(`VolumeIds ${paging}`, describeVolumes),
    ModifyVolume: mutates('VolumeId Size VolumeType Iops Throughput', modifyVolume),
    DescribeVolumesModifications: reads(`VolumeIds ${paging}`, describeVolumesModifications),
    CreateTags: mutates('Resources Tags', createTags),
    CreateSnapshot: mutates('VolumeId Description TagSpecifications', createSnapshot),
    DeleteSnapshot: mutates('SnapshotId', deleteSnapshot),
    DescribeSnapshots: reads(`SnapshotIds OwnerIds ${paging}`, describeSnapshots),
    DescribeImages: reads(
      `ImageIds Owners IncludeDeprecated IncludeDisabled ${paging}`,
      describeImages,
    ),
    DeregisterImage: mutates('ImageId DeleteAssociatedSnapshots', deregisterImage),
    DescribeSubnets: reads(`SubnetIds ${paging}`, describeSubnets),
    DescribeSecurityGroups: reads(`GroupIds ${paging}`, describeSecurityGroups),
    DescribeInstanceTypes: reads(`InstanceTypes ${paging}`, describeInstanceTypes),
  },
  ssm: {
    GetParameter: reads('Name WithDecryption', getParameter),
    GetParameters: reads('Names WithDecryption', getParameters),
    PutParameter: mutates('Name Value Type DataType Overwrite Description Tier', putParameter),
  },
  sts: { GetCallerIdentity: reads('', getCallerIdentity) },
};

function getCallerIdentity({ state }: Scene): object {
  const Arn = `arn:aws:sts::${state.account}:assumed-role/devinstance/controller`;
  return { Account: state.account, Arn, UserId: 'AROASIMULATED:controller' };
}

/**
 * The handler of a service's action. Throws a plain error for what the simulator does not model, so
 * that no test mistakes silence for success.
 */
export function handlerOf(service: ServiceName, action: string, input: object): Handler {
  const table = handlers[service];
  const handler = Object.hasOwn(table, action) ? table[action] : undefined;
  if (handler === undefined) {
    throw new Error(`the simulated account does not answer ${service} ${action}`);
  }
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || handler.parameters.has(name)) continue;
    throw new Error(`the simulated account does not model the parameter ${name} of ${action}`);
  }
  return handler;
}

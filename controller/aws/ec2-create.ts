import {
  type _InstanceType,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type VolumeType,
} from '@aws-sdk/client-ec2';
import type { CreateHomeRequest, LaunchRequest, Outcome } from '../core/action.ts';
import type { Home, Machine } from '../core/observed.ts';
import { tagKeys } from '../core/tags.ts';
import type { Listing } from './ec2-access.ts';
import { tagFilter, tagList } from './ec2-fields.ts';
import { homeOf, listHomes } from './ec2-homes.ts';
import { listMachines, machineOf } from './ec2-machines.ts';
import { attempt, notSent, type WriteAccess } from './ec2-mutation.ts';
import { classifyError, outcomeOf } from './errors.ts';

type Tags = Readonly<Record<string, string>>;

/**
 * Launches a machine, unless one with its uid and ordinal is there: a token is no protection where
 * an endpoint ignores it or the answer to its first use was lost long ago.
 */
export async function launch(access: WriteAccess, request: LaunchRequest): Promise<Outcome> {
  if (!access.mayMutate()) return notSent;
  const earlier = await findByTags(access, request.machineTags, [
    [tagKeys.uid, tagKeys.ordinal],
    (filters) =>
      listMachines(access, [
        ...filters,
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ]),
  ]);
  if ('result' in earlier) return earlier;
  if (earlier.found !== undefined) return launched(earlier.found);
  const input = runInstancesInput(request);
  const run = await attempt(access, 'RunInstances', () =>
    access.ec2Mutations.send(new RunInstancesCommand(input)),
  );
  if (run.end === 'not-sent') return notSent;
  if (run.end === 'failed') return outcomeOf(run.error);
  const instance = run.answer.Instances?.[0];
  if (instance === undefined) return noResource('RunInstances');
  const machine = machineOf(instance);
  const difference = differenceOf(machine, request);
  return difference === undefined ? launched(machine) : oldAnswer(machine.id, difference);
}

/** Creates a home, unless one with the same values of these tags is there. */
export async function createHome(
  access: WriteAccess,
  request: CreateHomeRequest,
  keys: readonly string[],
): Promise<Outcome> {
  if (!access.mayMutate()) return notSent;
  const earlier = await findByTags(access, request.tags, [
    keys,
    async (filters) => {
      const listing = await listHomes(access, filters);
      const kept = listing.items.filter(({ state }) => state !== 'deleting' && state !== 'deleted');
      return { ...listing, items: kept };
    },
  ]);
  if ('result' in earlier) return earlier;
  if (earlier.found !== undefined) return created(earlier.found);
  const input = createVolumeInput(request);
  const creation = await attempt(access, 'CreateVolume', () =>
    access.ec2Mutations.send(new CreateVolumeCommand(input)),
  );
  if (creation.end === 'not-sent') return notSent;
  if (creation.end === 'failed') return outcomeOf(creation.error);
  if (creation.answer.VolumeId === undefined) return noResource('CreateVolume');
  const home = homeOf(creation.answer);
  const difference =
    home.az === request.az ? differingTag(home.tags, request.tags) : `zone ${home.az}`;
  return difference === undefined ? created(home) : oldAnswer(home.id, difference);
}

function runInstancesInput(request: LaunchRequest): RunInstancesCommandInput {
  const profile = request.instanceProfile;
  return {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: request.clientToken,
    ImageId: request.imageId,
    InstanceType: request.instanceType as _InstanceType,
    SubnetId: request.subnetId,
    SecurityGroupIds: [...request.securityGroups],
    ...(profile === undefined ? {} : { IamInstanceProfile: profileOf(profile) }),
    UserData: Buffer.from(request.userData).toString('base64'),
    // The OS shutting down must stop the machine, never terminate it.
    InstanceInitiatedShutdownBehavior: 'stop',
    MetadataOptions: {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
      InstanceMetadataTags: 'enabled',
    },
    BlockDeviceMappings: [
      {
        DeviceName: request.rootDeviceName,
        Ebs: {
          VolumeSize: request.rootSizeGib,
          VolumeType: request.rootType as VolumeType,
          Encrypted: true,
          ...(request.kmsKeyId === undefined ? {} : { KmsKeyId: request.kmsKeyId }),
          // The root is the image's and goes with the machine. A home never rides in a mapping.
          DeleteOnTermination: true,
        },
      },
    ],
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tagList(request.machineTags) },
      { ResourceType: 'volume', Tags: tagList(request.rootTags) },
    ],
  };
}

function profileOf(profile: string) {
  return profile.startsWith('arn:') ? { Arn: profile } : { Name: profile };
}

function createVolumeInput(request: CreateHomeRequest): CreateVolumeCommandInput {
  return {
    ClientToken: request.clientToken,
    AvailabilityZone: request.az,
    ...(request.snapshotId === undefined ? {} : { SnapshotId: request.snapshotId }),
    Size: request.sizeGib,
    VolumeType: request.type as VolumeType,
    ...(request.iops === undefined ? {} : { Iops: request.iops }),
    ...(request.throughput === undefined ? {} : { Throughput: request.throughput }),
    Encrypted: true,
    ...(request.kmsKeyId === undefined ? {} : { KmsKeyId: request.kmsKeyId }),
    TagSpecifications: [{ ResourceType: 'volume', Tags: tagList(request.tags) }],
  };
}

type Lookup<Item> = readonly [
  keys: readonly string[],
  list: (filters: ReturnType<typeof tagFilter>[]) => Promise<Listing<Item>>,
];

/**
 * The resource that an earlier attempt made. A lookup that failed ends the action unsent: to
 * create without having looked could make a second one, and a refusal would allow a new token.
 */
async function findByTags<Item extends Machine | Home>(
  access: WriteAccess,
  tags: Tags,
  [keys, list]: Lookup<Item>,
): Promise<{ readonly found: Item | undefined } | Outcome> {
  const filters = keys.map((key) => {
    const value = tags[key];
    if (value === undefined) throw new Error(`a create carries the tag ${key}`);
    return tagFilter(key, value);
  });
  const { items, error } = await list([tagFilter(tagKeys.fleet, access.fleet), ...filters]);
  if (error !== undefined) {
    const { message } = classifyError(error);
    return { result: 'not-sent', message: `could not look for an earlier attempt: ${message}` };
  }
  // Of two, the older is the one that counts elsewhere too.
  return { found: [...items].sort((a, b) => (ageKey(a) < ageKey(b) ? -1 : 1))[0] };
}

function ageKey(item: Machine | Home): string {
  return `${'launchedAt' in item ? item.launchedAt : item.createdAt} ${item.id}`;
}

/**
 * What of an answer is not as asked: a token used before can bring an old result. A dead machine
 * is an old result too.
 */
function differenceOf(machine: Machine, request: LaunchRequest): string | undefined {
  const { state, imageId, type, subnetId } = machine;
  if (state === 'terminated' || state === 'shutting-down') return `state ${state}`;
  if (imageId !== request.imageId) return `image ${imageId}`;
  if (type !== request.instanceType) return `type ${type}`;
  if (subnetId !== request.subnetId) return `subnet ${subnetId}`;
  return differingTag(machine.tags, request.machineTags);
}

function differingTag(have: Tags, want: Tags): string | undefined {
  const key = Object.keys(want).find((each) => have[each] !== want[each]);
  return key === undefined ? undefined : `tag ${key}=${have[key] ?? ''}`;
}

function launched({ id, az }: Machine): Outcome {
  return { result: 'done', machineId: id, az };
}

function created({ id, az, encrypted }: Home): Outcome {
  if (encrypted) return { result: 'done', homeId: id, az };
  return {
    result: 'refused',
    code: 'HomeNotEncrypted',
    message: `${id} carries this DevInstance's tags but is not encrypted`,
    capacity: false,
    remedy: `Copy its data to an encrypted volume if it has any, and remove the tags of ${id}.`,
  };
}

function oldAnswer(id: string, difference: string): Outcome {
  return {
    result: 'refused',
    code: 'IdempotentResultDiffers',
    message: `AWS answered with ${id}, made by an earlier request: ${difference}`,
    capacity: false,
    remedy: 'It is tried again by itself with a new token.',
  };
}

/** An answer without what it should have made cannot be trusted either way. */
function noResource(api: string): Outcome {
  return { result: 'unknown', code: 'EmptyAnswer', message: `${api} answered without a resource` };
}

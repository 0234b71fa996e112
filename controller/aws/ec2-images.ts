import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { GetParametersCommand, type Parameter } from '@aws-sdk/client-ssm';
import type { ResolvedChannel } from '../core/desired.ts';
import type { ImageReading, Interest, ReadFailure } from '../core/observed.ts';
import { quote } from '../core/spec/problem.ts';
import { chunksOf, type PacedAccess, read, readAllPages, readByIds } from './ec2-access.ts';
import { classifyError, readFailure } from './errors.ts';

type Unusable = Extract<ImageReading, { usable: false }>;

/** What names an image: a channel's parameter or pin, or a DevInstance. */
interface Candidate {
  readonly imageId: string;
  /** The parameter that names it; undefined for a pin or a DevInstance's own image. */
  readonly parameter?: string;
  readonly parameterVersion?: number;
  /** Whose rules it must keep. */
  readonly channel?: ResolvedChannel;
  /** What to do where it cannot be used. */
  readonly remedy: string;
}

type Named = ReadonlyMap<string, Candidate | Unusable>;

export interface ImagesReading {
  readonly images: ReadonlyMap<string, ImageReading>;
  /** By channel: what the parameter that the controller writes on completion names. */
  readonly stableImages: ReadonlyMap<string, ImageReading>;
  readonly failures: readonly ReadFailure[];
}

/**
 * Reads what each channel and each own image id resolves to, and what channels named last. What AWS
 * definitely says no to is an unusable image with its reason; what could not be read is left out
 * and is a failure.
 */
export async function readImages(
  access: PacedAccess,
  interest: Pick<Interest, 'account' | 'channels' | 'stableOf' | 'imageIds'>,
): Promise<ImagesReading> {
  const { account, channels, stableOf, imageIds } = interest;
  const followed = channels.filter(({ pin }) => pin === undefined).map(({ follow }) => follow);
  const published = channels.filter(({ name }) => stableOf.includes(name));
  const stable = published.flatMap(({ publish }) => publish?.stable ?? []);
  const parameters = await readParameters(access, [...new Set([...followed, ...stable])]);
  const { found } = parameters;
  const own = imageIds.map((id): [string, Candidate] => [id, { imageId: id, remedy: checkImage }]);
  const current = new Map([...own, ...namedBy(channels, (channel) => nameImage(channel, found))]);
  const completed = new Map(namedBy(published, (channel) => nameStable(channel, found)));
  const described = await describeImages(access, [...idsIn(current), ...idsIn(completed)]);
  return {
    images: judgeAll(current, described, account),
    stableImages: judgeAll(completed, described, account),
    failures: [...parameters.failures, ...described.failures],
  };
}

const checkImage = 'Point the channel (or the DevInstance) at an image that can be used.';
const checkStable = 'Point the parameter at an image that can be used, or delete it.';

function unusable(reason: string, remedy: string): Unusable {
  return { usable: false, reason, remedy };
}

/** What each channel names, of those that name something. */
function namedBy(
  channels: readonly ResolvedChannel[],
  name: (channel: ResolvedChannel) => Candidate | Unusable | undefined,
): readonly [string, Candidate | Unusable][] {
  return channels.flatMap((channel) => {
    const named = name(channel);
    return named === undefined ? [] : [[channel.name, named]];
  });
}

/** A pin wins over the parameter. Undefined where the parameter could not be read. */
function nameImage(
  channel: ResolvedChannel,
  parameters: ParametersReading['found'],
): Candidate | Unusable | undefined {
  const { follow, pin } = channel;
  if (pin !== undefined) return { imageId: pin, channel, remedy: checkImage };
  const parameter = parameters.get(follow);
  if (parameter === undefined) return undefined;
  if (parameter === 'absent') {
    return unusable(
      `the parameter ${follow} does not exist`,
      "Create the parameter, or correct the image channel's `follow`.",
    );
  }
  if ('usable' in parameter) return parameter;
  return {
    imageId: parameter.Value ?? '',
    parameter: follow,
    ...(parameter.Version === undefined ? {} : { parameterVersion: parameter.Version }),
    channel,
    remedy: checkImage,
  };
}

/** Undefined where nothing was ever completed; a version of this parameter is none of `follow`. */
function nameStable(
  channel: ResolvedChannel,
  parameters: ParametersReading['found'],
): Candidate | Unusable | undefined {
  const name = channel.publish?.stable;
  const parameter = name === undefined ? undefined : parameters.get(name);
  if (name === undefined || parameter === undefined || parameter === 'absent') return undefined;
  if ('usable' in parameter) return parameter;
  return { imageId: parameter.Value ?? '', parameter: name, channel, remedy: checkStable };
}

interface ParametersReading {
  readonly found: ReadonlyMap<string, Parameter | Unusable | 'absent'>;
  readonly failures: readonly ReadFailure[];
}

const parametersPerCall = 10;

/** Ten names a call. One that is refused is made again name by name: a bad one costs no other. */
async function readParameters(
  access: PacedAccess,
  names: readonly string[],
): Promise<ParametersReading> {
  const found = new Map<string, Parameter | Unusable | 'absent'>();
  const failures: ReadFailure[] = [];
  const waiting = chunksOf(names, parametersPerCall);
  for (let some = waiting.shift(); some !== undefined; some = waiting.shift()) {
    try {
      for (const [name, value] of await getParameters(access, some)) found.set(name, value);
    } catch (error) {
      const { class: kind, message, remedy } = classifyError(error);
      if (some.length > 1 && kind !== 'unknown' && kind !== 'throttled') {
        waiting.unshift(...chunksOf(some, 1));
      } else if (kind === 'unknown' || kind === 'throttled' || kind === 'operator') {
        failures.push(readFailure('images', `reading ${some.join(', ')}`, error));
      } else {
        found.set(some.join(), unusable(`the parameter ${some.join()}: ${message}`, remedy));
      }
    }
  }
  return { found, failures };
}

async function getParameters(
  access: PacedAccess,
  names: readonly string[],
): Promise<ReadonlyMap<string, Parameter | 'absent'>> {
  const answer = await read(access, 'GetParameters', () =>
    access.ssm.send(new GetParametersCommand({ Names: [...names] })),
  );
  const found = new Map(
    // A name may carry a version or label, which the answer has apart.
    (answer.Parameters ?? []).map((each) => [`${each.Name}${each.Selector ?? ''}`, each]),
  );
  return new Map(names.map((name) => [name, found.get(name) ?? 'absent']));
}

interface DescribedImages {
  readonly found: ReadonlyMap<string, Image>;
  readonly absent: ReadonlySet<string>;
  readonly failures: readonly ReadFailure[];
}

async function describeImages(
  access: PacedAccess,
  ids: readonly string[],
): Promise<DescribedImages> {
  const reading = await readByIds(ids, (some) =>
    readAllPages(async (token) => {
      // A deprecated image may still be launched, and says so nowhere else.
      const base = { ImageIds: [...some], IncludeDeprecated: true };
      const answer = await read(access, 'DescribeImages', () =>
        access.ec2.send(new DescribeImagesCommand({ ...base, ...token })),
      );
      return { items: answer.Images ?? [], nextToken: answer.NextToken };
    }),
  );
  const found = new Map(reading.items.map((image) => [image.ImageId ?? '', image]));
  const failed = reading.error !== undefined;
  // An image that the answer simply leaves out is hidden from this account: as good as absent.
  const absent = failed ? reading.absent : ids.filter((id) => !found.has(id));
  const failures = failed ? [readFailure('images', 'DescribeImages', reading.error)] : [];
  return { found, absent: new Set(absent), failures };
}

const isImageId = (text: string) => /^ami-[0-9a-f]{8}([0-9a-f]{9})?$/.test(text);

function idsIn(named: Named): readonly string[] {
  const ids = [...named.values()].flatMap((each) => ('imageId' in each ? each.imageId : []));
  return ids.filter(isImageId);
}

function judgeAll(
  named: Named,
  described: DescribedImages,
  account: string,
): ReadonlyMap<string, ImageReading> {
  const readings = new Map<string, ImageReading>();
  for (const [key, each] of named) {
    const reading = 'imageId' in each ? judge(each, described, account) : each;
    if (reading !== undefined) readings.set(key, reading);
  }
  return readings;
}

/** Whether the image can be launched. Undefined where it could not be read. */
function judge(
  candidate: Candidate,
  described: DescribedImages,
  account: string,
): ImageReading | undefined {
  const { imageId, channel, parameter, parameterVersion } = candidate;
  const source = parameter === undefined ? '' : ` (from ${parameter})`;
  const bad = (reason: string, remedy = candidate.remedy) => unusable(`${reason}${source}`, remedy);
  if (!isImageId(imageId)) return bad(`${quote(imageId)} is not an image id`);
  if (described.absent.has(imageId)) return bad(`image ${imageId} does not exist here`);
  const image = described.found.get(imageId);
  if (image === undefined) return undefined;
  if (image.State !== 'available') return bad(`image ${imageId} is ${image.State}`);
  const breach = channel === undefined ? undefined : breachOf(channel, image, account);
  if (breach !== undefined) return bad(`image ${imageId} ${breach}`);
  const rootSnapshotGib = rootOf(image)?.Ebs?.VolumeSize;
  if (image.RootDeviceName === undefined || rootSnapshotGib === undefined) {
    return bad(`image ${imageId} has no EBS root volume`);
  }
  const extra = extraVolume(image);
  if (extra !== undefined) {
    return bad(`image ${imageId} has an EBS volume beside its root, at ${extra}`, rebuildImage);
  }
  return {
    usable: true,
    imageId,
    imageName: image.Name ?? '',
    ...(parameterVersion === undefined ? {} : { parameterVersion }),
    architecture: image.Architecture ?? '',
    rootDeviceName: image.RootDeviceName,
    rootSnapshotGib,
    createdAt: image.CreationDate ?? '',
  };
}

const rebuildImage =
  'Build the image with no volume but its root: a launch makes them all, and they die with the machine.';

/** Which rule of its channel an image breaks. */
function breachOf(
  { allowedOwners, architecture }: ResolvedChannel,
  { OwnerId, Architecture }: Image,
  account: string,
): string | undefined {
  const owners = allowedOwners.map((owner) => (owner === 'self' ? account : owner));
  if (!owners.includes(OwnerId ?? '')) {
    return `belongs to ${OwnerId}, not to ${owners.join(' or ')}`;
  }
  // Always there on AWS. Where it is not (moto), RunInstances has to refuse a type that does not fit.
  if (Architecture === undefined || Architecture === architecture) return undefined;
  return `is for ${Architecture}, not ${architecture}`;
}

function rootOf({ BlockDeviceMappings = [], RootDeviceName }: Image) {
  return BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName);
}

/**
 * The device of a volume that a launch would make beside the root: on the home's device name, or
 * under its role's tags, it could be taken for one. Instance stores (`ephemeral0`) and devices that
 * are left out make none.
 */
function extraVolume({ BlockDeviceMappings = [], RootDeviceName }: Image): string | undefined {
  const extra = BlockDeviceMappings.find(
    ({ DeviceName, Ebs, NoDevice }) =>
      DeviceName !== RootDeviceName && Ebs !== undefined && NoDevice === undefined,
  );
  return extra && (extra.DeviceName ?? 'an unnamed device');
}

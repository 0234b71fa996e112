import { DescribeImagesCommand, type DescribeImagesRequest, type Image } from '@aws-sdk/client-ec2';
import type { ResolvedChannel } from '../core/desired.ts';
import type { ImageReading, Interest, ReadFailure } from '../core/observed.ts';
import { quote } from '../core/spec/problem.ts';
import { tagKeys } from '../core/tags.ts';
import { type ByIdReading, type PacedAccess, read, readAllPages, readByIds } from './ec2-access.ts';
import { dateIn, tagsOf } from './ec2-fields.ts';
import { readFailure } from './errors.ts';
import { type ParametersReading, type Refused, readParameters } from './ssm-parameters.ts';

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
  /** By name: what the parameters of channels hold; null where there is none. */
  readonly published: ReadonlyMap<string, string | null>;
  readonly failures: readonly ReadFailure[];
}

/**
 * Reads what each channel and each own image id resolves to, and what channels named last. What AWS
 * definitely says no to is an unusable image with its reason; what could not be read is left out
 * and is a failure.
 */
export async function readImages(
  access: PacedAccess,
  interest: Pick<Interest, 'account' | 'fleet' | 'channels' | 'stableOf' | 'imageIds'>,
): Promise<ImagesReading> {
  const { channels, stableOf, imageIds } = interest;
  const names = channels.flatMap(parameterNames);
  const parameters = await readParameters(access, [...new Set(names)]);
  const { found } = parameters;
  const own = imageIds.map((id): [string, Candidate] => [id, { imageId: id, remedy: checkImage }]);
  const asked = channels.filter(({ name }) => stableOf.includes(name));
  const current = new Map([...own, ...namedBy(channels, (channel) => nameImage(channel, found))]);
  const completed = new Map(namedBy(asked, (channel) => nameStable(channel, found)));
  const described = await describeImages(access, [...idsIn(current), ...idsIn(completed)]);
  return {
    images: judgeAll(current, described, interest),
    stableImages: judgeAll(completed, described, interest),
    published: heldBy(names, found),
    failures: [...parameters.failures, ...described.failures],
  };
}

const checkImage = 'Point the channel (or the DevInstance) at an image that can be used.';
const checkStable = 'Point the parameter at an image that can be used, or delete it.';

/** Also what a pinned channel would follow: the image that it names is kept. */
function parameterNames({ follow, publish }: ResolvedChannel): readonly string[] {
  return [follow, publish?.stable, publish?.previous].filter((name) => name !== undefined);
}

function heldBy(
  names: readonly string[],
  parameters: ParametersReading['found'],
): ReadonlyMap<string, string | null> {
  const held = new Map<string, string | null>();
  for (const name of names) {
    const parameter = parameters.get(name);
    if (parameter === 'absent') held.set(name, null);
    else if (parameter !== undefined && !('refused' in parameter)) {
      held.set(name, parameter.Value ?? '');
    }
  }
  return held;
}

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
  if ('refused' in parameter) return refusedBy(follow, parameter);
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
  if ('refused' in parameter) return refusedBy(name, parameter);
  return { imageId: parameter.Value ?? '', parameter: name, channel, remedy: checkStable };
}

function refusedBy(name: string, { refused, remedy }: Refused): Unusable {
  return unusable(`the parameter ${name}: ${refused}`, remedy);
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
  const reading = await readImagesById(access, ids);
  const found = new Map(reading.items.map((image) => [image.ImageId ?? '', image]));
  const failed = reading.error !== undefined;
  // An image that the answer simply leaves out is hidden from this account: as good as absent.
  const absent = failed ? reading.absent : ids.filter((id) => !found.has(id));
  const failures = failed ? [readFailure('images', 'DescribeImages', reading.error)] : [];
  return { found, absent: new Set(absent), failures };
}

/** Reads images by id: deprecated ones, which may still be launched, and disabled ones where asked for. */
export function readImagesById(
  access: PacedAccess,
  ids: readonly string[],
  more: Pick<DescribeImagesRequest, 'IncludeDisabled'> = {},
): Promise<ByIdReading<Image>> {
  return readByIds(ids, (some) =>
    readAllPages(async (token) => {
      const base = { ImageIds: [...some], IncludeDeprecated: true, ...more };
      const answer = await read(access, 'DescribeImages', () =>
        access.ec2.send(new DescribeImagesCommand({ ...base, ...token })),
      );
      return { items: answer.Images ?? [], nextToken: answer.NextToken };
    }),
  );
}

const isImageId = (text: string) => /^ami-[0-9a-f]{8}([0-9a-f]{9})?$/.test(text);

function idsIn(named: Named): readonly string[] {
  const ids = [...named.values()].flatMap((each) => ('imageId' in each ? each.imageId : []));
  return ids.filter(isImageId);
}

/** The account that counts as `self`, and the fleet whose tags on an image are ours. */
type Whose = Pick<Interest, 'account' | 'fleet'>;

function judgeAll(
  named: Named,
  described: DescribedImages,
  whose: Whose,
): ReadonlyMap<string, ImageReading> {
  const readings = new Map<string, ImageReading>();
  for (const [key, each] of named) {
    const reading = 'imageId' in each ? judge(each, described, whose) : each;
    if (reading !== undefined) readings.set(key, reading);
  }
  return readings;
}

/** Whether the image can be launched. Undefined where it could not be read. */
function judge(
  candidate: Candidate,
  described: DescribedImages,
  { account, fleet }: Whose,
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
  // AWS always dates an image. One of unknown age cannot be held against any best-before date.
  const createdAt = dateIn(image.CreationDate);
  if (createdAt === undefined) return bad(`image ${imageId} does not say when it was made`);
  return {
    usable: true,
    imageId,
    imageName: image.Name ?? '',
    ...(parameterVersion === undefined ? {} : { parameterVersion }),
    architecture: image.Architecture ?? '',
    rootDeviceName: image.RootDeviceName,
    rootSnapshotGib,
    createdAt,
    ...ofOurs(tagsOf(image.Tags), fleet),
  };
}

/** What the tags of an image say, where they are this fleet's. */
function ofOurs(
  tags: Readonly<Record<string, string>>,
  fleet: string,
): { readonly channel?: string; readonly phase?: string } {
  if (tags[tagKeys.fleet] !== fleet) return {};
  const { [tagKeys.channel]: channel, [tagKeys.phase]: phase } = tags;
  return {
    ...(channel === undefined ? {} : { channel }),
    ...(phase === undefined ? {} : { phase }),
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

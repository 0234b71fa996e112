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
  /** The channel's name, or the image id of a DevInstance. */
  readonly key: string;
  readonly imageId: string;
  readonly parameterVersion?: number;
  readonly channel?: ResolvedChannel;
}

export interface ImagesReading {
  readonly images: ReadonlyMap<string, ImageReading>;
  readonly failures: readonly ReadFailure[];
}

/**
 * Reads what each channel and each own image id resolves to. What AWS definitely says no to is an
 * unusable image with its reason; what could not be read is left out and is a failure.
 */
export async function readImages(
  access: PacedAccess,
  interest: Pick<Interest, 'account' | 'channels' | 'imageIds'>,
): Promise<ImagesReading> {
  const followed = interest.channels.filter(({ pin }) => pin === undefined);
  const parameters = await readParameters(access, [...new Set(followed.map((c) => c.follow))]);
  const images = new Map<string, ImageReading>();
  const candidates: Candidate[] = interest.imageIds.map((id) => ({ key: id, imageId: id }));
  for (const channel of interest.channels) {
    const named = nameImage(channel, parameters.found);
    if (named === undefined) continue;
    if ('usable' in named) images.set(channel.name, named);
    else candidates.push(named);
  }
  const wellFormed = candidates.filter(({ imageId }) => isImageId(imageId));
  const described = await describeImages(
    access,
    wellFormed.map(({ imageId }) => imageId),
  );
  for (const candidate of candidates) {
    const reading = judge(candidate, described, interest.account);
    if (reading !== undefined) images.set(candidate.key, reading);
  }
  const failures = [...parameters.failures, ...described.failures];
  return { images, failures };
}

const isImageId = (text: string) => /^ami-[0-9a-f]{8}([0-9a-f]{9})?$/.test(text);

function unusable(reason: string, remedy: string): Unusable {
  return { usable: false, reason, remedy };
}

/** A pin wins over the parameter. Undefined where the parameter could not be read. */
function nameImage(
  channel: ResolvedChannel,
  parameters: ReadonlyMap<string, Parameter | Unusable>,
): Candidate | Unusable | undefined {
  if (channel.pin !== undefined) return { key: channel.name, imageId: channel.pin, channel };
  const parameter = parameters.get(channel.follow);
  if (parameter === undefined || 'usable' in parameter) return parameter;
  return {
    key: channel.name,
    imageId: parameter.Value ?? '',
    ...(parameter.Version === undefined ? {} : { parameterVersion: parameter.Version }),
    channel,
  };
}

interface ParametersReading {
  readonly found: ReadonlyMap<string, Parameter | Unusable>;
  readonly failures: readonly ReadFailure[];
}

const parametersPerCall = 10;

/** Ten names a call. One that is refused is made again name by name: a bad one costs no other. */
async function readParameters(
  access: PacedAccess,
  names: readonly string[],
): Promise<ParametersReading> {
  const found = new Map<string, Parameter | Unusable>();
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
): Promise<ReadonlyMap<string, Parameter | Unusable>> {
  const answer = await read(access, 'GetParameters', () =>
    access.ssm.send(new GetParametersCommand({ Names: [...names] })),
  );
  const found = new Map(
    // A name may carry a version or label, which the answer has apart.
    (answer.Parameters ?? []).map((each) => [`${each.Name}${each.Selector ?? ''}`, each]),
  );
  return new Map(
    names.map((name) => [
      name,
      found.get(name) ??
        unusable(
          `the parameter ${name} does not exist`,
          "Create the parameter, or correct the image channel's `follow`.",
        ),
    ]),
  );
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

const checkImage = 'Point the channel (or the DevInstance) at an image that can be used.';

/** Whether the image can be launched. Undefined where it could not be read. */
function judge(
  candidate: Candidate,
  described: DescribedImages,
  account: string,
): ImageReading | undefined {
  const { imageId, channel } = candidate;
  const source = channel?.pin === undefined && channel ? ` (from ${channel.follow})` : '';
  const bad = (reason: string) => unusable(`${reason}${source}`, checkImage);
  if (!isImageId(imageId)) return bad(`${quote(imageId)} is not an image id`);
  if (described.absent.has(imageId)) return bad(`image ${imageId} does not exist here`);
  const image = described.found.get(imageId);
  if (image === undefined) return undefined;
  const root = (image.BlockDeviceMappings ?? []).find(
    (device) => device.DeviceName === image.RootDeviceName,
  );
  const rootSnapshotGib = root?.Ebs?.VolumeSize;
  if (image.State !== 'available') return bad(`image ${imageId} is ${image.State}`);
  if (channel !== undefined) {
    const owners = channel.allowedOwners.map((owner) => (owner === 'self' ? account : owner));
    if (!owners.includes(image.OwnerId ?? '')) {
      return bad(`image ${imageId} belongs to ${image.OwnerId}, not to ${owners.join(' or ')}`);
    }
    // Always there on AWS. Where it is not (moto), RunInstances has to refuse a type that does not fit.
    if (image.Architecture !== undefined && image.Architecture !== channel.architecture) {
      return bad(`image ${imageId} is for ${image.Architecture}, not ${channel.architecture}`);
    }
  }
  if (image.RootDeviceName === undefined || rootSnapshotGib === undefined) {
    return bad(`image ${imageId} has no EBS root volume`);
  }
  return {
    usable: true,
    imageId,
    imageName: image.Name ?? '',
    ...(candidate.parameterVersion === undefined
      ? {}
      : { parameterVersion: candidate.parameterVersion }),
    architecture: image.Architecture ?? '',
    rootDeviceName: image.RootDeviceName,
    rootSnapshotGib,
  };
}

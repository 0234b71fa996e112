import type { ResolvedChannel } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import type { ChannelImage } from '../core/observed.ts';
import type { World } from '../core/plan/world.ts';
import type { ChannelRecord } from '../core/record.ts';
import { isExpired } from '../core/rollout/best-before.ts';
import { retentionOf } from '../core/rollout/retention.ts';
import type { RolloutStatus } from '../core/rollout/rollout-status.ts';

/** An AMI of a channel as `image list` shows it. */
export interface ImageRow {
  readonly channel: string;
  readonly imageId: string;
  /** Empty where it has none, or nothing tells. */
  readonly name: string;
  readonly createdAt?: Instant;
  /** What became of it: `denied by kim`, `past its best-before`. */
  readonly marks: readonly string[];
  /** What keeps it: `stable`, `in use by 3 machines`. Nothing: it is to be deregistered. */
  readonly keptFor: readonly string[];
}

/** The state of an image that only its naming ties to the channel: it is not ours to deregister. */
const untagged = 'not tagged as an image of this channel';
const unread = 'its tags could not be read';

/** The AMIs of a channel, newest first: those that carry its tags, and those that it names or named. */
export function imageRows(world: World, { channel, record }: RolloutStatus): readonly ImageRow[] {
  const spec = world.desired.channels.get(channel);
  if (spec === undefined) return [];
  const tagged = world.observed.channelImages ?? [];
  const channelImages = [...tagged, ...untaggedImages(world, spec, record, tagged)];
  const observed = { ...world.observed, channelImages };
  return retentionOf({ ...world, observed }, spec, record).map(({ image, keptFor }) => {
    const { imageId, name, createdAt } = image;
    return {
      channel,
      imageId,
      name,
      ...(createdAt === '' ? {} : { createdAt }),
      marks: marksOf(image, spec, record, world.now),
      keptFor,
    };
  });
}

/** What the channel names or named, and what its machines are made of, without its tags. */
function untaggedImages(
  { observed, desired, records }: World,
  { name: channel }: ResolvedChannel,
  { completed, former = [], rollout }: ChannelRecord,
  tagged: readonly ChannelImage[],
): readonly ChannelImage[] {
  const reading = observed.images.get(channel);
  const names = new Map(
    [completed, ...former, rollout?.revision].flatMap((one) =>
      one === undefined ? [] : [[one.imageId, one.name ?? ''] as const],
    ),
  );
  if (reading?.usable) names.set(reading.imageId, reading.imageName);
  const followers = new Set(
    [...records.values()].flatMap(({ machineId, effective }) => {
      const { image } = desired.devInstances.get(effective.name) ?? effective;
      return 'channel' in image && image.channel === channel && machineId !== undefined
        ? [machineId]
        : [];
    }),
  );
  for (const { id, imageId } of observed.machines) {
    if (followers.has(id) && !names.has(imageId)) names.set(imageId, '');
  }
  const known = new Set(tagged.map(({ imageId }) => imageId));
  return [...names]
    .filter(([imageId]) => !known.has(imageId))
    .map(([imageId, name]) => ({
      imageId,
      name,
      channel,
      state: observed.channelImages === undefined ? unread : untagged,
      createdAt: createdAt(observed, channel, imageId) ?? '',
    }));
}

function createdAt(
  { images }: World['observed'],
  channel: string,
  imageId: string,
): Instant | undefined {
  const readings = [images.get(channel), images.get(imageId)];
  const found = readings.find((one) => one?.usable && one.imageId === imageId);
  return found?.usable ? found.createdAt : undefined;
}

function marksOf(
  { imageId, phase, createdAt }: ChannelImage,
  spec: ResolvedChannel,
  { denied = [], former = [] }: ChannelRecord,
  now: Instant,
): readonly string[] {
  const denial = denied.find((one) => one.imageId === imageId);
  const wasCompleted = phase === 'completed' || former.some((one) => one.imageId === imageId);
  return [
    ...(denial === undefined ? [] : [`denied by ${denial.actor}`]),
    ...(denial === undefined && phase === 'denied' ? ['denied'] : []),
    ...(wasCompleted ? ['completed'] : []),
    ...(createdAt !== '' && isExpired({ createdAt }, spec, now) ? ['past its best-before'] : []),
  ];
}

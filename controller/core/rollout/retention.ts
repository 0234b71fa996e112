import type { ResolvedChannel } from '../desired.ts';
import type { ChannelImage, ReadFailure } from '../observed.ts';
import { machinesText } from '../plan/describe.ts';
import type { World } from '../plan/world.ts';
import type { ChannelRecord, DevInstanceRecord } from '../record.ts';

/** An AMI of a channel, and why it is kept; one that nothing keeps is to be deregistered. */
export interface RetainedImage {
  readonly image: ChannelImage;
  /** For people: `stable`, `in use by 3 machines`, `one of the newest 5`. */
  readonly keptFor: readonly string[];
}

/** The AMIs of a channel, newest first, each with what keeps it. */
export function retentionOf(
  world: World,
  channel: ResolvedChannel,
  record: ChannelRecord,
): readonly RetainedImage[] {
  const { channelImages = [] } = world.observed;
  const own = channelImages
    .filter((image) => image.channel === channel.name)
    .toSorted((one, other) => (ageKey(one) > ageKey(other) ? -1 : 1));
  const reasons = reasonsToKeep(world, record);
  const newest = new Set(
    own
      .filter(({ state }) => state === 'available')
      .slice(0, channel.keep)
      .map(({ imageId }) => imageId),
  );
  return own.map((image) => {
    const { imageId, state } = image;
    const keptFor = [
      ...(reasons.get(imageId) ?? []),
      ...(newest.has(imageId) ? [`one of the newest ${channel.keep}`] : []),
      // What is being made, or never was, is not for us to judge.
      ...(state === 'available' ? [] : [state]),
    ];
    return { image, keptFor };
  });
}

/** Images are dated to the second: of the same one, their ids decide, as a listing has no order. */
function ageKey({ createdAt, imageId }: ChannelImage): string {
  return `${createdAt} ${imageId}`;
}

/** The images to deregister, oldest first; none where not enough is known. */
export function imagesToDeregister(
  world: World,
  channel: ResolvedChannel,
  record: ChannelRecord,
): readonly string[] {
  const { observed, desired } = world;
  if (observed.channelImages === undefined || desired.incomplete !== undefined) return [];
  // So few are all among the newest: no need to look at who uses them.
  if (observed.channelImages.length <= channel.keep) return [];
  if (observed.failures.some(({ what }) => telling.has(what))) return [];
  // What the parameter names may be an image that nobody has yet.
  if (observed.images.get(channel.name)?.usable !== true || record.completed === undefined) {
    return [];
  }
  const parameters = [channel.follow, ...Object.values(channel.publish ?? {})];
  if (parameters.some((name) => !observed.published.has(name))) return [];
  return retentionOf(world, channel, record)
    .filter(({ keptFor }) => keptFor.length === 0)
    .map(({ image }) => image.imageId)
    .reverse();
}

/** Failed reads that may hide a reason to keep an image. */
const telling: ReadonlySet<ReadFailure['what']> = new Set(['machines', 'images', 'channel-images']);

function reasonsToKeep(
  { desired, records, observed, channels }: World,
  record: ChannelRecord,
): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  const keep = (imageId: string | null | undefined, reason: string) => {
    if (imageId === undefined || imageId === null) return;
    const known = reasons.get(imageId) ?? [];
    if (!known.includes(reason)) reasons.set(imageId, [...known, reason]);
  };
  for (const [name, { pin, publish, follow }] of desired.channels) {
    const reading = observed.images.get(name);
    if (reading?.usable) keep(reading.imageId, pin === undefined ? 'followed' : 'pinned');
    keep(observed.published.get(follow), 'followed');
    keep(pin, 'pinned');
    keep(publish?.stable && observed.published.get(publish.stable), 'stable');
    keep(publish?.previous && observed.published.get(publish.previous), 'previous');
  }
  // Of any channel: one may follow what another one's pipeline made.
  for (const { completed, former, rollout } of new Map([
    ...channels,
    [record.name, record],
  ]).values()) {
    keep(completed?.imageId, 'stable');
    keep(former?.[0]?.imageId, 'previous');
    keep(rollout?.revision.imageId, `rollout r${rollout?.number}`);
  }
  const specs = [
    ...desired.devInstances.values(),
    ...[...records.values()].map((one) => one.effective),
  ];
  for (const { image, name } of specs) if ('id' in image) keep(image.id, `pinned by ${name}`);
  keepUsed({ records, observed }, keep);
  return reasons;
}

/** What machines are made of, and what lost ones would be made of again. */
function keepUsed(
  { records, observed }: Pick<World, 'records' | 'observed'>,
  keep: (imageId: string, reason: string) => void,
): void {
  const inUse = machinesByImage(observed.machines);
  for (const [imageId, count] of inUse) {
    keep(imageId, `in use by ${machinesText(count)}`);
  }
  for (const record of records.values()) {
    for (const imageId of imagesOf(record)) {
      if (!inUse.has(imageId)) keep(imageId, `awaited by ${record.name}`);
    }
  }
}

/** What a machine that is lost would be made of again, and one that is on its way. */
function imagesOf({ image, replacement }: DevInstanceRecord): readonly string[] {
  const ids = [image?.imageId, replacement?.target.image.imageId];
  return ids.filter((id) => id !== undefined);
}

function machinesByImage(machines: World['observed']['machines']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { imageId, state } of machines) {
    if (state !== 'terminated') counts.set(imageId, (counts.get(imageId) ?? 0) + 1);
  }
  return counts;
}

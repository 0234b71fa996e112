import type { ResolvedChannel } from '../desired.ts';
import type { Situation } from '../plan/situation.ts';
import type { World } from '../plan/world.ts';
import type { ChannelRecord } from '../record.ts';

/**
 * The channels of which a revision is complete and the ledger does not know. With none ever completed
 * that is what `publish.stable` names, or else the first one that was checked; later it is the one
 * that all of its machines have reached.
 */
export function channelMemos(
  world: World,
  situations: readonly Situation[],
): readonly ChannelRecord[] {
  return [...world.desired.channels.values()].flatMap((channel) => {
    const completed = world.channels.has(channel.name)
      ? reached(world, channel, situations)
      : first(world, channel);
    return completed === undefined ? [] : [{ name: channel.name, completed }];
  });
}

type Completed = ChannelRecord['completed'];

function first({ observed, now }: World, channel: ResolvedChannel): Completed | undefined {
  const stable = observed.stableImages.get(channel.name);
  if (stable?.usable) return { imageId: stable.imageId, at: now };
  // What could not be read may name an image all the same.
  if (observed.failures.some(({ what }) => what === 'images')) return undefined;
  return channel.pin === undefined ? named({ observed, now }, channel) : undefined;
}

function named({ observed, now }: Pick<World, 'observed' | 'now'>, { name }: ResolvedChannel) {
  const image = observed.images.get(name);
  if (!image?.usable) return undefined;
  const { imageId, parameterVersion } = image;
  return { imageId, ...(parameterVersion === undefined ? {} : { parameterVersion }), at: now };
}

function reached(
  world: World,
  channel: ResolvedChannel,
  situations: readonly Situation[],
): Completed | undefined {
  const revision = channel.pin === undefined ? named(world, channel) : undefined;
  const known = world.channels.get(channel.name)?.completed;
  if (revision === undefined || revision.imageId === known?.imageId) return undefined;
  const followers = situations.filter((situation) => isFollower(situation, channel));
  const isOnIt = ({ machine, record }: Situation) =>
    record.replacement === undefined && machine?.imageId === revision.imageId;
  return followers.length > 0 && followers.every(isOnIt) ? revision : undefined;
}

/** Whether a revision must reach it: one that git gave up, or that takes none, waits for none. */
function isFollower({ spec, standing, machine }: Situation, { name }: ResolvedChannel): boolean {
  if (!('channel' in spec.image) || spec.image.channel !== name) return false;
  if (standing.kind === 'orphaned' || spec.lifecycle !== 'active') return false;
  return machine !== undefined && spec.upgrade.when !== 'never';
}

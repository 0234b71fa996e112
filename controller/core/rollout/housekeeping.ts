import type { ResolvedChannel } from '../desired.ts';
import type { FleetEvent } from '../event.ts';
import { hourMs, millisBetween, minuteMs } from '../instant.ts';
import type { Builder } from '../observed.ts';
import type { World } from '../plan/world.ts';
import type { ChannelRecord } from '../record.ts';
import { channelSubject } from './rollout.ts';

/** Image Builder's machines end within hours; one that is older than this was forgotten. */
const builderMs = 48 * hourMs;

/** A channel's record that says what people were told of its images, and what they are told now. */
export function housekept(
  world: World,
  channel: ResolvedChannel,
  record: ChannelRecord,
): { readonly record: ChannelRecord; readonly news: readonly FleetEvent[] } {
  const aged = toldOfAge(world, channel, record);
  const built = toldOfBuilders(world, channel, aged.record);
  return { record: built.record, news: [...aged.news, ...built.news] };
}

/** How old the image is that a channel names, in hours; undefined where that is not known. */
export function imageAgeHours(
  { observed, now }: Pick<World, 'observed' | 'now'>,
  channel: string,
): number | undefined {
  const reading = observed.images.get(channel);
  return reading?.usable === true ? millisBetween(reading.createdAt, now) / hourMs : undefined;
}

/** Whether the image that a channel names is older than its `ageAlert`. */
export function isTooOld(
  world: Pick<World, 'observed' | 'now'>,
  channel: ResolvedChannel,
): boolean {
  const age = imageAgeHours(world, channel.name);
  const { ageAlertMinutes } = channel;
  return (
    age !== undefined && ageAlertMinutes !== undefined && age * hourMs >= ageAlertMinutes * minuteMs
  );
}

function toldOfAge(world: World, channel: ResolvedChannel, record: ChannelRecord) {
  const reading = world.observed.images.get(channel.name);
  if (reading?.usable !== true || !isTooOld(world, channel)) return { record, news: [] };
  const { imageId } = reading;
  if (record.ageToldOf === imageId) return { record, news: [] };
  const hours = Math.floor(imageAgeHours(world, channel.name) ?? 0);
  const message = `${imageId} is ${hours} h old and no newer image has come -> look at the image pipeline and its build log`;
  return {
    record: { ...record, ageToldOf: imageId },
    news: [warning(world, channel, 'ImageTooOld', message)],
  };
}

function warning(
  { now }: Pick<World, 'now'>,
  { name }: ResolvedChannel,
  reason: string,
  message: string,
): FleetEvent {
  return { name: channelSubject(name), at: now, type: 'Warning', reason, message };
}

/** Image Builder's machines of a channel that should have ended by now. */
export function leftoverBuilders(
  { observed, desired, now }: Pick<World, 'observed' | 'desired' | 'now'>,
  { name }: Pick<ResolvedChannel, 'name'>,
): readonly Builder[] {
  // What names no channel of ours is told of once, with the first.
  const [first] = [...desired.channels.keys()].sort();
  return (observed.builders ?? []).filter(({ launchedAt, channel = '' }) => {
    const owner = desired.channels.has(channel) ? channel : first;
    return owner === name && millisBetween(launchedAt, now) >= builderMs;
  });
}

/** The command that ends them. */
export function endBuildersCommand(region: string, builders: readonly Builder[]): string {
  const ids = builders.map(({ machineId }) => machineId).join(' ');
  return `aws ec2 terminate-instances --region ${region} --instance-ids ${ids}`;
}

function toldOfBuilders(world: World, channel: ResolvedChannel, record: ChannelRecord) {
  const { observed, desired } = world;
  if (observed.builders === undefined) return { record, news: [] };
  const all = leftoverBuilders(world, channel);
  const told = record.buildersToldOf ?? [];
  const ids = all.map(({ machineId }) => machineId);
  const fresh = all.filter(({ machineId }) => !told.includes(machineId));
  const isSame = ids.length === told.length && fresh.length === 0;
  if (isSame) return { record, news: [] };
  const { buildersToldOf: _told, ...rest } = record;
  const after = ids.length === 0 ? rest : { ...rest, buildersToldOf: ids };
  if (fresh.length === 0) return { record: after, news: [] };
  const names = fresh.map(({ machineId }) => machineId).join(', ');
  const message = `Image Builder left ${names} running for more than 48 h -> ${endBuildersCommand(desired.fleet.region, fresh)}`;
  return { record: after, news: [warning(world, channel, 'BuilderLeftOver', message)] };
}

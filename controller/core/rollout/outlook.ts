import type { ResolvedChannel } from '../desired.ts';
import type { FleetEvent } from '../event.ts';
import { earliest, type Instant, plusMillis } from '../instant.ts';
import { concernsMachines, type ImageReading, type Observed } from '../observed.ts';
import type { Situation } from '../plan/situation.ts';
import type { RequestEnding, World } from '../plan/world.ts';
import type { ChannelRecord } from '../record.ts';
import { hasHome, replacementAhead } from '../replacement/hindrance.ts';
import { advanced } from './advance.ts';
import { bakeEnd, sampleMs } from './bake.ts';
import { isExpired } from './best-before.ts';
import { housekept } from './housekeeping.ts';
import { isFollower } from './members.ts';
import { type ChannelPlaces, placesIn, type RolloutPlace } from './place.ts';
import { answerRequests } from './requests.ts';
import { isActive, isOver } from './rollout.ts';
import { rolloutNews } from './rollout-news.ts';
import { type Named, withCompletion, withoutUnpinned, withSuccessor } from './succession.ts';

/** What becomes of one image channel in this pass. */
export interface ChannelOutlook extends ChannelPlaces {
  /** As the ledger has it. */
  readonly stored: ChannelRecord;
  readonly placeOf: (situation: Situation) => RolloutPlace;
  readonly news: readonly FleetEvent[];
  readonly endings: readonly RequestEnding[];
  readonly wakeAt: Instant | undefined;
}

/** The channels of the specs, each with its rollout brought up to date. Only `isActedOn` ones take part. */
export function channelOutlooks(
  world: World,
  situations: readonly Situation[],
  isActedOn: (situation: Situation) => boolean,
): ReadonlyMap<string, ChannelOutlook> {
  const byChannel = groupByChannel(situations.filter(isActedOn));
  return new Map(
    [...world.desired.channels.values()]
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map((channel) => [
        channel.name,
        outlookOf(world, channel, byChannel.get(channel.name) ?? []),
      ]),
  );
}

function groupByChannel(
  situations: readonly Situation[],
): ReadonlyMap<string, readonly Situation[]> {
  const groups = new Map<string, Situation[]>();
  for (const situation of situations) {
    const { image } = situation.spec;
    if (!('channel' in image)) continue;
    const group = groups.get(image.channel);
    if (group === undefined) groups.set(image.channel, [situation]);
    else group.push(situation);
  }
  return groups;
}

function outlookOf(
  world: World,
  channel: ResolvedChannel,
  machines: readonly Situation[],
): ChannelOutlook {
  const { now, requests, channels } = world;
  const stored = channels.get(channel.name) ?? { name: channel.name };
  const known = withoutLost(world, stored);
  const named = world.observed.images.get(channel.name);
  const isPinned = channel.pin !== undefined;
  const { record: asked, endings } = answerRequests(known, requests, { named, isPinned, now });
  const isWhole = isReadWhole(world.observed);
  const moved = isWhole ? movedOn(world, channel, asked, machines) : asked;
  const kept = housekept(world, channel, moved);
  const { record } = kept;
  const place = { channel, record, starters: new Set<string>() };
  const starters = isWhole ? startersOf(place, machines) : place.starters;
  const placeOf = placesIn({ ...place, starters });
  const news = [...rolloutNews(stored, record, now), ...kept.news];
  return { ...place, stored, starters, placeOf, news, endings, wakeAt: wakeAtOf(record, now) };
}

/** Without the images completed before that are no more: nothing goes back to them. */
function withoutLost({ observed }: World, record: ChannelRecord): ChannelRecord {
  const { former = [] } = record;
  const left = former.filter(({ imageId }) => observed.images.get(imageId)?.usable !== false);
  return left.length === former.length ? record : { ...record, former: left };
}

/** What is not known moves no rollout: a machine may look behind, or unused, that is not. */
function isReadWhole({ failures }: Observed): boolean {
  return !failures.some((failure) => concernsMachines(failure) && failure.what !== 'snapshots');
}

function movedOn(
  world: World,
  channel: ResolvedChannel,
  record: ChannelRecord,
  machines: readonly Situation[],
): ChannelRecord {
  const { now } = world;
  const known = withFirst(world, channel, record);
  const named = namedIn(world, channel, known);
  const succeeded =
    named === undefined
      ? withoutUnpinned(known, channel, world.observed.images.get(channel.name), now)
      : withSuccessor(known, channel, named, { machines, now });
  const ahead = withProgress(world, channel, succeeded, machines);
  if (ahead.rollout?.state !== 'Complete' || ahead === succeeded) return ahead;
  // What waited for it begins at once.
  return movedOn(world, channel, withCompletion(ahead, now), machines);
}

function withProgress(
  world: World,
  channel: ResolvedChannel,
  record: ChannelRecord,
  machines: readonly Situation[],
): ChannelRecord {
  const { rollout } = record;
  if (rollout === undefined || isOver(rollout)) return record;
  const image = world.observed.images.get(rollout.revision.imageId);
  const after = advanced(rollout, {
    channel,
    machines: new Map(machines.map((one) => [one.record.name, one])),
    image,
    isExpired: image?.usable === true && isExpired(image, channel, world.now),
    now: world.now,
  });
  return after === rollout ? record : { ...record, rollout: after };
}

/** Where nothing was ever completed: what `publish.stable` names. */
function withFirst(
  { observed, now }: World,
  { name }: ResolvedChannel,
  record: ChannelRecord,
): ChannelRecord {
  if (record.completed !== undefined || record.rollout !== undefined) return record;
  const stable = observed.stableImages.get(name);
  if (stable?.usable !== true) return record;
  const { imageId, imageName } = stable;
  return { ...record, completed: { imageId, name: imageName, at: now } };
}

/** What is to be rolled out, if anything: not what was taken back, nor what is too old to be launched. */
function namedIn(
  { observed, now }: Pick<World, 'observed' | 'now'>,
  channel: ResolvedChannel,
  { denied, completed, former = [], rollout }: ChannelRecord,
): Named | undefined {
  const reading = observed.images.get(channel.name);
  if (reading?.usable !== true) return undefined;
  const source = channel.pin === undefined ? 'follow' : 'pin';
  const known = [completed, rollout?.revision, ...former].map((one) => one?.imageId);
  const isKnown = known.includes(reading.imageId);
  if (source === 'follow' && isDenied(reading, denied)) return undefined;
  if (isExpired(reading, channel, now) && !isKnown) return undefined;
  return { reading, source };
}

/** Whether a revision was taken back, by this ledger's word or by the tag on the AMI. */
export function isDenied(
  { imageId, phase }: Extract<ImageReading, { usable: true }>,
  denied: ChannelRecord['denied'] = [],
): boolean {
  return phase === 'denied' || denied.some((one) => one.imageId === imageId);
}

/**
 * Who of those that may begin now does: as many as `maxConcurrent` leaves room for, earlier waves
 * first. Who goes back needs no room.
 */
function startersOf(place: ChannelPlaces, machines: readonly Situation[]): ReadonlySet<string> {
  const everyone = { has: () => true };
  const placeOf = placesIn({ ...place, starters: everyone });
  let room = place.channel.maxConcurrent;
  const ready: { readonly name: string; readonly position: number }[] = [];
  for (const situation of machines) {
    const { replacement, name } = situation.record;
    if (replacement !== undefined) {
      room -= 1;
      continue;
    }
    const rollout = placeOf(situation);
    const wanted = rollout.wanted?.imageId;
    if (wanted === undefined || wanted === situation.machine?.imageId || !rollout.mayBegin)
      continue;
    if (!isFollower(situation, place.channel.name) || !hasHome(situation)) continue;
    if (replacementAhead({ ...situation, rollout })?.kind !== 'now') continue;
    ready.push({ name, position: rollout.wave?.position ?? 0 });
  }
  ready.sort((one, other) => one.position - other.position || (one.name < other.name ? -1 : 1));
  return new Set(ready.slice(0, Math.max(0, room)).map(({ name }) => name));
}

function wakeAtOf({ rollout }: ChannelRecord, now: Instant): Instant | undefined {
  if (rollout === undefined || !isActive(rollout)) return undefined;
  const wave = rollout.waves[rollout.current];
  const isSampled =
    wave?.doneAt !== undefined && wave.bake !== undefined && 'usedHours' in wave.bake;
  const moments = [
    wave?.doneAt === undefined ? wave?.deadlineAt : bakeEnd(wave),
    isSampled ? plusMillis(wave?.sampledAt ?? now, sampleMs) : undefined,
  ];
  return earliest(moments.filter((at) => at !== undefined && at > now));
}

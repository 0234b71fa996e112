import type { ResolvedChannel } from '../desired.ts';
import type { Instant } from '../instant.ts';
import type { ImageReading } from '../observed.ts';
import type { Situation } from '../plan/situation.ts';
import type { ChannelRecord, PinnedImage } from '../record.ts';
import { pinned } from '../replacement/revision.ts';
import { chooseWaves, isFollower } from './members.ts';
import { hasRevision } from './reach.ts';
import {
  type Completion,
  isActive,
  isOver,
  type PastRollout,
  type Rollout,
  type RolloutState,
} from './rollout.ts';

/** How many rollouts that are over, and revisions that were completed, are remembered. */
const rememberedRollouts = 20;
const rememberedCompletions = 10;

/** The record of a channel whose rollout has just come to its end. */
export function withCompletion(record: ChannelRecord, now: Instant): ChannelRecord {
  const { rollout } = record;
  if (rollout?.state !== 'Complete') return record;
  if (record.completed?.imageId === rollout.revision.imageId) return record;
  return completing(record, completionOf(rollout.revision, now));
}

function completionOf({ source: _source, ...image }: PinnedImage, at: Instant): Completion {
  return { ...image, at };
}

/** What was completed before one that is gone back to is what it was before the first time. */
export function completing(record: ChannelRecord, completed: Completion): ChannelRecord {
  const { former = [], completed: last } = record;
  const earlier = last === undefined ? former : [last, ...former];
  const index = earlier.findIndex(({ imageId }) => imageId === completed.imageId);
  const kept = index < 0 ? earlier : earlier.slice(index + 1);
  return { ...record, completed, former: kept.slice(0, rememberedCompletions) };
}

/** What the channel's pin, or else its parameter, names now, and which of the two. */
export interface Named {
  readonly reading: Extract<ImageReading, { usable: true }>;
  readonly source: 'follow' | 'pin';
}

/**
 * The record with the rollout that follows from what is named now. A newer revision waits until the
 * one under way is over, unless that has halted; what git pins, and what was completed before, does
 * not wait.
 */
export function withSuccessor(
  record: ChannelRecord,
  channel: ResolvedChannel,
  named: Named,
  { machines, now }: { readonly machines: readonly Situation[]; readonly now: Instant },
): ChannelRecord {
  const { rollout, completed } = record;
  const { imageId } = named.reading;
  const isSame = rollout?.revision.imageId === imageId;
  if (rollout !== undefined && !isOver(rollout)) {
    if (isSame) return record;
    const isUrgent =
      named.source === 'pin' || rollout.revision.source === 'pin' || imageId === completed?.imageId;
    if (isActive(rollout) && !isUrgent) return record;
    return withSuccessor(superseded(record, rollout, named, now), channel, named, {
      machines,
      now,
    });
  }
  if (completed?.imageId === imageId) return record;
  return begun(record, channel, named, { machines, now });
}

function superseded(
  record: ChannelRecord,
  rollout: Rollout,
  { reading, source }: Named,
  now: Instant,
): ChannelRecord {
  const what = source === 'pin' ? 'git pins' : 'the channel names';
  const ended = over(rollout, 'Superseded', `${what} ${reading.imageId} now`, now);
  return { ...record, rollout: ended };
}

/**
 * Where nothing that is named can be rolled out, what git wants no part of any more is over all the
 * same: what is under way beside a pin, and what only a pin let through although it was taken back.
 */
export function withoutUnpinned(
  record: ChannelRecord,
  { pin }: Pick<ResolvedChannel, 'pin'>,
  reading: ImageReading | undefined,
  now: Instant,
): ChannelRecord {
  const { rollout, denied = [] } = record;
  if (reading === undefined || rollout === undefined) return record;
  const { imageId, source } = rollout.revision;
  if (imageId === pin || isOver(rollout)) return record;
  const isDenied = source === 'pin' && denied.some((one) => one.imageId === imageId);
  if (pin === undefined && !isDenied) return record;
  const reason =
    pin === undefined
      ? 'git pins it no more, and it was taken back before'
      : `git pins ${pin} now, which cannot be rolled out`;
  return { ...record, rollout: over(rollout, 'Superseded', reason, now) };
}

/** A rollout that ends in this state. */
export function over(
  rollout: Rollout,
  state: RolloutState,
  reason: string,
  endedAt: Instant,
): Rollout {
  const { paused: _paused, ...rest } = rollout;
  return { ...rest, state, reason, endedAt };
}

/** With no machine that is made of anything else there is nothing to roll out: it is complete. */
function begun(
  record: ChannelRecord,
  channel: ResolvedChannel,
  named: Named,
  { machines, now }: { readonly machines: readonly Situation[]; readonly now: Instant },
): ChannelRecord {
  const revision = pinned(named);
  const { imageId } = revision;
  const followers = machines.filter((one) => isFollower(one, channel.name));
  const isProven = record.former?.some((one) => one.imageId === imageId) === true;
  const rollout: Rollout = {
    number: (record.rollout?.number ?? 0) + 1,
    revision,
    since: now,
    state: 'Progressing',
    waves: chooseWaves(channel, imageId, followers, isProven),
    current: 0,
    failures: [],
    ...(isProven ? { isBack: true as const } : {}),
  };
  // With everybody suspended nothing is proven by there being nobody left.
  if (followers.length === 0 && record.completed !== undefined && isAnyoneThere(machines)) {
    return record;
  }
  if (followers.every((one) => hasRevision(one, rollout))) {
    return completing(record, completionOf(revision, now));
  }
  return { ...record, ...historyWith(record), rollout };
}

function isAnyoneThere(machines: readonly Situation[]): boolean {
  return machines.some(
    ({ machine, standing, spec }) =>
      machine !== undefined &&
      standing.kind !== 'orphaned' &&
      spec.lifecycle !== 'retired' &&
      spec.upgrade.when !== 'never',
  );
}

function historyWith({ rollout, history = [] }: ChannelRecord): Pick<ChannelRecord, 'history'> {
  if (rollout === undefined) return {};
  return { history: [pastOf(rollout), ...history].slice(0, rememberedRollouts) };
}

/** A rollout as it is remembered once it is over. */
export function pastOf(rollout: Rollout): PastRollout {
  const { number, revision, since, state, reason, waves, failures, endedAt = since } = rollout;
  const failed = new Set(failures.map(({ name }) => name));
  const updated = waves.flatMap((wave) => wave.updated).filter((name) => !failed.has(name));
  return {
    number,
    revision,
    since,
    endedAt,
    state,
    ...(reason === undefined ? {} : { reason }),
    updated: updated.length,
    failed: failed.size,
    members: waves.reduce((sum, { members }) => sum + members.length, 0),
  };
}

import { hourMs } from '../instant.ts';
import type { Situation } from '../plan/situation.ts';
import type { World } from '../plan/world.ts';
import type { PinnedImage } from '../record.ts';
import { hindranceOf } from '../replacement/hindrance.ts';
import { pinned } from '../replacement/revision.ts';
import { isExpired } from './best-before.ts';
import { imageAgeHours, isTooOld } from './housekeeping.ts';
import { isFollower } from './members.ts';
import { type ChannelOutlook, isDenied } from './outlook.ts';
import { isActive, type Rollout, type Wave } from './rollout.ts';
import type { ChannelProblem, MemberStatus, RolloutStatus, WaveStatus } from './rollout-status.ts';

/** What people are shown of a channel. */
export function statusOf(
  world: World,
  outlook: ChannelOutlook,
  machines: ReadonlyMap<string, Situation>,
): RolloutStatus {
  const { channel, record } = outlook;
  const { rollout } = record;
  const named = world.observed.images.get(channel.name);
  const waiting = waitingIn(world, outlook);
  const age = imageAgeHours(world, channel.name);
  return {
    channel: channel.name,
    named,
    isPinned: channel.pin !== undefined,
    record,
    waves: rollout?.waves.map((wave, index) => waveStatus(wave, index, rollout, machines)) ?? [],
    ...(waiting === undefined ? {} : { waiting }),
    problems: problemsOf(world, outlook),
    ...(age === undefined ? {} : { imageAgeHours: age }),
  };
}

function waitingIn(
  { observed }: World,
  { channel, record: { rollout, denied } }: ChannelOutlook,
): PinnedImage | undefined {
  const named = observed.images.get(channel.name);
  if (rollout === undefined || !isActive(rollout) || named?.usable !== true) return undefined;
  if (named.imageId === rollout.revision.imageId || isDenied(named, denied)) return undefined;
  return pinned({ reading: named, source: 'follow' });
}

function problemsOf(world: World, { channel, record }: ChannelOutlook): readonly ChannelProblem[] {
  const { observed, now } = world;
  const named = observed.images.get(channel.name);
  if (named === undefined) return [];
  if (!named.usable) {
    return [{ reason: 'ImageUnusable', message: named.reason, remedy: named.remedy }];
  }
  const problems: ChannelProblem[] = [];
  const { imageId } = named;
  if (channel.pin === undefined && isDenied(named, record.denied)) {
    const denial = record.denied?.find((one) => one.imageId === imageId);
    const by =
      denial === undefined ? 'its tag devinstance:phase says so' : `${denial.actor} took it back`;
    const remedy = `publish a newer image; to have it all the same write pin: ${imageId} under spec of ImageChannel ${channel.name}`;
    problems.push({ reason: 'ImageDenied', message: `${imageId} is denied: ${by}`, remedy });
  }
  if (isExpired(named, channel, now)) {
    const message = `${imageId} is past its best-before, so nothing new is made of it`;
    problems.push({ reason: 'ImageExpired', message, remedy: 'publish a newer image' });
  }
  if (isTooOld(world, channel)) {
    const message = `${imageId} is ${Math.floor(imageAgeHours(world, channel.name) ?? 0)} h old`;
    problems.push({
      reason: 'ImageTooOld',
      message,
      remedy: 'look at the image pipeline and its build log',
    });
  }
  return problems;
}

function waveStatus(
  wave: Wave,
  index: number,
  rollout: Rollout,
  machines: ReadonlyMap<string, Situation>,
): WaveStatus {
  const members = membersIn(wave, index, rollout, machines);
  // With none left that has it nothing bakes.
  const isBaking = members.some(({ state }) => state === 'updated');
  const baking = isBaking ? bakingText(wave) : undefined;
  return { ...wave, machines: members, ...(baking === undefined ? {} : { baking }) };
}

function membersIn(
  wave: Wave,
  index: number,
  rollout: Rollout,
  machines: ReadonlyMap<string, Situation>,
): readonly MemberStatus[] {
  const updated = new Set(wave.updated);
  const failed = new Map(rollout.failures.map((failure) => [failure.name, failure]));
  return wave.members.map((name): MemberStatus => {
    const failure = failed.get(name);
    if (failure !== undefined) return { name, state: 'failed', note: failure.reason };
    if (updated.has(name))
      return { name, state: isBack(machines.get(name), rollout) ? 'back' : 'updated' };
    return memberStatus(name, { wave, index, rollout }, machines);
  });
}

function isBack(situation: Situation | undefined, { state, revision }: Rollout): boolean {
  const imageId = situation?.machine?.imageId;
  return state === 'Undone' && imageId !== undefined && imageId !== revision.imageId;
}

/** Where a member stands that neither has the revision nor failed with it. */
function memberStatus(
  name: string,
  {
    wave,
    index,
    rollout,
  }: { readonly wave: Wave; readonly index: number; readonly rollout: Rollout },
  machines: ReadonlyMap<string, Situation>,
): MemberStatus {
  const situation = machines.get(name);
  if (situation === undefined) return { name, state: 'gone' };
  if (situation.record.replacement !== undefined) return { name, state: 'replacing' };
  const { image } = situation.spec;
  if (!isFollower(situation, 'channel' in image ? image.channel : ''))
    return { name, state: 'gone' };
  const left = wave.left.find((one) => one.name === name);
  if (left !== undefined) return { name, state: 'left', note: left.reason };
  // While it is halted, or once it is over, nobody's turn comes.
  if (index > rollout.current || !isActive(rollout)) return { name, state: 'later' };
  const { message, at } = hindranceOf(situation);
  return { name, state: 'due', note: at === undefined ? message : `${at} ${message}` };
}

function bakingText({ bake, doneAt, usedMs = 0 }: Wave): string | undefined {
  if (bake === undefined || doneAt === undefined) return undefined;
  if ('usedHours' in bake) {
    return `${Math.round((usedMs / hourMs) * 10) / 10} of ${bake.usedHours} used hours`;
  }
  return `since ${doneAt}`;
}

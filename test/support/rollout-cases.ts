import type { ImageReading } from '../../controller/core/observed.ts';
import type { ChannelRecord, PinnedImage } from '../../controller/core/record.ts';
import type { ChannelAction } from '../../controller/core/rollout/channel-action.ts';
import type { Completion, Rollout, RolloutState } from '../../controller/core/rollout/rollout.ts';
import type {
  ChannelProblem,
  MemberState,
  MemberStatus,
  RolloutStatus,
  WaveStatus,
} from '../../controller/core/rollout/rollout-status.ts';
import type { ChannelContext } from '../../controller/render/rollout-words.ts';
import { lastWeek, makeDesired, mondayMorning } from './world.ts';

export const channel = 'ubuntu-24.04';

/** What is rolled out. */
export const revision: PinnedImage = {
  imageId: 'ami-00000002',
  name: 'ubuntu-24.04-20261122',
  source: 'follow',
  parameterVersion: 42,
};

/** What was complete before it. */
export const completed: Completion = {
  imageId: 'ami-00000001',
  name: 'ubuntu-24.04-20261108',
  parameterVersion: 41,
  at: '2026-11-12T06:00:00.000Z',
};

/** What was complete before that. */
export const formerly: Completion = {
  imageId: 'ami-00000000',
  name: 'ubuntu-24.04-20261025',
  parameterVersion: 40,
  at: '2026-10-29T06:00:00.000Z',
};

/** A member of a wave. */
export function member(name: string, state: MemberState, note?: string): MemberStatus {
  return { name, state, ...(note === undefined ? {} : { note }) };
}

/** A wave of these machines. */
export function wave(
  name: string,
  machines: readonly MemberStatus[],
  over: Partial<WaveStatus> = {},
): WaveStatus {
  return {
    name,
    members: machines.map((machine) => machine.name),
    updated: machines.filter(({ state }) => state === 'updated').map((machine) => machine.name),
    left: [],
    machines,
    ...over,
  };
}

/** Two waves, of which the first is being updated. */
export const twoWaves: readonly WaveStatus[] = [
  wave(
    'canary',
    [member('ada-01', 'updated'), member('bob-01', 'due', 'Mon 19:00 off by schedule')],
    { startedAt: lastWeek, deadlineAt: '2026-11-27T19:00:00.000Z', bake: { usedHours: 8 } },
  ),
  wave('rest', [member('cem-01', 'later'), member('dana-01', 'later')]),
];

/** A rollout in a state. */
export function rolloutIn(state: RolloutState, over: Partial<Rollout> = {}): Rollout {
  return {
    number: 2,
    revision,
    since: lastWeek,
    state,
    waves: twoWaves,
    current: 0,
    failures: [],
    ...over,
  };
}

/** What the ledger knows of the channel with that rollout. */
export function channelRecord(
  rollout: Rollout | undefined,
  over: Partial<ChannelRecord> = {},
): ChannelRecord {
  return {
    name: channel,
    completed,
    former: [formerly],
    ...(rollout === undefined ? {} : { rollout }),
    ...over,
  };
}

/** What the channel's parameter names. */
export const named: ImageReading = {
  usable: true,
  imageId: revision.imageId,
  imageName: revision.name,
  parameterVersion: 42,
  architecture: 'x86_64',
  rootDeviceName: '/dev/sda1',
  rootSnapshotGib: 30,
  createdAt: '2026-11-22T02:00:00.000Z',
};

/** The channel with a rollout, as people are shown it. */
export function statusOf(
  rollout: Rollout | undefined,
  over: Partial<RolloutStatus> = {},
): RolloutStatus {
  return {
    channel,
    named,
    isPinned: false,
    record: channelRecord(rollout),
    waves: rollout === undefined ? [] : twoWaves,
    problems: [],
    ...over,
  };
}

export const byKim = { since: lastWeek, actor: 'kim' } as const;

/** What texts about the channel say beside that. */
export const channelContext: ChannelContext = {
  now: mondayMorning,
  spec: makeDesired([]).channels.get(channel),
  file: 'specs/images/ubuntu-24.04.yaml',
};

/** What waits until the rollout is over. */
export const newest: PinnedImage = { imageId: 'ami-00000003', name: 'newest', source: 'follow' };

export const expired: ChannelProblem = {
  reason: 'ImageExpired',
  message: 'it is too old',
  remedy: 'build a newer one',
};

/** One of each kind. */
export const channelActions: readonly ChannelAction[] = [
  {
    kind: 'publish-image',
    channel,
    parameter: '/config/latest-id',
    imageId: revision.imageId,
  },
  { kind: 'tag-image', channel, imageId: revision.imageId, phase: 'completed' },
  { kind: 'deregister-image', channel, imageId: formerly.imageId },
];

import type { ResolvedChannel } from '../../controller/core/desired.ts';
import type { Instant } from '../../controller/core/instant.ts';
import type { ImageReading, Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { ChannelRecord, PinnedImage, Setback } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import type { ChannelAction } from '../../controller/core/rollout/channel-action.ts';
import type { Rollout, Wave } from '../../controller/core/rollout/rollout.ts';
import type { RolloutWork } from '../../controller/core/rollout/verbs.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { type One, one, worldOf } from './fleet-world.ts';
import { lastWeek, makeDesired, mondayMorning, mondayNight } from './world.ts';

export const channelName = 'ubuntu-24.04';

/** What machines are made of unless told, what is rolled out, and what is newer still. */
export const [older, was, next, newest] = [0, 1, 2, 3].map((n) => `ami-0000000${n}`) as [
  string,
  string,
  string,
  string,
];

export type Usable = Extract<ImageReading, { usable: true }>;

export function readingOf(imageId: string, over: Partial<Usable> = {}): Usable {
  return {
    usable: true,
    imageId,
    imageName: `image ${imageId}`,
    architecture: 'x86_64',
    rootDeviceName: '/dev/sda1',
    rootSnapshotGib: 8,
    createdAt: lastWeek,
    ...over,
  };
}

export function pinnedTo(imageId: string, source: PinnedImage['source'] = 'follow'): PinnedImage {
  return { imageId, name: `image ${imageId}`, source };
}

/** What is known of its own: what a machine was made of. */
type Over = NonNullable<Parameters<typeof one>[1]>;

/** A machine that is off by its schedule on that Monday night: it may be replaced at once. */
export function off(name: string, over: Over = {}): One {
  return one(name, {
    ...over,
    machine: { state: 'stopped', checks: 'none', ...over.machine },
    record: { power: { state: 'stopped', at: lastWeek, by: 'controller' }, ...over.record },
  });
}

/** A machine made of an image. */
export function madeOf(imageId: string, over: Over = {}): Over {
  return {
    ...over,
    machine: { imageId, ...over.machine },
    record: { image: pinnedTo(imageId), ...over.record },
  };
}

export function waveOf(name: string, members: readonly string[], over: Partial<Wave> = {}): Wave {
  return { name, members, updated: [], left: [], ...over };
}

/** A wave that has begun and has a week. */
export function begun(name: string, members: readonly string[], over: Partial<Wave> = {}): Wave {
  return waveOf(name, members, { startedAt: lastWeek, deadlineAt: nextMonth, ...over });
}

export const nextMonth: Instant = '2026-12-23T09:00:00.000Z';

/** The first rollout of the channel, of `next`, under way. */
export function rolloutOf(waves: readonly Wave[], over: Partial<Rollout> = {}): Rollout {
  return {
    number: 1,
    revision: pinnedTo(next),
    since: lastWeek,
    state: 'Progressing',
    waves,
    current: 0,
    failures: [],
    ...over,
  };
}

export interface Setting {
  readonly now?: Instant;
  /** Of git. */
  readonly channel?: Partial<ResolvedChannel>;
  readonly fleet?: Partial<World['desired']['fleet']>;
  /** Of the ledger; `was` was completed unless told. */
  readonly record?: Partial<ChannelRecord>;
  /** What the parameter or pin names; `next` unless told. */
  readonly named?: ImageReading;
  readonly images?: readonly Usable[];
  readonly observed?: Partial<Observed>;
  readonly requests?: readonly LedgerRequest[];
  readonly observeOnly?: boolean;
}

/** Its tag says what it is made of. */
function withImageTag(of: One): One {
  const { machine } = of;
  const tags = { ...machine.tags, [tagKeys.image]: machine.imageId };
  return { ...of, machine: { ...machine, tags } };
}

/** The world of one channel with these machines, on that Monday night unless told. */
export function rolloutWorld(all: readonly One[], setting: Setting = {}): World {
  const { named = readingOf(next), images = [], record = {}, channel = {} } = setting;
  const world = worldOf(all.map(withImageTag), {
    now: setting.now ?? mondayNight,
    fleet: setting.fleet ?? {},
  });
  const [plain] = [...makeDesired([]).channels.values()];
  if (plain === undefined) throw new Error('the fixture has a channel');
  const readings = [...[older, was, next, newest].map((id) => readingOf(id)), ...images];
  return {
    ...world,
    desired: {
      ...world.desired,
      channels: new Map([[channelName, { ...plain, ...channel }]]),
    },
    channels: new Map([
      [channelName, { name: channelName, completed: { imageId: was, at: lastWeek }, ...record }],
    ]),
    requests: setting.requests ?? [],
    observeOnly: setting.observeOnly ?? false,
    observed: {
      ...world.observed,
      images: new Map<string, ImageReading>([
        ...readings.map((each) => [each.imageId, each] as const),
        ...(named.usable ? [[named.imageId, named] as const] : []),
        [channelName, named],
      ]),
      ...setting.observed,
    },
  };
}

/** What the ledger knows of the channel after a plan. */
export function recordAfter(world: World): ChannelRecord {
  const { rollouts } = makePlan(world);
  const found = rollouts.find(({ channel }) => channel === channelName);
  if (found === undefined) throw new Error('the plan has the channel');
  return found.record;
}

export function rolloutAfter(world: World): Rollout | undefined {
  return recordAfter(world).rollout;
}

/** That rollout after a plan for these machines. */
export function moved(
  all: readonly One[],
  rollout: Rollout,
  { record = {}, ...setting }: Setting = {},
): Rollout | undefined {
  return rolloutAfter(rolloutWorld(all, { ...setting, record: { ...record, rollout } }));
}

/** A replacement with \`next\` that failed. */
export function setback(over: Partial<Setback> = {}): Setback {
  return {
    target: { image: pinnedTo(next), specHash: 'x' },
    cause: 'unready',
    at: mondayMorning,
    reason: 'it did not come up',
    notBefore: '2026-11-24T09:00:00.000Z',
    ...over,
  };
}

/** The world once a plan's memos are written and its requests ended, at the same moment. */
export function remembered(world: World): World {
  const { channelMemos, memos, endings } = makePlan(world);
  const over = new Set(endings.map(({ requestId }) => requestId));
  return {
    ...world,
    channels: new Map([
      ...world.channels,
      ...channelMemos.map((record) => [record.name, record] as const),
    ]),
    records: new Map([...world.records, ...memos.map((record) => [record.name, record] as const)]),
    requests: world.requests.filter(({ id }) => !over.has(id)),
  };
}

/** The names of those whose replacement begins in this plan. */
export function beginnersOf(world: World): readonly string[] {
  return makePlan(world)
    .memos.filter(
      ({ name, replacement }) =>
        replacement !== undefined && world.records.get(name)?.replacement === undefined,
    )
    .map(({ name }) => name)
    .sort();
}

/** What somebody asks of the channel's rollout. */
export function asks(
  verb: RolloutWork['verb'],
  over: Partial<Omit<RolloutWork, 'kind' | 'verb'>> & { readonly id?: string } = {},
): LedgerRequest {
  const { id = `req-${verb}`, ...work } = over;
  return {
    id,
    name: `image/${channelName}`,
    work: { kind: 'rollout', verb, ...work },
    actor: 'kim',
    reason: 'it is slow',
    at: lastWeek,
    expiresAt: nextMonth,
  };
}

/** The parameter that the channel follows, and those that it may publish. */
export const follow = [...makeDesired([]).channels.values()][0]?.follow ?? '';
export const publish = { stable: '/stable', previous: '/previous' };

/** What is done for the channel at rest with `was` complete and `older` before it. */
export function actionsOf(
  setting: Setting = {},
  names: readonly string[] = ['a'],
): readonly ChannelAction[] {
  const { record, observed, ...rest } = setting;
  const world = rolloutWorld(
    names.map((name) => one(name)),
    {
      named: readingOf(was),
      ...rest,
      record: { former: [{ imageId: older, at: lastWeek }], ...record },
      observed: { published: new Map([[follow, was]]), ...observed },
    },
  );
  return makePlan(world).channelActions;
}

import { describe, expect, test } from 'vitest';
import type { ResolvedChannel } from '../../controller/core/desired.ts';
import type { ImageReading, Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { ChannelRecord } from '../../controller/core/record.ts';
import { type One, one, worldOf } from '../support/fleet-world.ts';
import { channelName, readingOf } from '../support/rollout-world.ts';
import { lastWeek, makeDesired, makeWorld, mondayMorning } from '../support/world.ts';

const followed = readingOf('ami-00000002', { parameterVersion: 7 });
const second = { imageId: 'ami-00000002', name: 'image ami-00000002', parameterVersion: 7 };
const bad: ImageReading = { usable: false, reason: 'it is gone', remedy: 'name another' };
const failure = { what: 'images', message: 'denied', remedy: 'allow it' } as const;
const known = (imageId: string): ChannelRecord => ({
  name: channelName,
  completed: { imageId, at: lastWeek },
});

function channelled(world: World, over: Partial<ResolvedChannel>): World {
  const [channel] = [...makeDesired([]).channels.values()];
  if (channel === undefined) throw new Error('the fixture has a channel');
  const channels = new Map([[channelName, { ...channel, ...over }]]);
  return { ...world, desired: { ...world.desired, channels } };
}

function memosOf(world: World) {
  return makePlan(world).channelMemos.map(({ completed }) => completed);
}

describe('of a channel of which nothing is completed yet', () => {
  const worldWith = (observed: Partial<Observed>, channel: Partial<ResolvedChannel> = {}) =>
    channelled(makeWorld({ observed: { images: images(followed), ...observed } }), channel);

  test.each<[what: string, world: World, completed: readonly (object | undefined)[]]>([
    [
      'the first one is at once where no machine is made of anything else',
      worldWith({ machines: [], homes: [] }),
      [{ ...second, at: mondayMorning }],
    ],
    ['else it is rolled out first', worldWith({}), [undefined]],
    [
      'what its publish.stable names is',
      worldWith({ stableImages: new Map([[channelName, readingOf('ami-00000001')]]) }),
      [{ imageId: 'ami-00000001', name: 'image ami-00000001', at: mondayMorning }],
    ],
    ['none is that cannot be used', worldWith({ images: images(bad) }), []],
    ['none is as long as stable could not be read', worldWith({ failures: [failure] }), []],
    [
      'a pin that every machine has is',
      worldWith({ images: images(readingOf('ami-00000001')) }, { pin: 'ami-00000001' }),
      [{ imageId: 'ami-00000001', name: 'image ami-00000001', at: mondayMorning }],
    ],
  ])('%s', (_, world, completed) => {
    expect(memosOf(world)).toEqual(completed);
  });

  test('nothing is noted by a controller that only observes', () => {
    expect(memosOf({ ...worldWith({}), observeOnly: true })).toEqual([]);
  });
});

function images(reading: ImageReading): Observed['images'] {
  return new Map([
    [channelName, reading],
    ['ami-00000001', readingOf('ami-00000001')],
    ['ami-00000002', readingOf('ami-00000002')],
  ]);
}

describe('a newer revision is complete once every machine of the channel has it', () => {
  const machine = { imageId: 'ami-00000002' };
  const fleetWorld = (...all: readonly One[]): World => {
    const world = worldOf(all);
    return {
      ...world,
      channels: new Map([[channelName, known('ami-00000001')]]),
      observed: { ...world.observed, images: images(followed) },
    };
  };
  const isIt = [{ ...second, at: mondayMorning }];

  test.each<[what: string, all: readonly One[], completed: readonly (object | undefined)[]]>([
    ['all have', [one('a', { machine }), one('b', { machine })], isIt],
    ['one has not', [one('a', { machine }), one('b')], [known('ami-00000001').completed]],
    ['but for one that is never upgraded', [one('a', { machine }), one('b', never)], isIt],
    ['but for one that git retires', [one('a', { machine }), one('b', retired)], isIt],
    ['but for one of an image of its own', [one('a', { machine }), one('b', own)], isIt],
    ['none is there', [], isIt],
  ])('%s', (_, all, completed) => {
    expect(memosOf(fleetWorld(...all))).toEqual(completed);
  });
});

const never = { spec: { upgrade: { when: 'never' } } } as const;
const retired = { spec: { lifecycle: 'retired' } } as const;
const own = { spec: { image: { id: 'ami-00000001', allowExpired: false } } } as const;

describe('a new DevInstance begins with', () => {
  const { record } = one('new');
  const { name, uid, owner, effective } = record;
  const bare = { name, uid, owner, effective, ordinal: 0, homeWasReady: false };
  const launchedBeside = (all: readonly One[], channels: readonly ChannelRecord[]) => {
    const world = worldOf(all, { present: [one('new'), ...all] });
    const plan = makePlan({
      ...world,
      records: new Map([...world.records, [name, bare]]),
      channels: new Map(channels.map((each) => [each.name, each])),
      observed: { ...world.observed, images: images(followed) },
    });
    return plan.actions.flatMap((action) =>
      action.kind === 'launch' && action.name === 'new' ? [action.image] : [],
    );
  };

  test.each<[what: string, all: readonly One[], channels: readonly ChannelRecord[], id: string]>([
    ['what was completed last', [one('a')], [known('ami-00000001')], 'ami-00000001'],
    ['what is on its way where that is gone', [one('a')], [known('ami-00000009')], 'ami-00000002'],
    ['what is on its way where nothing was completed', [one('a')], [], 'ami-00000002'],
    [
      'what is named where there is nobody to prove it',
      [],
      [known('ami-00000001')],
      'ami-00000002',
    ],
  ])('%s', (_, all, channels, imageId) => {
    expect(launchedBeside(all, channels)).toMatchObject([{ imageId }]);
  });
});

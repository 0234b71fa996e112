import { describe, expect, test } from 'vitest';
import type { ResolvedChannel } from '../../controller/core/desired.ts';
import type { ImageReading, Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { ChannelRecord } from '../../controller/core/record.ts';
import { type One, one, worldOf } from '../support/fleet-world.ts';
import { lastWeek, makeDesired, makeObserved, makeWorld, mondayMorning } from '../support/world.ts';

const channelName = 'ubuntu-24.04';

function imageOf(imageId: string, over: { readonly parameterVersion?: number } = {}): ImageReading {
  return {
    usable: true,
    imageId,
    imageName: imageId,
    architecture: 'x86_64',
    rootDeviceName: '/dev/sda1',
    rootSnapshotGib: 8,
    createdAt: '2026-11-16T09:00:00.000Z',
    ...over,
  };
}
const followed = imageOf('ami-00000002', { parameterVersion: 7 });
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

  test.each<[what: string, world: World, completed: readonly object[]]>([
    [
      'the first one that was checked is complete at once',
      worldWith({}),
      [{ imageId: 'ami-00000002', parameterVersion: 7, at: mondayMorning }],
    ],
    [
      'what its publish.stable names is',
      worldWith({ stableImages: new Map([[channelName, imageOf('ami-00000001')]]) }),
      [{ imageId: 'ami-00000001', at: mondayMorning }],
    ],
    ['none is that cannot be used', worldWith({ images: images(bad) }), []],
    ['none is as long as stable could not be read', worldWith({ failures: [failure] }), []],
    ['a pin completes nothing', worldWith({}, { pin: 'ami-00000002' }), []],
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
    ['ami-00000001', imageOf('ami-00000001')],
    ['ami-00000002', imageOf('ami-00000002')],
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
  const isIt = [{ imageId: 'ami-00000002', parameterVersion: 7, at: mondayMorning }];

  test.each<[what: string, all: readonly One[], completed: readonly object[]]>([
    ['all have', [one('a', { machine }), one('b', { machine })], isIt],
    ['one has not', [one('a', { machine }), one('b')], []],
    ['but for one that is never upgraded', [one('a', { machine }), one('b', never)], isIt],
    ['but for one that git retires', [one('a', { machine }), one('b', retired)], isIt],
    ['but for one of an image of its own', [one('a', { machine }), one('b', own)], isIt],
    ['none is there', [], []],
  ])('%s', (_, all, completed) => {
    expect(memosOf(fleetWorld(...all))).toEqual(completed);
  });
});

const never = { spec: { upgrade: { when: 'never' } } } as const;
const retired = { spec: { lifecycle: 'retired' } } as const;
const own = { spec: { image: { id: 'ami-00000001', allowExpired: false } } } as const;

test('a new DevInstance begins with what its channel completed, not with what nobody proved', () => {
  const observed = { ...makeObserved({ images: images(followed) }) };
  const [record] = [one('a', { machine: { imageId: 'ami-00000001' } }).record];
  const bare = { name: 'ada-01', uid: 'uid-1', owner: 'ada', ordinal: 0, homeWasReady: false };
  const world = makeWorld({ records: [{ ...bare, effective: record.effective }], observed });
  const launched = (channels: readonly ChannelRecord[]) => {
    const all = new Map(channels.map((each) => [each.name, each]));
    const withNone = {
      ...world,
      channels: all,
      observed: { ...observed, machines: [], homes: [] },
    };
    return makePlan(withNone).actions.map((action) =>
      action.kind === 'launch' ? action.image : undefined,
    );
  };
  expect(launched([known('ami-00000001')])).toMatchObject([{ imageId: 'ami-00000001' }]);
  expect(launched([known('ami-00000009')])).toMatchObject([
    { imageId: 'ami-00000002', parameterVersion: 7 },
  ]);
  expect(launched([])).toMatchObject([{ imageId: 'ami-00000002', parameterVersion: 7 }]);
});

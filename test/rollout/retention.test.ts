import { describe, expect, test } from 'vitest';
import type { ChannelImage, Observed, ReadFailure } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { one } from '../support/fleet-world.ts';
import {
  actionsOf,
  channelName,
  follow,
  pinnedTo,
  publish,
  readingOf,
  rolloutOf,
  rolloutWorld,
  type Setting,
  was,
} from '../support/rollout-world.ts';
import { lastWeek, mondayNight as now } from '../support/world.ts';

const at = lastWeek;

const imageOf = (imageId: string, over: Partial<ChannelImage> = {}): ChannelImage => ({
  imageId,
  name: imageId,
  channel: channelName,
  state: 'available',
  createdAt: at,
  ...over,
});

describe('of the images of a channel', () => {
  // The first is the newest.
  const line = ['1', '2', '3', '4', '5', '6'].map((n) =>
    imageOf(`ami-line${n}`, { createdAt: `2026-11-1${7 - Number(n)}T00:00:00.000Z` }),
  );
  const doomed = (setting: Setting = {}, images: readonly ChannelImage[] = line) =>
    actionsOf({ ...setting, observed: { channelImages: images, ...setting.observed } }).map(
      (action) => [action.kind, action.imageId],
    );
  const goes = (n: number) => [['deregister-image', `ami-line${n}`]];
  const machineOf = (imageId: string, state: 'stopped' | 'terminated'): Partial<Observed> => {
    const { machine, home } = one('a');
    const other = { ...machine, id: 'i-other', tags: {}, imageId, state };
    return { machines: [machine, other], homes: [home] };
  };
  const kept = pinnedTo('ami-line6');

  test.each<
    [what: string, found: readonly (readonly string[])[], expected: readonly (readonly string[])[]]
  >([
    ['the oldest goes first', doomed(), goes(6)],
    ['the newest five stay', doomed({}, line.slice(0, 5)), []],
    [
      'as many of the newest stay as git says',
      doomed({ channel: { keep: 2 } }, line.slice(0, 3)),
      goes(3),
    ],
    [
      'what is not available counts for none',
      doomed({ channel: { keep: 1 } }, [
        imageOf('ami-new', { state: 'pending', createdAt: now }),
        ...line.slice(0, 2),
      ]),
      goes(2),
    ],
    [
      'another channel’s stays',
      doomed({ channel: { keep: 1 } }, [imageOf('ami-x', { channel: 'debian-13' })]),
      [],
    ],
    [
      'what a stopped machine is made of stays',
      doomed({ observed: machineOf('ami-line6', 'stopped') }),
      [],
    ],
    [
      'what a terminated one was made of goes',
      doomed({ observed: machineOf('ami-line6', 'terminated') }),
      goes(6),
    ],
    [
      'what is followed stays',
      doomed({
        named: readingOf('ami-line6'),
        record: { rollout: rolloutOf([], { state: 'Aborted', revision: kept }) },
      }),
      [],
    ],
    [
      'what the parameter holds beside a pin stays',
      doomed({ channel: { pin: was }, observed: { published: new Map([[follow, 'ami-line6']]) } }),
      [],
    ],
    ['what is pinned stays', doomed({ channel: { pin: 'ami-line6' } }), []],
    [
      'what is complete stays',
      doomed({
        record: { completed: { imageId: 'ami-line6', at } },
        named: readingOf('ami-line6'),
      }).filter(([kind]) => kind === 'deregister-image'),
      [],
    ],
    [
      'what was complete before stays',
      doomed({ record: { former: [{ imageId: 'ami-line6', at }] } }),
      [],
    ],
    [
      'what stable names stays',
      doomed({
        channel: { publish: { previous: '/p' } },
        observed: {
          published: new Map([
            [follow, was],
            ['/p', 'ami-line6'],
          ]),
        },
      }).filter(([kind]) => kind === 'deregister-image'),
      [],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('what a DevInstance names stays, and what a lost one was made of', () => {
    const image = { id: 'ami-line6', allowExpired: false };
    for (const of of [one('a', { spec: { image } }), one('a', { record: { image: kept } })]) {
      const world = rolloutWorld([of], {
        named: readingOf(was),
        observed: { channelImages: line, published: new Map([[follow, was]]) },
      });
      expect(makePlan(world).channelActions).toEqual([]);
    }
  });

  const resting = (of = one('a')) =>
    rolloutWorld([of], {
      named: readingOf(was),
      observed: { channelImages: line, published: new Map([[follow, was]]) },
    });

  test('what a rollout was of stays, and what a machine is being replaced with', () => {
    const rollout = rolloutOf([], { state: 'Superseded', revision: kept });
    expect(doomed({ record: { rollout } })).toEqual([]);
    const replacement = {
      since: now,
      oldId: 'i-a',
      target: { image: kept, specHash: 'x' },
      reasons: ['ami_superseded'],
      wasOn: false,
      dutyAtStart: 'stopped',
    } as const;
    expect(makePlan(resting(one('a', { record: { replacement } }))).channelActions).toEqual([]);
  });

  test('none goes while some files could not be read, or nobody is named any more', () => {
    const world = resting();
    expect(makePlan(world).channelActions).toHaveLength(1);
    const unread = { ...world.desired, incomplete: 'a folder is unreadable' };
    expect(makePlan({ ...world, desired: unread }).channelActions).toEqual([]);
    const empty = { ...world.desired, devInstances: new Map() };
    expect(makePlan({ ...world, desired: empty }).channelActions).toEqual([]);
  });

  const reads: readonly ReadFailure['what'][] = ['machines', 'images', 'channel-images'];
  test.each(reads)('none goes while %s could not be read', (what) => {
    const failures = [{ what, message: 'no', remedy: 'x' }];
    expect(doomed({ observed: { failures } })).toEqual([]);
  });

  test.each<[what: string, setting: Setting]>([
    ['the images could not be listed', { observed: { channelImages: undefined } }],
    ['its parameter was not read', { observed: { published: new Map() } }],
    ['what is published was not read', { channel: { publish } }],
    ['what it names cannot be used', { named: { usable: false, reason: 'x', remedy: 'y' } }],
    ['nobody enforces', { fleet: { mode: 'observe' } }],
    ['the controller only observes', { observeOnly: true }],
  ])('none goes while %s', (_, setting) => {
    expect(doomed(setting)).toEqual([]);
  });
});

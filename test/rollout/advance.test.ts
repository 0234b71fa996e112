import { describe, expect, test } from 'vitest';
import type { ReadFailure } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Wave } from '../../controller/core/rollout/rollout.ts';
import { type One, one } from '../support/fleet-world.ts';
import {
  beginnersOf,
  begun,
  madeOf,
  moved,
  newest,
  next,
  off,
  readingOf,
  recordAfter,
  remembered,
  rolloutAfter,
  rolloutOf,
  rolloutWorld,
  setback,
  was,
  waveOf,
} from '../support/rollout-world.ts';
import { lastWeek, mondayMorning, mondayNight } from '../support/world.ts';

describe('a wave ends', () => {
  const done = { updated: ['a'], doneAt: lastWeek };
  const both = [off('a', madeOf(next)), off('b')];

  test('as the last of its members has the revision, and the next begins', () => {
    const rollout = rolloutOf([begun('one', ['a']), waveOf('two', ['b'])]);
    expect(moved(both, rollout, { channel: { deadlineMinutes: 60 } })).toEqual({
      ...rollout,
      current: 1,
      waves: [
        begun('one', ['a'], { updated: ['a'], doneAt: mondayNight, endedAt: mondayNight }),
        waveOf('two', ['b'], { startedAt: mondayNight, deadlineAt: '2026-11-23T21:00:00.000Z' }),
      ],
    });
  });

  test.each<[what: string, of: One | undefined]>([
    ['is gone', undefined],
    ['is retired', off('b', { spec: { lifecycle: 'retired' } })],
    ['is suspended', off('b', { spec: { lifecycle: 'suspended' } })],
    ['is never upgraded', off('b', { spec: { upgrade: { when: 'never' } } })],
    ['follows another image', off('b', { spec: { image: { id: was, allowExpired: false } } })],
    ['failed', off('b', { record: { setback: setback() } })],
  ])('without a member that %s', (_, of) => {
    const rollout = rolloutOf([begun('one', ['a', 'b'])]);
    const found = moved([off('a', madeOf(next)), ...(of === undefined ? [] : [of])], rollout);
    expect(found).toMatchObject({ state: 'Complete', endedAt: mondayNight });
    expect(found?.waves[0]?.left).toEqual([]);
  });

  const always = {
    schedule: {
      ...one('x').spec.schedule,
      windows: [{ days: ['mon-sun'], start: '00:00', end: '24:00' }],
    },
  } as const;
  test.each<[what: string, of: One, reason: RegExp]>([
    ['never off', one('b', { spec: always }), /never off/],
    ['of a type that does not fit', off('b', { spec: { instanceType: 'm9x.large' } }), /m9x/],
    [
      'with too small a disk',
      off('b', { spec: { rootVolume: { sizeGib: 4, type: 'gp3' } } }),
      /4 GiB is smaller/,
    ],
  ])('with one left out that is %s', (_, of, reason) => {
    const world = rolloutWorld([off('a', madeOf(next)), of], {
      record: { rollout: rolloutOf([begun('one', ['a', 'b'])]) },
    });
    const types = new Map([
      ...world.observed.instanceTypes,
      ['m9x.large', { architectures: ['arm64'] }],
    ] as const);
    const found = rolloutAfter({ ...world, observed: { ...world.observed, instanceTypes: types } });
    expect(found?.state).toBe('Complete');
    expect(found?.waves[0]?.left).toEqual([
      { name: 'b', at: mondayNight, reason: expect.stringMatching(reason) },
    ]);
  });

  test.each([
    ['2026-11-23T09:00:00.001Z', []],
    ['2026-11-23T09:00:00.000Z', ['b']],
  ])(
    'at its deadline, %s, with those left out that are not at their moment: %j',
    (deadlineAt, left) => {
      const rollout = rolloutOf([begun('one', ['a', 'b'], { deadlineAt })]);
      const found = moved([one('a', madeOf(next)), one('b')], rollout, { now: mondayMorning });
      expect(found?.state).toBe(left.length === 0 ? 'Progressing' : 'Complete');
      expect(found?.waves[0]?.left.map(({ name }) => name)).toEqual(left);
    },
  );

  test('not at its deadline while one may begin, or is being replaced', () => {
    const rollout = rolloutOf([begun('one', ['a'], { deadlineAt: lastWeek })]);
    expect(moved([off('a')], rollout)?.state).toBe('Progressing');
  });

  test('at its deadline without one whose home is not with it, which takes no place', () => {
    const bare = off('a', { home: { state: 'available', attachments: [] } });
    const rollout = rolloutOf([begun('one', ['a', 'b'])]);
    const world = rolloutWorld([bare, off('b')], {
      record: { rollout },
      channel: { maxConcurrent: 1 },
    });
    expect(beginnersOf(world)).toEqual(['b']);
    const late = rolloutOf([begun('one', ['a'], { deadlineAt: lastWeek })]);
    expect(moved([bare], late)?.waves[0]?.left).toMatchObject([{ name: 'a' }]);
  });

  const bakes: readonly [bake: Wave['bake'], word: string][] = [
    [{ minutes: 60 }, 'the clock'],
    [{ usedHours: 1 }, 'use'],
  ];
  test.each(bakes)('nobody was reached and it bakes by %j: inconclusive', (bake) => {
    const never = off('a', { spec: { rootVolume: { sizeGib: 4, type: 'gp3' } } });
    const rollout = rolloutOf([
      begun('one', ['a'], { bake: bake ?? { minutes: 1 } }),
      waveOf('two', ['b']),
    ]);
    expect(moved([never, off('b')], rollout)).toMatchObject({
      state: 'Paused',
      paused: { since: mondayNight },
      reason: 'wave one reached none of its machines',
      current: 0,
    });
  });

  test('a wave without machines is passed where it does not bake', () => {
    const rollout = rolloutOf([
      begun('one', ['a'], done),
      waveOf('none', []),
      waveOf('two', ['b']),
    ]);
    expect(moved(both, rollout)?.current).toBe(2);
    const watched = rolloutOf([waveOf('none', [], { bake: { minutes: 5 } }), waveOf('two', ['b'])]);
    expect(moved(both, watched)).toMatchObject({
      state: 'Paused',
      reason: 'wave none has no machines',
    });
  });
});

const kinds: readonly (readonly [ReadFailure['what'], boolean])[] = [
  ['machines', false],
  ['homes', false],
  ['checks', false],
  ['subnets', false],
  ['images', false],
  ['types', false],
  ['reports', false],
  ['activity', false],
  ['snapshots', true],
  ['channel-images', true],
  ['builders', true],
];
test.each(kinds)('where %s could not be read, that it moves is %s', (what, isMoving) => {
  const rollout = rolloutOf([begun('one', ['a']), waveOf('two', ['b'])]);
  const failures = [{ what, message: 'denied', remedy: 'allow it' }];
  const all = [off('a', madeOf(next)), off('b')];
  const world = rolloutWorld(all, { record: { rollout }, observed: { failures } });
  expect(rolloutAfter(world) !== rollout).toBe(isMoving);
  expect(makePlan(world).channelMemos).toHaveLength(isMoving ? 1 : 0);
});

test('what waited begins as the one before is complete, in the same plan', () => {
  const rollout = rolloutOf([begun('one', ['a'])]);
  const world = rolloutWorld([off('a', madeOf(next))], {
    record: { rollout },
    named: readingOf(newest),
  });
  const record = recordAfter(world);
  expect(record).toMatchObject({
    completed: { imageId: next },
    former: [{ imageId: was }],
    rollout: { number: 2, revision: { imageId: newest }, waves: [{ startedAt: mondayNight }] },
    history: [{ number: 1, state: 'Complete', updated: 1, failed: 0, members: 1 }],
  });
  expect(makePlan(remembered(world)).channelMemos).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import { type One, one } from '../support/fleet-world.ts';
import {
  beginnersOf,
  begun,
  madeOf,
  newest,
  next,
  off,
  older,
  pinnedTo,
  readingOf,
  recordAfter,
  remembered,
  rolloutAfter,
  rolloutOf,
  rolloutWorld,
  type Setting,
  was,
  waveOf,
} from '../support/rollout-world.ts';
import { lastWeek, mondayNight } from '../support/world.ts';

const all = [one('a'), one('b')];
const waves = [begun('canary', ['a']), waveOf('rest', ['b'])];

function named(imageId: string, over: Partial<Rollout> = {}, setting: Setting = {}): World {
  return rolloutWorld(all, {
    named: readingOf(imageId),
    ...setting,
    record: { rollout: rolloutOf(waves, over), ...setting.record },
  });
}

describe('a newer revision', () => {
  test.each<[state: Partial<Rollout>, takesOver: boolean]>([
    [{ state: 'Progressing' }, false],
    [{ state: 'Baking' }, false],
    [{ state: 'Paused', paused: { since: lastWeek, actor: 'kim' } }, false],
    [{ state: 'Paused', paused: { since: lastWeek } }, false],
    [{ state: 'Degraded' }, true],
    [{ state: 'Aborted' }, true],
    [{ state: 'Superseded' }, true],
    [{ state: 'Undone' }, true],
  ])('meets %o: it takes over is %s', (over, takesOver) => {
    const record = recordAfter(named(newest, over));
    expect(record.rollout).toMatchObject({
      number: takesOver ? 2 : 1,
      revision: { imageId: takesOver ? newest : next },
    });
    const isHalted = over.state === 'Degraded' || over.state === 'Aborted';
    expect(record.history?.map(({ state }) => state)).toEqual(
      takesOver ? [isHalted ? 'Superseded' : over.state] : undefined,
    );
  });

  test('is shown as waiting', () => {
    const { rollouts } = makePlan(named(newest));
    expect(rollouts[0]?.waiting).toMatchObject({ imageId: newest });
    expect(makePlan(named(next)).rollouts[0]).not.toHaveProperty('waiting');
  });

  test('does not stop what is halted while it is expired, or cannot be used', () => {
    const old = readingOf(newest, { createdAt: lastWeek });
    const channel = { bestBeforeMinutes: 60 };
    expect(rolloutAfter(named(newest, { state: 'Aborted' }, { named: old, channel }))?.number).toBe(
      1,
    );
    const bad = { usable: false, reason: 'gone', remedy: 'x' } as const;
    expect(rolloutAfter(named(newest, { state: 'Aborted' }, { named: bad }))?.number).toBe(1);
  });
});

describe('a halted one stays while its own image is named:', () => {
  test.each(['Degraded', 'Aborted'] as const)('%s', (state) => {
    expect(rolloutAfter(named(next, { state }))).toMatchObject({ number: 1, state });
  });
});

describe('at once takes over', () => {
  test('what git pins', () => {
    const record = recordAfter(named(newest, {}, { channel: { pin: newest } }));
    expect(record.rollout).toMatchObject({
      number: 2,
      revision: { imageId: newest, source: 'pin' },
    });
    expect(record.history).toMatchObject([
      { number: 1, state: 'Superseded', endedAt: mondayNight, reason: `git pins ${newest} now` },
    ]);
  });

  test('what is followed once a pin is gone', () => {
    const record = recordAfter(named(newest, { revision: pinnedTo(next, 'pin') }));
    expect(record.rollout).toMatchObject({
      number: 2,
      revision: { imageId: newest, source: 'follow' },
    });
  });

  test('the completed image, as its parameter returns to it: machines go back at their moments', () => {
    const world = rolloutWorld([off('a', madeOf(next)), one('b', madeOf(next))], {
      named: readingOf(was),
      record: { rollout: rolloutOf(waves) },
    });
    expect(recordAfter(world)).toMatchObject({
      completed: { imageId: was },
      rollout: { number: 1, state: 'Superseded', reason: `the channel names ${was} now` },
    });
    expect(beginnersOf(world)).toEqual(['a']);
    const change = makePlan(world).changes.find(({ name }) => name === 'a');
    expect(change?.reasons).toEqual(['ami_superseded']);
  });
});

test('a pin to what was completed before goes to all at once, unwatched', () => {
  const channel = { pin: older, waves: [{ name: 'canary', percent: 10, bake: { minutes: 5 } }] };
  const record = { former: [{ imageId: older, at: lastWeek }] };
  const world = rolloutWorld(all, { named: readingOf(older), channel, record });
  expect(rolloutAfter(world)).toMatchObject({ isBack: true, waves: [{ name: 'back' }] });
  expect(rolloutAfter(world)?.waves[0]?.members.toSorted()).toEqual(['a', 'b']);
  expect(rolloutAfter(world)?.waves[0]).not.toHaveProperty('bake');
});

describe('new DevInstances are meanwhile made of what was completed, and on the way back of where it leads:', () => {
  const { name, uid, owner, effective } = one('new').record;
  const bare = { name, uid, owner, effective, ordinal: 0, homeWasReady: false };
  const launchedIn = (world: World) => {
    const devInstances = new Map([...world.desired.devInstances, [name, effective]]);
    const desired = { ...world.desired, devInstances };
    const records = new Map([...world.records, [name, bare]]);
    return makePlan({ ...world, desired, records }).actions.flatMap((action) =>
      action.kind === 'launch' && action.name === name ? [action.image?.imageId] : [],
    );
  };
  const expired = readingOf(was, { createdAt: '2026-10-01T00:00:00.000Z' });
  const fresh = readingOf(next, { createdAt: mondayNight });
  test.each<[what: string, world: World, imageId: string | undefined]>([
    ['under way', named(next), was],
    ['halted', named(next, { state: 'Degraded' }), was],
    [
      'going back',
      named(older, { isBack: true, revision: pinnedTo(older) }, { channel: { pin: older } }),
      older,
    ],
    [
      'the completed one is expired',
      named(
        next,
        {},
        { named: fresh, images: [expired], channel: { bestBeforeMinutes: 7 * 1440 } },
      ),
      next,
    ],
    [
      'both are expired',
      named(next, { state: 'Degraded' }, { images: [expired], channel: { bestBeforeMinutes: 60 } }),
      undefined,
    ],
  ])('%s', (_, world, imageId) => {
    expect(launchedIn(world)).toEqual(imageId === undefined ? [] : [imageId]);
  });
});

describe('an expired image', () => {
  const channel = { bestBeforeMinutes: 60 };
  const lost = off('a');
  const world = rolloutWorld([lost], { channel, named: readingOf(was) });
  const observed = {
    ...world.observed,
    machines: [],
    homes: [{ ...lost.home, state: 'available' as const, attachments: [] }],
    absent: new Set(['i-a']),
  };
  const withImage = (of: One) => ({
    ...of.record,
    image: pinnedTo(was),
    power: { state: 'running', at: lastWeek, by: 'controller' } as const,
  });

  test('is made again for a machine of it that is lost', () => {
    const records = new Map([['a', withImage(lost)]]);
    const plan = makePlan({ ...world, observed, records, now: '2026-11-24T09:00:00.000Z' });
    expect(plan.actions).toMatchObject([{ kind: 'launch', image: { imageId: was } }]);
  });

  test('is begun with no rollout', () => {
    expect(rolloutAfter(rolloutWorld(all, { channel }))).toBeUndefined();
  });

  test.each([
    [60_000, 'nothing of it'],
    [59_999, 'a rollout'],
  ])('to the millisecond: %i ms old with a minute makes %s', (age, what) => {
    const createdAt = new Date(Date.parse(mondayNight) - age).toISOString();
    const setting = { named: readingOf(next, { createdAt }), channel: { bestBeforeMinutes: 1 } };
    expect(rolloutAfter(rolloutWorld(all, setting)) !== undefined).toBe(what === 'a rollout');
  });
});

describe('with everybody suspended', () => {
  const rest = { spec: { lifecycle: 'suspended' } } as const;
  test('nothing is completed, and nothing begins', () => {
    const record = recordAfter(rolloutWorld([off('a', rest)]));
    expect(record.completed?.imageId).toBe(was);
    expect(record.rollout).toBeUndefined();
  });
});

test('two channels roll out apart', () => {
  const other = { ...one('c'), spec: { ...one('c').spec, image: { channel: 'debian-13' } } };
  const world = rolloutWorld([
    off('a'),
    { ...other, record: { ...other.record, effective: other.spec } },
  ]);
  const [first] = [...world.desired.channels.values()];
  if (first === undefined) throw new Error('the fixture has a channel');
  const channels = new Map([
    ...world.desired.channels,
    ['debian-13', { ...first, name: 'debian-13' }],
  ]);
  const images = new Map([...world.observed.images, ['debian-13', readingOf(newest)]]);
  const two = {
    ...world,
    desired: { ...world.desired, channels },
    observed: { ...world.observed, images },
    channels: new Map([
      ...world.channels,
      ['debian-13', { name: 'debian-13', completed: { imageId: was, at: lastWeek } }],
    ]),
  };
  const { rollouts } = makePlan(two);
  expect(
    rollouts.map(({ channel, record: { rollout } }) => [
      channel,
      rollout?.revision.imageId,
      rollout?.waves[0]?.members,
    ]),
  ).toEqual([
    ['debian-13', newest, ['c']],
    ['ubuntu-24.04', next, ['a']],
  ]);
});

test('equal worlds give equal plans, and what is remembered changes nothing more', () => {
  for (const world of [named(next), named(newest, { state: 'Degraded' }), rolloutWorld(all)]) {
    expect(makePlan(structuredClone(world))).toEqual(makePlan(world));
    const again = makePlan(remembered(world));
    expect(again.channelMemos).toEqual([]);
    expect(again.channelNews).toEqual([]);
  }
});

import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import { one } from '../support/fleet-world.ts';
import {
  asks,
  begun,
  madeOf,
  newest,
  next,
  nextMonth,
  older,
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

const all = [one('a'), one('b'), one('c')];
const bake = { minutes: 60 };
const waves = [
  begun('one', ['a'], { bake }),
  waveOf('two', ['b'], { bake }),
  waveOf('three', ['c'], { bake }),
];
const failures = [{ name: 'a', at: lastWeek, reason: 'it broke' }];

function asked(
  request: ReturnType<typeof asks>,
  over: Partial<Rollout> = {},
  setting: Setting = {},
) {
  const record = { rollout: rolloutOf(waves, over), ...setting.record };
  return rolloutWorld(all, { ...setting, record, requests: [request] });
}

describe('pause', () => {
  test('is by its actor, and says so', () => {
    expect(rolloutAfter(asked(asks('pause')))).toMatchObject({
      state: 'Paused',
      paused: { since: mondayNight, actor: 'kim' },
      reason: 'paused by kim: it is slow',
    });
  });
  test('holds what paused by itself too', () => {
    const world = asked(asks('pause'), { state: 'Paused', paused: { since: lastWeek } });
    expect(rolloutAfter(world)?.paused).toEqual({ since: mondayNight, actor: 'kim' });
  });
});

describe('resume', () => {
  const since = plusMillis(mondayNight, -3_600_000);
  test('goes on where it was, with the deadline later by the pause', () => {
    const world = asked(asks('resume'), {
      state: 'Paused',
      reason: 'x',
      paused: { since, actor: 'kim' },
    });
    const found = rolloutAfter(world);
    expect(found).toEqual(
      rolloutOf(
        waves.with(0, begun('one', ['a'], { bake, deadlineAt: plusMillis(nextMonth, 3_600_000) })),
      ),
    );
  });
  test.each(['Degraded', 'Aborted'] as const)('of one that is %s forgives what failed', (state) => {
    const members = begun('one', ['a', 'b'], { bake });
    const world = asked(
      asks('resume'),
      { state, failures, reason: 'x', waves: [members] },
      { channel: { abortOnFailures: 1 } },
    );
    expect(rolloutAfter(world)).toMatchObject({ state: 'Progressing', forgiven: 1 });
    expect(rolloutAfter(world)).not.toHaveProperty('reason');
  });
});

describe('promote', () => {
  const states: readonly Partial<Rollout>[] = [
    { state: 'Progressing' },
    { state: 'Baking' },
    { state: 'Paused', paused: { since: lastWeek } },
    { state: 'Paused', paused: { since: lastWeek, actor: 'kim' } },
    { state: 'Degraded', failures },
  ];
  test.each(states)('from %o lets the next wave begin, which is watched', (over) => {
    const setting = { channel: { abortOnFailures: 1, deadlineMinutes: 60 } };
    const found = rolloutAfter(asked(asks('promote'), over, setting));
    expect(found).toMatchObject({ state: 'Progressing', current: 1 });
    expect(found?.waves[0]).toMatchObject({ endedAt: mondayNight });
    expect(found?.waves.map((wave) => wave.bake)).toEqual([undefined, bake, bake]);
    expect(found?.waves[1]).toMatchObject({
      startedAt: mondayNight,
      deadlineAt: '2026-11-23T21:00:00.000Z',
    });
    expect(found).not.toHaveProperty('paused');
  });
  test.each(states)('--full from %o lets all begin, and none is watched', (over) => {
    const found = rolloutAfter(
      asked(asks('promote', { full: true }), over, { channel: { abortOnFailures: 1 } }),
    );
    expect(found).toMatchObject({ state: 'Progressing', current: 2 });
    expect(found?.waves.map((wave) => wave.bake)).toEqual([undefined, undefined, undefined]);
    expect(found?.waves.map(({ endedAt }) => endedAt)).toEqual([
      mondayNight,
      mondayNight,
      undefined,
    ]);
  });
  test('in the last wave ends its bake', () => {
    const doneAt = plusMillis(mondayNight, -60_000);
    const over = {
      current: 2,
      waves: waves.with(2, begun('three', ['c'], { bake, doneAt, updated: ['c'] })),
    };
    const world = rolloutWorld([one('c', madeOf(next))], {
      record: { rollout: rolloutOf(over.waves, over) },
    });
    expect(rolloutAfter(world)?.state).toBe('Baking');
    expect(rolloutAfter({ ...world, requests: [asks('promote')] })?.state).toBe('Complete');
  });
});

test('abort stops it, and says who did', () => {
  const over = { state: 'Paused', paused: { since: lastWeek, actor: 'kim' } } as const;
  const found = rolloutAfter(asked(asks('abort'), over));
  expect(found).toMatchObject({ state: 'Aborted', reason: 'aborted by kim: it is slow' });
  expect(found).not.toHaveProperty('paused');
});

describe('undo', () => {
  const completions = {
    completed: { imageId: was, at: lastWeek },
    former: [{ imageId: older, at: lastWeek }],
  };
  const complete = { state: 'Complete', endedAt: lastWeek } as const;
  const later = {
    completed: { imageId: next, at: lastWeek },
    former: [completions.completed, ...completions.former],
  };

  test.each<
    [
      what: string,
      over: Partial<Rollout>,
      record: Setting['record'],
      to: string | undefined,
      back: string,
      denied: string[],
      former: string[],
    ]
  >([
    ['one under way', {}, completions, undefined, was, [next], [older]],
    ['a degraded one', { state: 'Degraded' }, completions, undefined, was, [next], [older]],
    ['a complete one', complete, later, undefined, was, [next], [older]],
    ['one under way to an older image', {}, completions, older, older, [next, was], []],
    ['a complete one to an older image', complete, later, older, older, [next, was], []],
  ])('of %s', (_, over, record, to, back, denied, former) => {
    const world = asked(asks('undo', to === undefined ? {} : { to }), over, {
      record: { ...record, rollout: rolloutOf(waves, over) },
    });
    const after = recordAfter(world);
    expect(after.rollout).toMatchObject({
      state: 'Undone',
      endedAt: mondayNight,
      reason: `taken back to ${back} by kim: it is slow`,
    });
    expect(after.completed?.imageId).toBe(back);
    expect(after.former?.map(({ imageId }) => imageId)).toEqual(former);
    expect(after.denied).toEqual(
      denied.map((imageId) => ({ imageId, at: mondayNight, actor: 'kim', reason: 'it is slow' })),
    );
  });

  test('is not rolled out again, though the parameter still names it; a newer one is', () => {
    const world = asked(asks('undo'), {}, { record: { rollout: rolloutOf(waves) } });
    const undone = remembered(world);
    expect(rolloutAfter(undone)?.state).toBe('Undone');
    const images = new Map([...undone.observed.images, ['ubuntu-24.04', readingOf(newest)]]);
    const newer = { ...undone, observed: { ...undone.observed, images } };
    expect(rolloutAfter(newer)).toMatchObject({
      number: 2,
      state: 'Progressing',
      revision: { imageId: newest },
    });
  });

  test('nor is what only a tag denies', () => {
    const named = readingOf(next, { phase: 'denied' });
    expect(rolloutAfter(rolloutWorld(all, { named }))).toBeUndefined();
    const pinned = rolloutWorld(all, { named, channel: { pin: next } });
    expect(rolloutAfter(pinned)).toMatchObject({ revision: { imageId: next, source: 'pin' } });
  });

  test('of what git pins is refused', () => {
    const world = asked(
      asks('undo'),
      {},
      { channel: { pin: next }, record: { ...completions, rollout: rolloutOf(waves) } },
    );
    expect(makePlan(world).endings).toMatchObject([
      { result: 'refused', message: expect.stringContaining(`git pins ${next}`) },
    ]);
    expect(rolloutAfter(world)?.state).toBe('Progressing');
  });
});

describe('an answer', () => {
  test('is given once, however long its request stays open', () => {
    const world = asked(asks('abort'));
    const { channelMemos, endings } = makePlan(world);
    expect(endings).toEqual([
      {
        requestId: 'req-abort',
        name: 'image/ubuntu-24.04',
        result: 'done',
        message: 'r1 is aborted',
      },
    ]);
    const again = { ...world, channels: new Map(channelMemos.map((each) => [each.name, each])) };
    expect(makePlan(again)).toMatchObject({ channelMemos: [], endings });
  });

  test('is forgotten with its request', () => {
    const later = remembered(asked(asks('abort')));
    expect(makePlan(later).channelMemos[0]).not.toHaveProperty('answered');
    expect(makePlan(remembered(later)).channelMemos).toEqual([]);
  });

  test('refuses what expired at that moment, and what makes no sense', () => {
    const late = { ...asks('pause'), expiresAt: mondayNight };
    expect(makePlan(asked(late)).endings).toMatchObject([
      { result: 'refused', message: `it expired at ${mondayNight}` },
    ]);
    expect(makePlan(asked(asks('resume'))).endings).toMatchObject([
      { result: 'refused', message: expect.stringContaining('is under way') },
    ]);
  });

  test('is given to each in turn', () => {
    const requests = [asks('pause'), asks('resume'), asks('abort')];
    const world = rolloutWorld(all, { record: { rollout: rolloutOf(waves) }, requests });
    expect(makePlan(world).endings.map(({ result }) => result)).toEqual(['done', 'done', 'done']);
    expect(rolloutAfter(world)?.state).toBe('Aborted');
  });

  test('of no channel there is is a refusal', () => {
    const stray = { ...asks('pause'), name: 'image/nowhere' };
    expect(makePlan(asked(stray)).endings).toMatchObject([
      { result: 'refused', message: 'there is no image channel image/nowhere' },
    ]);
  });

  test('is given by nobody who only observes', () => {
    const setting = { observeOnly: true, record: { rollout: rolloutOf(waves) } };
    const plan = makePlan(asked(asks('abort'), {}, setting));
    expect(plan).toMatchObject({
      endings: [],
      channelMemos: [],
      channelNews: [],
      channelActions: [],
    });
  });
});

import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import type { Activity } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Bake, Wave } from '../../controller/core/rollout/rollout.ts';
import { type One, one } from '../support/fleet-world.ts';
import {
  begun,
  madeOf,
  moved,
  next,
  off,
  pinnedTo,
  rolloutOf,
  rolloutWorld,
  type Setting,
  waveOf,
} from '../support/rollout-world.ts';
import { mondayMorning as now } from '../support/world.ts';

const minutesAgo = (minutes: number) => plusMillis(now, -minutes * 60_000);
const day = 1440;

function baking(bake: Bake, over: Partial<Wave> = {}, state: 'Baking' | 'Paused' = 'Baking') {
  const wave = begun('canary', ['a', 'b'], { updated: ['a', 'b'], bake, ...over });
  const paused = state === 'Paused' ? { paused: { since: minutesAgo(9) }, reason: 'unused' } : {};
  return rolloutOf([wave, waveOf('rest', ['c'])], { state, ...paused });
}

/** On, ready, up since then, with the revision. */
const up = (name: string, upSince = minutesAgo(3 * day)) =>
  one(name, madeOf(next, { record: { image: pinnedTo(next), upSince } }));
const down = (name: string, minutes = 3 * day) =>
  off(
    name,
    madeOf(next, {
      record: {
        image: pinnedTo(next),
        power: { state: 'stopped', at: minutesAgo(minutes), by: 'controller' },
      },
    }),
  );
const idle = (name: string, since: number, at = 1): Activity => ({
  machineId: `i-${name}`,
  at: minutesAgo(at),
  idleSince: minutesAgo(since),
});
const used = (name: string, at = 1): Activity => ({ machineId: `i-${name}`, at: minutesAgo(at) });
const told = (...all: readonly Activity[]): Setting => ({
  now,
  observed: { activity: new Map(all.map((each) => [each.machineId, each])) },
});

describe('by the clock', () => {
  const bake = { minutes: 60 };
  const c = one('c');
  test.each<
    [what: string, all: readonly One[], wave: Partial<Wave>, state: string, current: number]
  >([
    [
      'a second early it goes on',
      [up('a'), c],
      { doneAt: plusMillis(now, -3_599_000) },
      'Baking',
      0,
    ],
    ['at its end it is over', [up('a'), c], { doneAt: minutesAgo(60) }, 'Progressing', 1],
    [
      'one that ran and is off by now is evidence',
      [down('a'), c],
      { doneAt: minutesAgo(60), ranAt: minutesAgo(9) },
      'Progressing',
      1,
    ],
    [
      'with nobody on since it is inconclusive',
      [down('a'), c],
      { doneAt: minutesAgo(60) },
      'Paused',
      0,
    ],
  ])('%s', (_, all, wave, state, current) => {
    expect(moved(all, baking(bake, wave), { now })).toMatchObject({ state, current });
  });

  test('a machine that failed is no evidence', () => {
    const failures = [{ name: 'a', at: now, reason: 'it broke' }];
    const rollout = { ...baking(bake, { doneAt: minutesAgo(60) }), failures };
    expect(moved([up('a'), down('b'), c], rollout, { now })?.state).toBe('Paused');
  });

  test('what paused for want of evidence goes on by itself, as one is on', () => {
    const found = moved([up('a'), c], baking(bake, { doneAt: minutesAgo(900) }, 'Paused'), { now });
    expect(found).toMatchObject({ state: 'Progressing', current: 1 });
    expect(found).not.toHaveProperty('paused');
    expect(found).not.toHaveProperty('reason');
  });

  test('one that is not ready in time puts the end off until it is, or has failed', () => {
    const late = one(
      'a',
      madeOf(next, {
        machine: { checks: 'initializing' },
        record: { image: pinnedTo(next), becomingReadySince: minutesAgo(2) },
      }),
    );
    const wave = { doneAt: minutesAgo(60), ranAt: minutesAgo(50) };
    expect(moved([late, up('b'), c], baking(bake, wave), { now })?.state).toBe('Baking');
  });

  test('the plan looks again as it ends', () => {
    const rollout = baking(bake, { doneAt: minutesAgo(59), ranAt: minutesAgo(9) });
    const world = rolloutWorld([up('a'), up('b'), c], { now, record: { rollout } });
    expect(makePlan(world).wakeAt).toBe(plusMillis(now, 60_000));
  });
});

describe('by use', () => {
  const bake = { usedHours: 2 };
  const wave = { doneAt: minutesAgo(60), sampledAt: minutesAgo(10), usedMs: 0, inUse: ['a'] };
  const minutesUsed = (all: readonly One[], over: Partial<Wave>, setting: Setting = { now }) => {
    const found = moved(all, baking(bake, { ...wave, ...over }), setting)?.waves[0];
    return found?.usedMs === undefined ? undefined : found.usedMs / 60_000;
  };

  test.each<
    [
      what: string,
      all: readonly One[],
      over: Partial<Wave>,
      minutes: number | undefined,
      setting?: Setting,
    ]
  >([
    ['the time between two looks', [up('a')], {}, 10],
    ['of each machine', [up('a'), up('b')], { inUse: ['a', 'b'] }, 20],
    [
      'from when it was started, where its host does not tell',
      [up('a', minutesAgo(4))],
      { inUse: [] },
      4,
    ],
    ['until it was stopped', [down('a', 3)], {}, 7],
    ['until it fell idle', [up('a')], {}, 6, told(idle('a', 4))],
    ['nothing of one that was idle all the time', [up('a')], {}, 0, told(idle('a', 30))],
    [
      'nothing before it was seen in use, where its host tells',
      [up('a')],
      { inUse: [] },
      0,
      told(used('a')),
    ],
    [
      'nothing of another boot, where its host tells',
      [up('a', minutesAgo(4))],
      {},
      0,
      told(used('a')),
    ],
    [
      'nothing within five minutes of the last look',
      [up('a')],
      { sampledAt: plusMillis(now, -299_999) },
      0,
    ],
    ['five minutes after the last look', [up('a')], { sampledAt: minutesAgo(5) }, 5],
    ['nothing of one that is off', [down('a')], { inUse: [] }, 0],
    [
      'nothing of one that is not well',
      [one('a', madeOf(next, { machine: { checks: 'impaired' } }))],
      { inUse: [] },
      0,
    ],
    ['onto what was counted', [up('a')], { usedMs: 60_000 }, 11],
  ])('it counts %s', (_, all, over, minutes, setting) => {
    expect(minutesUsed(all, over, setting)).toBe(minutes);
  });

  test.each<[what: string, setting: Setting, inUse: readonly string[]]>([
    ['whose host does not tell, as long as it is on', { now }, ['a']],
    ['that somebody uses', told(used('a', 14)), ['a']],
    ['no idle one', told(idle('a', 4)), []],
    ['none whose host fell silent', told(used('a', 16)), []],
  ])('in use is one %s', (_, setting, inUse) => {
    expect(moved([up('a')], baking(bake, wave), setting)?.waves[0]?.inUse).toEqual(inUse);
  });

  test('the first look counts nothing and remembers who is there', () => {
    const { sampledAt: _s, usedMs: _u, inUse: _i, ...fresh } = wave;
    const found = moved([up('a')], baking(bake, { ...fresh, doneAt: now }), { now })?.waves[0];
    expect(found).toMatchObject({ usedMs: 0, sampledAt: now, inUse: ['a'] });
  });

  test('with nobody there nothing is written down', () => {
    const rollout = baking(bake, { ...wave, inUse: [] });
    expect(moved([down('a'), down('b'), one('c')], rollout, { now })).toBe(rollout);
  });

  test.each<[what: string, over: Partial<Wave>, state: string, current: number]>([
    ['enough use', { usedMs: 110 * 60_000 }, 'Progressing', 1],
    ['a minute too little', { usedMs: 109 * 60_000 }, 'Baking', 0],
  ])('%s', (_, over, state, current) => {
    expect(moved([up('a'), one('c')], baking(bake, { ...wave, ...over }), { now })).toMatchObject({
      state,
      current,
    });
  });

  test.each<[what: string, over: Partial<Wave>, state: string]>([
    ['a second short of a day', { doneAt: plusMillis(now, -86_399_000) }, 'Baking'],
    ['for a day', { doneAt: minutesAgo(day) }, 'Paused'],
    ['for long, but after some use', { doneAt: minutesAgo(3 * day), usedMs: 1 }, 'Baking'],
  ])('unused %s', (_, over, state) => {
    const found = moved([down('a'), one('c')], baking(bake, { ...wave, inUse: [], ...over }), {
      now,
    });
    expect(found?.state).toBe(state);
    if (state === 'Paused') {
      expect(found).toMatchObject({
        paused: { since: now },
        reason: 'nobody has used the machines of wave canary',
      });
      expect(found?.paused).not.toHaveProperty('actor');
    }
  });

  test('what paused unused goes on as somebody comes', () => {
    const rollout = baking(bake, { ...wave, doneAt: minutesAgo(2 * day), inUse: [] }, 'Paused');
    const found = moved([up('a', minutesAgo(4)), one('c')], rollout, { now });
    expect(found?.state).toBe('Baking');
    expect(found).not.toHaveProperty('paused');
  });

  test('what a person paused is sampled, and stays', () => {
    const rollout = {
      ...baking(bake, { ...wave, usedMs: 9e9 }),
      state: 'Paused' as const,
      paused: { since: now, actor: 'kim' },
    };
    const found = moved([up('a'), one('c')], rollout, { now });
    expect(found).toMatchObject({ state: 'Paused', current: 0, waves: [{ sampledAt: now }, {}] });
  });
});

import { expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Setback } from '../../controller/core/record.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import { hash } from '../support/rolled.ts';
import {
  begun,
  madeOf,
  next,
  off,
  pinnedTo,
  readingOf,
  recordAfter,
  rolloutOf,
  rolloutWorld,
  was,
} from '../support/rollout-world.ts';
import { mondayNight } from '../support/world.ts';

const ended = '2026-11-20T09:00:00.000Z';
const [before, after] = ['2026-11-19T20:00:00.000Z', '2026-11-20T20:00:00.000Z'];

function setbackAt(at: string): Setback {
  const target = { image: pinnedTo(next), specHash: hash };
  return { target, cause: 'unready', at, reason: 'it was late', notBefore: at };
}

/** A rollout of a and b that is complete although a failed. */
function complete(over: Partial<Rollout> = {}): Rollout {
  const wave = begun('all', ['a', 'b'], { updated: ['b'], doneAt: ended, endedAt: ended });
  const failures = [{ name: 'a', at: before, reason: 'it was late' }];
  return rolloutOf([wave], { state: 'Complete', endedAt: ended, failures, ...over });
}

test.each<[what: string, setback: Setback | undefined, of: string, change: object | undefined]>([
  ['one that never came up is tried once more', setbackAt(before), was, { at: 'now' }],
  ['and no more after that', setbackAt(after), was, { withheldBy: 'RolloutFailed' }],
  [
    'one that failed as it baked waits for the next',
    undefined,
    was,
    { withheldBy: 'RolloutFailed' },
  ],
  ['one that has it by now keeps it', undefined, next, undefined],
])('once a rollout is complete, of those that failed %s', (_, setback, imageId, change) => {
  const record = setback === undefined ? {} : { setback };
  const world = rolloutWorld(
    [
      off('a', madeOf(imageId, { record: { image: pinnedTo(imageId), ...record } })),
      off('b', madeOf(next)),
    ],
    {
      record: { completed: { imageId: next, at: ended }, rollout: complete() },
    },
  );
  const [first] = makePlan(world).changes.filter(({ kind }) => kind === 'replace');
  if (change === undefined) expect(first).toBeUndefined();
  else expect(first).toMatchObject({ name: 'a', ...change });
});

test.each([
  { failedMinutesAgo: 10, state: 'Baking' },
  { failedMinutesAgo: 61, state: 'Complete' },
])(
  'a failed machine that still has it $failedMinutesAgo min later: the rollout is $state',
  ({ failedMinutesAgo, state }) => {
    const at = new Date(Date.parse(mondayNight) - failedMinutesAgo * 60_000).toISOString();
    const wave = begun('all', ['a', 'b'], { updated: ['a', 'b'] });
    const failures = [{ name: 'a', at, reason: 'status checks impaired' }];
    const world = rolloutWorld([off('a', madeOf(next)), off('b', madeOf(next))], {
      record: { rollout: rolloutOf([wave], { failures }) },
    });
    expect(recordAfter(world).rollout?.state).toBe(state);
  },
);

const pin = { pin: 'ami-00000009' };
const canary = rolloutOf([begun('all', ['a', 'b'])]);

test.each<[what: string, named: Parameters<typeof rolloutWorld>[1]]>([
  [
    'cannot be used',
    { channel: pin, named: { usable: false, reason: 'it is gone', remedy: 'name another' } },
  ],
  [
    'is past its best-before',
    {
      channel: { ...pin, bestBeforeMinutes: 60 },
      named: readingOf(pin.pin, { createdAt: '2026-01-01T00:00:00.000Z' }),
    },
  ],
])('a pin to an image that %s ends what is under way all the same', (_, setting) => {
  const world = rolloutWorld([off('a', madeOf(was)), off('b', madeOf(was))], {
    ...setting,
    record: { rollout: canary },
  });
  const { rollout, completed } = recordAfter(world);
  expect([rollout?.state, completed?.imageId]).toEqual(['Superseded', was]);
  expect(makePlan(world).actions).toEqual([]);
});

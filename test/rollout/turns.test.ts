import { describe, expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import {
  beginnersOf,
  begun,
  madeOf,
  next,
  off,
  pinnedTo,
  rolloutAfter,
  rolloutOf,
  rolloutWorld,
} from '../support/rollout-world.ts';
import { lastWeek, mondayNight } from '../support/world.ts';

describe('as many begin at once as maxConcurrent leaves room for', () => {
  const many = ['a', 'b', 'c', 'd'];
  const replacing = (name: string) =>
    off(name, {
      record: {
        replacement: {
          since: mondayNight,
          oldId: `i-${name}`,
          target: {
            image: pinnedTo(next),
            specHash: off(name).machine.tags['devinstance:spec-hash'] ?? '',
          },
          reasons: ['ami_superseded'],
          wasOn: false,
          dutyAtStart: 'stopped',
        },
      },
    });
  const split = [
    begun('one', ['d'], { endedAt: lastWeek, doneAt: lastWeek }),
    begun('two', ['a', 'b', 'c']),
  ];
  test.each<[maxConcurrent: number, underWay: readonly string[], begin: readonly string[]]>([
    [1, [], ['d']],
    [2, [], ['a', 'd']],
    [9, [], many],
    [2, ['b'], ['d']],
    [2, ['b', 'c'], []],
    [1, ['b', 'c'], []],
  ])('%i with %j under way: %j, earlier waves first', (maxConcurrent, underWay, begin) => {
    const fleet = many.map((name) => (underWay.includes(name) ? replacing(name) : off(name)));
    const world = rolloutWorld(fleet, {
      channel: { maxConcurrent },
      record: { rollout: rolloutOf(split, { current: 1 }) },
    });
    expect(beginnersOf(world)).toEqual(begin);
  });

  test('and who waits for that is told so', () => {
    const rollout = rolloutOf([begun('one', ['a', 'b'])]);
    const world = rolloutWorld([off('a'), off('b')], {
      channel: { maxConcurrent: 1 },
      record: { rollout },
    });
    const change = makePlan(world).changes.find(({ name }) => name === 'b');
    expect(change).toMatchObject({ note: 'as soon as others are done (maxConcurrent 1)' });
    expect(change).not.toHaveProperty('at');
  });

  test('what failed goes back whatever is under way', () => {
    const failures = [{ name: 'b', at: lastWeek, reason: 'it broke' }];
    const rollout = rolloutOf([begun('one', ['a', 'b'])], { failures });
    const fleet = [replacing('a'), off('b', madeOf(next))];
    const world = rolloutWorld(fleet, { channel: { maxConcurrent: 1 }, record: { rollout } });
    expect(beginnersOf(world)).toEqual(['b']);
  });
});

describe('where only some are acted on', () => {
  const fleet = { enforceFor: { team: 'platform' } };
  test('they alone are members', () => {
    const some = [off('a', { spec: { labels: { team: 'platform' } } }), off('b')];
    const found = rolloutAfter(rolloutWorld(some, { fleet }));
    expect(found?.waves.flatMap(({ members }) => members)).toEqual(['a']);
    expect(beginnersOf(rolloutWorld(some, { fleet }))).toEqual(['a']);
  });
  test('a plan that only observes shows the whole rollout', () => {
    const found = rolloutAfter(rolloutWorld([off('a'), off('b')], { fleet, observeOnly: true }));
    expect(found?.waves.flatMap(({ members }) => members).toSorted()).toEqual(['a', 'b']);
  });
});

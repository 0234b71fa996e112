import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import { type One, one } from '../support/fleet-world.ts';
import {
  asks,
  beginnersOf,
  begun,
  madeOf,
  moved,
  newest,
  next,
  off,
  pinnedTo,
  readingOf,
  rolloutAfter,
  rolloutOf,
  rolloutWorld,
  setback,
  waveOf,
} from '../support/rollout-world.ts';
import { lastWeek, mondayMorning } from '../support/world.ts';

const failure = (name: string) => ({ name, at: lastWeek, reason: 'it broke' });

describe('a machine counts as failed', () => {
  const going = (back: object) => ({
    since: mondayMorning,
    oldId: 'i-a',
    target: setback().target,
    reasons: ['ami_superseded'],
    wasOn: false,
    dutyAtStart: 'stopped' as const,
    back: { since: mondayMorning, reason: 'it went wrong', ...back },
  });
  const unready = (minute: string) =>
    madeOf(next, {
      machine: { checks: 'impaired' },
      record: { image: pinnedTo(next), becomingReadySince: `2026-11-23T08:${minute}:00.000Z` },
    });
  test.each<[what: string, of: One, failed: readonly string[]]>([
    ['as it did not come up', off('a', { record: { setback: setback() } }), ['it did not come up']],
    [
      'not for want of capacity',
      off('a', { record: { setback: setback({ cause: 'capacity' }) } }),
      [],
    ],
    [
      'not for an earlier rollout',
      off('a', { record: { setback: setback({ at: '2026-11-16T08:59:59.999Z' }) } }),
      [],
    ],
    [
      'from the moment that it began',
      off('a', { record: { setback: setback({ at: lastWeek }) } }),
      ['it did not come up'],
    ],
    [
      'not with another image',
      off('a', {
        record: { setback: setback({ target: { image: pinnedTo(newest), specHash: 'x' } }) },
      }),
      [],
    ],
    [
      'as it goes back for that',
      off('a', { record: { replacement: going({ failure: 'unready' }) } }),
      ['it went wrong'],
    ],
    [
      'not as it goes back for capacity',
      off('a', { record: { replacement: going({ failure: 'capacity' }) } }),
      [],
    ],
    ['not for a change of mind', off('a', { record: { replacement: going({}) } }), []],
    [
      'as its owner took it back',
      off('a', { record: { denial: { at: lastWeek, actor: 'ada', image: pinnedTo(next) } } }),
      ['ada rolled it back'],
    ],
    [
      'not as it was taken back before',
      off('a', {
        record: { denial: { at: '2026-11-16T08:59:59.999Z', actor: 'ada', image: pinnedTo(next) } },
      }),
      [],
    ],
    [
      'as it is not ready in time',
      one('a', unready('45')),
      ['i-a is not ready for 15 min: status checks impaired'],
    ],
    ['not while it still has a minute', one('a', unready('46')), []],
    [
      'not with what it had before',
      one('a', { machine: { checks: 'impaired' }, record: { becomingReadySince: lastWeek } }),
      [],
    ],
  ])('%s', (_, of, failed) => {
    const rollout = rolloutOf([begun('all', ['a', 'b'])]);
    const found = moved([of, off('b')], rollout, { now: mondayMorning });
    expect(found?.failures.map(({ reason }) => reason)).toEqual(failed);
  });

  test('once, and only where its wave has begun', () => {
    const broken = { record: { setback: setback() } };
    const rollout = rolloutOf([begun('one', ['a', 'b']), waveOf('two', ['c'])], {
      failures: [failure('a')],
    });
    const found = moved([off('a', broken), off('b'), off('c', broken)], rollout);
    expect(found?.failures).toEqual([failure('a')]);
  });
});

describe('a rollout is degraded', () => {
  const members = ['a', 'b', 'c', 'd'];
  const all = members.map((name) => off(name));
  const of = (failed: number, over: Partial<Rollout> = {}) =>
    rolloutOf([begun('all', members)], {
      failures: members.slice(0, failed).map(failure),
      ...over,
    });
  test.each<[abortOnFailures: number, failed: number, forgiven: number, state: string]>([
    [1, 1, 0, 'Degraded'],
    [2, 1, 0, 'Progressing'],
    [2, 2, 0, 'Degraded'],
    [2, 2, 1, 'Progressing'],
    [2, 3, 1, 'Degraded'],
    [2, 3, 3, 'Progressing'],
  ])(
    'by %i: with %i failures of which %i are forgiven it is %3$s',
    (abortOnFailures, failed, forgiven, state) => {
      const found = moved(all, of(failed, { forgiven }), { channel: { abortOnFailures } });
      expect(found?.state).toBe(state);
      expect(found?.state === 'Degraded' ? found.reason : undefined).toBe(
        state === 'Degraded'
          ? `${failed - forgiven} of its machines failed (${members.slice(forgiven, failed).join(', ')}), abortOn.failures is ${abortOnFailures}`
          : undefined,
      );
    },
  );

  test('though a person paused it', () => {
    const paused = { since: lastWeek, actor: 'kim' };
    const found = moved(all, of(2, { state: 'Paused', paused }));
    expect(found).toMatchObject({ state: 'Degraded' });
    expect(found).not.toHaveProperty('paused');
  });

  test.each([
    ['2026-11-23T20:00:00.001Z', 'Progressing'],
    ['2026-11-23T20:00:00.000Z', 'Degraded'],
  ])('from the best-before of its image: made a week before %s it is %s', (end, state) => {
    const image = readingOf(next, { createdAt: plusMillis(end, -7 * 86_400_000) });
    const setting = { named: image, channel: { bestBeforeMinutes: 7 * 1440 } };
    expect(moved(all, of(0), setting)?.state).toBe(state);
  });

  test('as its image cannot be used any more', () => {
    const bad = { usable: false, reason: 'it is gone', remedy: 'x' } as const;
    const { observed } = rolloutWorld(all);
    const images = new Map([...observed.images, [next, bad]]);
    expect(moved(all, of(0), { observed: { images } })).toMatchObject({
      state: 'Degraded',
      reason: 'its image cannot be used: it is gone',
    });
  });

  test('as every machine that a wave reached failed', () => {
    const rollout = rolloutOf([begun('canary', ['a']), waveOf('rest', ['b'])], {
      failures: [failure('a')],
    });
    expect(moved([off('a'), off('b')], rollout)).toMatchObject({
      state: 'Degraded',
      reason: 'every machine that wave canary reached failed',
    });
  });

  test('no more once a person forgave that: what is left goes on', () => {
    const rollout = rolloutOf([begun('canary', ['a']), waveOf('rest', ['b'])], {
      state: 'Degraded',
      failures: [failure('a')],
    });
    const world = rolloutWorld([off('a'), off('b')], {
      record: { rollout },
      requests: [asks('resume')],
    });
    expect(rolloutAfter(world)).toMatchObject({ state: 'Progressing', current: 1, forgiven: 1 });
    expect(beginnersOf(world)).toEqual(['b']);
  });
});

import { describe, expect, test } from 'vitest';
import type { ResolvedSchedule } from '../../controller/core/desired.ts';
import { type Instant, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import type { Activity } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { madrid, office } from '../support/living-rig.ts';
import { makeMachine, makeRecord, makeSpec, makeWorld } from '../support/world.ts';

interface Case {
  readonly now: Instant;
  readonly schedule?: Partial<ResolvedSchedule>;
  readonly record?: Partial<DevInstanceRecord>;
  readonly state?: 'running' | 'pending' | 'stopped';
  readonly activity?: Activity;
}

const upSince = madrid('08:00');

function planAt({ now, schedule, record, state = 'running', activity }: Case) {
  const spec = makeSpec({ schedule: office(schedule) });
  const power = { state: 'running', at: upSince, by: 'controller' } as const;
  const known = activity === undefined ? undefined : new Map([[activity.machineId, activity]]);
  return makePlan(
    makeWorld({
      spec,
      records: [makeRecord(spec, { power, upSince, ...record })],
      observed: { machines: [makeMachine(spec, { state })], activity: known },
      now,
    }),
  );
}

/** The stop that people are told of, if they are told now. */
function toldOf(world: Case): Instant | undefined {
  return planAt(world).notices[0]?.stopAt;
}

describe('a notice of the stop at 19:00', () => {
  const seven = madrid('19:00');
  test.each<[string, Case, Instant | undefined]>([
    ['half an hour before', { now: madrid('18:30') }, seven],
    ['not a millisecond earlier', { now: plusMillis(madrid('18:30'), -1) }, undefined],
    ['in the last millisecond', { now: plusMillis(seven, -1) }, seven],
    ['not when it is due', { now: seven }, undefined],
    ['once', { now: madrid('18:45'), record: { noticeOf: seven } }, undefined],
    [
      'again, after one of another stop',
      { now: madrid('18:45'), record: { noticeOf: madrid('18:50') } },
      seven,
    ],
    [
      'as early as asked for',
      { now: madrid('15:00'), schedule: { notifyBeforeMinutes: 240 } },
      seven,
    ],
    [
      'not at all where none is asked for',
      { now: madrid('18:45'), schedule: { notifyBeforeMinutes: 0 } },
      undefined,
    ],
    [
      'not of a machine that is still coming up',
      { now: madrid('18:45'), state: 'pending' },
      undefined,
    ],
    ['not of one that is off', { now: madrid('18:45'), state: 'stopped' }, undefined],
    [
      'not where stops are left to people',
      { now: madrid('18:45'), schedule: { actions: 'start-only' } },
      undefined,
    ],
    [
      'also where starts are left to people',
      { now: madrid('18:45'), schedule: { actions: 'stop-only' } },
      seven,
    ],
  ])('%s', (_, world, expected) => {
    expect(toldOf(world)).toBe(expected);
  });

  test('is noted with the record, and dated when it was due, so that telling it twice tells it once', () => {
    const plan = planAt({ now: madrid('18:45') });
    expect(plan.memos).toMatchObject([{ noticeOf: seven }]);
    expect(plan.notices[0]?.at).toBe(madrid('18:30'));
    const later = planAt({ now: madrid('18:50') });
    expect(later.notices).toEqual(plan.notices);
  });

  test('is what the plan wakes up for, and then for the stop', () => {
    expect(planAt({ now: madrid('18:00') }).wakeAt).toBe(madrid('18:30'));
    expect(planAt({ now: madrid('18:30') }).wakeAt).toBe(seven);
  });
});

describe('use of a machine', () => {
  const now = madrid('12:00');
  const schedule = { idleStopAfterMinutes: 90 };
  const seen = (minutesAgo: number, idleSince?: Instant): Activity => ({
    machineId: 'i-00000001',
    at: plusMillis(now, -minutesAgo * minuteMs),
    ...(idleSince === undefined ? {} : { idleSince }),
  });
  test.each<[string, Omit<Case, 'now'>, readonly string[]]>([
    ['nobody for an hour and a half', { activity: seen(0, madrid('10:30')) }, ['stop']],
    ['nobody for a minute less', { activity: seen(0, madrid('10:31')) }, []],
    ['somebody', { activity: seen(0) }, []],
    ['no word', {}, []],
    ['a word of a quarter of an hour ago', { activity: seen(15, madrid('10:00')) }, ['stop']],
    ['an older word', { activity: seen(16, madrid('10:00')) }, []],
    [
      'the word of another machine',
      { activity: { ...seen(0, madrid('10:00')), machineId: 'i-00000002' } },
      [],
    ],
    [
      'nobody since before it came up',
      { activity: seen(0, madrid('07:00')), record: { upSince: madrid('10:31') } },
      [],
    ],
    [
      'nobody, but somebody had asked for it',
      { activity: seen(0, madrid('10:00')), record: { askedUntil: madrid('10:31') } },
      [],
    ],
    [
      'nobody, but what was asked for has just been cancelled',
      { activity: seen(0, madrid('10:00')), record: { askedUntil: madrid('13:00') } },
      [],
    ],
  ])('%s', (_, world, expected) => {
    const { actions } = planAt({ ...world, now, schedule });
    expect(actions.map(({ kind }) => kind)).toEqual(expected);
    if (expected.length > 0) expect(actions).toMatchObject([{ cause: 'idle' }]);
  });
});

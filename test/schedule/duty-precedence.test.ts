import { expect, test } from 'vitest';
import { dutyAt } from '../../controller/core/schedule/duty.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { dutyText, inWeek, overrideOf, resolvedSchedule } from '../support/schedules.ts';

// Every day alike, so that an exception is all that makes a date another.
const windows = [{ days: ['mon-sun'], start: '08:00', end: '19:00' }];
const office = resolvedSchedule({ timezone: 'UTC', windows });
const closed = { ...office, exceptions: [{ date: '2026-10-19', closed: true }] as const };
const evening = {
  ...office,
  exceptions: [{ date: '2026-10-19', windows: [{ start: '20:00', end: '23:00' }] }],
};

function person(at: string): Pick<ScheduleMemory, 'manualStart'> {
  return { manualStart: { at: inWeek(at), cause: 'person' } };
}

function stopped(
  at: string,
  by: NonNullable<ScheduleMemory['stop']>['by'] = 'person',
): Pick<ScheduleMemory, 'stop'> {
  return { stop: { at: inWeek(at), by } };
}

function asked(...overrides: ReturnType<typeof overrideOf>[]): Pick<ScheduleMemory, 'overrides'> {
  return { overrides };
}

const upTo20h = { ...office, maxUptimeMinutes: 1200 };
const idleStop = { ...office, idleStopAfterMinutes: 60 };

test.each([
  {
    it: 'an exception closes a window',
    schedule: closed,
    now: 'mon 10:00',
    wanted: 'stopped by exception until tue 08:00',
  },
  {
    it: 'an exception opens one elsewhere',
    schedule: evening,
    now: 'mon 21:00',
    wanted: 'running by exception until mon 23:00',
  },
  {
    it: 'a hold outlives a closing exception',
    schedule: closed,
    memory: person('mon 09:00'),
    now: 'mon 10:00',
    wanted: 'running by manual-start until mon 13:00',
  },
  {
    it: 'a stopped override over a window',
    memory: asked(overrideOf('stopped', 'mon 09:00', 'mon 12:00')),
    now: 'mon 10:00',
    wanted: 'stopped by override until mon 12:00',
  },
  {
    it: 'a running override over no window',
    memory: asked(overrideOf('running', 'mon 20:00', 'mon 22:00')),
    now: 'mon 21:00',
    wanted: 'running by override until mon 22:00',
  },
  {
    it: 'a running override over a closing exception',
    schedule: closed,
    memory: asked(overrideOf('running', 'mon 09:00', 'mon 12:00')),
    now: 'mon 10:00',
    wanted: 'running by override until mon 12:00',
  },
  {
    it: 'a stopped override over the window of an exception',
    schedule: evening,
    memory: asked(overrideOf('stopped', 'mon 20:30', 'mon 22:00')),
    now: 'mon 21:00',
    wanted: 'stopped by override until mon 22:00',
  },
  {
    it: 'a stopped override over a hold begun before, for good',
    memory: { ...person('mon 20:00'), ...asked(overrideOf('stopped', 'mon 21:00', 'mon 22:00')) },
    now: 'mon 21:30',
    wanted: 'stopped by override until tue 08:00',
  },
  {
    it: 'a stopped override over a hold begun later, for good',
    memory: { ...person('mon 21:00'), ...asked(overrideOf('stopped', 'mon 20:00', 'mon 22:00')) },
    now: 'mon 21:30',
    wanted: 'stopped by override until tue 08:00',
  },
  {
    it: 'a hold voided by an override stays void after it',
    memory: { ...person('mon 20:00'), ...asked(overrideOf('stopped', 'mon 21:00', 'mon 22:00')) },
    now: 'mon 22:00',
    wanted: 'stopped by off-hours until tue 08:00',
  },
  {
    it: 'a hold begun when a stopped override was over',
    memory: { ...person('mon 21:00'), ...asked(overrideOf('stopped', 'mon 20:00', 'mon 21:00')) },
    now: 'mon 22:00',
    wanted: 'running by manual-start until tue 01:00',
  },
  {
    it: 'a hold begun when a stopped override had been replaced',
    memory: {
      ...person('mon 22:00'),
      ...asked(
        overrideOf('stopped', 'mon 20:00', 'tue 07:00'),
        overrideOf('running', 'mon 21:00', 'mon 21:30'),
      ),
    },
    now: 'mon 23:00',
    wanted: 'running by manual-start until tue 02:00',
  },
  {
    it: 'a running override over a stop before it, for good',
    memory: { ...stopped('mon 09:00'), ...asked(overrideOf('running', 'mon 10:00', 'mon 12:00')) },
    now: 'mon 11:00',
    wanted: 'running by override until mon 19:00',
  },
  {
    it: 'a stop over the running override before it',
    memory: { ...stopped('mon 11:00'), ...asked(overrideOf('running', 'mon 10:00', 'mon 22:00')) },
    now: 'mon 12:00',
    wanted: 'stopped by manual-stop until tue 08:00',
  },
  {
    it: 'a stop outside windows over the running override before it',
    memory: { ...stopped('mon 21:00'), ...asked(overrideOf('running', 'mon 20:00', 'mon 23:00')) },
    now: 'mon 22:00',
    wanted: 'stopped by off-hours until tue 08:00',
  },
  {
    it: 'the override over a stop, where a stop is not kept',
    schedule: { ...office, manualStop: 'restart' as const },
    memory: { ...stopped('mon 21:00'), ...asked(overrideOf('running', 'mon 20:00', 'mon 23:00')) },
    now: 'mon 22:00',
    wanted: 'running by override until mon 23:00',
  },
  {
    it: 'a hold over the stop before it',
    memory: { ...stopped('mon 12:00'), ...person('mon 16:00') },
    now: 'mon 17:00',
    wanted: 'running by window until mon 20:00',
  },
  {
    it: 'a stop over the hold before it',
    memory: { ...stopped('mon 21:00'), ...person('mon 20:00') },
    now: 'mon 22:00',
    wanted: 'stopped by off-hours until tue 08:00',
  },
  {
    it: 'the longest uptime over a window',
    schedule: upTo20h,
    memory: { upSince: inWeek('mon 14:00') },
    now: 'tue 10:00',
    wanted: 'stopped by max-uptime until wed 08:00',
  },
  {
    it: 'the longest uptime over an override',
    schedule: upTo20h,
    memory: {
      upSince: inWeek('mon 08:00'),
      ...asked(overrideOf('running', 'mon 18:00', 'tue 06:00')),
    },
    now: 'tue 05:00',
    wanted: 'stopped by max-uptime until tue 08:00',
  },
  {
    it: 'the longest uptime over a hold',
    schedule: { ...upTo20h, manualStartHoldMinutes: 1440 },
    memory: { upSince: inWeek('mon 09:00'), ...person('mon 09:00') },
    now: 'tue 06:00',
    wanted: 'stopped by max-uptime until tue 08:00',
  },
  {
    it: 'an override over idleness',
    schedule: idleStop,
    memory: {
      idleSince: inWeek('mon 08:00'),
      ...asked(overrideOf('running', 'mon 09:00', 'mon 12:00')),
    },
    now: 'mon 11:00',
    wanted: 'running by override until mon 13:00',
  },
  {
    it: 'idleness over a window',
    schedule: idleStop,
    memory: { idleSince: inWeek('mon 10:00') },
    now: 'mon 11:00',
    wanted: 'stopped by idle until tue 08:00',
  },
  {
    it: 'idleness over a hold',
    schedule: idleStop,
    memory: { idleSince: inWeek('mon 20:30'), ...person('mon 20:00') },
    now: 'mon 21:30',
    wanted: 'stopped by idle until tue 08:00',
  },
])('$it', ({ schedule = office, memory = {}, now, wanted }) => {
  expect(dutyText(dutyAt(schedule, memory, inWeek(now)))).toBe(wanted);
});

test('of two overrides the one asked for later counts, in whatever order they are told', () => {
  const long = overrideOf('running', 'mon 20:00', 'tue 06:00');
  const short = overrideOf('stopped', 'mon 21:00', 'mon 22:00');
  for (const overrides of [
    [long, short],
    [short, long],
  ]) {
    const at = (now: string) => dutyText(dutyAt(office, { overrides }, inWeek(now)));
    expect(at('mon 20:30')).toBe('running by override until mon 21:00');
    expect(at('mon 21:00')).toBe('stopped by override until tue 08:00');
    // What was replaced does not come back when its successor ends.
    expect(at('mon 22:00')).toBe('stopped by off-hours until tue 08:00');
  }
});

test('of two overrides asked for at once the later one in the list counts', () => {
  const overrides = [
    overrideOf('stopped', 'mon 20:00', 'mon 22:00', 'b'),
    overrideOf('running', 'mon 20:00', 'mon 22:00', 'a'),
  ];
  for (const told of [overrides, overrides.toReversed()])
    expect(dutyAt(office, { overrides: told }, inWeek('mon 21:00')).requestId).toBe(told[1]?.id);
});

import { expect, test } from 'vitest';
import type { ScheduleBehaviour, ScheduleTimes } from '../../controller/core/desired.ts';
import { dutyAt } from '../../controller/core/schedule/duty.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { dutyText, inWeek, overrideOf, resolvedSchedule } from '../support/schedules.ts';

const windows = [{ days: ['mon-sun'], start: '08:00', end: '19:00' }];
const always = { mode: 'always', windows: [] } as const;

function dutyIn(
  changes: Partial<ScheduleTimes & ScheduleBehaviour>,
  memory: ScheduleMemory,
  now: string,
): string {
  const schedule = resolvedSchedule({ timezone: 'UTC', windows, ...changes });
  return dutyText(dutyAt(schedule, memory, inWeek(now)));
}

test('an override tells who asked for it, why, since and until when, and what follows', () => {
  const schedule = resolvedSchedule({ timezone: 'UTC', windows });
  const overrides = [overrideOf('running', 'mon 18:00', 'mon 21:00', 'req-1')];
  expect(dutyAt(schedule, { overrides }, inWeek('mon 18:30'))).toEqual({
    state: 'running',
    rule: 'override',
    reason: 'extended until 21:00 by alice: release',
    enforced: true,
    requestId: 'req-1',
    since: inWeek('mon 18:00'),
    until: inWeek('mon 21:00'),
    next: {
      at: inWeek('mon 21:00'),
      state: 'stopped',
      rule: 'off-hours',
      reason: 'outside every window',
      enforced: true,
    },
  });
});

test('an override that ends in a window changes nothing then; a stopped one starts it', () => {
  const running = { overrides: [overrideOf('running', 'mon 07:00', 'mon 10:00')] };
  expect(dutyIn({}, running, 'mon 09:00')).toBe('running by override until mon 19:00');
  expect(dutyIn({}, running, 'mon 10:00')).toBe('running by window until mon 19:00');
  const stopped = { overrides: [overrideOf('stopped', 'mon 07:00', 'mon 10:00')] };
  expect(dutyIn({}, stopped, 'mon 09:00')).toBe('stopped by override until mon 10:00');
  expect(dutyIn({}, stopped, 'mon 10:00')).toBe('running by window until mon 19:00');
});

test.each([
  { it: 'is joined to a window 59 min later', at: 'mon 03:01', until: 'mon 19:00' },
  { it: 'ends 60 min before a window', at: 'mon 03:00', until: 'mon 07:00' },
])('a hold of 4 h $it', ({ at, until }) => {
  const memory: ScheduleMemory = { manualStart: { at: inWeek(at), cause: 'person' } };
  expect(dutyIn({}, memory, 'mon 05:00')).toBe(`running by manual-start until ${until}`);
});

test('a machine made outside its windows says so', () => {
  const schedule = resolvedSchedule({ timezone: 'UTC', windows });
  const memory: ScheduleMemory = { manualStart: { at: inWeek('mon 20:00'), cause: 'creation' } };
  expect(dutyAt(schedule, memory, inWeek('mon 21:00'))).toMatchObject({
    rule: 'manual-start',
    reason: 'made outside its windows, held until tue 00:00',
    field: ['manualStart', 'hold'],
    since: inWeek('mon 20:00'),
  });
});

const sinceMonday = { upSince: inWeek('mon 08:00') };
const eveningOverride = overrideOf('running', 'mon 12:00', 'wed 12:00');

test.each([
  { it: 'lets it run until then', now: 'mon 13:59', wanted: 'running by window until mon 14:00' },
  {
    it: 'stops it until the next window starts',
    now: 'mon 14:00',
    wanted: 'stopped by max-uptime until tue 08:00',
  },
  {
    it: 'counts a missed stop and start',
    now: 'tue 08:00',
    wanted: 'running by window until tue 14:00',
  },
  {
    it: 'and the next missed ones',
    now: 'wed 15:00',
    wanted: 'stopped by max-uptime until thu 08:00',
  },
  {
    it: 'is no later for an override',
    overrides: [eveningOverride],
    now: 'mon 13:00',
    wanted: 'running by override until mon 14:00',
  },
  {
    it: 'ends an override for good',
    overrides: [eveningOverride],
    now: 'tue 09:00',
    wanted: 'running by window until tue 14:00',
  },
  {
    it: 'yields to an override asked for after it',
    overrides: [overrideOf('running', 'mon 16:00', 'mon 17:00')],
    now: 'mon 16:30',
    wanted: 'running by override until mon 19:00',
  },
  {
    it: 'keeps it off for ever where it is always on',
    changes: always,
    now: 'sun 14:00',
    wanted: 'stopped by max-uptime until ever',
  },
  {
    it: 'stops it where stops are left to people',
    changes: { actions: 'start-only' as const },
    now: 'mon 15:00',
    wanted: 'stopped by max-uptime until tue 08:00',
  },
  {
    it: 'is nothing to a machine that is off',
    memory: {},
    now: 'mon 15:00',
    wanted: 'running by window until mon 19:00',
  },
])('a longest uptime of 6 h $it', ({ changes, memory = sinceMonday, overrides, now, wanted }) => {
  const known = overrides === undefined ? memory : { ...memory, overrides };
  expect(dutyIn({ maxUptimeMinutes: 360, ...changes }, known, now)).toBe(wanted);
});

test('a stop at the longest uptime is told, and keeps it off until the next window', () => {
  const schedule = resolvedSchedule({ timezone: 'UTC', windows, maxUptimeMinutes: 360 });
  expect(dutyAt(schedule, sinceMonday, inWeek('mon 15:00'))).toMatchObject({
    reason: 'up since 08:00, as long as it may',
    field: ['maxUptime'],
    since: inWeek('mon 14:00'),
    enforced: true,
  });
  const memory: ScheduleMemory = { stop: { at: inWeek('mon 14:00'), by: 'max-uptime' } };
  expect(dutyIn({ manualStop: 'restart' }, memory, 'mon 15:00')).toBe(
    'stopped by max-uptime until tue 08:00',
  );
});

const idleSince = inWeek('mon 05:00');
const heldFrom0530: ScheduleMemory = {
  idleSince,
  manualStart: { at: inWeek('mon 05:30'), cause: 'person' },
};

test.each([
  {
    it: 'counts anew from the start of a window',
    memory: { idleSince },
    now: 'mon 08:30',
    wanted: 'running by window until mon 09:30',
  },
  {
    it: 'then stops until the next window',
    memory: { idleSince },
    now: 'mon 09:30',
    wanted: 'stopped by idle until tue 08:00',
  },
  {
    it: 'counts anew from the start of a hold',
    memory: heldFrom0530,
    now: 'mon 06:00',
    wanted: 'running by manual-start until mon 07:00',
  },
  {
    it: 'stops a hold that runs through to a window, until that starts',
    memory: heldFrom0530,
    now: 'mon 07:30',
    wanted: 'stopped by idle until mon 08:00',
  },
  {
    it: 'counts from a hold begun in a window, also when that is over',
    memory: { idleSince, manualStart: { at: inWeek('mon 18:00'), cause: 'person' as const } },
    now: 'mon 18:30',
    wanted: 'running by window until mon 19:30',
  },
  {
    it: 'does not count during a running override',
    memory: { idleSince, overrides: [overrideOf('running', 'mon 09:00', 'mon 15:00')] },
    now: 'mon 14:59',
    wanted: 'running by override until mon 16:30',
  },
  {
    it: 'counts anew from the end of an override',
    memory: { idleSince, overrides: [overrideOf('running', 'mon 09:00', 'mon 15:00')] },
    now: 'mon 16:29',
    wanted: 'running by window until mon 16:30',
  },
  {
    it: 'does not start anything',
    memory: { idleSince },
    now: 'mon 07:00',
    wanted: 'stopped by off-hours until mon 08:00',
  },
  {
    it: 'stops what is always on for ever',
    changes: always,
    memory: { idleSince },
    now: 'mon 06:30',
    wanted: 'stopped by idle until ever',
  },
  {
    it: 'stops it where stops are left to people',
    changes: { actions: 'start-only' as const },
    memory: { idleSince },
    now: 'mon 10:00',
    wanted: 'stopped by idle until tue 08:00',
  },
  {
    it: 'is nothing where nobody knows since when',
    memory: {},
    now: 'mon 10:00',
    wanted: 'running by window until mon 19:00',
  },
])('an idle stop after 90 min $it', ({ changes, memory, now, wanted }) => {
  const schedule = { idleStopAfterMinutes: 90, ...changes };
  expect(dutyIn(schedule, memory, now)).toBe(wanted);
});

test('an idle stop says since when nobody used it', () => {
  const schedule = resolvedSchedule({ timezone: 'UTC', windows, idleStopAfterMinutes: 90 });
  expect(dutyAt(schedule, { idleSince: inWeek('mon 10:00') }, inWeek('mon 12:00'))).toMatchObject({
    reason: 'unused since 10:00',
    field: ['idleStop', 'after'],
    since: inWeek('mon 11:30'),
    enforced: true,
  });
});

test('before its window opens nobody can use a machine that was started early', () => {
  const schedule = resolvedSchedule({ timezone: 'UTC', idleStopAfterMinutes: 15 });
  const memory = { idleSince: '2026-10-19T07:30:00.000Z', leadMs: 30 * 60_000 };
  expect(dutyAt(schedule, memory, '2026-10-19T07:50:00.000Z')).toMatchObject({
    rule: 'early-start',
    until: '2026-10-19T08:15:00.000Z',
  });
  expect(dutyAt(schedule, memory, '2026-10-19T08:15:00.000Z').rule).toBe('idle');
});

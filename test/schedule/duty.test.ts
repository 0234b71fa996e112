import { expect, test } from 'vitest';
import { dutyAt, nextStart, nextStop } from '../../controller/core/schedule/duty.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { resolvedSchedule, scheduleTimes } from '../support/schedules.ts';

// 2026-10-19 is a Monday; Madrid is at UTC+2 until Sunday 2026-10-25 03:00.
const office = resolvedSchedule();
const mondayNoon = '2026-10-19T10:00:00.000Z';
const mondayNight = '2026-10-19T20:00:00.000Z';

test('inside a window a machine runs until its end', () => {
  expect(dutyAt(office, {}, mondayNoon)).toEqual({
    state: 'running',
    rule: 'window',
    reason: 'window mon-fri 08:00-19:00 Europe/Madrid',
    field: ['windows', '0'],
    enforced: true,
    since: '2026-10-19T06:00:00.000Z',
    until: '2026-10-19T17:00:00.000Z',
    next: {
      at: '2026-10-19T17:00:00.000Z',
      state: 'stopped',
      rule: 'off-hours',
      reason: 'outside every window',
      enforced: true,
    },
  });
});

test('outside every window a machine is off until the next one', () => {
  expect(dutyAt(office, {}, mondayNight)).toEqual({
    state: 'stopped',
    rule: 'off-hours',
    reason: 'outside every window',
    field: ['windows'],
    enforced: true,
    since: '2026-10-19T17:00:00.000Z',
    until: '2026-10-20T06:00:00.000Z',
    next: {
      at: '2026-10-20T06:00:00.000Z',
      state: 'running',
      rule: 'window',
      reason: 'window mon-fri 08:00-19:00 Europe/Madrid',
      enforced: true,
    },
  });
});

test('a closed date says so, and the days around it do not', () => {
  const schedule = resolvedSchedule({ exceptions: [{ date: '2026-10-19', closed: true }] });
  expect(dutyAt(schedule, {}, mondayNoon)).toMatchObject({
    state: 'stopped',
    rule: 'exception',
    reason: 'closed on 2026-10-19',
    field: ['exceptions', '0'],
    until: '2026-10-20T06:00:00.000Z',
  });
  expect(dutyAt(schedule, {}, '2026-10-18T21:59:59.999Z').reason).toBe('outside every window');
  expect(dutyAt(schedule, {}, '2026-10-19T22:00:00.000Z').reason).toBe('outside every window');
});

test('windows of an exception name their date', () => {
  const windows = [{ start: '08:00', end: '13:00' }];
  const schedule = resolvedSchedule({ exceptions: [{ date: '2026-10-19', windows }] });
  expect(dutyAt(schedule, {}, mondayNoon)).toMatchObject({
    rule: 'exception',
    reason: 'window 08:00-13:00 on 2026-10-19 Europe/Madrid',
    field: ['exceptions', '0', 'windows', '0'],
    until: '2026-10-19T11:00:00.000Z',
  });
});

test.each([
  { mode: 'always', state: 'running', reason: 'always on' },
  { mode: 'never', state: 'stopped', reason: 'always off' },
] as const)('mode $mode never changes', ({ mode, state, reason }) => {
  const schedule = resolvedSchedule({ mode, windows: [] });
  const duty = { state, rule: mode, reason, field: ['mode'], enforced: true };
  expect(dutyAt(schedule, {}, mondayNoon)).toEqual(duty);
});

test('a schedule that is always on changes for a far exception', () => {
  const schedule = resolvedSchedule({
    mode: 'always',
    windows: [],
    exceptions: [{ date: '2031-05-01', closed: true }],
  });
  expect(dutyAt(schedule, {}, mondayNoon).until).toBe('2031-04-30T22:00:00.000Z');
  expect(
    dutyAt(schedule, { stop: { at: mondayNoon, by: 'person' } }, '2040-01-01T00:00:00.000Z').state,
  ).toBe('running');
});

test.each([
  { name: 'sun#2', next: '2026-11-08T09:00:00.000Z' },
  { name: 'tue#5', next: '2026-12-29T09:00:00.000Z' },
  { name: 'sat#L', next: '2026-10-31T09:00:00.000Z' },
])('a rare day $name is found', ({ name, next }) => {
  const schedule = resolvedSchedule({ windows: [{ days: [name], start: '10:00', end: '12:00' }] });
  expect(dutyAt(schedule, {}, mondayNoon).until).toBe(next);
});

test.each([
  {
    it: 'runs for its time',
    from: '2026-10-19T19:00:00.000Z',
    minutes: 150,
    now: mondayNight,
    duty: {
      state: 'running',
      reason: 'started by hand, held until 23:30',
      until: '2026-10-19T21:30:00.000Z',
    },
  },
  {
    it: 'names the weekday of another date',
    from: '2026-10-19T19:00:00.000Z',
    minutes: 240,
    now: mondayNight,
    duty: { reason: 'started by hand, held until tue 01:00' },
  },
  {
    it: 'is over at its end',
    from: '2026-10-19T18:00:00.000Z',
    minutes: 120,
    now: mondayNight,
    duty: { state: 'stopped', until: '2026-10-20T06:00:00.000Z' },
  },
  {
    it: 'runs through to a window less than an hour later',
    from: '2026-10-20T01:00:00.000Z',
    minutes: 241,
    now: '2026-10-20T05:30:00.000Z',
    duty: {
      state: 'running',
      reason: 'started by hand, held through to the next window',
      until: '2026-10-20T17:00:00.000Z',
    },
  },
  {
    it: 'ends an hour before a window',
    from: '2026-10-20T01:00:00.000Z',
    minutes: 240,
    now: '2026-10-20T05:00:00.000Z',
    duty: { state: 'stopped', until: '2026-10-20T06:00:00.000Z' },
  },
  {
    it: 'lengthens the window that it began in',
    from: '2026-10-19T16:00:00.000Z',
    minutes: 240,
    now: '2026-10-19T16:30:00.000Z',
    duty: {
      state: 'running',
      reason: 'window mon-fri 08:00-19:00 Europe/Madrid',
      until: mondayNight,
    },
  },
  {
    it: 'of no length is none',
    from: mondayNight,
    minutes: 0,
    now: mondayNight,
    duty: { state: 'stopped' },
  },
])('a start by hand $it', ({ from, minutes, now, duty }) => {
  const schedule = resolvedSchedule({ manualStartHoldMinutes: minutes });
  const manualStart = { at: from, cause: 'person' } as const;
  expect(dutyAt(schedule, { manualStart }, now)).toMatchObject(duty);
});

test('a stop by hand in a window lasts until the next window starts', () => {
  const memory = { stop: { at: '2026-10-19T09:00:00.000Z', by: 'person' } } as const;
  expect(dutyAt(office, memory, mondayNoon)).toEqual({
    state: 'stopped',
    rule: 'manual-stop',
    reason: 'stopped by hand, off until tue 08:00',
    field: ['manualStop'],
    enforced: true,
    since: '2026-10-19T09:00:00.000Z',
    until: '2026-10-20T06:00:00.000Z',
    next: {
      at: '2026-10-20T06:00:00.000Z',
      state: 'running',
      rule: 'window',
      reason: 'window mon-fri 08:00-19:00 Europe/Madrid',
      enforced: true,
    },
  });
  expect(dutyAt(office, memory, '2026-10-20T06:00:00.000Z').state).toBe('running');
});

test('a stop by hand outside windows changes nothing', () => {
  const memory = { stop: { at: '2026-10-19T05:59:59.000Z', by: 'person' } } as const;
  expect(dutyAt(office, memory, mondayNoon)).toEqual(dutyAt(office, {}, mondayNoon));
});

test('a schedule that restarts does not keep a stop by hand', () => {
  const schedule = resolvedSchedule({ manualStop: 'restart' });
  const memory = { stop: { at: '2026-10-19T09:00:00.000Z', by: 'person' } } as const;
  expect(dutyAt(schedule, memory, mondayNoon).state).toBe('running');
});

test('always on, a stop by hand lasts', () => {
  const schedule = resolvedSchedule({ mode: 'always', windows: [] });
  const memory = { stop: { at: '2026-10-01T09:00:00.000Z', by: 'person' } } as const;
  expect(dutyAt(schedule, memory, mondayNoon)).toEqual({
    state: 'stopped',
    rule: 'manual-stop',
    reason: 'stopped by hand, no window starts later',
    field: ['manualStop'],
    since: '2026-10-01T09:00:00.000Z',
    enforced: true,
  });
});

test.each([
  { it: 'stopped after a start', stop: '2026-10-19T09:30:00.000Z', state: 'stopped' },
  { it: 'started after a stop', stop: '2026-10-19T08:30:00.000Z', state: 'running' },
])('the later act counts: $it', ({ stop, state }) => {
  const memory: ScheduleMemory = {
    manualStart: { at: '2026-10-19T09:00:00.000Z', cause: 'person' },
    stop: { at: stop, by: 'person' },
  };
  expect(dutyAt(office, memory, mondayNoon).state).toBe(state);
});

test.each([
  { actions: 'start-only', now: mondayNoon, enforced: true },
  { actions: 'start-only', now: mondayNight, enforced: false },
  { actions: 'stop-only', now: mondayNoon, enforced: false },
  { actions: 'stop-only', now: mondayNight, enforced: true },
] as const)('$actions at $now: enforced $enforced', ({ actions, now, enforced }) => {
  expect(dutyAt(resolvedSchedule({ actions }), {}, now).enforced).toBe(enforced);
});

test('next start and stop count from the moment itself', () => {
  const times = scheduleTimes();
  expect(nextStop(times, mondayNoon)).toBe('2026-10-19T17:00:00.000Z');
  expect(nextStop(times, '2026-10-19T17:00:00.000Z')).toBe('2026-10-19T17:00:00.000Z');
  expect(nextStop(times, '2026-10-19T17:00:00.001Z')).toBe('2026-10-20T17:00:00.000Z');
  expect(nextStart(times, mondayNoon)).toBe('2026-10-20T06:00:00.000Z');
  expect(nextStop(scheduleTimes({ mode: 'always' }), mondayNoon)).toBeUndefined();
});

test('an unknown zone is an error, never UTC', () => {
  expect(() => dutyAt(resolvedSchedule({ timezone: 'Mars/Base' }), {}, mondayNoon)).toThrow(
    RangeError,
  );
});

test('the week goes on after exceptions that hid it for years', () => {
  const mondays = Array.from({ length: 120 }, (_, week) =>
    new Date(Date.UTC(2026, 9, 26 + 7 * week)).toISOString().slice(0, 10),
  );
  const exceptions = mondays.map((date) => ({ date, closed: true }) as const);
  const windows = [{ days: ['mon'], start: '08:00', end: '19:00' }];
  const schedule = resolvedSchedule({ timezone: 'UTC', windows, exceptions });
  expect(mondays.at(-1)).toBe('2029-02-05');
  expect(dutyAt(schedule, {}, '2026-10-20T00:00:00.000Z').until).toBe('2029-02-12T08:00:00.000Z');
  expect(dutyAt(schedule, {}, '2029-02-11T00:00:00.000Z').since).toBe('2026-10-19T19:00:00.000Z');
});

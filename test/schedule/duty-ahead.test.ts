import { expect, test } from 'vitest';
import { minuteMs } from '../../controller/core/instant.ts';
import { afterChange, changesAhead, dutyAt } from '../../controller/core/schedule/duty.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { dutyText, inWeek, overrideOf, resolvedSchedule } from '../support/schedules.ts';

const windows = [{ days: ['mon-sun'], start: '08:00', end: '19:00' }];
const office = resolvedSchedule({ timezone: 'UTC', windows });
const leadMs = 10 * minuteMs;

test('with a lead a machine is started before its window, and says for which', () => {
  expect(dutyAt(office, { leadMs }, inWeek('mon 07:49'))).toMatchObject({
    state: 'stopped',
    until: inWeek('mon 07:50'),
    next: { state: 'running', rule: 'early-start' },
  });
  expect(dutyAt(office, { leadMs }, inWeek('mon 07:50'))).toMatchObject({
    state: 'running',
    rule: 'early-start',
    reason: 'started early to be ready for window mon-sun 08:00-19:00 UTC',
    field: ['windows', '0'],
    since: inWeek('mon 07:50'),
    until: inWeek('mon 19:00'),
  });
  expect(dutyAt(office, { leadMs }, inWeek('mon 08:00'))).toMatchObject({
    rule: 'window',
    since: inWeek('mon 07:50'),
  });
});

test('a gap smaller than the lead is none, and the window before it is the reason while it lasts', () => {
  const schedule = resolvedSchedule({
    timezone: 'UTC',
    windows: [
      { days: ['mon'], start: '08:00', end: '12:00' },
      { days: ['mon'], start: '12:10', end: '19:00' },
    ],
  });
  const at = (now: string) => dutyText(dutyAt(schedule, { leadMs: 15 * minuteMs }, inWeek(now)));
  expect(at('mon 11:58')).toBe('running by window until mon 19:00');
  expect(at('mon 12:05')).toBe('running by early-start until mon 19:00');
  expect(at('mon 12:10')).toBe('running by window until mon 19:00');
});

test('a window that starts at midnight is led into on the date before', () => {
  const schedule = resolvedSchedule({
    timezone: 'UTC',
    windows: [{ days: ['tue'], start: '00:00', end: '06:00' }],
    exceptions: [{ date: '2026-10-19', closed: true }],
  });
  expect(dutyText(dutyAt(schedule, { leadMs }, inWeek('mon 23:50')))).toBe(
    'running by early-start until tue 06:00',
  );
  expect(dutyAt(schedule, { leadMs }, inWeek('mon 23:49')).reason).toBe('closed on 2026-10-19');
});

test.each([
  { it: 'set forward', day: '2026-03-29', start: '03:00', from: '2026-03-29T00:50:00.000Z' },
  {
    it: 'set forward over it',
    day: '2026-03-29',
    start: '02:30',
    from: '2026-03-29T00:50:00.000Z',
  },
  { it: 'set back', day: '2026-10-25', start: '03:00', from: '2026-10-25T01:50:00.000Z' },
  { it: 'set back over it', day: '2026-10-25', start: '02:30', from: '2026-10-25T00:20:00.000Z' },
])('a lead is time that passes where the clock is $it', ({ day, start, from }) => {
  const schedule = resolvedSchedule({ windows: [{ days: ['sun'], start, end: '19:00' }] });
  expect(dutyAt(schedule, { leadMs }, `${day}T00:00:00.000Z`).until).toBe(from);
});

test('a stop by hand in the early stretch lasts until the window after', () => {
  const memory: ScheduleMemory = { leadMs, stop: { at: inWeek('mon 07:55'), by: 'person' } };
  expect(dutyText(dutyAt(office, memory, inWeek('mon 09:00')))).toBe(
    'stopped by manual-stop until tue 07:50',
  );
  // Without the lead it was stopped while it was off anyway.
  expect(dutyAt(office, { ...memory, leadMs: 0 }, inWeek('mon 09:00')).state).toBe('running');
});

test('changes ahead are taken to be made', () => {
  const schedule = { ...office, maxUptimeMinutes: 600, idleStopAfterMinutes: 120 };
  const memory: ScheduleMemory = {
    upSince: inWeek('mon 09:00'),
    idleSince: inWeek('mon 10:00'),
    manualStart: { at: inWeek('mon 07:00'), cause: 'person' },
    overrides: [overrideOf('running', 'mon 11:00', 'mon 20:00')],
  };
  const changes = changesAhead(schedule, memory, inWeek('mon 11:30'), 4);
  expect(changes.map(({ at, state, rule }) => `${at} ${state} ${rule}`)).toEqual([
    `${inWeek('mon 19:00')} stopped max-uptime`,
    `${inWeek('tue 08:00')} running window`,
    `${inWeek('tue 18:00')} stopped max-uptime`,
    `${inWeek('wed 08:00')} running window`,
  ]);
});

test('no change is ahead of what is always on, and a stop for idleness is its last', () => {
  const always = resolvedSchedule({ mode: 'always', windows: [], idleStopAfterMinutes: 60 });
  expect(changesAhead(always, {}, inWeek('mon 10:00'), 3)).toEqual([]);
  const idle = changesAhead(always, { idleSince: inWeek('mon 10:00') }, inWeek('mon 10:00'), 3);
  expect(idle.map(({ at, rule }) => `${at} ${rule}`)).toEqual([`${inWeek('mon 11:00')} idle`]);
});

test('what a change leaves behind', () => {
  const at = inWeek('mon 19:00');
  const change = { at, reason: '', enforced: true } as const;
  const overrides = [overrideOf('running', 'mon 09:00', 'mon 10:00')];
  const memory: ScheduleMemory = {
    manualStart: { at: inWeek('mon 07:00'), cause: 'person' },
    stop: { at: inWeek('mon 06:00'), by: 'person' },
    upSince: inWeek('mon 07:00'),
    idleSince: inWeek('mon 08:00'),
    overrides,
    leadMs,
  };
  const { manualStart } = memory;
  expect(afterChange(memory, { ...change, state: 'running', rule: 'window' })).toEqual({
    manualStart,
    overrides,
    leadMs,
    // It was up already, as people had it.
    upSince: memory.upSince,
  });
  const { upSince: _, ...off } = memory;
  const started = afterChange(off, { ...change, state: 'running', rule: 'window' });
  expect(started.upSince).toBe(at);
  const left = { ...change, enforced: false, state: 'stopped', rule: 'off-hours' } as const;
  expect(afterChange(memory, left)).toBe(memory);
  expect(afterChange(memory, { ...change, state: 'stopped', rule: 'off-hours' })).toEqual({
    overrides,
    leadMs,
  });
  for (const rule of ['idle', 'max-uptime'] as const) {
    expect(afterChange(memory, { ...change, state: 'stopped', rule })).toEqual({
      overrides,
      leadMs,
      stop: { at, by: rule },
    });
  }
});

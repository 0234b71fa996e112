import { expect, test } from 'vitest';
import { dutyAt } from '../../controller/core/schedule/duty.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { inWeek, overrideOf, resolvedSchedule } from '../support/schedules.ts';

const windows = [{ days: ['mon-sun'], start: '08:00', end: '19:00' }];
const held: ScheduleMemory = { manualStart: { at: inWeek('mon 20:00'), cause: 'person' } };
const upSince = inWeek('mon 08:00');

test.each([
  {
    by: 'a window',
    memory: {},
    now: 'mon 10:00',
    state: 'running',
    startOnly: true,
    stopOnly: false,
  },
  {
    by: 'off hours',
    memory: {},
    now: 'mon 22:00',
    state: 'stopped',
    startOnly: false,
    stopOnly: true,
  },
  {
    by: 'a hold',
    memory: held,
    now: 'mon 22:00',
    state: 'running',
    startOnly: true,
    stopOnly: false,
  },
  {
    by: 'a stop by a person',
    memory: { stop: { at: inWeek('mon 09:00'), by: 'person' as const } },
    now: 'mon 10:00',
    state: 'stopped',
    startOnly: false,
    stopOnly: true,
  },
  {
    by: 'a running override',
    memory: { overrides: [overrideOf('running', 'mon 20:00', 'mon 23:00')] },
    now: 'mon 22:00',
    state: 'running',
    startOnly: true,
    stopOnly: true,
  },
  {
    by: 'a stopped override',
    memory: { overrides: [overrideOf('stopped', 'mon 09:00', 'mon 12:00')] },
    now: 'mon 10:00',
    state: 'stopped',
    startOnly: true,
    stopOnly: true,
  },
  {
    by: 'the longest uptime',
    memory: { upSince },
    now: 'mon 15:00',
    state: 'stopped',
    startOnly: true,
    stopOnly: true,
  },
  {
    by: 'idleness',
    memory: { idleSince: upSince },
    now: 'mon 12:00',
    state: 'stopped',
    startOnly: true,
    stopOnly: true,
  },
])('$state by $by is enforced: start-only $startOnly, stop-only $stopOnly', (one) => {
  const { memory, now, state, startOnly, stopOnly } = one;
  const limits = { maxUptimeMinutes: 360, idleStopAfterMinutes: 90 };
  for (const [actions, enforced] of [
    ['start-only', startOnly],
    ['stop-only', stopOnly],
    ['both', true],
  ] as const) {
    const schedule = resolvedSchedule({ timezone: 'UTC', windows, actions, ...limits });
    expect(dutyAt(schedule, memory, inWeek(now))).toMatchObject({ state, enforced });
  }
});

import { expect, test } from 'vitest';
import { endOfStart, endOfStop } from '../../controller/core/schedule/override-ends.ts';
import { resolvedSchedule } from '../support/schedules.ts';

// 2026-10-19 is a Monday; Madrid is at UTC+2 until Sunday 2026-10-25 03:00.
const office = resolvedSchedule();
const mondayNoon = '2026-10-19T10:00:00.000Z';
const mondayNight = '2026-10-19T20:00:00.000Z';
const always = { mode: 'always', windows: [] } as const;
const never = { mode: 'never', windows: [] } as const;
const leadMs = 600_000;

test.each([
  { it: 'for the hold', schedule: {}, at: mondayNight, end: '2026-10-20T00:00:00.000Z' },
  {
    it: 'for the hold that its schedule grants',
    schedule: { manualStartHoldMinutes: 30 },
    at: mondayNight,
    end: '2026-10-19T20:30:00.000Z',
  },
  {
    it: 'for 4 h where its schedule grants none',
    schedule: { manualStartHoldMinutes: 0 },
    at: mondayNight,
    end: '2026-10-20T00:00:00.000Z',
  },
  {
    it: 'through a window that begins soon after the hold',
    schedule: {},
    at: '2026-10-20T01:00:00.001Z',
    end: '2026-10-20T17:00:00.000Z',
  },
  {
    it: 'not through one that begins an hour after it',
    schedule: {},
    at: '2026-10-20T01:00:00.000Z',
    end: '2026-10-20T05:00:00.000Z',
  },
  { it: 'through its window', schedule: {}, at: mondayNoon, end: '2026-10-19T17:00:00.000Z' },
  {
    it: 'beyond its window where the hold is longer',
    schedule: {},
    at: '2026-10-19T15:00:00.000Z',
    end: '2026-10-19T19:00:00.000Z',
  },
  {
    it: 'for 4 h where it is always on',
    schedule: always,
    at: mondayNoon,
    end: '2026-10-19T14:00:00.000Z',
  },
  {
    it: 'for the hold where it is always off',
    schedule: never,
    at: mondayNoon,
    end: '2026-10-19T14:00:00.000Z',
  },
  {
    it: 'just so where starts or stops are left to people',
    schedule: { actions: 'start-only' as const },
    at: mondayNight,
    end: '2026-10-20T00:00:00.000Z',
  },
])('a start lasts $it', ({ schedule, at, end }) => {
  expect(endOfStart({ ...office, ...schedule }, 0, at)).toBe(end);
});

test('a start lasts through a window whose early start comes soon after the hold', () => {
  const at = '2026-10-20T00:55:00.000Z';
  expect(endOfStart(office, 0, at)).toBe('2026-10-20T04:55:00.000Z');
  expect(endOfStart(office, leadMs, at)).toBe('2026-10-20T17:00:00.000Z');
});

test.each([
  {
    it: 'in a window, until the next',
    schedule: {},
    at: mondayNoon,
    end: '2026-10-20T06:00:00.000Z',
  },
  {
    it: 'between windows, until the next',
    schedule: {},
    at: mondayNight,
    end: '2026-10-20T06:00:00.000Z',
  },
  {
    it: 'on a Friday, until Monday',
    schedule: {},
    at: '2026-10-23T10:00:00.000Z',
    end: '2026-10-26T07:00:00.000Z',
  },
  {
    it: 'where starts are left to people, until the next window all the same',
    schedule: { actions: 'stop-only' as const },
    at: mondayNoon,
    end: '2026-10-20T06:00:00.000Z',
  },
  {
    it: 'where no window ever starts, for a day',
    schedule: never,
    at: mondayNoon,
    end: '2026-10-20T10:00:00.000Z',
  },
  {
    it: 'in the last window of all, until it ends',
    schedule: {
      windows: [],
      exceptions: [{ date: '2026-10-19', windows: [{ start: '08:00', end: '19:00' }] }],
    },
    at: mondayNoon,
    end: '2026-10-19T17:00:00.000Z',
  },
  {
    it: 'where it is always on, until nobody knows when',
    schedule: always,
    at: mondayNoon,
    end: undefined,
  },
])('a stop lasts, $it', ({ schedule, at, end }) => {
  expect(endOfStop({ ...office, ...schedule }, 0, at)).toBe(end);
});

test('a stop lasts until the early start of the next window', () => {
  expect(endOfStop(office, leadMs, mondayNoon)).toBe('2026-10-20T05:50:00.000Z');
});

import { expect, test } from 'vitest';
import { dayMs, fromMillis, minuteMs } from '../../controller/core/instant.ts';
import {
  type CompiledSchedule,
  compileSchedule,
} from '../../controller/core/schedule/compiled-schedule.ts';
import { transitionsBetween, windowsDuty } from '../../controller/core/schedule/windows.ts';
import { clockChanges, zoneOf } from '../../controller/core/schedule/zone.ts';
import { end2040, minutesOf, start2000, zones } from '../support/arbitrary-schedules.ts';
import { offsetAt } from '../support/duty-oracle.ts';

/** Daily windows before, over and in the hours in which clocks are changed, and far from them. */
const weeks: readonly (readonly Span[])[] = [
  [
    { start: '23:30', end: '00:30' },
    { start: '02:15', end: '02:45' },
    { start: '08:00', end: '19:00' },
  ],
  [{ start: '00:00', end: '02:30' }],
  [{ start: '02:30', end: '09:00' }],
];

interface Span {
  readonly start: string;
  readonly end: string;
}

interface Change {
  readonly at: number;
  /** How far the clock is ahead of UTC before and after, by Intl. */
  readonly before: number;
  readonly after: number;
}

/** The first moment that reads a local time, in minutes; undefined where none does. */
function momentOf({ at, before, after }: Change, local: number): number | undefined {
  if (local - before < at) return local - before;
  return local - after >= at ? local - after : undefined;
}

/** The windows of the dates around a change whose local times both exist, as `from-until`. */
function expectedAround(change: Change, { start, end }: Span): string[] {
  const today = Math.floor((change.at + change.before) / 1440);
  return [-1, 0, 1].flatMap((ahead) => {
    const midnight = (today + ahead) * 1440;
    const [first, last] = [minutesOf(start), minutesOf(end)];
    const from = momentOf(change, midnight + first);
    const until = momentOf(change, midnight + (last > first ? last : last + 1440));
    return from === undefined || until === undefined ? [] : [`${from}-${until}`];
  });
}

function foundAround(schedule: CompiledSchedule, minute: number, name: string): string[] {
  const [from, until] = [(minute - 3 * 1440) * minuteMs, (minute + 4 * 1440) * minuteMs];
  const found: string[] = [];
  let { state } = windowsDuty(schedule, from);
  let since = from;
  for (const transition of transitionsBetween(schedule, from, until)) {
    if (transition.state === state || transition.at <= since) throw new Error(`${name}: twice`);
    if (state === 'running') found.push(`${since / minuteMs}-${transition.at / minuteMs}`);
    state = transition.state;
    since = transition.at;
  }
  return found;
}

/** The changes of a zone that have no other within days: those are for the other properties. */
function lonelyChanges(timezone: string): Change[] {
  const all = clockChanges(zoneOf(timezone), start2000, end2040).map(({ at }) => at);
  const isNear = (one: number | undefined, at: number) => Math.abs((one ?? 0) - at) < 5 * dayMs;
  return all
    .filter((at, index) => !isNear(all[index - 1], at) && !isNear(all[index + 1], at))
    .map((millis) => millis / minuteMs)
    .map((at) => ({ at, before: offsetAt(timezone, at - 1), after: offsetAt(timezone, at) }));
}

test('around every clock change of every zone each window that exists runs once, states alternate', () => {
  const missed: string[] = [];
  let count = 0;
  for (const timezone of zones) {
    const changes = lonelyChanges(timezone);
    count += changes.length;
    for (const spans of weeks) {
      const windows = spans.map((span) => ({ days: ['mon-sun'], ...span }));
      const schedule = compileSchedule({ timezone, windows, exceptions: [] });
      for (const change of changes) {
        const name = `${timezone} ${fromMillis(change.at * minuteMs)}`;
        const found = foundAround(schedule, change.at, name);
        const expected = spans.flatMap((span) => expectedAround(change, span));
        missed.push(...expected.filter((one) => !isOnceIn(found, one)).map((one) => name + one));
      }
    }
  }
  expect(missed).toEqual([]);
  expect(count).toBeGreaterThan(4_000);
});

function isOnceIn(found: readonly string[], window: string): boolean {
  return found.filter((one) => one === window).length === 1;
}

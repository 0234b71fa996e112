import fc from 'fast-check';
import type {
  ScheduleException,
  ScheduleTimes,
  ScheduleWindow,
} from '../../controller/core/desired.ts';
import { dayMs, fromMillis, minuteMs } from '../../controller/core/instant.ts';
import { clockChanges, zoneOf } from '../../controller/core/schedule/zone.ts';

/** Every zone that the runtime names, and some that it knows by another name. */
export const zones = [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', 'Asia/Kolkata'])];
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
export const start2000 = Date.UTC(2000, 0, 1);
export const end2040 = Date.UTC(2041, 0, 1);

const zone = fc.constantFrom(...zones);

function clockText(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

const day = fc.constantFrom(...days);
const dayToken = fc.oneof(
  day,
  fc.tuple(day, day).map(([first, last]) => `${first}-${last}`),
  fc.tuple(day, fc.constantFrom('1', '2', '3', '4', '5', 'L')).map(([of, nth]) => `${of}#${nth}`),
);
const span = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }))
  .filter(([start, end]) => start !== end)
  .map(([start, end]) => ({ start: clockText(start), end: clockText(end) }));
const window = fc
  .tuple(fc.array(dayToken, { minLength: 1, maxLength: 3 }), span)
  .map(([tokens, times]): ScheduleWindow => ({ days: tokens, ...times }));

/** A moment in 2000 to 2040, half of them within two days of a change of the zone's clock. */
function momentIn(name: string): fc.Arbitrary<number> {
  const anywhere = fc.integer({ min: start2000 / 1000, max: end2040 / 1000 }).map((s) => s * 1000);
  const changes = clockChanges(zoneOf(name), start2000, end2040);
  if (changes.length === 0) return anywhere;
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -2880, max: 2880 }))
    .map(([change, minutes]) => change.at + minutes * minuteMs);
  return fc.oneof(anywhere, near);
}

function exceptionsAround(at: number): fc.Arbitrary<ScheduleException[]> {
  const exception = fc
    .tuple(fc.integer({ min: -6, max: 12 }), fc.array(span, { maxLength: 2 }))
    .map(([daysAhead, windows]): ScheduleException => {
      const date = fromMillis(at + daysAhead * dayMs).slice(0, 10);
      return windows.length === 0 ? { date, closed: true } : { date, windows };
    });
  return fc.uniqueArray(exception, { maxLength: 4, selector: ({ date }) => date });
}

/** Times and a moment to ask about. */
export interface Situation {
  readonly times: ScheduleTimes;
  readonly at: number;
}

/** Schedules in every zone, with exceptions near the moment. */
export const situation: fc.Arbitrary<Situation> = zone
  .chain((timezone) => fc.tuple(fc.constant(timezone), momentIn(timezone)))
  .chain(([timezone, at]) =>
    fc
      .tuple(fc.array(window, { minLength: 1, maxLength: 4 }), exceptionsAround(at))
      .map(([windows, exceptions]) => ({ times: { timezone, windows, exceptions }, at })),
  );

const changingZone = zone.filter(
  (name) => clockChanges(zoneOf(name), start2000, end2040).length > 0,
);
/** A zone and the moment of one of its clock changes. */
export const clockChange = changingZone.chain((name) =>
  fc.tuple(
    fc.constant(name),
    fc.constantFrom(...clockChanges(zoneOf(name), start2000, end2040).map((change) => change.at)),
  ),
);

/** Minutes after midnight of `HH:MM`. */
export function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** Each window as two adjacent ones, cut at a share of its part on its own date. */
export function splitWindows(
  windows: readonly ScheduleWindow[],
  share: number,
): readonly ScheduleWindow[] {
  return windows.flatMap(({ days: tokens, start, end }) => {
    const first = minutesOf(start);
    const sameDateEnd = minutesOf(end) > first ? minutesOf(end) : 1440;
    const middle = clockText(first + Math.floor(share * (sameDateEnd - first)));
    if (middle === start || middle === end) return [{ days: tokens, start, end }];
    return [
      { days: tokens, start, end: middle },
      { days: tokens, start: middle, end },
    ];
  });
}

/** Whether a day token means the date, by the calendar alone. */
export function isMeant(token: string, date: Date): boolean {
  const [first = '', last = first] = (token.split('#')[0] ?? '').split('-').map((name) => name);
  const weekday = (date.getUTCDay() + 6) % 7;
  const from = days.indexOf(first);
  if ((weekday - from + 7) % 7 > (days.indexOf(last) - from + 7) % 7) return false;
  const nth = token.split('#')[1];
  const dayOfMonth = date.getUTCDate();
  if (nth === undefined) return true;
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  if (nth === 'L') return dayOfMonth > length - 7;
  return dayOfMonth > 7 * (Number(nth) - 1) && dayOfMonth <= 7 * Number(nth);
}

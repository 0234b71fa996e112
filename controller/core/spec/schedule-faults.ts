import { dayMs } from '../instant.ts';
import { parseDate } from '../schedule/calendar.ts';
import { firstInstantReading, zoneOf } from '../schedule/zone.ts';
import type { ScheduleReference, ScheduleSpec, Window } from './kinds.generated.ts';
import { type FaultAtField, type FieldPath, quote } from './problem.ts';
import { expandDays } from './schedule-times.ts';
import { isTimeZone } from './zone.ts';

type TimesSpec = Pick<ScheduleSpec | ScheduleReference, 'timezone' | 'windows' | 'exceptions'>;

/** What a schema cannot say of times: zones that exist, windows that last, dates and days once. */
export function timesFaults(times: TimesSpec, field: FieldPath): readonly FaultAtField[] {
  return [
    ...zoneFaults(times.timezone, [...field, 'timezone']),
    ...(times.windows ?? []).flatMap((window, index) =>
      windowFaults(window, [...field, 'windows', String(index)]),
    ),
    ...exceptionFaults(times, [...field, 'exceptions']),
  ];
}

/** A zone that does not exist is an error; one whose sign is easily misread a warning. */
export function zoneFaults(timezone: string | undefined, field: FieldPath): FaultAtField[] {
  if (timezone === undefined) return [];
  if (!isTimeZone(timezone)) {
    const message = `there is no time zone ${quote(timezone)}`;
    return [{ code: 'E_VALUE', message, fix: 'Write an IANA name such as Europe/Madrid.', field }];
  }
  const sign = /^Etc\/GMT([+-])(?!0)/.exec(timezone)?.[1];
  if (sign === undefined) return [];
  const side = sign === '+' ? 'behind' : 'ahead of';
  const message = `${timezone} is ${side} UTC: the sign of Etc zones is inverted`;
  return [{ code: 'W_ZONE_SIGN', message, fix: 'Write the name of a city in the zone.', field }];
}

function windowFaults(window: Window, field: FieldPath): FaultAtField[] {
  return [...durationFaults(window, field), ...dayFaults(window.days, [...field, 'days'])];
}

function durationFaults(
  window: { readonly start: string; readonly end: string },
  field: FieldPath,
): FaultAtField[] {
  if (window.start !== window.end) return [];
  const message = `the window starts and ends at ${window.start}`;
  const fix = 'Write different times; the whole day is "00:00" to "24:00".';
  return [{ code: 'E_VALUE', message, fix, field: [...field, 'end'] }];
}

function dayFaults(tokens: readonly string[], field: FieldPath): FaultAtField[] {
  const seen = new Set<string>();
  const faults: FaultAtField[] = [];
  for (const [index, token] of tokens.entries()) {
    const days = expandDays(token);
    // `fri#L` says nothing new where every Friday is listed; `fri` after it takes it in.
    const twice = days.find((day) => seen.has(day) || seen.has(day.slice(0, 3)));
    const covered = [...seen].find((day) => day.includes('#') && days.includes(day.slice(0, 3)));
    if (twice !== undefined || covered !== undefined) {
      const message = `${twice ?? covered} is listed twice`;
      const fix = 'Name each day once; ranges count too.';
      faults.push({ code: 'E_VALUE', message, fix, field: [...field, String(index)] });
    }
    for (const day of days) seen.add(day);
  }
  return faults;
}

function exceptionFaults(
  { timezone, exceptions = [] }: TimesSpec,
  field: FieldPath,
): FaultAtField[] {
  const seen = new Set<string>();
  const faults: FaultAtField[] = [];
  for (const [index, { date, windows }] of exceptions.entries()) {
    const here = [...field, String(index)];
    if (!isDate(date)) {
      const message = `there is no date ${date}`;
      faults.push({ code: 'E_VALUE', message, fix: 'Correct it.', field: [...here, 'date'] });
    } else if (seen.has(date)) {
      const message = `${date} is listed twice`;
      const fix = 'Keep one exception for a date.';
      faults.push({ code: 'E_VALUE', message, fix, field: [...here, 'date'] });
    } else if (timezone !== undefined && isSkipped(timezone, date)) {
      const message = `there is no ${date} in ${timezone}: its clock skipped that date`;
      const fix = 'Remove the exception.';
      faults.push({ code: 'E_VALUE', message, fix, field: [...here, 'date'] });
    }
    seen.add(date);
    for (const [position, window] of (windows ?? []).entries()) {
      faults.push(...durationFaults(window, [...here, 'windows', String(position)]));
    }
  }
  return faults;
}

/** Whether a zone went from the date before straight to the one after, as at the date line. */
function isSkipped(timezone: string, date: string): boolean {
  if (!isTimeZone(timezone)) return false;
  const zone = zoneOf(timezone);
  const day = parseDate(date);
  return firstInstantReading(zone, day * dayMs) === firstInstantReading(zone, (day + 1) * dayMs);
}

/** Whether `YYYY-MM-DD` (month 1–12, day 1–31) is in the Gregorian calendar. */
function isDate(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const february = isLeapYear ? 29 : 28;
  return day <= ([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0);
}

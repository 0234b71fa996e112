import { dayMs, fromMillis, toMillis } from '../instant.ts';

/** A calendar date as the number of days since 1970-01-01. */
export type EpochDay = number;

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Which dates of a month a weekday stands for: every one, the nth, or the last. */
export type Nth = 'every' | 'last' | number;

/** One weekday of a window, 0 for Monday, and which of them in the month. */
export interface DayRule {
  readonly weekday: number;
  readonly nth: Nth;
}

/**
 * The weekdays that day tokens stand for: `mon`, `mon-fri`, `sat-mon` (wraps), `sun#2`, `fri#L`.
 * Throws a RangeError on any other text.
 */
export function parseDays(tokens: readonly string[]): readonly DayRule[] {
  return tokens.flatMap(parseDayToken);
}

function parseDayToken(token: string): readonly DayRule[] {
  const parts = /^([a-z]{3})(?:-([a-z]{3})|#([1-5L]))?$/.exec(token);
  const first = weekdayIndex(parts?.[1] ?? '', token);
  if (parts?.[3] !== undefined) {
    return [{ weekday: first, nth: parts[3] === 'L' ? 'last' : Number(parts[3]) }];
  }
  const last = parts?.[2] === undefined ? first : weekdayIndex(parts[2], token);
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, step) => ({
    weekday: (first + step) % 7,
    nth: 'every',
  }));
}

function weekdayIndex(name: string, token: string): number {
  const index = weekdays.indexOf(name);
  if (index < 0) throw new RangeError(`not a day: ${token}; write mon, mon-fri, sun#2 or fri#L`);
  return index;
}

/** The weekday of a date, 0 for Monday. */
export function weekdayOf(day: EpochDay): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** The weekday's three-letter name, `mon`. */
export function weekdayName(day: EpochDay): string {
  return weekdays[weekdayOf(day)] ?? '';
}

/** Whether a date, of the rule's weekday, is the one in its month that the rule asks for. */
export function isNth(nth: Nth, day: EpochDay): boolean {
  if (nth === 'every') return true;
  if (nth === 'last') return monthOf(day) !== monthOf(day + 7);
  return Math.ceil(Number(dateText(day).slice(8)) / 7) === nth;
}

function monthOf(day: EpochDay): string {
  return dateText(day).slice(0, 7);
}

/** The date as `2026-12-25`. */
export function dateText(day: EpochDay): string {
  return fromMillis(day * dayMs).slice(0, 10);
}

/** The day of a date written `2026-12-25`. Throws a RangeError on a date that does not exist. */
export function parseDate(date: string): EpochDay {
  const day = toMillis(`${date}T00:00:00Z`) / dayMs;
  if (dateText(day) !== date) throw new RangeError(`not a date: ${date}; write 2026-12-25`);
  return day;
}

/** Milliseconds after midnight of `HH:MM`, 00:00 to 24:00. Throws a RangeError on other text. */
export function parseClock(time: string): number {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$|^(24):(00)$/.exec(time);
  if (parts === null) throw new RangeError(`not a time: ${time}; write "08:00"`);
  return (Number(parts[1] ?? parts[3]) * 60 + Number(parts[2] ?? parts[4])) * 60_000;
}

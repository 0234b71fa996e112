import type { ScheduleTimes } from '../desired.ts';

const weekdays: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const dayMinutes = 1440;
const weekMinutes = 7 * dayMinutes;

/** The days that a token stands for: `mon-wed` is three, `sat-mon` wraps, `sun#2` is itself. */
export function expandDays(token: string): readonly string[] {
  const [first = '', last] = token.split('-');
  if (last === undefined) return [token];
  const days: string[] = [];
  const from = weekdays.indexOf(first);
  const until = weekdays.indexOf(last);
  const count = ((until - from + weekdays.length) % weekdays.length) + 1;
  for (let step = 0; step < count; step++) {
    days.push(weekdays[(from + step) % weekdays.length] ?? first);
  }
  return days;
}

/** Minutes since midnight of `HH:MM`, up to 1440 for `24:00`. */
function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/**
 * Whether a schedule has the machine running at every moment of every week: mode `always`, or
 * windows without a gap of more than a minute; and no date differs.
 */
export function isNeverOff(times: ScheduleTimes): boolean {
  if (times.exceptions.length > 0) return false;
  if (times.mode !== undefined) return times.mode === 'always';
  const spans = weekSpans(times).sort((one, other) => one.from - other.from);
  const first = spans[0];
  if (first === undefined) return false;
  let until = first.until;
  for (const span of spans) {
    if (span.from > until + 1) return false;
    until = Math.max(until, span.until);
  }
  return until + 1 >= first.from + weekMinutes;
}

/** Minutes since Monday 00:00 of the windows that run every week; those of nth weekdays do not. */
function weekSpans(times: ScheduleTimes): { from: number; until: number }[] {
  return times.windows.flatMap((window) => {
    const start = minuteOfDay(window.start);
    const end = minuteOfDay(window.end);
    const length = end > start ? end - start : end + dayMinutes - start;
    return window.days.flatMap(expandDays).flatMap((day) => {
      const index = weekdays.indexOf(day);
      const from = index * dayMinutes + start;
      return index < 0 ? [] : [{ from, until: from + length }];
    });
  });
}

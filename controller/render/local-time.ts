import { dayMs, type Instant, millisBetween, toMillis } from '../core/instant.ts';

/** `Mon 19:00` in the zone, or `2026-12-24 19:00` where that is six days or more away. */
export function localTime(at: Instant, now: Instant, timezone: string): string {
  const parts = partsIn(at, timezone);
  const clock = `${parts['hour']}:${parts['minute']}`;
  return Math.abs(millisBetween(now, at)) < 6 * dayMs
    ? `${parts['weekday']} ${clock}`
    : `${parts['year']}-${parts['month']}-${parts['day']} ${clock}`;
}

/** The last part of a zone's name, as people say it: `Europe/Madrid` is `Madrid`. */
export function placeOf(timezone: string): string {
  return (timezone.split('/').at(-1) ?? timezone).replaceAll('_', ' ');
}

/** A moment as people of that zone say it: `Wed 23:00 Madrid`. */
export function localMoment(at: Instant, now: Instant, timezone: string): string {
  return `${localTime(at, now, timezone)} ${placeOf(timezone)}`;
}

function partsIn(at: Instant, timezone: string): Readonly<Record<string, string>> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return Object.fromEntries(
    format.formatToParts(toMillis(at)).map(({ type, value }) => [type, value]),
  );
}

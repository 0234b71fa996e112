import { dayMs, fromMillis, type Instant, minuteMs, toMillis } from '../instant.ts';
import { dateText, weekdayName } from './calendar.ts';
import { firstInstantReading, localMillisAt, type Zone, zoneOf } from './zone.ts';

/** The zone's clock, `16:30`, with weekday or date where it is not of the same local date. */
export function clockText(zone: Zone, at: number, nowMillis: number): string {
  const local = localMillisAt(zone, at);
  const day = Math.floor(local / dayMs);
  const minutes = Math.floor((local - day * dayMs) / minuteMs);
  const clock = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  const daysAhead = day - Math.floor(localMillisAt(zone, nowMillis) / dayMs);
  if (daysAhead === 0) return clock;
  return `${Math.abs(daysAhead) < 7 ? weekdayName(day) : dateText(day)} ${clock}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** The same for an IANA zone by name. Throws a RangeError where there is none. */
export function clockIn(timezone: string, at: Instant, now: Instant): string {
  return clockText(zoneOf(timezone), toMillis(at), toMillis(now));
}

/** When an IANA zone's clock reads the same, a number of dates later. Throws as `clockIn` does. */
export function plusDates(timezone: string, at: Instant, dates: number): Instant {
  const zone = zoneOf(timezone);
  const local = localMillisAt(zone, toMillis(at)) + dates * dayMs;
  return fromMillis(firstInstantReading(zone, local));
}

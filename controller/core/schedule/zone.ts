import { Temporal } from 'temporal-polyfill';
import { dayMs } from '../instant.ts';
import { memoize } from './memo.ts';

/** A stretch of time with one offset from UTC: local clock = instant + `offsetMs`. */
interface OffsetSpan {
  readonly from: number;
  readonly until: number;
  readonly offsetMs: number;
}

/** A time zone, ready for arithmetic. Local times are milliseconds as if the clock read UTC. */
export interface Zone {
  readonly name: string;
  /** The offsets in force in the given page of time and for three days on either side. */
  readonly spansOf: (page: number) => readonly OffsetSpan[];
}

/**
 * Pages are short because the polyfill looks for the next transition only three years ahead of the
 * asked moment or of the wall clock: within a page its answer is the same whatever the clock says.
 */
const pageMs = 400 * dayMs;
const marginMs = 3 * dayMs;

/** The zone of an IANA name as written. Throws a RangeError where the runtime does not know it. */
export const zoneOf: (name: string) => Zone = memoize(1000, (name) => {
  if (!isKnownZone(name)) {
    throw new RangeError(`not a time zone: ${name}; write an IANA name such as Europe/Madrid`);
  }
  return { name, spansOf: memoize(64, (page) => offsetSpans(name, page)) };
});

function isKnownZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

function offsetSpans(name: string, page: number): readonly OffsetSpan[] {
  const end = (page + 1) * pageMs + marginMs;
  let zoned = Temporal.Instant.fromEpochMilliseconds(page * pageMs - marginMs).toZonedDateTimeISO(
    name,
  );
  let from = Number.NEGATIVE_INFINITY;
  const spans: OffsetSpan[] = [];
  for (;;) {
    const offsetMs = zoned.offsetNanoseconds / 1_000_000;
    const next = zoned.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= end) {
      spans.push({ from, until: Number.POSITIVE_INFINITY, offsetMs });
      return spans;
    }
    spans.push({ from, until: next.epochMilliseconds, offsetMs });
    from = next.epochMilliseconds;
    zoned = next;
  }
}

/**
 * The first instant at which the zone's clock reads the local time or later: in a gap the
 * transition, in an overlap the first occurrence. Never decreases as the local time grows.
 */
export function firstInstantReading(zone: Zone, localMillis: number): number {
  for (const span of zone.spansOf(Math.floor(localMillis / pageMs))) {
    const at = Math.max(span.from, localMillis - span.offsetMs);
    if (at < span.until) return at;
  }
  throw new Error(`no instant reads ${localMillis} in ${zone.name}`);
}

/** What the zone's clock reads at an instant. */
export function localMillisAt(zone: Zone, millis: number): number {
  for (const span of zone.spansOf(Math.floor(millis / pageMs))) {
    if (millis < span.until) return millis + span.offsetMs;
  }
  throw new Error(`no offset at ${millis} in ${zone.name}`);
}

/** A change of the zone's clock: at `at` it jumps by `byMs`, forward when positive. */
export interface ClockChange {
  readonly at: number;
  readonly byMs: number;
}

/** The clock changes with `from <= at < until`, in order. */
export function clockChanges(zone: Zone, from: number, until: number): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  for (let page = Math.floor(from / pageMs); page * pageMs < until; page += 1) {
    const spans = zone.spansOf(page);
    for (const [index, span] of spans.entries()) {
      const before = spans[index - 1];
      const isInPage = span.from >= page * pageMs && span.from < (page + 1) * pageMs;
      if (before === undefined || !isInPage || span.from < from || span.from >= until) continue;
      changes.push({ at: span.from, byMs: span.offsetMs - before.offsetMs });
    }
  }
  return changes;
}

import type { ResolvedSchedule, ScheduleTimes } from '../desired.ts';
import { dayMs, fromMillis, hourMs, type Instant, toMillis } from '../instant.ts';
import { dateText, weekdayName } from './calendar.ts';
import { type CompiledSchedule, closingOf, compileSchedule } from './compiled-schedule.ts';
import { afterChange, dutyAt } from './duty.ts';
import type { ScheduleMemory } from './schedule-memory.ts';
import { runningStretches, type Stretch, transitionsBetween, windowsDuty } from './windows.ts';
import { clockChanges, firstInstantReading, localMillisAt, zoneOf } from './zone.ts';

/** What a schedule does in [from, until). Moments are UTC ISO text in seconds, `2026-10-23T07:00:00Z`. */
export interface SchedulePreview {
  readonly name: string;
  readonly timezone: string;
  readonly from: string;
  readonly until: string;
  readonly stateAtFrom: 'running' | 'stopped';
  /** The changes after `from` and before `until`. */
  readonly transitions: readonly {
    readonly at: string;
    readonly state: 'running' | 'stopped';
    readonly reason: string;
  }[];
  /** Hours in state running, to four decimals. */
  readonly runningHours: number;
}

/**
 * Looks ahead at the windows of a schedule, exceptions included. Moments are taken in whole
 * seconds, as they are told. Throws as `compileSchedule` does.
 */
export function previewSchedule(
  times: ScheduleTimes,
  name: string,
  from: Instant,
  until: Instant,
): SchedulePreview {
  const schedule = compileSchedule(times);
  const [start, end] = [toWholeSeconds(from), toWholeSeconds(until)];
  return {
    name,
    timezone: times.timezone,
    from: secondsText(start),
    until: secondsText(end),
    stateAtFrom: windowsDuty(schedule, start).state,
    transitions: transitionsBetween(schedule, start, end).map(({ at, state, reason }) => ({
      at: secondsText(at),
      state,
      reason,
    })),
    runningHours: hoursOf(runningStretches(schedule, start, end)),
  };
}

/** A preview, and the stretches in state running that it was made of, cut at both its ends. */
export interface DutyPreview {
  readonly preview: SchedulePreview;
  readonly stretches: readonly Stretch[];
}

/**
 * Looks ahead at what is wanted of one machine, with all that people did or asked for: each change
 * is taken to be made when it is due. Throws as `compileSchedule` does.
 */
export function previewDuty(
  schedule: ResolvedSchedule,
  memory: ScheduleMemory,
  name: string,
  [from, until]: readonly [Instant, Instant],
): DutyPreview {
  const [start, end] = [toWholeSeconds(from), toWholeSeconds(until)];
  const transitions: SchedulePreview['transitions'][number][] = [];
  const stretches: Stretch[] = [];
  let known = memory;
  let since = start;
  let duty = dutyAt(schedule, known, fromMillis(start));
  const stateAtFrom = duty.state;
  for (let { next } = duty; next !== undefined && toMillis(next.at) < end; { next } = duty) {
    const at = toMillis(next.at);
    if (duty.state === 'running') stretches.push({ from: since, until: at });
    transitions.push({ at: secondsText(at), state: next.state, reason: next.reason });
    known = afterChange(known, next);
    duty = dutyAt(schedule, known, next.at);
    since = at;
  }
  if (duty.state === 'running') stretches.push({ from: since, until: end });
  const runningHours = hoursOf(stretches);
  const moments = { from: secondsText(start), until: secondsText(end) };
  const { timezone } = schedule;
  return {
    preview: { name, timezone, ...moments, stateAtFrom, transitions, runningHours },
    stretches,
  };
}

/**
 * The moment at which the zone's clock reads the same so many dates later. Throws a RangeError on a
 * zone that is none.
 */
export function datesLater(timezone: string, from: Instant, dates: number): Instant {
  const zone = zoneOf(timezone);
  const local = localMillisAt(zone, toMillis(from));
  return fromMillis(firstInstantReading(zone, local + dates * dayMs));
}

function toWholeSeconds(instant: Instant): number {
  return Math.floor(toMillis(instant) / 1000) * 1000;
}

function secondsText(millis: number): string {
  return `${fromMillis(millis).slice(0, -5)}Z`;
}

function hoursOf(stretches: readonly Stretch[]): number {
  const millis = stretches.reduce((sum, { from, until }) => sum + until - from, 0);
  return Math.round((millis / hourMs) * 10_000) / 10_000;
}

/** One local date of a preview. */
export interface PreviewDay {
  /** `2026-10-25`. */
  readonly date: string;
  /** `sun`. */
  readonly weekday: string;
  /** The running stretches that fall on the date, clipped to it, with the clock at both ends. */
  readonly stretches: readonly LocalStretch[];
  readonly hours: number;
  readonly isClosed: boolean;
  /** Changes of the zone's clock on the date. */
  readonly clockChanges: readonly {
    /** What the clock would have read, and what it reads instead: `03:00` and `02:00`. */
    readonly fromClock: string;
    readonly toClock: string;
    /** Positive where it is set forward. */
    readonly byMinutes: number;
  }[];
}

interface LocalStretch {
  readonly from: Instant;
  readonly until: Instant;
  /** `22:00`. */
  readonly fromClock: string;
  /** `24:00` where it goes on after midnight. */
  readonly untilClock: string;
}

/**
 * The local dates of a preview, in order; dates that the zone skipped are left out. `running` are
 * its stretches in state running; those of the schedule alone where they are not given.
 */
export function previewDays(
  times: ScheduleTimes,
  preview: SchedulePreview,
  running?: readonly Stretch[],
): readonly PreviewDay[] {
  const schedule = compileSchedule(times);
  const from = toMillis(preview.from);
  const until = toMillis(preview.until);
  const stretches = running ?? runningStretches(schedule, from, until);
  const days: PreviewDay[] = [];
  for (let day = Math.floor(from / dayMs) - 1; day <= Math.floor(until / dayMs) + 1; day += 1) {
    const begin = Math.max(from, firstInstantReading(schedule.zone, day * dayMs));
    const end = Math.min(until, firstInstantReading(schedule.zone, (day + 1) * dayMs));
    if (begin < end)
      days.push(previewDay(schedule, day, stretchesIn(stretches, begin, end), [begin, end]));
  }
  return days;
}

/** The parts of the stretches that fall between two moments. */
function stretchesIn(stretches: readonly Stretch[], from: number, until: number) {
  return stretches
    .map((one) => ({ from: Math.max(one.from, from), until: Math.min(one.until, until) }))
    .filter((one) => one.from < one.until);
}

function previewDay(
  schedule: CompiledSchedule,
  day: number,
  stretches: readonly Stretch[],
  [from, until]: readonly [number, number],
): PreviewDay {
  const { zone } = schedule;
  return {
    date: dateText(day),
    weekday: weekdayName(day),
    stretches: stretches.map((stretch) => ({
      from: fromMillis(stretch.from),
      until: fromMillis(stretch.until),
      fromClock: clockAt(localMillisAt(zone, stretch.from)),
      untilClock: isAtNextMidnight(stretch.until)
        ? '24:00'
        : clockAt(localMillisAt(zone, stretch.until)),
    })),
    hours: hoursOf(stretches),
    isClosed: closingOf(schedule, day) !== undefined,
    clockChanges: clockChanges(zone, from, until).map(({ at, byMs }) => ({
      fromClock: clockAt(localMillisAt(zone, at) - byMs),
      toClock: clockAt(localMillisAt(zone, at)),
      byMinutes: byMs / 60_000,
    })),
  };

  function isAtNextMidnight(at: number): boolean {
    return at === firstInstantReading(zone, (day + 1) * dayMs);
  }
}

function clockAt(localMillis: number): string {
  return fromMillis(localMillis).slice(11, 16);
}

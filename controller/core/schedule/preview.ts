import type { ScheduleTimes } from '../desired.ts';
import { dayMs, fromMillis, hourMs, type Instant, toMillis } from '../instant.ts';
import { dateText, weekdayName } from './calendar.ts';
import { type CompiledSchedule, closingOf, compileSchedule } from './compiled-schedule.ts';
import type { Stretch } from './open-windows.ts';
import { type Transition, transitionsBetween, windowsDuty } from './windows.ts';
import { clockChanges, firstInstantReading, localMillisAt } from './zone.ts';

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

/** What is done in a stretch of time: the state at its beginning, and every change, by instant. */
export interface Course {
  readonly stateAtFrom: 'running' | 'stopped';
  readonly transitions: readonly Transition[];
}

/** What is previewed, and from when until when. */
export interface PreviewFrame {
  readonly name: string;
  readonly timezone: string;
  readonly from: Instant;
  readonly until: Instant;
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
  return previewCourse(
    { name, timezone: times.timezone, from, until },
    {
      stateAtFrom: windowsDuty(schedule, start).state,
      transitions: transitionsBetween(schedule, start, end),
    },
  );
}

/** A course as a preview; changes between two whole seconds are told at the later one. */
export function previewCourse(frame: PreviewFrame, course: Course): SchedulePreview {
  const { name, timezone } = frame;
  const [start, end] = [toWholeSeconds(frame.from), toWholeSeconds(frame.until)];
  const { stateAtFrom } = course;
  const transitions = course.transitions
    .map((transition) => ({ ...transition, at: Math.ceil(transition.at / 1000) * 1000 }))
    .filter(({ at }) => at > start && at < end);
  return {
    name,
    timezone,
    from: secondsText(start),
    until: secondsText(end),
    stateAtFrom,
    transitions: transitions.map(({ at, state, reason }) => ({
      at: secondsText(at),
      state,
      reason,
    })),
    runningHours: hoursOf(stretchesOf({ stateAtFrom, transitions }, start, end)),
  };
}

/** The running stretches of a course between two moments, in order. */
function stretchesOf({ stateAtFrom, transitions }: Course, from: number, until: number): Stretch[] {
  const stretches: Stretch[] = [];
  let since = stateAtFrom === 'running' ? from : undefined;
  for (const { at, state } of transitions) {
    if (state === 'running') since ??= at;
    else if (since !== undefined) {
      stretches.push({ from: since, until: at });
      since = undefined;
    }
  }
  if (since !== undefined) stretches.push({ from: since, until });
  return stretches.filter((stretch) => stretch.from < stretch.until);
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

/** The local dates of a preview, in order; dates that the zone skipped are left out. */
export function previewDays(times: ScheduleTimes, preview: SchedulePreview): readonly PreviewDay[] {
  const schedule = compileSchedule(times);
  const [from, until] = [toMillis(preview.from), toMillis(preview.until)];
  const transitions = preview.transitions.map((each) => ({ ...each, at: toMillis(each.at) }));
  const running = stretchesOf({ stateAtFrom: preview.stateAtFrom, transitions }, from, until);
  const days: PreviewDay[] = [];
  let first = 0;
  for (let day = Math.floor(from / dayMs) - 1; day <= Math.floor(until / dayMs) + 1; day += 1) {
    const begin = Math.max(from, firstInstantReading(schedule.zone, day * dayMs));
    const end = Math.min(until, firstInstantReading(schedule.zone, (day + 1) * dayMs));
    if (begin >= end) continue;
    while ((running[first]?.until ?? end) <= begin) first += 1;
    let after = first;
    while ((running[after]?.from ?? end) < end) after += 1;
    const ofDay = running.slice(first, after);
    days.push(previewDay(schedule, day, { from: begin, until: end }, ofDay));
  }
  return days;
}

function previewDay(
  schedule: CompiledSchedule,
  day: number,
  { from, until }: Stretch,
  running: readonly Stretch[],
): PreviewDay {
  const { zone } = schedule;
  const stretches = running.map((stretch) => ({
    from: Math.max(from, stretch.from),
    until: Math.min(until, stretch.until),
  }));
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

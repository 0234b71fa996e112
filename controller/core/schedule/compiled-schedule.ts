import type { ScheduleTimes } from '../desired.ts';
import { dayMs } from '../instant.ts';
import {
  type EpochDay,
  isNth,
  type Nth,
  parseClock,
  parseDate,
  parseDays,
  weekdayOf,
} from './calendar.ts';
import { memoize } from './memo.ts';
import { type Zone, zoneOf } from './zone.ts';

/** A window relative to the local midnight that begins its date, `startMs < endMs`. */
export interface LocalWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** Why a machine runs in it, for people. */
  readonly reason: string;
}

interface WeekWindow extends LocalWindow {
  readonly nth: Nth;
}

/** A schedule with its text read: immutable, and the same for equal times. */
export interface CompiledSchedule {
  readonly zone: Zone;
  /** For each weekday from Monday, its windows by start. */
  readonly week: readonly (readonly WeekWindow[])[];
  /** The windows, by start, of each date that differs from its week; none where closed. */
  readonly exceptions: ReadonlyMap<EpochDay, readonly LocalWindow[]>;
  /** Why a machine is off outside its windows, for people. */
  readonly offReason: string;
}

/**
 * Reads a schedule's text once; `always` is a window that fills every date, `never` is no window.
 * Equal times give the same value, so that what is remembered about it is shared by machines.
 * Throws a RangeError on a zone, day, date or time that the parser of specs would refuse.
 */
export function compileSchedule(times: ScheduleTimes): CompiledSchedule {
  const { timezone, mode, windows, exceptions } = times;
  const last = lastOfWindows.get(windows);
  const isLast =
    last?.times.timezone === timezone &&
    last.times.mode === mode &&
    last.times.exceptions === exceptions;
  if (last !== undefined && isLast) return last.compiled;
  const compiled = compileText(JSON.stringify({ timezone, mode, windows, exceptions }));
  lastOfWindows.set(windows, { times, compiled });
  return compiled;
}

/** Machines of one Schedule have the same list of windows: found without looking into it. */
const lastOfWindows = new WeakMap<
  ScheduleTimes['windows'],
  { readonly times: ScheduleTimes; readonly compiled: CompiledSchedule }
>();

const compileText = memoize(1000, (text: string) => compile(JSON.parse(text)));

function compile(times: ScheduleTimes): CompiledSchedule {
  const exceptions = times.exceptions.map((exception) => {
    const windows = 'windows' in exception ? exception.windows : [];
    const suffix = `on ${exception.date} ${times.timezone}`;
    const compiled = windows.map((window) =>
      compileWindow(window, `window ${window.start}-${window.end} ${suffix}`),
    );
    return [parseDate(exception.date), compiled.sort(byStart)] as const;
  });
  return {
    zone: zoneOf(times.timezone),
    week: compileWeek(times),
    exceptions: new Map(exceptions),
    offReason: times.mode === 'never' ? 'always off' : 'outside every window',
  };
}

function compileWeek(times: ScheduleTimes): readonly (readonly WeekWindow[])[] {
  const week: WeekWindow[][] = [[], [], [], [], [], [], []];
  if (times.mode === 'never') return week;
  if (times.mode === 'always') {
    for (const day of week) {
      day.push({ startMs: 0, endMs: dayMs, reason: 'always on', nth: 'every' });
    }
    return week;
  }
  for (const window of times.windows) {
    const days = window.days.join(',');
    const reason = `window ${days} ${window.start}-${window.end} ${times.timezone}`;
    const compiled = compileWindow(window, reason);
    for (const { weekday, nth } of parseDays(window.days))
      week[weekday]?.push({ ...compiled, nth });
  }
  for (const day of week) day.sort(byStart);
  return week;
}

function compileWindow(window: { start: string; end: string }, reason: string): LocalWindow {
  const startMs = parseClock(window.start);
  const endMs = parseClock(window.end);
  return { startMs, endMs: endMs <= startMs ? endMs + dayMs : endMs, reason };
}

function byStart(one: LocalWindow, other: LocalWindow): number {
  return one.startMs - other.startMs;
}

/** The windows that start on a date, by start; an exception replaces what its weekday has. */
export function windowsOn(schedule: CompiledSchedule, day: EpochDay): readonly LocalWindow[] {
  const exception = schedule.exceptions.get(day);
  if (exception !== undefined) return exception;
  const windows = schedule.week[weekdayOf(day)] ?? [];
  if (windows.every((window) => window.nth === 'every')) return windows;
  return windows.filter((window) => isNth(window.nth, day));
}

/** Whether an exception closes the date. */
export function isClosedOn(schedule: CompiledSchedule, day: EpochDay): boolean {
  return schedule.exceptions.get(day)?.length === 0;
}

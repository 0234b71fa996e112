import type { DutyRule, ScheduleTimes } from '../desired.ts';
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
  readonly rule: DutyRule;
  /** Where it stands in the schedule. */
  readonly field: readonly string[];
}

interface WeekWindow extends LocalWindow {
  readonly nth: Nth;
}

/** A schedule with its text read: immutable, and the same for equal times. */
export interface CompiledSchedule {
  readonly zone: Zone;
  /** For each weekday from Monday, its windows by start. */
  readonly week: readonly (readonly WeekWindow[])[];
  /** Each date that differs from its week. */
  readonly exceptions: ReadonlyMap<EpochDay, CompiledException>;
  /** Why a machine is off outside its windows. */
  readonly off: Pick<LocalWindow, 'reason' | 'rule' | 'field'>;
  /** How much earlier than its windows the machine is started. */
  readonly leadMs: number;
}

interface CompiledException {
  /** By start; none where the date is closed. */
  readonly windows: readonly LocalWindow[];
  readonly field: readonly string[];
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
  const exceptions = times.exceptions.map((exception, index) => {
    const field = ['exceptions', String(index)];
    const windows = 'windows' in exception ? exception.windows : [];
    const suffix = `on ${exception.date} ${times.timezone}`;
    const compiled = windows.map((window, position) => ({
      ...spanOf(window),
      reason: `window ${window.start}-${window.end} ${suffix}`,
      rule: 'exception' as const,
      field: [...field, 'windows', String(position)],
    }));
    return [parseDate(exception.date), { windows: compiled.sort(byStart), field }] as const;
  });
  return {
    zone: zoneOf(times.timezone),
    week: compileWeek(times),
    exceptions: new Map(exceptions),
    off:
      times.mode === 'never'
        ? { reason: 'always off', rule: 'never', field: ['mode'] }
        : { reason: 'outside every window', rule: 'off-hours', field: ['windows'] },
    leadMs: 0,
  };
}

/** The same schedule, its machines started that much before each window. Equal ones are one value. */
export function withLead(schedule: CompiledSchedule, leadMs: number): CompiledSchedule {
  if (leadMs === schedule.leadMs) return schedule;
  const known = leadVariants.get(schedule) ?? new Map<number, CompiledSchedule>();
  leadVariants.set(schedule, known);
  const found = known.get(leadMs) ?? { ...schedule, leadMs };
  known.set(leadMs, found);
  return found;
}

const leadVariants = new WeakMap<CompiledSchedule, Map<number, CompiledSchedule>>();

function compileWeek(times: ScheduleTimes): readonly (readonly WeekWindow[])[] {
  const week: WeekWindow[][] = [[], [], [], [], [], [], []];
  if (times.mode === 'never') return week;
  if (times.mode === 'always') {
    for (const day of week) {
      const always = { reason: 'always on', rule: 'always', field: ['mode'] } as const;
      day.push({ startMs: 0, endMs: dayMs, ...always, nth: 'every' });
    }
    return week;
  }
  for (const [index, window] of times.windows.entries()) {
    const days = window.days.join(',');
    const compiled = {
      ...spanOf(window),
      reason: `window ${days} ${window.start}-${window.end} ${times.timezone}`,
      rule: 'window' as const,
      field: ['windows', String(index)],
    };
    for (const { weekday, nth } of parseDays(window.days))
      week[weekday]?.push({ ...compiled, nth });
  }
  for (const day of week) day.sort(byStart);
  return week;
}

function spanOf(window: {
  readonly start: string;
  readonly end: string;
}): Pick<LocalWindow, 'startMs' | 'endMs'> {
  const startMs = parseClock(window.start);
  const endMs = parseClock(window.end);
  return { startMs, endMs: endMs <= startMs ? endMs + dayMs : endMs };
}

function byStart(one: LocalWindow, other: LocalWindow): number {
  return one.startMs - other.startMs;
}

/** The windows that start on a date, by start; an exception replaces what its weekday has. */
export function windowsOn(schedule: CompiledSchedule, day: EpochDay): readonly LocalWindow[] {
  const exception = schedule.exceptions.get(day);
  if (exception !== undefined) return exception.windows;
  const windows = schedule.week[weekdayOf(day)] ?? [];
  if (windows.every((window) => window.nth === 'every')) return windows;
  return windows.filter((window) => isNth(window.nth, day));
}

/** The exception that closes the date, if there is one. */
export function closingOf(
  schedule: CompiledSchedule,
  day: EpochDay,
): Pick<CompiledException, 'field'> | undefined {
  const exception = schedule.exceptions.get(day);
  return exception?.windows.length === 0 ? exception : undefined;
}

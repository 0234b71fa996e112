import type { DutyRule } from '../desired.ts';
import { dayMs, minuteMs } from '../instant.ts';
import { dateText, type EpochDay } from './calendar.ts';
import {
  type CompiledSchedule,
  closingOf,
  type LocalWindow,
  windowsOn,
} from './compiled-schedule.ts';
import { firstInstantReading, localMillisAt, type Zone } from './zone.ts';

/** A stretch of time, [from, until) in milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** Why a machine is on or off. */
export interface Cause {
  readonly rule: DutyRule;
  /** For people. */
  readonly reason: string;
  /** Where it stands in the schedule. */
  readonly field?: readonly string[];
}

interface OpenWindow extends Stretch {
  /** When its clock time comes; the machine may be started before it. */
  readonly opens: number;
  readonly window: LocalWindow;
}

/** A change of what the windows want. */
export interface Transition {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What they want from then on. */
  readonly state: 'running' | 'stopped';
  /** Why, for people. */
  readonly reason: string;
}

/** What the windows want at a moment. */
export interface WindowsDuty extends Cause {
  readonly state: 'running' | 'stopped';
  /** When the state began, in milliseconds since the epoch; undefined where it was always so. */
  readonly since: number | undefined;
  /** When the state next changes, in milliseconds since the epoch; undefined where it never does. */
  readonly until: number | undefined;
}

/**
 * A window is open for at most 48 hours (a clock set back by a day at the date line) and its date
 * and the UTC date differ by at most one, so a moment depends on windows of these dates only.
 */
const daysBefore = 4;
const daysAfter = 2;

/** Dates without a change for this long change only by an exception: an nth weekday is never so rare. */
const farDays = 410;

/** The windows open at some time between two moments, by start, and a few around them. */
function openWindows(schedule: CompiledSchedule, from: number, until: number): OpenWindow[] {
  const { zone } = schedule;
  const last = Math.floor(until / dayMs) + daysAfter;
  const found: OpenWindow[] = [];
  for (let day = Math.floor(from / dayMs) - daysBefore; day <= last; day += 1) {
    for (const window of windowsOn(schedule, day)) {
      const opens = firstInstantReading(zone, day * dayMs + window.startMs);
      const closes = firstInstantReading(zone, day * dayMs + window.endMs);
      // A window that the clock skips wholly does not run.
      if (opens < closes) {
        found.push({ from: opens - schedule.leadMs, opens, until: closes, window });
      }
    }
  }
  return found;
}

/** Joins windows, given by start, that overlap or leave a gap of at most one minute. */
function unite(windows: readonly Stretch[]): Stretch[] {
  const united: Stretch[] = [];
  let current: Stretch | undefined;
  for (const { from, until } of windows) {
    if (current !== undefined && from - current.until <= minuteMs) {
      if (until > current.until) current = { from: current.from, until };
    } else {
      if (current !== undefined) united.push(current);
      current = { from, until };
    }
  }
  if (current !== undefined) united.push(current);
  return united;
}

interface Edge {
  readonly at: number;
  readonly state: 'running' | 'stopped';
}

/** The changes with `from < at <= until`, in order. */
function edgesBetween(schedule: CompiledSchedule, from: number, until: number): Edge[] {
  const edges: Edge[] = [];
  for (const stretch of unite(openWindows(schedule, from, until))) {
    if (stretch.from > from && stretch.from <= until) {
      edges.push({ at: stretch.from, state: 'running' });
    }
    if (stretch.until > from && stretch.until <= until) {
      edges.push({ at: stretch.until, state: 'stopped' });
    }
  }
  return edges;
}

/** The stretches of time worth searching for a change after a moment, nearest first. */
function* searchesAfter(schedule: CompiledSchedule, at: number): Generator<Stretch> {
  const near = [0, 8, 70, farDays].map((days) => at + days * dayMs);
  yield* pairs(near);
  const far = at + farDays * dayMs;
  const days = [...schedule.exceptions.keys()].sort((one, other) => one - other);
  for (const { from, until } of days.map(aroundDay)) {
    if (until > far) yield { from: Math.max(far, from), until };
  }
}

/** The stretches of time worth searching for a change at or before a moment, nearest first. */
function* searchesBefore(schedule: CompiledSchedule, at: number): Generator<Stretch> {
  const near = [farDays, 70, 8, 0].map((days) => at - days * dayMs);
  yield* [...pairs(near)].reverse();
  const far = at - farDays * dayMs;
  const days = [...schedule.exceptions.keys()].sort((one, other) => other - one);
  for (const { from, until } of days.map(aroundDay)) {
    if (from < far) yield { from, until: Math.min(far, until) };
  }
}

function* pairs(moments: readonly number[]): Generator<Stretch> {
  for (const [index, until] of moments.entries()) {
    const from = moments[index - 1];
    if (from !== undefined) yield { from, until };
  }
}

function aroundDay(day: EpochDay): Stretch {
  return { from: (day - 2) * dayMs, until: (day + 4) * dayMs };
}

function nextEdge(schedule: CompiledSchedule, after: number): Edge | undefined {
  for (const { from, until } of searchesAfter(schedule, after)) {
    const edge = edgesBetween(schedule, from, until)[0];
    if (edge !== undefined) return edge;
  }
  return undefined;
}

function lastEdge(schedule: CompiledSchedule, upTo: number): Edge | undefined {
  for (const { from, until } of searchesBefore(schedule, upTo)) {
    const edge = edgesBetween(schedule, from, until).at(-1);
    if (edge !== undefined) return edge;
  }
  return undefined;
}

/** A moment's duty and the time around it in which everything about it holds. */
interface Phase extends Stretch {
  readonly duty: WindowsDuty;
}

/** A pass asks about now, the ends of a few holds and the next window: a few phases at a time. */
const phasesKept = 8;
const latestPhases = new WeakMap<CompiledSchedule, Phase[]>();

/** What the windows, exceptions included, want at a moment. */
export function windowsDuty(schedule: CompiledSchedule, nowMillis: number): WindowsDuty {
  const phases = latestPhases.get(schedule) ?? [];
  for (const phase of phases) if (isWithin(phase, nowMillis)) return phase.duty;
  const { state, cause, from, until } = momentAt(schedule, nowMillis);
  const duty: WindowsDuty = {
    state,
    ...cause,
    since: lastEdge(schedule, nowMillis)?.at,
    until: nextEdge(schedule, nowMillis)?.at,
  };
  latestPhases.set(schedule, [{ duty, from, until }, ...phases.slice(0, phasesKept - 1)]);
  return duty;
}

interface Moment extends Stretch {
  readonly state: 'running' | 'stopped';
  readonly cause: Cause;
}

/** State and cause at a moment, with the time around it in which neither changes. */
function momentAt(schedule: CompiledSchedule, at: number): Moment {
  const windows = openWindows(schedule, at, at);
  const limits = nearestEdges(windows, at);
  if (unite(windows).some((stretch) => isWithin(stretch, at))) {
    return { state: 'running', cause: causeToRun(windows, at) ?? schedule.off, ...limits };
  }
  const day = dayAt(schedule.zone, at);
  const closing = closingOf(schedule, day);
  return {
    state: 'stopped',
    cause:
      closing === undefined
        ? schedule.off
        : { rule: 'exception', reason: `closed on ${dateText(day)}`, field: closing.field },
    from: Math.max(limits.from, firstInstantReading(schedule.zone, day * dayMs)),
    until: Math.min(limits.until, firstInstantReading(schedule.zone, (day + 1) * dayMs)),
  };
}

/** The last date begun by then: where the clock is set back over midnight, the new date stays. */
function dayAt(zone: Zone, at: number): EpochDay {
  const day = Math.floor(localMillisAt(zone, at) / dayMs);
  return firstInstantReading(zone, (day + 1) * dayMs) <= at ? day + 1 : day;
}

function isWithin(stretch: Stretch, at: number): boolean {
  return stretch.from <= at && at < stretch.until;
}

/**
 * Of the windows open then, the one that stays open longest; before a window's time, or in a closed
 * gap, of those begun.
 */
function causeToRun(windows: readonly OpenWindow[], at: number): Cause | undefined {
  const begun = windows.filter(({ from }) => from <= at);
  const open = begun.filter(({ opens, until }) => opens <= at && at < until);
  const longest = longestOf(open) ?? longestOf(begun);
  if (longest === undefined || at >= longest.opens) return longest?.window;
  const { reason, field } = longest.window;
  return { rule: 'early-start', reason: `started early to be ready for ${reason}`, field };
}

function longestOf(windows: readonly OpenWindow[]): OpenWindow | undefined {
  let longest: OpenWindow | undefined;
  for (const window of windows) {
    if (longest === undefined || window.until > longest.until) longest = window;
  }
  return longest;
}

function nearestEdges(windows: readonly OpenWindow[], at: number): Stretch {
  let from = at - dayMs;
  let until = at + dayMs;
  for (const edge of windows.flatMap((window) => [window.from, window.opens, window.until])) {
    if (edge <= at) from = Math.max(from, edge);
    else until = Math.min(until, edge);
  }
  return { from, until };
}

/** The changes with `fromMillis < at < untilMillis`, in order; states alternate. */
export function transitionsBetween(
  schedule: CompiledSchedule,
  fromMillis: number,
  untilMillis: number,
): readonly Transition[] {
  return edgesBetween(schedule, fromMillis, untilMillis)
    .filter((edge) => edge.at < untilMillis)
    .map((edge) => withReason(schedule, edge));
}

/** The first change after a moment; undefined where there is none. */
export function nextTransition(
  schedule: CompiledSchedule,
  nowMillis: number,
): Transition | undefined {
  const edge = nextEdge(schedule, nowMillis);
  return edge && withReason(schedule, edge);
}

function withReason(schedule: CompiledSchedule, { at, state }: Edge): Transition {
  return { at, state, reason: momentAt(schedule, at).cause.reason };
}

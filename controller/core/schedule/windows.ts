import type { DutyRule } from '../desired.ts';
import { dayMs } from '../instant.ts';
import { dateText, type EpochDay } from './calendar.ts';
import { type CompiledSchedule, closingOf } from './compiled-schedule.ts';
import {
  type Edge,
  edgesBetween,
  edgesOf,
  lastEdge,
  nextEdge,
  type OpenWindow,
  openWindows,
  type Stretch,
  unite,
} from './open-windows.ts';
import { firstInstantReading, localMillisAt, type Zone } from './zone.ts';

/** Why a machine is on or off. */
export interface Cause {
  readonly rule: DutyRule;
  /** For people. */
  readonly reason: string;
  /** Where it stands in the schedule. */
  readonly field?: readonly string[];
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
  // Most changes are within a day: one look at the windows around tells all.
  const [first, last] = [nowMillis - dayMs, nowMillis + dayMs];
  const around = openWindows(schedule, first, last);
  const edges = edgesOf(around, first, last);
  const { state, cause, from, until } = momentAmong(around, schedule, nowMillis);
  const since = edges.findLast(({ at }) => at <= nowMillis) ?? lastEdge(schedule, nowMillis);
  const next = edges.find(({ at }) => at > nowMillis) ?? nextEdge(schedule, nowMillis);
  const duty: WindowsDuty = { state, ...cause, since: since?.at, until: next?.at };
  latestPhases.set(schedule, [{ duty, from, until }, ...phases.slice(0, phasesKept - 1)]);
  return duty;
}

interface Moment extends Stretch {
  readonly state: 'running' | 'stopped';
  readonly cause: Cause;
}

/** State and cause at a moment, with the time around it in which neither changes. */
function momentAt(schedule: CompiledSchedule, at: number): Moment {
  return momentAmong(openWindows(schedule, at, at), schedule, at);
}

function momentAmong(
  windows: readonly OpenWindow[],
  schedule: CompiledSchedule,
  at: number,
): Moment {
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
  for (const window of windows) {
    // Windows far away are most of them.
    if (window.until < from || window.from > until) continue;
    for (const edge of [window.from, window.opens, window.until]) {
      if (edge <= at) from = Math.max(from, edge);
      else until = Math.min(until, edge);
    }
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

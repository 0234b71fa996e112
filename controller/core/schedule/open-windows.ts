import { dayMs, minuteMs } from '../instant.ts';
import type { EpochDay } from './calendar.ts';
import { type CompiledSchedule, type LocalWindow, windowsOn } from './compiled-schedule.ts';
import { firstInstantReading } from './zone.ts';

/** A stretch of time, [from, until) in milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** A window on one of its dates. */
export interface OpenWindow extends Stretch {
  /** When its clock time comes; the machine may be started before it. */
  readonly opens: number;
  readonly window: LocalWindow;
}

/**
 * A window is open for at most 48 hours (a clock set back by a day at the date line) and its date
 * and the UTC date differ by at most one, so a moment depends on windows of these dates only.
 */
const daysBefore = 4;
const daysAfter = 2;

/** Without a change for this long only an exception brings or hid one: no nth weekday is so rare. */
const farDays = 410;

/** The windows open at some time between two moments, by start, and a few around them. */
export function openWindows(schedule: CompiledSchedule, from: number, until: number): OpenWindow[] {
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
export function unite(windows: readonly Stretch[]): Stretch[] {
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

/** A change of what the windows want. */
export interface Edge {
  readonly at: number;
  readonly state: 'running' | 'stopped';
}

/** The changes with `from < at <= until`, in order. */
export function edgesBetween(schedule: CompiledSchedule, from: number, until: number): Edge[] {
  return edgesOf(openWindows(schedule, from, until), from, until);
}

/** The same of windows that are known. */
export function edgesOf(windows: readonly OpenWindow[], from: number, until: number): Edge[] {
  const edges: Edge[] = [];
  for (const stretch of unite(windows)) {
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
  let searched = at + farDays * dayMs;
  for (const day of exceptionDays(schedule)) {
    const until = (day + farDays) * dayMs;
    if (until <= searched) continue;
    yield { from: Math.max(searched, (day - 2) * dayMs), until };
    searched = until;
  }
}

/** The stretches of time worth searching for a change at or before a moment, nearest first. */
function* searchesBefore(schedule: CompiledSchedule, at: number): Generator<Stretch> {
  const near = [farDays, 70, 8, 0].map((days) => at - days * dayMs);
  yield* [...pairs(near)].reverse();
  let searched = at - farDays * dayMs;
  for (const day of exceptionDays(schedule).toReversed()) {
    const from = (day - farDays) * dayMs;
    if (from >= searched) continue;
    yield { from, until: Math.min(searched, (day + 4) * dayMs) };
    searched = from;
  }
}

function exceptionDays({ exceptions }: CompiledSchedule): readonly EpochDay[] {
  return [...exceptions.keys()].sort((one, other) => one - other);
}

function* pairs(moments: readonly number[]): Generator<Stretch> {
  for (const [index, until] of moments.entries()) {
    const from = moments[index - 1];
    if (from !== undefined) yield { from, until };
  }
}

/** The first change after a moment, however far; undefined where there is none. */
export function nextEdge(schedule: CompiledSchedule, after: number): Edge | undefined {
  for (const { from, until } of searchesAfter(schedule, after)) {
    const edge = edgesBetween(schedule, from, until)[0];
    if (edge !== undefined) return edge;
  }
  return undefined;
}

/** The last change at or before a moment, however far; undefined where there is none. */
export function lastEdge(schedule: CompiledSchedule, upTo: number): Edge | undefined {
  for (const { from, until } of searchesBefore(schedule, upTo)) {
    const edge = edgesBetween(schedule, from, until).at(-1);
    if (edge !== undefined) return edge;
  }
  return undefined;
}

import type { Duty, DutyChange, ResolvedSchedule, ScheduleTimes } from '../desired.ts';
import { fromMillis, type Instant, toMillis } from '../instant.ts';
import { compileSchedule } from './compiled-schedule.ts';
import type { ScheduleMemory } from './schedule-memory.ts';
import { type Stance, stanceAt } from './stance.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import { nextTransition, type WindowsDuty, windowsDuty } from './windows.ts';

/**
 * What is wanted of a machine now, why, since and until when, and what comes then. A pure function
 * of the schedule, what people did or asked for, and the moment: the longest uptime over overrides
 * over exceptions over windows joined by holds; idleness only stops. Throws as `compileSchedule` does.
 */
export function dutyAt(schedule: ResolvedSchedule, memory: ScheduleMemory, now: Instant): Duty {
  const nowMillis = toMillis(now);
  if (isPlain(schedule, memory)) return plainDuty(schedule, nowMillis);
  const timeline = timelineOf(schedule, memory);
  const stance = stanceAt(timeline, nowMillis);
  const next = nextChange(schedule, timeline, stance);
  return toDuty(schedule, stance, next);
}

/** Nothing but the windows counts, as for most machines at most times. */
function isPlain(schedule: ResolvedSchedule, memory: ScheduleMemory): boolean {
  return (
    memory.manualStart === undefined &&
    memory.stop === undefined &&
    (memory.overrides === undefined || memory.overrides.length === 0) &&
    (memory.leadMs === undefined || memory.leadMs === 0) &&
    (memory.upSince === undefined || schedule.maxUptimeMinutes === undefined) &&
    (memory.idleSince === undefined || schedule.idleStopAfterMinutes === undefined)
  );
}

/** Machines with equal schedules share one value for each way to leave a state to people. */
const sharedDuties: Readonly<Record<ResolvedSchedule['actions'], WeakMap<WindowsDuty, Duty>>> = {
  both: new WeakMap(),
  'start-only': new WeakMap(),
  'stop-only': new WeakMap(),
};

function plainDuty(schedule: ResolvedSchedule, nowMillis: number): Duty {
  const compiled = compileSchedule(schedule);
  const windows = windowsDuty(compiled, nowMillis);
  const shared = sharedDuties[schedule.actions];
  const known = shared.get(windows);
  if (known !== undefined) return known;
  const { until } = windows;
  const next =
    until === undefined ? undefined : { at: until, stance: windowsDuty(compiled, until) };
  const duty = toDuty(schedule, windows, next);
  shared.set(windows, duty);
  return duty;
}

interface StanceChange {
  readonly at: number;
  readonly stance: Stance;
}

/** The first later moment at which another state is wanted, or the same is left to people no more. */
function nextChange(
  schedule: ResolvedSchedule,
  timeline: Timeline,
  stance: Stance,
): StanceChange | undefined {
  let isLeft = !isEnforced(schedule, stance);
  for (let at = stance.until; at !== undefined; ) {
    const then = stanceAt(timeline, at);
    const isTaken = isLeft && isEnforced(schedule, then);
    if (then.state !== stance.state || isTaken) return { at, stance: then };
    isLeft = !isEnforced(schedule, then);
    if (then.until !== undefined && then.until <= at) throw new Error(`no way on from ${at}`);
    at = then.until;
  }
  return undefined;
}

function toDuty(schedule: ResolvedSchedule, stance: Stance, next: StanceChange | undefined): Duty {
  const { state, rule, reason, field, since, requestId } = stance;
  const change = next && toChange(schedule, next);
  return {
    state,
    rule,
    reason,
    enforced: isEnforced(schedule, stance),
    ...(since === undefined ? {} : { since: fromMillis(since) }),
    ...(change === undefined ? {} : { until: change.at, next: change }),
    ...(field === undefined ? {} : { field }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function toChange(schedule: ResolvedSchedule, { at, stance }: StanceChange): DutyChange {
  const { state, rule, reason } = stance;
  return { at: fromMillis(at), state, rule, reason, enforced: isEnforced(schedule, stance) };
}

function isEnforced({ actions }: ResolvedSchedule, { state, isAsked }: Stance): boolean {
  if (isAsked || actions === 'both') return true;
  return state === (actions === 'start-only' ? 'running' : 'stopped');
}

/**
 * The next changes of duty after a moment, in order: each is taken to be made when it is due, and
 * what that leaves behind is remembered.
 */
export function changesAhead(
  schedule: ResolvedSchedule,
  memory: ScheduleMemory,
  now: Instant,
  count: number,
): readonly DutyChange[] {
  const changes: DutyChange[] = [];
  let known = memory;
  let at = now;
  while (changes.length < count) {
    const { next } = dutyAt(schedule, known, at);
    if (next === undefined) break;
    changes.push(next);
    known = afterChange(known, next);
    at = next.at;
  }
  return changes;
}

/** What is remembered once a machine was started or stopped as its duty says, if not by people. */
export function afterChange(memory: ScheduleMemory, change: DutyChange): ScheduleMemory {
  const { upSince: _, idleSince: __, stop: ___, ...rest } = memory;
  const { at, state, rule, enforced } = change;
  if (!enforced) return memory;
  if (state === 'running') return { ...rest, upSince: memory.upSince ?? at };
  const { manualStart: ____, ...left } = rest;
  return rule === 'idle' || rule === 'max-uptime' ? { ...left, stop: { at, by: rule } } : left;
}

/** The first scheduled stop at or after a moment; undefined where there is none. */
export function nextStop(times: ScheduleTimes, at: Instant): Instant | undefined {
  return nextInstantOf(times, 'stopped', at);
}

/** The first scheduled start at or after a moment; undefined where there is none. */
export function nextStart(times: ScheduleTimes, at: Instant): Instant | undefined {
  return nextInstantOf(times, 'running', at);
}

function nextInstantOf(
  times: ScheduleTimes,
  state: 'running' | 'stopped',
  at: Instant,
): Instant | undefined {
  const schedule = compileSchedule(times);
  const next = nextTransition(schedule, toMillis(at) - 1);
  const wanted = next && next.state !== state ? nextTransition(schedule, next.at) : next;
  return wanted && fromMillis(wanted.at);
}

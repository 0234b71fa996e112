import type { Duty, ResolvedSchedule, ScheduleTimes } from '../desired.ts';
import { dayMs, fromMillis, hourMs, type Instant, toMillis } from '../instant.ts';
import { dateText, weekdayName } from './calendar.ts';
import { type CompiledSchedule, compileSchedule } from './compiled-schedule.ts';
import { nextTransition, type WindowsDuty, windowsDuty } from './windows.ts';
import { localMillisAt, type Zone } from './zone.ts';

/** What a person did to a machine by hand, as far as it still counts; the later act counts. */
export interface ScheduleMemory {
  /** A start by hand: the machine may run in [from, until). */
  readonly manualHold?: {
    readonly from: Instant;
    readonly until: Instant;
    /** `creation`: nobody started it, it was made while the schedule was off. */
    readonly cause?: 'person' | 'creation';
  };
  /** A stop by hand. */
  readonly manualStopAt?: Instant;
}

/** A hold that ends this close before a window runs through to it. */
const runThroughMs = hourMs;

/**
 * What a schedule wants of a machine now, why, and until when. Windows and exceptions decide,
 * joined by what was done by hand: a start holds for its time and, where it ends less than an hour
 * before a window, up to that window; a stop in a window lasts until the next window starts, or
 * does not count where the schedule restarts. Throws as `compileSchedule` does.
 */
export function dutyAt(schedule: ResolvedSchedule, memory: ScheduleMemory, now: Instant): Duty {
  const compiled = compileSchedule(schedule);
  const nowMillis = toMillis(now);
  const { manualHold, manualStopAt } = memory;
  const windows = windowsDuty(compiled, nowMillis);
  let wanted = windows;
  const heldBy = manualHold && countingHold(manualHold, manualStopAt, nowMillis);
  if (heldBy !== undefined) {
    wanted = withHold(compiled, windows, heldBy, nowMillis);
  } else if (manualStopAt !== undefined && schedule.manualStop === 'until-next-window') {
    wanted = withManualStop(compiled, windows, toMillis(manualStopAt), nowMillis);
  }
  const duty = wanted === windows ? toSharedDuty(windows) : toDuty(wanted);
  const leftToPeople = duty.state === 'running' ? 'stop-only' : 'start-only';
  return schedule.actions === leftToPeople ? { ...duty, enforced: false } : duty;
}

interface Hold {
  readonly from: number;
  readonly until: number;
  /** For people: how it came to run. */
  readonly because: string;
}

function countingHold(
  hold: NonNullable<ScheduleMemory['manualHold']>,
  stoppedAt: Instant | undefined,
  nowMillis: number,
): Hold | undefined {
  const from = toMillis(hold.from);
  const until = toMillis(hold.until);
  if (from > nowMillis || until <= from) return undefined;
  if (stoppedAt !== undefined && toMillis(stoppedAt) >= from) return undefined;
  const because = hold.cause === 'creation' ? 'made outside its windows' : 'started by hand';
  return { from, until, because };
}

function withHold(
  schedule: CompiledSchedule,
  windows: WindowsDuty,
  hold: Hold,
  nowMillis: number,
): WindowsDuty {
  const until = endOfHeldStretch(schedule, hold.until);
  if (until !== undefined && until <= nowMillis) return windows;
  if (windows.state === 'running') return { ...windows, until };
  const reason =
    nowMillis < hold.until
      ? `${hold.because}, held until ${clockText(schedule.zone, hold.until, nowMillis)}`
      : `${hold.because}, held through to the next window`;
  return { state: 'running', reason, since: hold.from, until };
}

/** When a machine held until a moment stops: with the window open then or soon after, if any. */
function endOfHeldStretch(schedule: CompiledSchedule, heldUntil: number): number | undefined {
  const then = windowsDuty(schedule, heldUntil);
  if (then.state === 'running') return then.until;
  if (then.until === undefined || then.until - heldUntil >= runThroughMs) return heldUntil;
  return windowsDuty(schedule, then.until).until;
}

function withManualStop(
  schedule: CompiledSchedule,
  windows: WindowsDuty,
  stoppedAt: number,
  nowMillis: number,
): WindowsDuty {
  if (windows.state === 'stopped' || stoppedAt > nowMillis) return windows;
  if (windows.since !== undefined && windows.since > stoppedAt) return windows;
  const end = windows.until;
  const until = end === undefined ? undefined : windowsDuty(schedule, end).until;
  const reason =
    until === undefined
      ? 'stopped by hand, no window starts later'
      : `stopped by hand, off until ${clockText(schedule.zone, until, nowMillis)}`;
  return { state: 'stopped', reason, since: stoppedAt, until };
}

/** The zone's clock, `16:30`, with weekday or date where it is not of the same local date. */
function clockText(zone: Zone, at: number, nowMillis: number): string {
  const local = localMillisAt(zone, at);
  const day = Math.floor(local / dayMs);
  const clock = fromMillis(local).slice(11, 16);
  const daysAhead = day - Math.floor(localMillisAt(zone, nowMillis) / dayMs);
  if (daysAhead === 0) return clock;
  return `${daysAhead < 7 ? weekdayName(day) : dateText(day)} ${clock}`;
}

/** Machines with equal schedules and nothing done by hand share one value. */
const dutyOfWindows = new WeakMap<WindowsDuty, Duty>();

function toSharedDuty(windows: WindowsDuty): Duty {
  let duty = dutyOfWindows.get(windows);
  if (duty === undefined) {
    duty = toDuty(windows);
    dutyOfWindows.set(windows, duty);
  }
  return duty;
}

function toDuty({ state, reason, until }: WindowsDuty): Duty {
  const duty = { state, reason, enforced: true };
  return until === undefined ? duty : { ...duty, until: fromMillis(until) };
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

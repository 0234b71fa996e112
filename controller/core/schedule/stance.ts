import { clockText } from './clock.ts';
import type { CompiledSchedule } from './compiled-schedule.ts';
import { overrideVerbs, runThroughMs } from './schedule-memory.ts';
import {
  type Hold,
  stopCauses,
  type TimedOverride,
  type TimedStop,
  type Timeline,
} from './timeline.ts';
import { type WindowsDuty, windowsDuty } from './windows.ts';

/** What is wanted at a moment, and until when at least: afterwards another rule may want the same. */
export interface Stance extends WindowsDuty {
  /** Whether it holds whatever the schedule's `actions` leave to people. */
  readonly isAsked?: true;
  readonly requestId?: string;
}

/**
 * What is wanted at a moment: the longest uptime over overrides over exceptions over windows and
 * holds; idleness only stops. Everything but the moment is fixed, so that any moment can be asked.
 */
export function stanceAt(timeline: Timeline, at: number): Stance {
  const uptime = uptimeAt(timeline, at);
  if ('stance' in uptime) return uptime.stance;
  const known = withStopAt(timeline, uptime.missedStop);
  const { current, nextFrom } = overrideAt(known, at);
  const stance =
    current === undefined
      ? withIdleness(known, baseAt(known, at), at)
      : stanceOf(known, current, at);
  const until = earliest(stance.until, uptime.end, nextFrom);
  return until === stance.until ? stance : { ...stance, until };
}

function withStopAt(timeline: Timeline, missed: TimedStop | undefined): Timeline {
  const isLatest = missed !== undefined && missed.at > (timeline.stop?.at ?? missed.at - 1);
  return isLatest ? { ...timeline, stop: missed } : timeline;
}

function earliest(...moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

type Uptime =
  | { readonly stance: Stance }
  /** Up until then at the latest, after a stop that should have been. */
  | { readonly end?: number | undefined; readonly missedStop?: TimedStop | undefined };

/**
 * Up for at most `maxUptime` from each start, then off until the next window starts or somebody
 * starts it; a stop or start that was missed counts as made.
 */
function uptimeAt(timeline: Timeline, at: number): Uptime {
  const { maxUptimeMs, upSince } = timeline;
  if (maxUptimeMs === undefined || upSince === undefined) return {};
  let missedStop: TimedStop | undefined;
  for (let up = upSince; ; ) {
    const end = up + maxUptimeMs;
    if (at < end) return { end, missedStop };
    const until = nextStartAfter(timeline, end);
    if (until === undefined || at < until) {
      const reason = `up since ${clockText(timeline.schedule.zone, up, at)}, as long as it may`;
      const stance = { state: 'stopped', rule: 'max-uptime', reason, since: end, until } as const;
      return { stance: { ...stance, field: ['maxUptime'], isAsked: true } };
    }
    up = until;
    missedStop = { at: end, cause: stopCauses['max-uptime'] };
  }
}

function nextStartAfter({ schedule, overrides }: Timeline, at: number): number | undefined {
  const windows = windowsDuty(schedule, at);
  const start =
    windows.state === 'stopped' || windows.until === undefined
      ? windows.until
      : windowsDuty(schedule, windows.until).until;
  const asked = overrides.find(({ state, from }) => state === 'running' && from > at);
  return earliest(start, asked?.from);
}

/** The override that counts, each replacing those before it for good, and when the next one does. */
function overrideAt(
  { overrides, stop }: Timeline,
  at: number,
): { readonly current: TimedOverride | undefined; readonly nextFrom: number | undefined } {
  const newest = overrides.findLast(({ from }) => from <= at);
  const nextFrom = overrides.find(({ from }) => from > at)?.from;
  if (newest === undefined || newest.until <= at) return { current: undefined, nextFrom };
  // Who stops a machine that was to run means it: the later act counts.
  const isUndone = newest.state === 'running' && isLater(stop?.at, newest.from, at);
  return { current: isUndone ? undefined : newest, nextFrom };
}

/** Of two acts at once, what was asked for counts. */
function isLater(moment: number | undefined, from: number, to: number): boolean {
  return moment !== undefined && from < moment && moment <= to;
}

function isWithin(moment: number | undefined, from: number, to: number): boolean {
  return moment !== undefined && from <= moment && moment <= to;
}

function stanceOf({ schedule }: Timeline, override: TimedOverride, at: number): Stance {
  const { id, state, from, until, command, actor, reason } = override;
  const clock = clockText(schedule.zone, until, at);
  const why = reason === '' ? '' : `: ${reason}`;
  return {
    state,
    rule: 'override',
    reason: `${overrideVerbs[command]} until ${clock} by ${actor}${why}`,
    since: from,
    until,
    isAsked: true,
    requestId: id,
  };
}

/** Windows, exceptions, and what was done by hand. */
function baseAt(timeline: Timeline, at: number): Stance {
  const { schedule, stop, hold } = timeline;
  const windows = windowsDuty(schedule, at);
  if (hold !== undefined && doesHoldCount(timeline, hold, at)) {
    return withHold(schedule, windows, hold, at);
  }
  if (stop === undefined || isRevoked(timeline, stop.at, at)) return windows;
  return withStop(schedule, windows, stop, at);
}

/** A hold is over for good where something stopped the machine after it began, or kept it off then. */
function doesHoldCount({ stop, overrides }: Timeline, hold: Hold, at: number): boolean {
  if (hold.from > at || isWithin(stop?.at, hold.from, at)) return false;
  return !overrides.some(({ state, from, until }, index) => {
    const end = Math.min(until, overrides[index + 1]?.from ?? until);
    return state === 'stopped' && from <= at && (from >= hold.from || end > hold.from);
  });
}

/** A stop is over for good where somebody asked for the machine later: it was started for that. */
function isRevoked({ overrides }: Timeline, stoppedAt: number, at: number): boolean {
  return overrides.some(
    ({ state, from }) => state === 'running' && stoppedAt <= from && from <= at,
  );
}

function withHold(
  schedule: CompiledSchedule,
  windows: WindowsDuty,
  hold: Hold,
  at: number,
): Stance {
  const until = endOfHeldStretch(schedule, hold.until);
  if (until !== undefined && until <= at) return windows;
  if (windows.state === 'running') return { ...windows, until };
  const reason =
    at < hold.until
      ? `${hold.because}, held until ${clockText(schedule.zone, hold.until, at)}`
      : `${hold.because}, held through to the next window`;
  const field = ['manualStart', 'hold'];
  return { state: 'running', rule: 'manual-start', reason, field, since: hold.from, until };
}

/** When a machine held until a moment stops: with the window open then or soon after, if any. */
function endOfHeldStretch(schedule: CompiledSchedule, heldUntil: number): number | undefined {
  const then = windowsDuty(schedule, heldUntil);
  if (then.state === 'running') return then.until;
  if (then.until === undefined || then.until - heldUntil >= runThroughMs) return heldUntil;
  return windowsDuty(schedule, then.until).until;
}

function withStop(
  schedule: CompiledSchedule,
  windows: WindowsDuty,
  stop: TimedStop,
  at: number,
): Stance {
  if (windows.state === 'stopped' || stop.at > at) return windows;
  if (windows.since !== undefined && windows.since > stop.at) return windows;
  const end = windows.until;
  const until = end === undefined ? undefined : windowsDuty(schedule, end).until;
  const { rule, reason: said } = stop.cause;
  const reason =
    until === undefined
      ? `${said}, no window starts later`
      : `${said}, off until ${clockText(schedule.zone, until, at)}`;
  return { state: 'stopped', rule, reason, field: ['manualStop'], since: stop.at, until };
}

/**
 * A machine that should run by its schedule, was held, or is left on by people, is stopped once
 * nobody used it for long.
 */
function withIdleness(timeline: Timeline, base: Stance, at: number): Stance {
  const { idleSince, idleStopMs, schedule, leavesStops, stop } = timeline;
  if (idleStopMs === undefined || idleSince === undefined) return base;
  if (base.state === 'stopped' && (!leavesStops || stop !== undefined)) return base;
  const windows = startsAround(schedule, at);
  // Before the window opens nobody can be there, however early the machine was started for it.
  const opened = windows.last === undefined ? idleSince : windows.last + schedule.leadMs;
  const begun = Math.max(idleSince, opened, lastWish(timeline, at) ?? idleSince);
  const end = begun + idleStopMs;
  if (at < end) return { ...base, until: earliest(base.until, end) };
  const reason = `unused since ${clockText(schedule.zone, begun, at)}`;
  const until = earliest(base.until, windows.next);
  const field = ['idleStop', 'after'];
  return { state: 'stopped', rule: 'idle', reason, field, since: end, until, isAsked: true };
}

/** The last start of a window by then, and the first one after. */
function startsAround(
  schedule: CompiledSchedule,
  at: number,
): { readonly last: number | undefined; readonly next: number | undefined } {
  const { state, since, until } = windowsDuty(schedule, at);
  if (state === 'running') {
    return { last: since, next: until && windowsDuty(schedule, until).until };
  }
  return { last: since && windowsDuty(schedule, since - 1).since, next: until };
}

/**
 * When a hold began or an override ended: whoever it was started or kept for is given the whole
 * time from then.
 */
function lastWish({ overrides, hold, stop }: Timeline, at: number): number | undefined {
  const asked = overrides.findLast(({ from }) => from <= at);
  const isUndone = asked?.state === 'running' && isLater(stop?.at, asked.from, asked.until);
  const moments = [hold?.from, isUndone ? undefined : asked?.until];
  const wishes = moments.filter((moment) => moment !== undefined).filter((moment) => moment <= at);
  return wishes.length === 0 ? undefined : Math.max(...wishes);
}

import type { ResolvedSchedule } from '../desired.ts';
import { type Instant, minuteMs, toMillis } from '../instant.ts';
import { clockText } from './clock.ts';
import { type CompiledSchedule, compileSchedule, withLead } from './compiled-schedule.ts';
import { type Override, runThroughMs, type ScheduleMemory } from './schedule-memory.ts';
import { type WindowsDuty, windowsDuty } from './windows.ts';

/** What is wanted at a moment, and until when at least: afterwards another rule may want the same. */
export interface Stance extends WindowsDuty {
  /** Whether it holds whatever the schedule's `actions` leave to people. */
  readonly isAsked?: true;
  readonly requestId?: string;
}

/** A schedule and what was done to its machine, read once: moments in milliseconds since the epoch. */
export interface Timeline {
  readonly schedule: CompiledSchedule;
  readonly overrides: readonly TimedOverride[];
  readonly hold: Hold | undefined;
  readonly stop:
    | { readonly at: number; readonly cause: Pick<Stance, 'rule' | 'reason'> }
    | undefined;
  /** When it has been up for as long as it may. */
  readonly upSince: number | undefined;
  readonly maxUptimeMs: number | undefined;
  readonly idleSince: number | undefined;
  readonly idleStopMs: number | undefined;
}

interface TimedOverride extends Pick<Override, 'id' | 'state' | 'command' | 'actor' | 'reason'> {
  readonly from: number;
  readonly until: number;
}

interface Hold {
  readonly from: number;
  readonly until: number;
  /** For people: how it came to run. */
  readonly because: string;
}

/** Reads what counts beside the windows. Throws as `compileSchedule` does. */
export function timelineOf(schedule: ResolvedSchedule, memory: ScheduleMemory): Timeline {
  const { upSince, idleSince, leadMs = 0 } = memory;
  return {
    schedule: withLead(compileSchedule(schedule), leadMs),
    overrides: timedOverrides(memory.overrides ?? []),
    hold: holdOf(schedule, memory.manualStart),
    stop: stopOf(schedule, memory.stop),
    upSince: millisOf(upSince),
    maxUptimeMs: toMs(schedule.maxUptimeMinutes),
    idleSince: millisOf(idleSince),
    idleStopMs: toMs(schedule.idleStopAfterMinutes),
  };
}

function millisOf(instant: Instant | undefined): number | undefined {
  return instant === undefined ? undefined : toMillis(instant);
}

function toMs(minutes: number | undefined): number | undefined {
  return minutes === undefined ? undefined : minutes * minuteMs;
}

/** By the moment they were asked for; two at once stay as they are. */
function timedOverrides(overrides: readonly Override[]): readonly TimedOverride[] {
  return overrides
    .map(({ from, until, ...rest }) => ({
      ...rest,
      from: toMillis(from),
      until: toMillis(until),
    }))
    .sort((one, other) => one.from - other.from);
}

function holdOf(
  schedule: ResolvedSchedule,
  start: ScheduleMemory['manualStart'],
): Hold | undefined {
  if (start === undefined || schedule.manualStartHoldMinutes === 0) return undefined;
  const from = toMillis(start.at);
  const because = start.cause === 'creation' ? 'made outside its windows' : 'started by hand';
  return { from, until: from + schedule.manualStartHoldMinutes * minuteMs, because };
}

const stopCauses = {
  person: { rule: 'manual-stop', reason: 'stopped by hand' },
  idle: { rule: 'idle', reason: 'stopped as nobody used it' },
  'max-uptime': { rule: 'max-uptime', reason: 'stopped at its longest uptime' },
} as const;

/** A stop that keeps it off: the controller's own for idleness or uptime always does. */
function stopOf(schedule: ResolvedSchedule, stop: ScheduleMemory['stop']): Timeline['stop'] {
  if (stop === undefined) return undefined;
  if (stop.by === 'person' && schedule.manualStop === 'restart') return undefined;
  return { at: toMillis(stop.at), cause: stopCauses[stop.by] };
}

/**
 * What is wanted at a moment: the longest uptime over overrides over exceptions over windows and
 * holds; idleness only stops. Everything but the moment is fixed, so that any moment can be asked.
 */
export function stanceAt(timeline: Timeline, at: number): Stance {
  const uptime = uptimeAt(timeline, at);
  if ('stance' in uptime) return uptime.stance;
  const { current, nextFrom } = overrideAt(timeline, at);
  const stance =
    current === undefined
      ? withIdleness(timeline, baseAt(timeline, at), at)
      : stanceOf(timeline, current, at);
  const until = earliest(stance.until, uptime.end, nextFrom);
  return until === stance.until ? stance : { ...stance, until };
}

function earliest(...moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/**
 * Up for at most `maxUptime` from each start, then off until the next window starts or somebody
 * starts it; a stop or start that was missed counts as made.
 */
function uptimeAt(
  timeline: Timeline,
  at: number,
): { readonly stance: Stance } | { readonly end: number | undefined } {
  const { maxUptimeMs, upSince } = timeline;
  if (maxUptimeMs === undefined || upSince === undefined) return { end: undefined };
  for (let up = upSince; ; ) {
    const end = up + maxUptimeMs;
    if (at < end) return { end };
    const until = nextStartAfter(timeline, end);
    if (until === undefined || at < until) {
      const reason = `up since ${clockText(timeline.schedule.zone, up, at)}, as long as it may`;
      const stance = { state: 'stopped', rule: 'max-uptime', reason, since: end, until } as const;
      return { stance: { ...stance, field: ['maxUptime'], isAsked: true } };
    }
    up = until;
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
  const isUndone =
    newest.state === 'running' && stop !== undefined && newest.from < stop.at && stop.at <= at;
  return { current: isUndone ? undefined : newest, nextFrom };
}

function isWithin(moment: number | undefined, from: number, to: number): boolean {
  return moment !== undefined && from <= moment && moment <= to;
}

const verbs = { extend: 'extended', start: 'started', stop: 'stopped' } as const;

function stanceOf({ schedule }: Timeline, override: TimedOverride, at: number): Stance {
  const { id, state, from, until, command, actor, reason } = override;
  const clock = clockText(schedule.zone, until, at);
  const why = reason === '' ? '' : `: ${reason}`;
  return {
    state,
    rule: 'override',
    reason: `${verbs[command]} until ${clock} by ${actor}${why}`,
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
  return stop === undefined ? windows : withStop(schedule, windows, stop, at);
}

/** A hold is over for good where something stopped the machine after it began. */
function doesHoldCount({ stop, overrides }: Timeline, hold: Hold, at: number): boolean {
  if (hold.from > at || isWithin(stop?.at, hold.from, at)) return false;
  return !overrides.some(({ state, from }) => state === 'stopped' && isWithin(from, hold.from, at));
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
  stop: NonNullable<Timeline['stop']>,
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

/** A machine that should run by its schedule, or was held, is stopped once nobody used it for long. */
function withIdleness(timeline: Timeline, base: Stance, at: number): Stance {
  const { idleSince, idleStopMs, schedule } = timeline;
  if (idleStopMs === undefined || idleSince === undefined || base.state === 'stopped') return base;
  // Whoever it was started or kept for is given the whole time to come.
  const lastAsked = timeline.overrides.findLast(({ until }) => until <= at)?.until;
  const begun = Math.max(idleSince, base.since ?? idleSince, lastAsked ?? idleSince);
  const end = begun + idleStopMs;
  if (at < end) return { ...base, until: earliest(base.until, end) };
  const reason = `unused since ${clockText(schedule.zone, begun, at)}`;
  const { until } = base;
  const field = ['idleStop', 'after'];
  return { state: 'stopped', rule: 'idle', reason, field, since: end, until, isAsked: true };
}

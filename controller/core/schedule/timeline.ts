import type { ResolvedSchedule } from '../desired.ts';
import { type Instant, minuteMs, toMillis } from '../instant.ts';
import { type CompiledSchedule, compileSchedule, withLead } from './compiled-schedule.ts';
import type { Override, ScheduleMemory } from './schedule-memory.ts';
import type { Cause } from './windows.ts';

/** A schedule and what was done to its machine, read once: moments in milliseconds since the epoch. */
export interface Timeline {
  readonly schedule: CompiledSchedule;
  readonly overrides: readonly TimedOverride[];
  readonly hold: Hold | undefined;
  readonly stop: TimedStop | undefined;
  /** When it has been up for as long as it may. */
  readonly upSince: number | undefined;
  readonly maxUptimeMs: number | undefined;
  readonly idleSince: number | undefined;
  readonly idleStopMs: number | undefined;
  /** Only people end what is on outside its windows. */
  readonly leavesStops: boolean;
}

export interface TimedStop {
  readonly at: number;
  readonly cause: Pick<Cause, 'rule' | 'reason'>;
}

export interface TimedOverride
  extends Pick<Override, 'id' | 'state' | 'command' | 'actor' | 'reason'> {
  readonly from: number;
  readonly until: number;
}

export interface Hold {
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
    leavesStops: schedule.actions === 'start-only',
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

/** What is said of a machine kept off. */
export const stopCauses = {
  person: { rule: 'manual-stop', reason: 'stopped by hand' },
  idle: { rule: 'idle', reason: 'stopped as nobody used it' },
  'max-uptime': { rule: 'max-uptime', reason: 'stopped at its longest uptime' },
} as const;

/** Whether a stop keeps it off: the controller's own for idleness or uptime always does. */
export function doesStopLast(
  { manualStop }: Pick<ResolvedSchedule, 'manualStop'>,
  { by }: NonNullable<ScheduleMemory['stop']>,
): boolean {
  return by !== 'person' || manualStop === 'until-next-window';
}

function stopOf(schedule: ResolvedSchedule, stop: ScheduleMemory['stop']): TimedStop | undefined {
  if (stop === undefined || !doesStopLast(schedule, stop)) return undefined;
  return { at: toMillis(stop.at), cause: stopCauses[stop.by] };
}

import type { Duty, ScheduleTimes } from '../desired.ts';
import {
  earliest,
  hourMs,
  type Instant,
  millisBetween,
  minuteMs,
  plusMillis,
  toMillis,
} from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { compileSchedule } from '../schedule/compiled-schedule.ts';
import { dutyAt } from '../schedule/duty.ts';
import { leadOf, type ScheduleMemory } from '../schedule/schedule-memory.ts';
import { windowsDuty } from '../schedule/windows.ts';
import { forget, upFacts } from './memory.ts';
import type { Neighbours } from './neighbours.ts';
import type { Situation } from './situation.ts';

/** A removed file's machine runs at most this much longer, so that a mistaken merge can be reverted. */
const orphanStopMs = 4 * hourMs;

/** What is known of the use of a machine must be this fresh, or nothing is concluded from it. */
export const activityFreshMs = 15 * minuteMs;

/** What a duty depends on. */
export type DutyGrounds = Pick<Situation, 'record' | 'spec' | 'observed' | 'now'> & {
  readonly neighbours: Pick<Neighbours, 'overridesOf'>;
};

/** What is wanted of a DevInstance now, with what people did to its machine or asked for. */
export function dutyOf(grounds: DutyGrounds): Duty {
  return dutyAt(grounds.spec.schedule, memoryOf(grounds), grounds.now);
}

/**
 * What counts beside its schedule. One that is off for a change is not up: its time goes on when
 * it is started again.
 */
export function memoryOf(grounds: DutyGrounds): ScheduleMemory {
  const { record, spec, neighbours } = grounds;
  const { manualStart, upSince } = record;
  const stop = lastingStop(record);
  const idleSince = idleSinceOf(grounds);
  const maxLead = spec.schedule.readyByMaxLeadMinutes;
  // Field by field: it is put together for every machine in every plan.
  const memory: { -readonly [K in keyof ScheduleMemory]: ScheduleMemory[K] } = {
    overrides: neighbours.overridesOf(record.name),
  };
  if (manualStart !== undefined) memory.manualStart = manualStart;
  if (stop !== undefined) memory.stop = stop;
  if (upSince !== undefined && record.power?.state !== 'stopped') memory.upSince = upSince;
  if (idleSince !== undefined) memory.idleSince = idleSince;
  if (maxLead !== undefined) memory.leadMs = leadOf(record.uid, maxLead);
  return memory;
}

/** The last stop, where it is one that may keep the machine off. */
export function lastingStop({ power }: DevInstanceRecord): ScheduleMemory['stop'] {
  if (power?.state !== 'stopped') return undefined;
  const by = power.by === 'person' ? power.by : power.rest;
  return by === undefined ? undefined : { at: power.at, by };
}

/** Since when nobody used it or asked for it; undefined unless its host says so itself. */
function idleSinceOf({ record, spec, observed, now }: DutyGrounds): Instant | undefined {
  if (spec.schedule.idleStopAfterMinutes === undefined) return undefined;
  const { machineId, upSince, askedUntil } = record;
  const activity = machineId === undefined ? undefined : observed.activity?.get(machineId);
  if (activity?.idleSince === undefined || upSince === undefined) return undefined;
  if (millisBetween(activity.at, now) > activityFreshMs) return undefined;
  const asked = askedUntil === undefined ? [] : [askedUntil < now ? askedUntil : now];
  return [activity.idleSince, upSince, ...asked].reduce((a, b) => (a > b ? a : b));
}

/** Takes note of how long somebody asked for the machine, as the request itself is forgotten. */
export function foldAsked(
  record: DevInstanceRecord,
  duty: Duty,
  grounds: DutyGrounds,
): DevInstanceRecord {
  const { spec, neighbours, now } = grounds;
  if (spec.schedule.idleStopAfterMinutes === undefined) return record;
  if (duty.requestId === undefined) {
    // It was cancelled: idleness counts from now on.
    const isEarly = record.askedUntil !== undefined && record.askedUntil > now;
    return isEarly ? { ...record, askedUntil: now } : record;
  }
  const asked = neighbours.overridesOf(record.name).find(({ id }) => id === duty.requestId);
  if (asked?.state !== 'running' || asked.until === record.askedUntil) return record;
  return { ...record, askedUntil: asked.until };
}

/** Forgets what counted for the time it was up where it is gone, or off and to stay so. */
export function foldOff(
  record: DevInstanceRecord,
  duty: Duty,
  { machine, former }: Pick<Situation, 'machine' | 'former'>,
): DevInstanceRecord {
  if (upFacts.every((fact) => record[fact] === undefined)) return record;
  // Launched anew it is up anew.
  if (former === 'terminated')
    return record.upSince === undefined ? record : forget(record, 'upSince');
  const isOff = machine?.state === 'stopped' && record.power?.state === 'stopped';
  return isOff && duty.state === 'stopped' ? forget(record, ...upFacts) : record;
}

/** When an orphan stops: at the next scheduled stop as of its removal, at the latest 4 h later. */
export function orphanStopAt(situation: Pick<Situation, 'record' | 'now'>): Instant {
  const { record, now } = situation;
  const orphanedAt = record.orphanedAt ?? now;
  const memory: ScheduleMemory =
    record.manualStart === undefined ? {} : { manualStart: record.manualStart };
  const duty = dutyAt(record.effective.schedule, memory, orphanedAt);
  const latest = plusMillis(orphanedAt, orphanStopMs);
  const scheduled = duty.state === 'running' ? duty.until : undefined;
  return earliest([scheduled, latest]) ?? latest;
}

/** Whether an upgrade window is open. */
export function isWindowOpen(window: ScheduleTimes, now: Instant): boolean {
  return windowsDuty(compileSchedule(window), toMillis(now)).state === 'running';
}

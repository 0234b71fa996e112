import type { Duty, ScheduleTimes } from '../desired.ts';
import { earliest, hourMs, type Instant, plusMillis, toMillis } from '../instant.ts';
import { compileSchedule } from '../schedule/compiled-schedule.ts';
import { dutyAt, type ScheduleMemory } from '../schedule/duty.ts';
import { windowsDuty } from '../schedule/windows.ts';
import type { Situation } from './situation.ts';

/** A removed file's machine runs at most this much longer, so that a mistaken merge can be reverted. */
const orphanStopMs = 4 * hourMs;

/** What the schedule wants of a DevInstance now, with what people did to its machine. */
export function dutyOf({ record, spec, now }: Pick<Situation, 'record' | 'spec' | 'now'>): Duty {
  const memory: ScheduleMemory = {
    ...(record.manualHold === undefined ? {} : { manualHold: record.manualHold }),
    ...(record.power?.state === 'stopped' && record.power.by === 'person'
      ? { manualStopAt: record.power.at }
      : {}),
  };
  return dutyAt(spec.schedule, memory, now);
}

/** When an orphan stops: at the next scheduled stop as of its removal, at the latest 4 h later. */
export function orphanStopAt(situation: Pick<Situation, 'record' | 'now'>): Instant {
  const { record, now } = situation;
  const orphanedAt = record.orphanedAt ?? now;
  const memory: ScheduleMemory =
    record.manualHold === undefined ? {} : { manualHold: record.manualHold };
  const duty = dutyAt(record.effective.schedule, memory, orphanedAt);
  const latest = plusMillis(orphanedAt, orphanStopMs);
  const scheduled = duty.state === 'running' ? duty.until : undefined;
  return earliest([scheduled, latest]) ?? latest;
}

/** Whether an upgrade window is open. */
export function isWindowOpen(window: ScheduleTimes, now: Instant): boolean {
  return windowsDuty(compileSchedule(window), toMillis(now)).state === 'running';
}

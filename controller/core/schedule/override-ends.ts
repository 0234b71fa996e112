import type { ResolvedSchedule } from '../desired.ts';
import { dayMs, type Instant, minuteMs, plusMillis } from '../instant.ts';
import { changesAhead, dutyAt } from './duty.ts';

/** The format's default for `manualStart.hold`, where a schedule grants no hold at all. */
const defaultHoldMinutes = 240;

/**
 * Until when a machine started now runs, where nobody says: as one started by hand, for the
 * schedule's hold and through the windows that it meets. Not for ever where these never close. What
 * the schedule leaves to people changes none of these moments.
 */
export function endOfStart(schedule: ResolvedSchedule, leadMs: number, now: Instant): Instant {
  const manualStartHoldMinutes = schedule.manualStartHoldMinutes || defaultHoldMinutes;
  const held: ResolvedSchedule = { ...schedule, manualStartHoldMinutes };
  const duty = dutyAt(held, { manualStart: { at: now, cause: 'person' }, leadMs }, now);
  return duty.until ?? plusMillis(now, defaultHoldMinutes * minuteMs);
}

/**
 * Until when a machine stopped now stays off, where nobody says: until its next window starts; for
 * a day where none ever does. Undefined where its windows never close, so that none starts later.
 */
export function endOfStop(
  schedule: ResolvedSchedule,
  leadMs: number,
  now: Instant,
): Instant | undefined {
  const changes = changesAhead(schedule, { leadMs }, now, 2);
  const next = changes.find(({ state }) => state === 'running') ?? changes[0];
  if (next !== undefined) return next.at;
  const isAlwaysOn = dutyAt(schedule, { leadMs }, now).state === 'running';
  return isAlwaysOn ? undefined : plusMillis(now, dayMs);
}

import type { Duty } from '../desired.ts';
import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import type { DevInstanceRecord, Replacement } from '../record.ts';

/** A home is detached, attached and mounted in seconds: as long as this it has in any case. */
const handoverMs = 5 * minuteMs;

/** Whether the home is on its way to the new machine, or there: nothing turns back any more. */
export function isHandedOver({ replacement, step }: DevInstanceRecord): boolean {
  if (replacement === undefined) return false;
  if (replacement.detachedAt !== undefined) return true;
  return step?.action.kind === 'detach-home' && step.action.machineId === replacement.oldId;
}

/** By when the new machine must be ready: undefined before it was launched. */
export function successorDeadline(
  { launchedAt, detachedAt, arrivedAt }: Replacement,
  readyWithinMinutes: number,
): Instant | undefined {
  if (launchedAt === undefined && detachedAt === undefined) return undefined;
  const launched = launchedAt && plusMillis(launchedAt, readyWithinMinutes * minuteMs);
  const movedAt = arrivedAt ?? detachedAt;
  const moved = movedAt && plusMillis(movedAt, handoverMs);
  if (launched === undefined) return moved;
  return moved !== undefined && moved > launched ? moved : launched;
}

/** Whether the machine that is ready goes on running, or is to be off as the old one was. */
export function isSuccessorToRun(duty: Duty, { wasOn }: Replacement): boolean {
  return duty.enforced ? duty.state === 'running' : wasOn;
}

import { dayMs, hourMs, type Instant, plusMillis } from '../instant.ts';
import type { MachineTarget, Replacement, Setback } from '../record.ts';
import { isSameTarget } from './revision.ts';

/** Capacity may be there again any time; a machine that does not come up is tried once a day. */
const pauses = { capacity: hourMs, unready: dayMs } as const;

/** What is remembered of a replacement that failed; undefined where it was a change of mind. */
export function setbackOf({ back, target }: Replacement, now: Instant): Setback | undefined {
  if (back?.failure === undefined) return undefined;
  const { failure: cause, reason } = back;
  return { target, cause, at: now, reason, notBefore: plusMillis(now, pauses[cause]) };
}

/** The setback that keeps this very target from being tried now. */
export function standingSetback(
  setback: Setback | undefined,
  target: MachineTarget,
  now: Instant,
): Setback | undefined {
  if (setback === undefined || now >= setback.notBefore) return undefined;
  return isSameTarget(setback.target, target) ? setback : undefined;
}

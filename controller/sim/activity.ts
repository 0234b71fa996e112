import { fromMillis } from '../core/instant.ts';
import type { Activity } from '../core/observed.ts';
import { type Moment, powerOf } from './lifecycle.ts';
import type { SimInstance } from './state.ts';

/** Somebody logs in to the machine, as it is booted now, and stays. */
export function use(instance: SimInstance): void {
  instance.use = { bootId: instance.boot.id };
}

/** The last one logs out. */
export function leave(instance: SimInstance, now: number): void {
  instance.use = { bootId: instance.boot.id, until: now };
}

/** The hosts' own account of who uses them, by machine id; none of one that is not up. */
export function activityAt({ state, now }: Moment): ReadonlyMap<string, Activity> {
  const all = new Map<string, Activity>();
  for (const instance of Object.values(state.instances)) {
    const activity = powerOf(instance, now) === 'running' ? activityOf(instance, now) : undefined;
    if (activity !== undefined) all.set(instance.id, activity);
  }
  return all;
}

function activityOf({ id, boot, use, silentSince }: SimInstance, now: number) {
  const at = Math.min(now, silentSince ?? now);
  if (at < boot.upAt) return undefined;
  const current = use?.bootId === boot.id ? use : undefined;
  const told = { machineId: id, at: fromMillis(at) };
  const isUsed = current !== undefined && (current.until === undefined || current.until > at);
  return isUsed ? told : { ...told, idleSince: fromMillis(current?.until ?? boot.upAt) };
}

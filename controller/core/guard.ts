import { firstFew } from './first-few.ts';
import { dayMs, millisBetween } from './instant.ts';
import { isOverdue } from './plan/rules-power.ts';
import type { Situation } from './plan/situation.ts';
import type { Interlock, World } from './plan/world.ts';

/** At least one, so that a small fleet can change at all (decision 10). */
function allowed(percent: number, of: number): number {
  return Math.max(1, Math.floor((percent * of) / 100));
}

/** Names that have a record and no file, valid or not. None can be told where files could not be read. */
function removedNames(world: World): readonly string[] {
  const { devInstances, invalid, incomplete } = world.desired;
  if (incomplete !== undefined) return [];
  return [...world.records.keys()].filter((name) => !devInstances.has(name) && !invalid.has(name));
}

/** An empty source beside a living fleet is a broken check-out, not a wish. */
export function emptySourceInterlock(world: World): Interlock | undefined {
  if (world.records.size === 0 || removedNames(world).length < world.records.size) return undefined;
  return {
    reason: 'InterlockEmptySource',
    message: `the specs name none of the ${world.records.size} DevInstances in the ledger: nobody is orphaned`,
    remedy: 'restore the files; to retire a fleet remove its DevInstances a few at a time',
  };
}

/** Those removed within the last 24 hours: not yet orphaned, or orphaned since. */
export function removedOfLate(world: World): readonly string[] {
  return removedNames(world).filter((name) => {
    const since = world.records.get(name)?.orphanedAt;
    return since === undefined || millisBetween(since, world.now) < dayMs;
  });
}

/** Too many DevInstances removed at once, counting those begun within the last 24 hours. */
export function disruptedInterlock(world: World): Interlock | undefined {
  const counted = removedOfLate(world);
  const isNew = counted.some((name) => world.records.get(name)?.orphanedAt === undefined);
  const percent = world.desired.fleet.maxDisruptedPercent;
  const limit = allowed(percent, world.records.size);
  if (!isNew || counted.length <= limit) return undefined;
  return {
    reason: 'InterlockDisrupted',
    message: `${counted.length} of ${world.records.size} DevInstances have lost their file within 24 h, the limit is ${limit} (maxDisruptedPercent ${percent})`,
    remedy: 'restore the files, or raise limits.maxDisruptedPercent in the Fleet to go on',
  };
}

/** Too many machines that should be ready and are not: no new disruption until that is mended. */
export function unhealthyInterlock(
  world: World,
  situations: readonly Situation[],
): Interlock | undefined {
  const overdue = situations.filter(isOverdue).map((situation) => situation.record.name);
  const percent = world.desired.fleet.maxUnhealthyPercent;
  const limit = allowed(percent, world.records.size);
  if (overdue.length <= limit) return undefined;
  return {
    reason: 'InterlockUnhealthy',
    message: `${overdue.length} of ${world.records.size} machines should be ready and are not (${firstFew(overdue)}), the limit is ${limit} (maxUnhealthyPercent ${percent})`,
    remedy: 'mend them, or raise limits.maxUnhealthyPercent in the Fleet to go on',
  };
}

import { dayMs, type Instant, millisBetween } from './instant.ts';
import { isLost } from './plan/lost.ts';
import { isOverdue } from './plan/rules-power.ts';
import type { Situation } from './plan/situation.ts';
import type { Interlock, World } from './plan/world.ts';
import type { DevInstanceRecord } from './record.ts';

/** At least one, so that a small fleet can change at all (decision 10). */
function allowed(percent: number, of: number): number {
  return Math.max(1, Math.floor((percent * of) / 100));
}

/** The DevInstances that count: those whose retirement is complete have nothing left to lose. */
function livingRecords({ records }: World): readonly DevInstanceRecord[] {
  return [...records.values()].filter(({ retirement }) => retirement?.isComplete !== true);
}

/** Those that have no file, valid or not. None can be told where files could not be read. */
function removedRecords(
  { desired }: World,
  living: readonly DevInstanceRecord[],
): readonly DevInstanceRecord[] {
  const { devInstances, invalid, incomplete } = desired;
  if (incomplete !== undefined) return [];
  return living.filter(({ name }) => !devInstances.has(name) && !invalid.has(name));
}

/** An empty source beside a living fleet is a broken check-out, not a wish. */
export function emptySourceInterlock(world: World): Interlock | undefined {
  const living = livingRecords(world);
  if (living.length === 0 || removedRecords(world, living).length < living.length) return undefined;
  return {
    reason: 'InterlockEmptySource',
    message: `the specs name none of the ${living.length} DevInstances in the ledger: nobody is orphaned`,
    remedy: 'restore the files; to retire a fleet remove its DevInstances a few at a time',
  };
}

/** Too many DevInstances removed or retired at once, counting those begun within the last 24 hours. */
export function disruptedInterlock(world: World): Interlock | undefined {
  const { records, now, desired } = world;
  const removed = removedRecords(world, livingRecords(world)).map((record) => record.orphanedAt);
  const retired = [...records.values()].filter(isRetired).map((record) => record.retirement?.since);
  const isCounted = (since: Instant | undefined) =>
    since === undefined || millisBetween(since, now) < dayMs;
  const counted = [removed.filter(isCounted), retired.filter(isCounted)] as const;
  const percent = desired.fleet.maxDisruptedPercent;
  const total = Math.max(1, livingRecords(world).length);
  const limit = allowed(percent, total);
  const isNew = counted.some((begun) => begun.includes(undefined));
  if (!isNew || counted[0].length + counted[1].length <= limit) return undefined;
  return {
    reason: 'InterlockDisrupted',
    message: `${disruptionText(counted[0].length, counted[1].length, total)} within 24 h, the limit is ${limit} (maxDisruptedPercent ${percent})`,
    remedy: 'restore the files, or raise limits.maxDisruptedPercent in the Fleet to go on',
  };

  function isRetired({ name, owner }: DevInstanceRecord): boolean {
    const wanted = desired.devInstances.get(name);
    return wanted?.lifecycle === 'retired' && wanted.owner.name === owner;
  }
}

function disruptionText(removed: number, retired: number, total: number): string {
  const lost = `${removed} of ${total} DevInstances have lost their file`;
  if (retired === 0) return lost;
  if (removed === 0) return `${retired} of ${total} DevInstances are retired`;
  return `${lost} and ${retired} are retired`;
}

/**
 * Too many machines that should be ready and are not, or are gone: no new disruption, and no storm of
 * new machines, until a person has looked.
 */
export function unhealthyInterlock(
  world: World,
  situations: readonly Situation[],
): Interlock | undefined {
  const unhealthy = situations
    .filter((situation) => isOverdue(situation) || isLost(situation))
    .map((situation) => situation.record.name);
  const percent = world.desired.fleet.maxUnhealthyPercent;
  const total = livingRecords(world).length;
  const limit = allowed(percent, total);
  if (unhealthy.length <= limit) return undefined;
  const named = `${unhealthy.slice(0, 5).join(', ')}${unhealthy.length > 5 ? ', …' : ''}`;
  return {
    reason: 'InterlockUnhealthy',
    message: `${unhealthy.length} of ${total} machines should be ready and are not (${named}), the limit is ${limit} (maxUnhealthyPercent ${percent})`,
    remedy: 'mend them, or raise limits.maxUnhealthyPercent in the Fleet to go on',
  };
}

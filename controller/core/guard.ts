import type { EffectiveSpec } from './desired.ts';
import { firstFew } from './first-few.ts';
import { dayMs, type Instant, millisBetween } from './instant.ts';
import type { Machine, Observed } from './observed.ts';
import { imageKey } from './plan/launch.ts';
import { isLost } from './plan/lost.ts';
import { isOverdue } from './plan/rules-power.ts';
import type { Situation } from './plan/situation.ts';
import type { Interlock, World } from './plan/world.ts';
import type { DevInstanceRecord } from './record.ts';
import { isComparableHash, specHash } from './spec-hash.ts';
import { tagKeys } from './tags.ts';

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

/** What helps where no file is left of a living fleet. */
export const emptySourceRemedy =
  'restore the files; to end a fleet set lifecycle: retired in them, and remove them when that is done';

/**
 * An empty source beside a living fleet is a broken check-out, not a wish. A tombstone whose
 * retirement is complete tells as well as any other file that the source is not empty.
 */
export function emptySourceInterlock(world: World): Interlock | undefined {
  const living = livingRecords(world);
  const all = [...world.records.values()];
  if (living.length === 0 || removedRecords(world, all).length < all.length) return undefined;
  // A fleet of one whose only name changes is a rename.
  if (living.length === 1 && world.desired.devInstances.size > 0) return undefined;
  return {
    reason: 'InterlockEmptySource',
    message: `the specs name none of the ${living.length} DevInstances in the ledger: nobody is orphaned`,
    remedy: emptySourceRemedy,
  };
}

/** Those removed within the last 24 hours: not yet orphaned, or orphaned since. */
export function removedOfLate(world: World): readonly string[] {
  return removedRecords(world, livingRecords(world))
    .filter(({ orphanedAt }) => isOfLate(orphanedAt, world.now))
    .map(({ name }) => name);
}

/** Those that git retires and that did not begin to go more than 24 hours ago. */
export function retiredOfLate({ records, desired, now }: World): readonly string[] {
  return [...records.values()]
    .filter(({ name, owner, retirement }) => {
      const wanted = desired.devInstances.get(name);
      const isRetired = wanted?.lifecycle === 'retired' && wanted.owner.name === owner;
      return isRetired && isOfLate(retirement?.since, now);
    })
    .map(({ name }) => name);
}

/** Those that a change of their spec gives another machine: still to come, or begun of late. */
export function replacedOfLate(world: World): readonly string[] {
  const { desired, records } = world;
  return [...desired.devInstances.values()].flatMap((spec) => {
    const record = records.get(spec.name);
    if (record === undefined || record.owner !== spec.owner.name) return [];
    return isBegunOfLate(record, world.now) || isSpecBehind(world, spec, record) ? [spec.name] : [];
  });
}

function isBegunOfLate({ replacement, kept }: DevInstanceRecord, now: Instant): boolean {
  if (replacement === undefined && kept === undefined) return false;
  return [replacement, kept].some(
    (begun) =>
      begun?.reasons.includes('spec_machine') === true && millisBetween(begun.since, now) < dayMs,
  );
}

/** Whether a change of its spec is to give it another machine, at whatever moment. */
function isSpecBehind(
  { observed }: World,
  spec: EffectiveSpec,
  { machineId, denial, homeWasReady, replacement, uid }: DevInstanceRecord,
): boolean {
  if (spec.lifecycle !== 'active' || spec.upgrade.when === 'never') return false;
  if (machineId === undefined || !homeWasReady || replacement !== undefined) return false;
  const wanted = specHash(spec);
  if (denial?.specHash === wanted) return false;
  const tags = machinesOf(observed).get(machineId)?.tags;
  const hash = tags?.[tagKeys.specHash];
  if (hash === undefined || hash === wanted || !isComparableHash(hash)) return false;
  // One that no image of its channel fits into is not replaced, and says so by itself.
  const image = observed.images.get(imageKey(spec));
  const isTooSmall = image?.usable === true && spec.rootVolume.sizeGib < image.rootSnapshotGib;
  return tags?.[tagKeys.uid] === uid && !isTooSmall;
}

/** Machines by id, put together once for each observation. */
const indexes = new WeakMap<Observed, ReadonlyMap<string, Machine>>();

function machinesOf(observed: Observed): ReadonlyMap<string, Machine> {
  const known = indexes.get(observed);
  if (known !== undefined) return known;
  const index = new Map(observed.machines.map((machine) => [machine.id, machine]));
  indexes.set(observed, index);
  return index;
}

function isOfLate(since: Instant | undefined, now: Instant): boolean {
  return since === undefined || millisBetween(since, now) < dayMs;
}

/**
 * Too many DevInstances removed, retired or replaced for a change of their spec at once, counting
 * those begun within the last 24 hours.
 */
export function disruptedInterlock(world: World): Interlock | undefined {
  const { records, desired } = world;
  const [removed, retired] = [removedOfLate(world), retiredOfLate(world)];
  const replaced = replacedOfLate(world);
  const percent = desired.fleet.maxDisruptedPercent;
  // Those that went within the day count on both sides: a limit of 100 percent never stops anything.
  const living = livingRecords(world).map(({ name }) => name);
  const total = new Set([...living, ...retired]).size;
  const limit = allowed(percent, total);
  const isNew =
    removed.some((name) => records.get(name)?.orphanedAt === undefined) ||
    retired.some((name) => records.get(name)?.retirement === undefined) ||
    replaced.some((name) => !isBegunOfLate(records.get(name) as DevInstanceRecord, world.now));
  if (!isNew || removed.length + retired.length + replaced.length <= limit) return undefined;
  return {
    reason: 'InterlockDisrupted',
    message: `${disruptionText({ removed, retired, replaced }, total)} within 24 h, the limit is ${limit} (maxDisruptedPercent ${percent})`,
    remedy: `${retired.length + replaced.length === 0 ? 'restore the files' : 'take some of them back'}, or raise limits.maxDisruptedPercent in the Fleet to go on`,
  };
}

/** `2 of 20 DevInstances have lost their file, 1 is retired and 3 get another machine`. */
function disruptionText(
  {
    removed,
    retired,
    replaced,
  }: Readonly<Record<'removed' | 'retired' | 'replaced', readonly string[]>>,
  total: number,
): string {
  const parts: string[] = [];
  const add = ({ length }: readonly string[], one: string, many: string) => {
    const what = length === 1 ? one : many;
    const whose = parts.length === 0 ? ` of ${total} DevInstances` : '';
    if (length > 0) parts.push(`${length}${whose} ${what}`);
  };
  add(removed, 'have lost their file', 'have lost their file');
  add(retired, removed.length === 0 ? 'are retired' : 'is retired', 'are retired');
  add(
    replaced,
    'get another machine by a change of spec',
    'get another machine by a change of spec',
  );
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
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
  return {
    reason: 'InterlockUnhealthy',
    message: `${unhealthy.length} of ${total} machines should be ready and are not (${firstFew(unhealthy)}), the limit is ${limit} (maxUnhealthyPercent ${percent})`,
    remedy: 'mend them, or raise limits.maxUnhealthyPercent in the Fleet to go on',
  };
}

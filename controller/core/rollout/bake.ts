import { dayMs, hourMs, type Instant, millisBetween, minuteMs, plusMillis } from '../instant.ts';
import { isOn } from '../observed.ts';
import { activityFreshMs } from '../plan/duty.ts';
import { isReady, readyDeadline } from '../plan/ready.ts';
import type { Situation } from '../plan/situation.ts';
import type { Wave } from './rollout.ts';

/** Use is looked at this often: each look is a write to the ledger. */
export const sampleMs = 5 * minuteMs;

/** When a wave that bakes by the clock has baked; undefined for any other. */
export function bakeEnd(wave: Wave | undefined): Instant | undefined {
  if (wave?.doneAt === undefined || wave.bake === undefined) return undefined;
  return 'minutes' in wave.bake ? plusMillis(wave.doneAt, wave.bake.minutes * minuteMs) : undefined;
}

/** A baking wave with the use that its machines were put to since it was last looked at. */
export function withUse(wave: Wave, machines: readonly Situation[], now: Instant): Wave {
  const { doneAt, bake, sampledAt, usedMs = 0 } = wave;
  if (doneAt === undefined || bake === undefined) return wave;
  const isRunning = machines.some((one) => isServing(one));
  const ran = wave.ranAt === undefined && isRunning ? { ...wave, ranAt: now } : wave;
  if (!('usedHours' in bake)) return ran;
  const from = sampledAt ?? doneAt;
  const inUse = machines.filter(isInUse).map(({ record }) => record.name);
  const isDue = sampledAt === undefined || millisBetween(from, now) >= sampleMs;
  if (!isDue) return ran;
  const before = new Set(wave.inUse);
  const used = machines.reduce(
    (sum, one) => sum + usedSince(one, from, before.has(one.record.name)),
    0,
  );
  // Nobody was there, and nobody is: there is nothing to write down.
  if (sampledAt !== undefined && used === 0 && before.size === 0 && inUse.length === 0) return ran;
  return { ...ran, usedMs: usedMs + used, sampledAt: now, inUse };
}

/** Whether a machine is there for its owner, and not only for its replacement. */
function isServing({ machine, home, observed, record }: Situation): boolean {
  return record.replacement === undefined && isReady(machine, home, observed, record.formerBootId);
}

/** Whether a machine is on and not ready, and still has time to be. */
export function isBecomingReady({ machine, home, observed, record, now }: Situation): boolean {
  const deadline = readyDeadline(record);
  if (deadline === undefined || now >= deadline || !isOn(machine?.state)) return false;
  return !isReady(machine, home, observed, record.formerBootId);
}

/** Whether somebody uses it now. One whose host does not tell counts while it is there for its owner. */
function isInUse(situation: Situation): boolean {
  if (!isServing(situation)) return false;
  const activity = activityOf(situation);
  if (activity === undefined) return true;
  const isFresh = millisBetween(activity.at, situation.now) <= activityFreshMs;
  return isFresh && activity.idleSince === undefined;
}

function activityOf({ observed, machine }: Situation) {
  return machine && observed.activity?.get(machine.id);
}

/**
 * Milliseconds that a machine was used since a moment, as far as can be told: where its host tells
 * who is there, only what began in sight counts; where it does not, the time that it was on.
 */
function usedSince(situation: Situation, from: Instant, wasInUse: boolean): number {
  const { record, machine, now } = situation;
  const { power, upSince } = record;
  const stoppedAt = power?.state === 'stopped' ? power.at : undefined;
  const isStill = isOn(machine?.state) && upSince !== undefined;
  const isSameBoot = isStill && upSince <= from;
  const activity = activityOf(situation);
  const end = earlierOf(isStill ? now : (stoppedAt ?? from), activity?.idleSince ?? now);
  if (wasInUse && (isSameBoot || !isStill)) return lengthOf(from, end);
  if (activity !== undefined || !isStill || !isServing(situation)) return 0;
  return lengthOf(upSince > from ? upSince : from, now);
}

function earlierOf(one: Instant, other: Instant): Instant {
  return one < other ? one : other;
}

function lengthOf(from: Instant, to: Instant): number {
  return Math.max(0, millisBetween(from, to));
}

/** How a bake stands: over, going on, or without anything to learn from. */
export type BakeState =
  | { readonly kind: 'over' }
  | { readonly kind: 'on'; readonly until?: Instant }
  | { readonly kind: 'inconclusive'; readonly reason: string };

/** A wave whose machines nobody uses for this long tells nothing (`usedHours`). */
const unusedMs = dayMs;

/** Whether a wave has baked. The wall clock alone is no evidence: one of its machines must have run. */
export function bakeState(wave: Wave, now: Instant): BakeState {
  const { bake, doneAt, name, usedMs = 0, ranAt } = wave;
  if (doneAt === undefined || bake === undefined) return { kind: 'over' };
  if ('minutes' in bake) {
    const end = bakeEnd(wave) ?? now;
    if (now < end) return { kind: 'on', until: end };
    if (ranAt !== undefined) return { kind: 'over' };
    return { kind: 'inconclusive', reason: `no machine of wave ${name} was on since it got there` };
  }
  if (usedMs >= bake.usedHours * hourMs) return { kind: 'over' };
  const end = plusMillis(doneAt, unusedMs);
  if (usedMs > 0 || (wave.inUse?.length ?? 0) > 0) return { kind: 'on' };
  if (now < end) return { kind: 'on', until: end };
  return { kind: 'inconclusive', reason: `nobody has used the machines of wave ${name}` };
}

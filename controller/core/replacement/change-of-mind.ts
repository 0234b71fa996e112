import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import { isOn } from '../observed.ts';
import { placementsFor } from '../plan/launch.ts';
import { retryOf } from '../plan/memory.ts';
import { isSuspended, type Situation } from '../plan/situation.ts';
import type { Replacement, SetbackCause } from '../record.ts';
import { isUp, machineOf } from './beside.ts';
import { successorDeadline } from './handover.ts';
import { pinned, placeOf, wantedHash, wantedRevision } from './revision.ts';

/** Why home and duty go back to the old machine. */
export interface GivenUp {
  /** For people, without a full stop: `its window began`. */
  readonly reason: string;
  readonly failure?: SetbackCause;
}

/** What ends a replacement before the home has left the old machine (decision 6), if anything does. */
export function changeOfMind(situation: Situation, replacement: Replacement): GivenUp | undefined {
  return (
    unwanted(situation) ??
    (replacement.requestId === undefined ? outdated(situation, replacement) : undefined) ??
    startedByHand(situation, replacement) ??
    lost(situation) ??
    withoutCapacity(situation, replacement) ??
    late(situation, replacement)
  );
}

/** Git or a person wants something else of this DevInstance altogether. */
function unwanted(situation: Situation): GivenUp | undefined {
  const { standing, spec, neighbours, record } = situation;
  if (standing.kind === 'orphaned') return { reason: 'its file is gone' };
  if (spec.lifecycle === 'retired') return { reason: 'its spec says lifecycle: retired' };
  if (isSuspended(situation)) return { reason: 'it was suspended' };
  const asked = neighbours.requestOf(record.name);
  if (asked === undefined || asked.id === record.replacement?.requestId) return undefined;
  if (asked.work.kind === 'rollback') return { reason: `${asked.actor} rolled it back` };
  return asked.work.kind === 'restore-home'
    ? { reason: `${asked.actor} asked for a restored home` }
    : undefined;
}

/** Another machine than this one is wanted by now, or the machine itself. */
function outdated(situation: Situation, replacement: Replacement): GivenUp | undefined {
  const { machine, duty } = situation;
  const { target, dutyAtStart, since } = replacement;
  const revision = wantedRevision(situation);
  if ('reading' in revision && pinned(revision).imageId !== target.image.imageId) {
    const halt = placeOf(situation)?.withheldBy;
    return {
      reason:
        halt === undefined
          ? `image ${revision.reading.imageId} is wanted by now`
          : `its rollout has come to a halt (${halt})`,
    };
  }
  if (
    machine !== undefined &&
    wantedHash(situation, machine, target.image.imageId) !== target.specHash
  ) {
    return { reason: 'its spec asks for another machine by now' };
  }
  if (replacement.isUrgent || duty.state !== 'running' || !duty.enforced) return undefined;
  if (dutyAtStart === 'stopped') return { reason: `it is to run: ${duty.reason}` };
  const isAsked = duty.requestId !== undefined && isLaterThan(duty.since, since);
  return isAsked ? { reason: `it is asked for: ${duty.reason}` } : undefined;
}

function isLaterThan(at: Instant | undefined, than: Instant): boolean {
  return at !== undefined && at > than;
}

function startedByHand(
  { machine, record: { power } }: Situation,
  { since }: Replacement,
): GivenUp | undefined {
  if (machine === undefined || !isOn(machine.state)) return undefined;
  const isByPerson = power?.state === 'running' && power.by === 'person' && power.at > since;
  return isByPerson ? { reason: `somebody started ${machine.id}` } : undefined;
}

/** The new machine is gone, or says itself that it cannot do it. */
function lost({ successor, observed, record }: Situation): GivenUp | undefined {
  const id = record.replacement?.newId;
  if (successor.fate === 'gone') {
    const dead = observed.machines.find((machine) => machine.id === id)?.stateReason;
    const isCapacity = dead?.code.endsWith('InsufficientInstanceCapacity') === true;
    const why = dead === undefined ? '' : `: ${dead.code}: ${dead.message}`;
    return {
      reason: `${id} terminated before it was ready${why}`,
      failure: isCapacity ? 'capacity' : 'unready',
    };
  }
  const report = id === undefined ? undefined : observed.reports?.get(id);
  const isFailed = report?.phase === 'failed' && report.bootId !== record.replacement?.formerBootId;
  if (!isFailed) return undefined;
  const reason = `the host of ${id} reports a failure: ${report.reason ?? 'no reason given'}`;
  return { reason, failure: 'unready' };
}

/** Every place and type was tried once; the owner does not wait for another round. */
function withoutCapacity(situation: Situation, { isKept }: Replacement): GivenUp | undefined {
  const { record, successor } = situation;
  if (isKept) {
    const refusal = retryOf(record, 'start');
    const isRefused = refusal?.capacity === true && !isOn(machineOf(successor)?.state);
    return isRefused
      ? { reason: 'AWS has no capacity for it now', failure: 'capacity' }
      : undefined;
  }
  const refusal = retryOf(record, 'launch');
  const revision = wantedRevision(situation);
  if (refusal?.capacity !== true || successor.fate !== 'none' || !('reading' in revision)) {
    return undefined;
  }
  const tries = placementsFor(situation, revision.reading).length;
  return refusal.attempts >= tries
    ? { reason: 'AWS has no capacity for it now', failure: 'capacity' }
    : undefined;
}

/** A new machine that is up by the time it is looked at is not late, however long nobody looked. */
function late(situation: Situation, replacement: Replacement): GivenUp | undefined {
  const { now, spec, record, machine, successor } = situation;
  const { readyWithinMinutes } = spec;
  const deadline =
    successorDeadline(replacement, readyWithinMinutes) ??
    (machine?.state === 'stopped'
      ? plusMillis(replacement.since, readyWithinMinutes * minuteMs)
      : undefined);
  if (deadline === undefined || now < deadline || isUp(machineOf(successor))) return undefined;
  const refusal = retryOf(record, 'launch') ?? retryOf(record, 'snapshot-home');
  // What was never tried has not failed: it begins anew at its moment, and a person's goes on.
  if (replacement.launchedAt === undefined && refusal === undefined) {
    return replacement.requestId === undefined
      ? { reason: `nothing came of it within ${readyWithinMinutes} min` }
      : undefined;
  }
  const what = replacement.newId ?? 'the new machine';
  const why = refusal === undefined ? '' : ` (${refusal.code}: ${refusal.message})`;
  return {
    reason: `${what} was not ready within ${readyWithinMinutes} min${why}`,
    failure: 'unready',
  };
}

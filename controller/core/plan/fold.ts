import type { Action } from '../action.ts';
import { type Instant, plusMillis } from '../instant.ts';
import { type Home, isOn, type Machine } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { tagKeys } from '../tags.ts';
import { completeStep } from './complete-step.ts';
import { consistencyMs, wasStoppedAfter } from './fold-power.ts';
import { afterFailure, forget } from './memory.ts';
import { hasIdentity, isInUse, mayFormat } from './resource-tags.ts';
import { isLive, ordinalOf, type ResourceIndex } from './situation.ts';

/**
 * Brings an interrupted step to its end as far as what is observed tells: found done it is
 * completed, and otherwise a create stays as it is (to be replayed), a start or stop stays until
 * it must have been seen, and any other step is dropped: its action is planned again from the state.
 */
export function foldStep(
  fleet: string,
  record: DevInstanceRecord,
  index: ResourceIndex,
  now: Instant,
): DevInstanceRecord {
  const step = record.step;
  if (step === undefined) return record;
  switch (step.action.kind) {
    case 'launch':
      return foldLaunch(record, index);
    case 'create-home': {
      const [home] = ownHomes(fleet, record, index);
      return home === undefined ? record : completeStep(record, { homeId: home.id });
    }
    case 'start':
      return foldPower(record, index, ['running', 'pending'], now);
    case 'stop':
      return foldPower(record, index, ['stopped', 'stopping'], now);
    case 'adopt-home': {
      const home = index.homesById.get(step.action.homeId);
      return home !== undefined && hasIdentity(fleet, record, home, 'home')
        ? completeStep(record, {})
        : forget(record, 'step');
    }
    case 'restore-home':
      return foldRestore(record, index, step.action.request.tags[tagKeys.token]);
    // It shows in no listing that a pass reads: replayed, it is looked for by its token.
    case 'snapshot-home':
      return record;
    case 'detach-home':
      return foldDetach(record, step.action, index, now);
    case 'terminate': {
      const machine = index.machinesById.get(step.action.machineId);
      return machine === undefined || isLive(machine)
        ? forget(record, 'step')
        : completeStep(record, {});
    }
    case 'set-type':
      return index.machinesById.get(step.action.machineId)?.type === step.action.instanceType
        ? completeStep(record, {})
        : forget(record, 'step');
    default:
      return forget(record, 'step');
  }
}

/** That of a replacement is its point of no return: it stays until it must have been seen. */
function foldDetach(
  record: DevInstanceRecord,
  { machineId, homeId }: Extract<Action, { kind: 'detach-home' }>,
  index: ResourceIndex,
  now: Instant,
): DevInstanceRecord {
  const { step, replacement } = record;
  if (step === undefined || replacement?.oldId !== machineId) return forget(record, 'step');
  const home = index.homesById.get(homeId);
  if (home === undefined) return record;
  const isHeld = home.attachments.some(
    ({ instanceId, state }) =>
      instanceId === machineId && state !== 'detaching' && state !== 'detached',
  );
  if (!isHeld) return completeStep(record, {});
  return now < plusMillis(step.at, consistencyMs) ? record : forget(record, 'step');
}

function foldRestore(
  record: DevInstanceRecord,
  index: ResourceIndex,
  token: string | undefined,
): DevInstanceRecord {
  const made = (index.homesByUid().get(record.uid) ?? []).find(
    (candidate) => candidate.state !== 'deleted' && candidate.tags[tagKeys.token] === token,
  );
  return made === undefined ? record : completeStep(record, { homeId: made.id });
}

function foldLaunch(record: DevInstanceRecord, index: ResourceIndex): DevInstanceRecord {
  const machine = (index.machinesByUid.get(record.uid) ?? []).find(
    (candidate) => ordinalOf(candidate) === record.ordinal,
  );
  if (machine === undefined || record.step === undefined) return record;
  // EC2's own word is later than ours where the step was replayed.
  const { launchedAt } = machine;
  const at = launchedAt > record.step.at ? launchedAt : record.step.at;
  return completeStep(record, { machineId: machine.id }, at);
}

/**
 * Counts a machine that terminated before it was ready as a failed launch: EC2 can end one after
 * RunInstances succeeded, and StateReason says why (EC2 API reference, StateReason).
 */
export function foldDeadLaunch(
  record: DevInstanceRecord,
  index: ResourceIndex,
  now: Instant,
): DevInstanceRecord {
  if (record.machineId === undefined || record.becomingReadySince === undefined) return record;
  const machine = index.machinesById.get(record.machineId);
  if (machine === undefined || isLive(machine)) return record;
  const code = machine.stateReason?.code ?? 'Terminated';
  const message = machine.stateReason?.message ?? 'the instance terminated before it was ready';
  const capacity = code.endsWith('InsufficientInstanceCapacity');
  const gone = forget(record, 'machineId', 'becomingReadySince', 'power', 'upSince');
  const remedy = remedyOfDeath(code);
  const failure = { code, message, capacity, ...(remedy === undefined ? {} : { remedy }) };
  return afterFailure(gone, 'launch', failure, now);
}

/** What mends a launch that EC2 ended with this StateReason (EC2 user guide, instance launch issues). */
function remedyOfDeath(code: string): string | undefined {
  switch (code.replace(/^(Client|Server)\./, '')) {
    case 'VolumeLimitExceeded':
      return 'ask AWS for a higher EBS quota';
    case 'InvalidSnapshot.NotFound':
      return "the image's snapshot is gone: name another image";
    case 'InternalError':
      return 'see whether the KMS key of its root may be used; otherwise it is tried again by itself';
    case 'InsufficientInstanceCapacity':
      return 'allow fallback types or more subnets in the class to have it sooner';
    default:
      return undefined;
  }
}

function foldPower(
  record: DevInstanceRecord,
  index: ResourceIndex,
  goal: readonly string[],
  now: Instant,
): DevInstanceRecord {
  const { step } = record;
  const begun = step?.action;
  const machineId = begun !== undefined && 'machineId' in begun ? begun.machineId : '';
  const machine = index.machinesById.get(machineId);
  if (machine !== undefined && goal.includes(machine.state)) return completeStep(record, {});
  if (machine !== undefined && step !== undefined && wasUndone(machine, step)) {
    return completeStep(record, {});
  }
  // Seen later, it must not be taken for a person's act.
  const mayStillShow = step !== undefined && now < plusMillis(step.at, consistencyMs);
  return mayStillShow ? record : forget(record, 'step');
}

/** Whether a start or stop took effect and somebody did the opposite since. */
function wasUndone(machine: Machine, { action, at }: NonNullable<DevInstanceRecord['step']>) {
  if (action.kind === 'start') return machine.state === 'stopped' && wasStoppedAfter(machine, at);
  return isOn(machine.state) && machine.launchedAt > at;
}

/** Volumes that carry this DevInstance's identity as its home, neither given up nor on their way. */
function ownHomes(fleet: string, record: DevInstanceRecord, index: ResourceIndex): readonly Home[] {
  return (index.homesByUid().get(record.uid) ?? []).filter(
    (candidate) =>
      candidate.state !== 'deleted' &&
      isInUse(candidate) &&
      hasIdentity(fleet, record, candidate, 'home'),
  );
}

/**
 * Takes note of a home that carries this identity although no step of ours named it. It may hold
 * data, so nobody may format it unless a machine was already allowed to.
 */
export function foldHome(
  fleet: string,
  record: DevInstanceRecord,
  index: ResourceIndex,
  now: Instant,
): DevInstanceRecord {
  if (record.homeId !== undefined) return record;
  const [home, ...others] = ownHomes(fleet, record, index);
  if (home === undefined || others.length > 0) return record;
  const machines = index.machinesByUid.get(record.uid) ?? [];
  const homeWasReady = !machines.some((machine) => mayFormat(machine, home.id));
  return { ...record, homeId: home.id, homeSince: now, az: home.az, homeWasReady };
}

/** Takes note of readiness: since when it is awaited, and that a home once became ready. */
export function foldReadiness(
  record: DevInstanceRecord,
  machine: Machine | undefined,
  { isReady, bootId }: { readonly isReady: boolean; readonly bootId: string | undefined },
  now: Instant,
): DevInstanceRecord {
  if (machine === undefined) return record;
  if (machine.state !== 'running') {
    return machine.state === 'pending' || record.becomingReadySince === undefined
      ? record
      : forget(record, 'becomingReadySince');
  }
  const ranAs = record.ranAs === machine.type ? record : { ...record, ranAs: machine.type };
  if (isReady) {
    const known = ranAs.homeWasReady ? ranAs : { ...ranAs, homeWasReady: true };
    const first = known.awaitsFirstReady ? forget(known, 'awaitsFirstReady') : known;
    const booted = first.formerBootId === undefined ? first : forget(first, 'formerBootId');
    const ready = bootId === undefined || booted.bootId === bootId ? booted : { ...booted, bootId };
    return ready.becomingReadySince === undefined ? ready : forget(ready, 'becomingReadySince');
  }
  return ranAs.becomingReadySince === undefined ? { ...ranAs, becomingReadySince: now } : ranAs;
}

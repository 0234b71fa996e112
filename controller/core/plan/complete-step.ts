import type { Action, StopCause } from '../action.ts';
import { type Instant, millisBetween, plusMillis } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { machineSpecOf } from '../replacement/machine-spec.ts';
import {
  completeBeside,
  detachedFrom,
  withoutSnapshot,
  withReplacementSnapshot,
} from '../replacement/step-effects.ts';
import { dutyAt } from '../schedule/duty.ts';
import { isBeingCreated } from './creating.ts';
import { forget, keepRetries, upFacts } from './memory.ts';

/** What a step made, or turned out to have made. */
export interface Found {
  readonly machineId?: string;
  readonly homeId?: string;
  readonly snapshotId?: string;
}

/**
 * What a finished step leaves behind. `at` is when its answer arrived; where its effect was found
 * instead, it is the last moment at which it was sent.
 */
export function completeStep(
  record: DevInstanceRecord,
  found: Found,
  at = record.step?.at ?? '',
): DevInstanceRecord {
  const step = record.step;
  if (step === undefined) return record;
  const { action } = step;
  const done = forget(record, 'step');
  const settled = keepRetries(done, (retry) => retry.actionKind !== action.kind);
  const beside = completeBeside(settled, action, found, at);
  if (beside !== undefined) return beside;
  switch (action.kind) {
    case 'launch':
      return {
        // A launch can still die before it runs: until then its failures count on.
        ...forget(done, 'bootId', 'formerBootId'),
        ...launchedFacts(record, action, at),
        ...(found.machineId === undefined ? {} : { machineId: found.machineId }),
      };
    case 'create-home':
      return {
        ...settled,
        az: action.request.az,
        homeSince: at,
        // What a snapshot held may never be formatted.
        ...(action.request.snapshotId === undefined
          ? {}
          : { homeWasReady: true, awaitsFirstReady: true }),
        ...(found.homeId === undefined ? {} : { homeId: found.homeId }),
      };
    case 'adopt-home':
      return {
        ...forget(settled, 'formerHome'),
        homeId: action.homeId,
        homeSince: at,
        az: action.az,
        homeWasReady: true,
        awaitsFirstReady: true,
      };
    case 'detach-home':
      return detachedFrom(action.machineId, settled, at);
    case 'snapshot-home':
      // A snapshot can still fail before it completes: until then its failures count on.
      return found.snapshotId === undefined
        ? done
        : withSnapshot(done, action, found.snapshotId, at);
    case 'restore-home': {
      const { requestId, request } = action;
      const { snapshotId = '' } = request;
      const made = found.homeId === undefined ? {} : { homeId: found.homeId };
      return { ...settled, restore: { requestId, snapshotId, at, ...made } };
    }
    case 'terminate':
      return forgetMachine(settled, at);
    case 'delete-snapshot':
      return withoutSnapshot(settled, action.snapshotId);
    case 'start':
      return {
        ...settled,
        power: { state: 'running', at, by: 'controller' },
        upSince: upSinceOf(record, at),
        becomingReadySince: at,
        ...newBootAfter(record),
      };
    case 'stop':
      return stoppedFor(action.cause, settled, { at, sentAt: step.at });
    case 'set-type':
      // Another type than asked for is taken for lack of capacity only.
      return action.instanceType === record.effective.instanceType
        ? forget(settled, 'standInType')
        : { ...settled, standInType: action.instanceType };
    default:
      return settled;
  }
}

/** What a start leaves behind: the report of the boot before says nothing of it. */
export function newBootAfter({
  bootId,
}: DevInstanceRecord): Pick<DevInstanceRecord, 'formerBootId'> {
  return bootId === undefined ? {} : { formerBootId: bootId };
}

/** A hold and the time it has been up outlive a stop for a change, and no other. */
function stoppedFor(
  cause: StopCause,
  record: DevInstanceRecord,
  { at, sentAt }: { readonly at: Instant; readonly sentAt: Instant },
): DevInstanceRecord {
  const off = forget(record, 'becomingReadySince', 'standInType');
  const by = { state: 'stopped', by: 'controller' } as const;
  // Whoever asks for the machine after a rest was decided on asks later, whenever AWS answers.
  const isRest = cause === 'idle' || cause === 'max-uptime';
  const power = isRest ? { ...by, at: sentAt, rest: cause } : { ...by, at };
  return cause === 'change' ? { ...off, power } : { ...forget(off, ...upFacts), power };
}

/** Since when a machine that was started counts as up: a stop for a change is left out. */
export function upSinceOf({ upSince, power }: DevInstanceRecord, at: Instant): Instant {
  if (upSince === undefined || power?.state !== 'stopped') return upSince ?? at;
  return plusMillis(upSince, Math.max(0, millisBetween(power.at, at)));
}

function forgetMachine(record: DevInstanceRecord, at: Instant): DevInstanceRecord {
  const { retirement } = record;
  const gone = forget(
    record,
    'machineId',
    'power',
    'becomingReadySince',
    'standInType',
    ...upFacts,
  );
  return retirement === undefined
    ? gone
    : { ...gone, retirement: { ...retirement, terminatedAt: at } };
}

function withSnapshot(
  record: DevInstanceRecord,
  { requestId, purpose }: Extract<Action, { kind: 'snapshot-home' }>,
  snapshotId: string,
  at: Instant,
): DevInstanceRecord {
  if (purpose === 'replacement') return withReplacementSnapshot(record, snapshotId, at);
  if (requestId !== undefined)
    return { ...record, requestedSnapshot: { requestId, snapshotId, at } };
  const { retirement } = record;
  return retirement === undefined
    ? record
    : { ...record, retirement: { ...retirement, snapshotId, snapshotAt: at } };
}

/**
 * A first machine made while its schedule is off counts as started by hand (decision 12); one that
 * takes the place of a lost one goes on as that was.
 */
function launchedFacts(
  record: DevInstanceRecord,
  { request: { instanceType }, image }: Extract<Action, { kind: 'launch' }>,
  at: Instant,
): Partial<DevInstanceRecord> {
  const isHeld =
    isBeingCreated(record) && dutyAt(record.effective.schedule, {}, at).state === 'stopped';
  return {
    power: { state: 'running', at, by: 'controller' },
    upSince: record.upSince ?? at,
    becomingReadySince: at,
    ranAs: instanceType,
    madeFrom: machineSpecOf(record.effective),
    ...(image === undefined ? {} : { image }),
    ...(instanceType === record.effective.instanceType ? {} : { standInType: instanceType }),
    ...(isHeld ? { manualStart: { at, cause: 'creation' as const } } : {}),
  };
}

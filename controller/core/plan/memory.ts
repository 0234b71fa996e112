import type { Action, Outcome } from '../action.ts';
import { fractionOf } from '../hash.ts';
import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { dutyAt } from '../schedule/duty.ts';

const firstRetryMs = 1_000;
const lastRetryMs = 5 * minuteMs;

/** A record without some of its optional facts. */
export function forget<K extends keyof DevInstanceRecord>(
  record: DevInstanceRecord,
  ...keys: readonly K[]
): Omit<DevInstanceRecord, K> & Partial<DevInstanceRecord> {
  const rest: Partial<DevInstanceRecord> = { ...record };
  for (const key of keys) delete rest[key];
  return rest as Omit<DevInstanceRecord, K> & Partial<DevInstanceRecord>;
}

/** The record as it must stand in the ledger before the action is sent (decision 2). */
export function withStep(
  record: DevInstanceRecord,
  action: Action,
  now: Instant,
): DevInstanceRecord {
  const ordinal = action.kind === 'launch' ? record.ordinal + 1 : record.ordinal;
  return { ...record, ordinal, step: { action, at: now } };
}

/** What a finished step leaves behind, whether its answer arrived or its effect was found later. */
export function completeStep(
  record: DevInstanceRecord,
  found: { readonly machineId?: string; readonly homeId?: string },
): DevInstanceRecord {
  const step = record.step;
  if (step === undefined) return record;
  const { action, at } = step;
  const done = { ...forget(record, 'step') } as DevInstanceRecord;
  const settled = record.retry?.actionKind === action.kind ? clearRetry(done) : done;
  switch (action.kind) {
    case 'launch':
      return {
        ...settled,
        ...launchedFacts(record, action.request.instanceType, at),
        ...(found.machineId === undefined ? {} : { machineId: found.machineId }),
      };
    case 'create-home':
      return {
        ...settled,
        az: action.request.az,
        homeSince: at,
        ...(found.homeId === undefined ? {} : { homeId: found.homeId }),
      };
    case 'start':
      return {
        ...settled,
        power: { state: 'running', at, by: 'controller' },
        becomingReadySince: at,
      };
    case 'stop':
      return {
        // A hold outlives a stop for a change, and is over where the schedule stops the machine.
        ...(forget(settled, 'becomingReadySince', 'standInType') as DevInstanceRecord),
        power: { state: 'stopped', at, by: 'controller' },
      };
    case 'set-type':
      // Another type than asked for is taken for lack of capacity only.
      return action.instanceType === record.effective.instanceType
        ? (forget(settled, 'standInType') as DevInstanceRecord)
        : { ...settled, standInType: action.instanceType };
    default:
      return settled;
  }
}

/** A machine made while its schedule is off counts as started by hand (decision 12). */
function launchedFacts(
  record: DevInstanceRecord,
  instanceType: string,
  at: Instant,
): Partial<DevInstanceRecord> {
  const schedule = record.effective.schedule;
  const isOff = dutyAt(schedule, {}, at).state === 'stopped';
  const holdMs = schedule.manualStartHoldMinutes * minuteMs;
  return {
    power: { state: 'running', at, by: 'controller' },
    becomingReadySince: at,
    ranAs: instanceType,
    ...(instanceType === record.effective.instanceType ? {} : { standInType: instanceType }),
    ...(isOff && holdMs > 0
      ? { manualHold: { from: at, until: plusMillis(at, holdMs), cause: 'creation' as const } }
      : {}),
  };
}

function clearRetry(record: DevInstanceRecord): DevInstanceRecord {
  return forget(record, 'retry') as DevInstanceRecord;
}

/** The record after AWS answered the step in it. */
export function applyOutcome(
  record: DevInstanceRecord,
  outcome: Outcome,
  now: Instant,
): DevInstanceRecord {
  const step = record.step;
  if (step === undefined) return record;
  switch (outcome.result) {
    case 'done':
      return completeStep(record, outcome);
    case 'not-sent':
      return forget(record, 'step') as DevInstanceRecord;
    case 'refused':
      return afterFailure(
        forget(record, 'step') as DevInstanceRecord,
        step.action.kind,
        outcome,
        now,
      );
    case 'unknown':
      // The step stays: only what is observed, or a replay under the same token, can tell.
      return afterFailure(record, step.action.kind, { ...outcome, capacity: false }, now);
  }
}

/** Counts a failure and sets the earliest next attempt: 1 s doubling to 5 min, at least half of it. */
export function afterFailure(
  record: DevInstanceRecord,
  actionKind: Action['kind'],
  failure: {
    readonly code: string;
    readonly message: string;
    readonly capacity: boolean;
    readonly remedy?: string;
  },
  now: Instant,
): DevInstanceRecord {
  const before = record.retry?.actionKind === actionKind ? record.retry.attempts : 0;
  const attempts = before + 1;
  const fullMs = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 16));
  const jitter = 0.5 + 0.5 * fractionOf(`${record.uid}/${attempts}`);
  const { code, message, capacity, remedy } = failure;
  return {
    ...record,
    retry: {
      actionKind,
      attempts,
      notBefore: plusMillis(now, Math.round(fullMs * jitter)),
      code,
      message,
      capacity,
      ...(remedy === undefined ? {} : { remedy }),
    },
  };
}

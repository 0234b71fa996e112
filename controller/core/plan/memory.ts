import type { Action, Outcome } from '../action.ts';
import { fractionOf } from '../hash.ts';
import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import type { DevInstanceRecord, Retry } from '../record.ts';
import { dutyAt } from '../schedule/duty.ts';

const firstRetryMs = 1_000;
const lastRetryMs = 5 * minuteMs;

/**
 * How long a created resource may stay invisible before its absence is believed: AWS advises to
 * back off up to minutes after a create (EC2 API, eventual consistency).
 */
export const visibilityMs = 5 * minuteMs;

type OptionalFact = {
  [K in keyof DevInstanceRecord]-?: undefined extends DevInstanceRecord[K] ? K : never;
}[keyof DevInstanceRecord];

/** A record without some of its optional facts. */
export function forget(
  record: DevInstanceRecord,
  ...facts: readonly OptionalFact[]
): DevInstanceRecord {
  const rest: { -readonly [K in keyof DevInstanceRecord]: DevInstanceRecord[K] } = { ...record };
  for (const fact of facts) delete rest[fact];
  return rest;
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

/**
 * What a finished step leaves behind. `at` is when its answer arrived; where its effect was found
 * instead, it is the last moment at which it was sent.
 */
export function completeStep(
  record: DevInstanceRecord,
  found: { readonly machineId?: string; readonly homeId?: string },
  at = record.step?.at ?? '',
): DevInstanceRecord {
  const step = record.step;
  if (step === undefined) return record;
  const { action } = step;
  const done = forget(record, 'step');
  const settled = keepRetries(done, (retry) => retry.actionKind !== action.kind);
  switch (action.kind) {
    case 'launch':
      return {
        // A launch can still die before it runs: until then its failures count on.
        ...done,
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
        ...forget(settled, 'becomingReadySince', 'standInType'),
        power: { state: 'stopped', at, by: 'controller' },
      };
    case 'set-type':
      // Another type than asked for is taken for lack of capacity only.
      return action.instanceType === record.effective.instanceType
        ? forget(settled, 'standInType')
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

/** The failures in a row of one kind of action. */
export function retryOf(record: DevInstanceRecord, kind: Action['kind']): Retry | undefined {
  return record.retries?.find((retry) => retry.actionKind === kind);
}

/** The record with those of its retries alone that are to be kept. */
export function keepRetries(
  record: DevInstanceRecord,
  isKept: (retry: Retry) => boolean,
): DevInstanceRecord {
  const { retries = [], ...rest } = record;
  const kept = retries.filter(isKept);
  if (kept.length === retries.length) return record;
  return kept.length === 0 ? rest : { ...rest, retries: kept };
}

/** The record after AWS answered the step in it, which this pass or an earlier one wrote. */
export function applyOutcome(
  record: DevInstanceRecord,
  outcome: Outcome,
  now: Instant,
  isReplay = false,
): DevInstanceRecord {
  const step = record.step;
  if (step === undefined) return record;
  switch (outcome.result) {
    case 'done':
      return completeStep(record, outcome, now);
    case 'not-sent':
      // A replay that was not sent says nothing about the first attempt: its step stays.
      return isReplay ? record : forget(record, 'step');
    case 'refused': {
      const left = isReplay && mayStillAppear(step, outcome, now) ? record : forget(record, 'step');
      return afterFailure(left, step.action.kind, outcome, now);
    }
    case 'unknown':
      // The step stays: only what is observed, or a replay under the same token, can tell.
      return afterFailure(
        { ...record, step: { ...step, at: now } },
        step.action.kind,
        { ...outcome, capacity: false },
        now,
      );
  }
}

/**
 * Whether a create may have taken effect although its replay was refused: a missing permission says
 * nothing about an earlier attempt, which may not be visible yet. Lack of capacity does: a token
 * that had launched would have been answered with its machine.
 */
function mayStillAppear(
  { action, at }: NonNullable<DevInstanceRecord['step']>,
  { capacity }: { readonly capacity: boolean },
  now: Instant,
): boolean {
  const isCreate = action.kind === 'launch' || action.kind === 'create-home';
  return isCreate && !capacity && now < plusMillis(at, visibilityMs);
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
  const attempts = (retryOf(record, actionKind)?.attempts ?? 0) + 1;
  const others = (record.retries ?? []).filter((retry) => retry.actionKind !== actionKind);
  const fullMs = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 16));
  const jitter = 0.5 + 0.5 * fractionOf(`${record.uid}/${attempts}`);
  const { code, message, capacity, remedy } = failure;
  const notBefore = plusMillis(now, Math.round(fullMs * jitter));
  const said = remedy === undefined ? {} : { remedy };
  const retry = { actionKind, attempts, notBefore, code, message, capacity, ...said };
  return { ...record, retries: [...others, retry] };
}

import type { Action } from '../action.ts';
import { fractionOf } from '../hash.ts';
import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import type { DevInstanceRecord, Retry } from '../record.ts';

const firstRetryMs = 1_000;
/** Snapshots of one volume are at least 15 s apart (EC2, SnapshotCreationPerVolumeRateExceeded). */
const firstSnapshotRetryMs = 30_000;
const lastRetryMs = 5 * minuteMs;

/**
 * How long a created resource may stay invisible before its absence is believed: AWS advises to
 * back off up to minutes after a create (EC2 API, eventual consistency).
 */
export const visibilityMs = 5 * minuteMs;

type OptionalFact = {
  [K in keyof DevInstanceRecord]-?: undefined extends DevInstanceRecord[K] ? K : never;
}[keyof DevInstanceRecord];

/** What counts for the time that a machine is up, and no longer. */
export const upFacts = ['manualStart', 'upSince', 'askedUntil'] as const;

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

/**
 * How long to wait after so many failures in a row, in milliseconds: doubling up to 5 min, and of that
 * at least half, by a fraction that `subject` settles.
 */
export function retryDelayMs(attempts: number, subject: string, firstMs = firstRetryMs): number {
  const fullMs = Math.min(lastRetryMs, firstMs * 2 ** Math.min(attempts - 1, 16));
  return Math.round(fullMs * (0.5 + 0.5 * fractionOf(`${subject}/${attempts}`)));
}

/** Counts a failure and sets the earliest next attempt: doubling up to 5 min, at least half of it. */
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
  const firstMs = actionKind === 'snapshot-home' ? firstSnapshotRetryMs : firstRetryMs;
  const { code, message, capacity, remedy } = failure;
  const notBefore = plusMillis(now, retryDelayMs(attempts, record.uid, firstMs));
  const said = remedy === undefined ? {} : { remedy };
  const retry = { actionKind, attempts, notBefore, code, message, capacity, ...said };
  return { ...record, retries: [...others, retry] };
}

import type { Action, Outcome } from '../action.ts';
import { type Instant, plusMillis } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { completeStep } from './complete-step.ts';
import { afterFailure, forget, visibilityMs } from './memory.ts';

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
  return isCreate(action) && !capacity && now < plusMillis(at, visibilityMs);
}

/** Whether an action makes something, so that doing it again could make a second one. */
export function isCreate({ kind }: Action): boolean {
  return (
    kind === 'launch' ||
    kind === 'create-home' ||
    kind === 'restore-home' ||
    kind === 'snapshot-home'
  );
}

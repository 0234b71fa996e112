import type { Problem } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import type { ReadFailure } from '../core/observed.ts';
import type { Plan } from '../core/plan/world.ts';
import { inForceRecord } from './in-force.ts';
import { shownRollouts } from './plan-rollouts.ts';
import { countChanges } from './plan-text.ts';
import { rolloutRecord } from './rollout-json.ts';

/** Grows when a line's meaning changes; new fields and new types of line do not count. */
const schemaVersion = 1;

/** The plan as one JSON object a line: `planned_change`, `hold`, `override`, …, last `change_summary`. */
export function planNdjson(
  plan: Plan,
  context: {
    readonly fleet: string;
    readonly now: Instant;
    readonly mode: string;
    readonly problems: readonly Problem[];
    readonly failures: readonly ReadFailure[];
  },
): string {
  const { fleet, now, mode, problems, failures } = context;
  const lines: readonly Record<string, unknown>[] = [
    { type: 'plan', fleet, now, mode },
    ...problems.map(diagnostic),
    ...failures.map((failure) => ({ type: 'read_failure', ...failure })),
    ...plan.interlocks.map((interlock) => ({ type: 'interlock', ...interlock })),
    ...plan.changes.map(({ kind, ...change }) => ({
      type: 'planned_change',
      action: kind,
      ...change,
    })),
    ...plan.holds.map((held) => ({ type: 'hold', ...held })),
    ...shownRollouts(plan).map((status) => ({ type: 'rollout', ...rolloutRecord(status) })),
    ...plan.channelActions.map(({ kind, ...rest }) => ({
      type: 'channel_action',
      action: kind,
      ...rest,
    })),
    ...plan.waiting.map((waiting) => ({ type: 'waiting', ...waiting })),
    ...plan.transitions.map((transition) => ({ type: 'transition', ...transition })),
    ...plan.inForce.map(inForceRecord),
    { type: 'change_summary', ...countChanges(plan) },
  ];
  return ndjson(lines);
}

/** Problems alone, in the lines of a plan: where there can be none. */
export function problemsNdjson(problems: readonly Problem[]): string {
  return ndjson(problems.map(diagnostic));
}

function diagnostic(problem: Problem): Record<string, unknown> {
  return { type: 'diagnostic', ...problem };
}

function ndjson(lines: readonly Record<string, unknown>[]): string {
  return lines.map((line) => `${JSON.stringify({ schemaVersion, ...line })}\n`).join('');
}

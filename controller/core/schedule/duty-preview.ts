import type { Duty, DutyRule, ResolvedSchedule } from '../desired.ts';
import { type Instant, toMillis } from '../instant.ts';
import { afterChange, dutyAt } from './duty.ts';
import { type PreviewFrame, previewCourse, type SchedulePreview } from './preview.ts';
import type { ScheduleMemory } from './schedule-memory.ts';
import type { Transition } from './windows.ts';

/** Something in a preview that is not from windows. */
export interface PreviewNote {
  /** Since when, or from the preview's beginning on. */
  readonly at: Instant;
  readonly rule: DutyRule;
  /** For people. */
  readonly reason: string;
}

/** A preview of one machine: what its schedule, and all that counts beside it, will do with it. */
export interface DutyPreview extends SchedulePreview {
  /** Where the schedule comes from, for people. */
  readonly schedule: string;
  /** By instant. */
  readonly notes: readonly PreviewNote[];
}

/** Rules that a schedule's windows stand for by themselves. */
const windowRules: ReadonlySet<DutyRule> = new Set([
  'always',
  'never',
  'window',
  'early-start',
  'exception',
  'off-hours',
]);

/**
 * Looks ahead with everything that counts beside the windows, as it is remembered `now`; each change
 * is taken to be made when it is due, those before the preview begins too. Throws as
 * `compileSchedule` does.
 */
export function previewDuty(
  schedule: ResolvedSchedule,
  memory: ScheduleMemory,
  frame: Omit<PreviewFrame, 'timezone'>,
  now: Instant,
): DutyPreview {
  const { from } = frame;
  const transitions: Transition[] = [];
  const notes: PreviewNote[] = [];
  let known = rememberedAt(schedule, memory, now, from);
  const first = dutyAt(schedule, known, from);
  let duty: Duty = first;
  for (let at = from; ; ) {
    if (!windowRules.has(duty.rule)) notes.push(noteOf(duty, at));
    const { next } = duty;
    if (next === undefined || next.at >= frame.until) break;
    const { state, reason } = next;
    transitions.push({ at: toMillis(next.at), state, reason });
    known = afterChange(known, next);
    at = next.at;
    duty = dutyAt(schedule, known, at);
  }
  const { timezone, source } = schedule;
  const course = { stateAtFrom: first.state, transitions };
  return { ...previewCourse({ ...frame, timezone }, course), schedule: source, notes };
}

/** What will be remembered at a later moment; at an earlier one, what is remembered now. */
function rememberedAt(
  schedule: ResolvedSchedule,
  memory: ScheduleMemory,
  now: Instant,
  moment: Instant,
): ScheduleMemory {
  let known = memory;
  for (let at = now; ; ) {
    const { next } = dutyAt(schedule, known, at);
    if (next === undefined || next.at > moment) return known;
    known = afterChange(known, next);
    at = next.at;
  }
}

function noteOf({ rule, reason, since }: Duty, at: Instant): PreviewNote {
  return { at: since === undefined || since < at ? at : since, rule, reason };
}

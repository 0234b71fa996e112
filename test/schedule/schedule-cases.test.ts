import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ScheduleException, ScheduleWindow } from '../../controller/core/desired.ts';
import {
  fromMillis,
  type Instant,
  minuteMs,
  plusMillis,
  toMillis,
} from '../../controller/core/instant.ts';
import { compileSchedule } from '../../controller/core/schedule/compiled-schedule.ts';
import { dutyAt } from '../../controller/core/schedule/duty.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { nextTransition, windowsDuty } from '../../controller/core/schedule/windows.ts';
import { resolvedSchedule } from '../support/schedules.ts';

interface ScheduleCase {
  readonly id: string;
  readonly kind: 'pure' | 'exceptions' | 'stateful' | 'hold';
  readonly timezone: string;
  readonly windows: readonly ScheduleWindow[];
  readonly exceptions?: readonly ScheduleException[];
  readonly at: string;
  readonly expected: 'running' | 'stopped' | 'next';
  readonly next?: string;
  readonly stateAt?: 'running' | 'stopped';
  readonly hold?: { readonly from: string; readonly for: string };
  readonly scheduleState?: 'running' | 'stopped';
  readonly state?: {
    readonly instance: 'running' | 'stopped';
    readonly lastDesired: 'running' | 'stopped' | 'unknown';
    readonly enforce?: boolean;
    readonly stopNew?: boolean;
    readonly actions?: 'start-only' | 'stop-only';
  };
  readonly note: string;
}

const cases: readonly ScheduleCase[] = JSON.parse(
  readFileSync(new URL('./schedule-cases.json', import.meta.url), 'utf8'),
);

function casesOf(...kinds: readonly ScheduleCase['kind'][]): readonly ScheduleCase[] {
  return cases.filter((one) => kinds.includes(one.kind));
}

test('every kind of case is there', () => {
  expect(casesOf('pure').length).toBe(153);
  expect(casesOf('exceptions').length).toBe(5);
  expect(casesOf('hold').length).toBe(2);
  expect(casesOf('stateful').length).toBe(13);
});

test.each(casesOf('pure', 'exceptions'))('$id: $note', (one) => {
  const schedule = compileSchedule({ ...one, exceptions: one.exceptions ?? [] });
  const duty = windowsDuty(schedule, toMillis(one.at));
  const state = one.expected === 'next' ? one.stateAt : one.expected;
  if (state !== undefined) expect(duty.state).toBe(state);
  if (one.next === undefined) return;
  expect(duty.until).toBe(toMillis(one.next));
  const next = nextTransition(schedule, toMillis(one.at));
  expect(next?.at).toBe(toMillis(one.next));
  expect(next?.state).toBe(duty.state === 'running' ? 'stopped' : 'running');
});

/** The behaviour that a case's peer had: `enforce` or `stopNew` grants no time after a start by hand. */
function scheduleOf({ timezone, windows, exceptions = [], hold, state }: ScheduleCase) {
  const isStrict = state?.enforce === true || state?.stopNew === true;
  const heldMinutes = hold === undefined ? 240 : Number.parseInt(hold.for, 10) * 60;
  return resolvedSchedule({
    timezone,
    windows,
    exceptions,
    actions: state?.actions ?? 'both',
    manualStop: state?.enforce === true ? 'restart' : 'until-next-window',
    manualStartHoldMinutes: isStrict ? 0 : heldMinutes,
  });
}

/**
 * A case tells the machine's power state and what was wanted last; where they differ a person
 * acted a minute ago.
 */
function memoryOf({ at, hold, state }: ScheduleCase): ScheduleMemory {
  if (hold !== undefined) return { manualStart: { at: instantOf(hold.from), cause: 'person' } };
  const actedAt = plusMillis(instantOf(at), -minuteMs);
  if (state?.instance === 'stopped' && state.lastDesired === 'running') {
    return { stop: { at: actedAt, by: 'person' } };
  }
  if (state?.instance === 'running' && state.lastDesired !== 'running') {
    return { manualStart: { at: actedAt, cause: 'person' } };
  }
  return {};
}

function instantOf(text: string): Instant {
  return fromMillis(toMillis(text));
}

test.each(casesOf('stateful'))('$id: what its schedule alone wants', (one) => {
  expect(dutyAt(scheduleOf(one), {}, instantOf(one.at)).state).toBe(one.scheduleState);
});

test.each(cases)('$id as a duty: $note', (one) => {
  const duty = dutyAt(scheduleOf(one), memoryOf(one), instantOf(one.at));
  // The cases that name no state are of holds: a machine that runs.
  const state = one.expected === 'next' ? (one.stateAt ?? 'running') : one.expected;
  expect(duty.enforced ? duty.state : one.state?.instance).toBe(state);
  if (one.next === undefined) return;
  const next = { at: instantOf(one.next), state: duty.state === 'running' ? 'stopped' : 'running' };
  expect(duty).toMatchObject({ until: next.at, next });
});

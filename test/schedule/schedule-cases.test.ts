import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ScheduleException, ScheduleWindow } from '../../controller/core/desired.ts';
import { fromMillis, hourMs, plusMillis, toMillis } from '../../controller/core/instant.ts';
import { compileSchedule } from '../../controller/core/schedule/compiled-schedule.ts';
import { dutyAt, type ScheduleMemory } from '../../controller/core/schedule/duty.ts';
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

test.each(casesOf('hold'))('$id: $note', (one) => {
  const schedule = resolvedSchedule({ timezone: one.timezone, windows: one.windows });
  const from = fromMillis(toMillis(one.hold?.from ?? ''));
  const until = plusMillis(from, Number.parseInt(one.hold?.for ?? '', 10) * hourMs);
  const duty = dutyAt(schedule, { manualHold: { from, until } }, fromMillis(toMillis(one.at)));
  expect(duty).toMatchObject({ state: 'running', until: fromMillis(toMillis(one.next ?? '')) });
});

/**
 * A case tells the machine's power state and what was wanted last; where they differ a person
 * acted a moment ago. `enforce` and `stopNew` are a manual hold of zero and `restart`.
 */
function memoryOf({ at, state }: ScheduleCase): ScheduleMemory {
  const now = fromMillis(toMillis(at));
  const actedAt = plusMillis(now, -60_000);
  const isObliging = state?.enforce !== true && state?.stopNew !== true;
  if (state?.instance === 'stopped' && state.lastDesired === 'running') {
    return { manualStopAt: actedAt };
  }
  if (state?.instance === 'running' && state.lastDesired !== 'running' && isObliging) {
    return { manualHold: { from: actedAt, until: plusMillis(actedAt, 4 * hourMs) } };
  }
  return {};
}

test.each(casesOf('stateful'))('$id: $note', (one) => {
  const schedule = resolvedSchedule({
    timezone: one.timezone,
    windows: one.windows,
    actions: one.state?.actions ?? 'both',
    manualStop: one.state?.enforce === true ? 'restart' : 'until-next-window',
  });
  const now = fromMillis(toMillis(one.at));
  expect(dutyAt(schedule, {}, now).state).toBe(one.scheduleState);
  const duty = dutyAt(schedule, memoryOf(one), now);
  expect(duty.enforced ? duty.state : one.state?.instance).toBe(one.expected);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Duty } from '../../controller/core/desired.ts';
import { dayMs, fromMillis, minuteMs, toMillis } from '../../controller/core/instant.ts';
import { changesAhead, dutyAt } from '../../controller/core/schedule/duty.ts';
import { type DutySituation, dutySituation } from '../support/arbitrary-memory.ts';
import { splitWindows } from '../support/arbitrary-schedules.ts';
import { DutyOracle } from '../support/duty-oracle.ts';

// To walk further: PROPERTIES_SEED=7. A failure prints its seed and its smallest example.
fc.configureGlobal({ seed: Number(process.env['PROPERTIES_SEED'] ?? 1) });

const share = fc.double({ min: 0, max: 1, noNaN: true });

function dutyOf({ schedule, memory }: DutySituation, millis: number): Duty {
  return dutyAt(schedule, memory, fromMillis(millis));
}

function turn({ state, until, next }: Duty): unknown {
  return { state, until, next };
}

test('until its end a duty stays as it is, and then what was next is wanted', () => {
  fc.assert(
    fc.property(dutySituation, fc.array(share, { maxLength: 3 }), (given, shares) => {
      const duty = dutyOf(given, given.at);
      const { until, next } = duty;
      const end = until === undefined ? given.at + 500 * dayMs : toMillis(until);
      const between = shares.map((part) => Math.floor(given.at + part * (end - 1 - given.at)));
      for (const moment of [...between, end - 1])
        expect(turn(dutyOf(given, moment))).toEqual(turn(duty));
      if (until === undefined) return;
      expect(next?.at).toBe(until);
      expect(next?.state !== duty.state || next?.enforced).toBe(true);
      const { state, rule, reason, enforced } = dutyOf(given, end);
      expect(next).toEqual({ at: until, state, rule, reason, enforced });
    }),
    { numRuns: 500 },
  );
});

test('a duty and its end are what the rules say, at every few minutes', () => {
  const reach = 4 * 1440;
  fc.assert(
    fc.property(dutySituation, ({ schedule, memory, at }) => {
      const now = at / minuteMs;
      const oracle = new DutyOracle(schedule, memory, now - reach, now + reach + 60);
      const { state, until, next } = dutyAt(schedule, memory, fromMillis(at));
      const end = until === undefined ? Number.POSITIVE_INFINITY : toMillis(until) / minuteMs;
      const last = Math.min(end - 1, now + reach);
      const moments = Array.from({ length: (last - now) / 10 }, (_, step) => now + 10 * step);
      for (const moment of [...moments, last]) {
        expect(oracle.isWanted(moment)).toBe(state === 'running');
      }
      if (last === end - 1) expect(oracle.isWanted(end)).toBe(next?.state === 'running');
    }),
    { numRuns: 300 },
  );
});

test('the order of windows, exceptions and overrides changes nothing', () => {
  fc.assert(
    fc.property(dutySituation, (given) => {
      const { schedule, memory, at } = given;
      // Of two that were asked for at once the later one in the list counts.
      const moments = (memory.overrides ?? []).map(({ from }) => from);
      fc.pre(new Set(moments).size === moments.length);
      const { windows, exceptions } = schedule;
      const turned = {
        at,
        schedule: {
          ...schedule,
          windows: windows.toReversed(),
          exceptions: exceptions.toReversed(),
        },
        memory: { ...memory, overrides: memory.overrides?.toReversed() ?? [] },
      };
      const { state, until } = dutyOf(given, at);
      expect(dutyOf(turned, at)).toMatchObject({ state, ...(until && { until }) });
    }),
    { numRuns: 300 },
  );
});

test('a window split in two adjacent ones changes nothing but what is said', () => {
  fc.assert(
    fc.property(dutySituation, share, (given, part) => {
      const { schedule, memory, at } = given;
      const windows = splitWindows(schedule.windows, part * 0.999);
      const parts = dutyOf({ schedule: { ...schedule, windows }, memory, at }, at);
      const { rule, reason, field, next, ...whole } = dutyOf(given, at);
      expect(parts).toMatchObject(whole);
    }),
    { numRuns: 300 },
  );
});

test('what was done at any time makes no duty fail, nor the changes ahead', () => {
  fc.assert(
    fc.property(dutySituation, fc.integer({ min: -6, max: 6 }), (given, daysOff) => {
      const now = fromMillis(given.at + daysOff * dayMs);
      const changes = changesAhead(given.schedule, given.memory, now, 5);
      const moments = [now, ...changes.map(({ at }) => at)];
      expect(moments).toEqual([...new Set(moments)].sort());
    }),
    { numRuns: 300 },
  );
});

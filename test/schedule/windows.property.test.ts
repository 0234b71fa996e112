import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ScheduleTimes } from '../../controller/core/desired.ts';
import { dayMs, minuteMs } from '../../controller/core/instant.ts';
import {
  type CompiledSchedule,
  compileSchedule,
} from '../../controller/core/schedule/compiled-schedule.ts';
import {
  nextTransition,
  transitionsBetween,
  windowsDuty,
} from '../../controller/core/schedule/windows.ts';
import { firstInstantReading, zoneOf } from '../../controller/core/schedule/zone.ts';
import {
  clockChange,
  isMeant,
  minutesOf,
  situation,
  splitWindows,
} from '../support/arbitrary-schedules.ts';

const rangeMs = 20 * dayMs;

function changes(schedule: CompiledSchedule, from: number, until: number): string[] {
  return transitionsBetween(schedule, from, until).map(({ at, state }) => `${at} ${state}`);
}

test('duty is constant between transitions, states alternate, the next change is the first', () => {
  fc.assert(
    fc.property(situation, fc.double({ min: 0, max: 1, noNaN: true }), ({ times, at }, share) => {
      const schedule = compileSchedule(times);
      const edges = transitionsBetween(schedule, at, at + rangeMs);
      let from = at;
      let state = windowsDuty(schedule, at).state;
      for (const edge of edges) {
        for (const moment of [from, Math.floor(from + share * (edge.at - from - 1)), edge.at - 1]) {
          expect(windowsDuty(schedule, moment)).toMatchObject({ state, until: edge.at });
          expect(nextTransition(schedule, moment)).toEqual(edge);
        }
        expect(edge.state).not.toBe(state);
        from = edge.at;
        state = edge.state;
        expect(windowsDuty(schedule, from)).toMatchObject({ state, since: from });
      }
      expect(windowsDuty(schedule, at + rangeMs - 1).state).toBe(state);
    }),
    { numRuns: 400 },
  );
});

test('no transition is lost or doubled where a period is cut in two', () => {
  fc.assert(
    fc.property(situation, fc.integer({ min: 1, max: rangeMs - 1 }), ({ times, at }, cut) => {
      const schedule = compileSchedule(times);
      const middle = at + cut;
      const parts = [
        ...changes(schedule, at, middle),
        ...changes(schedule, middle - 1, middle + 1).filter((text) =>
          text.startsWith(`${middle} `),
        ),
        ...changes(schedule, middle, at + rangeMs),
      ];
      expect(parts).toEqual(changes(schedule, at, at + rangeMs));
    }),
    { numRuns: 300 },
  );
});

test('the order of windows, days and exceptions does not matter', () => {
  fc.assert(
    fc.property(situation, ({ times, at }) => {
      const turned: ScheduleTimes = {
        ...times,
        windows: times.windows.map((one) => ({ ...one, days: one.days.toReversed() })).reverse(),
        exceptions: times.exceptions.toReversed(),
      };
      const expected = changes(compileSchedule(times), at, at + rangeMs);
      expect(changes(compileSchedule(turned), at, at + rangeMs)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('a window split in two adjacent ones is the same window', () => {
  fc.assert(
    fc.property(situation, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, share) => {
      const { times, at } = given;
      const expected = changes(compileSchedule(times), at, at + rangeMs);
      const schedule = compileSchedule({ ...times, windows: splitWindows(times.windows, share) });
      expect(changes(schedule, at, at + rangeMs)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

/** What the clock of a zone reads at each minute of a period, by Intl alone. */
function readings(timeZone: string, from: number, until: number): { at: number; local: number }[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const found: { at: number; local: number }[] = [];
  for (let at = from; at < until; at += minuteMs) {
    found.push({ at, local: Date.parse(`${format.format(at).replace(' ', 'T')}Z`) });
  }
  return found;
}

test('a boundary is the first minute that reads the local time or later, around clock changes', () => {
  fc.assert(
    fc.property(clockChange, ([name, at]) => {
      const scanned = readings(name, at - 30 * 60 * minuteMs, at + 30 * 60 * minuteMs);
      const target = zoneOf(name);
      let next = scanned[0]?.local ?? 0;
      for (const { at: minute, local } of scanned) {
        // Every local time up to this reading that no earlier minute had reached.
        for (; next <= local; next += minuteMs) {
          if (minute !== scanned[0]?.at) expect(firstInstantReading(target, next)).toBe(minute);
        }
      }
    }),
    { numRuns: 60 },
  );
});

/** The open windows near a moment, from the readings of the clock. */
function openWindows(times: ScheduleTimes, at: number): { from: number; until: number }[] {
  const scanned = readings(times.timezone, at - 4 * dayMs, at + 3 * dayMs);
  const boundary = (local: number) => scanned.find((one) => one.local >= local)?.at ?? Infinity;
  const today = Math.floor(at / dayMs) * dayMs;
  return [-2, -1, 0, 1].flatMap((ahead) => {
    const midnight = today + ahead * dayMs;
    const date = new Date(midnight);
    const text = date.toISOString().slice(0, 10);
    const exception = times.exceptions.find((one) => one.date === text);
    const regular = times.windows.filter((one) => one.days.some((token) => isMeant(token, date)));
    const windows =
      exception === undefined ? regular : 'windows' in exception ? exception.windows : [];
    return windows.map(({ start, end }) => {
      const endMinutes = minutesOf(end) > minutesOf(start) ? minutesOf(end) : minutesOf(end) + 1440;
      return {
        from: boundary(midnight + minutesOf(start) * minuteMs),
        until: boundary(midnight + endMinutes * minuteMs),
      };
    });
  });
}

test('the state is what the definition says, minute by minute of Intl', () => {
  fc.assert(
    fc.property(situation, ({ times, at: second }) => {
      const at = Math.floor(second / minuteMs) * minuteMs;
      const open = openWindows(times, at).filter(({ from, until }) => from < until);
      const isRunning = open.some(
        ({ from, until }) =>
          (from <= at && at < until) ||
          (until <= at && open.some((next) => next.from > at && next.from - until <= minuteMs)),
      );
      const duty = windowsDuty(compileSchedule(times), at);
      expect(duty.state).toBe(isRunning ? 'running' : 'stopped');
    }),
    { numRuns: 80 },
  );
});

import { dayMs, fromMillis, minuteMs } from '../controller/core/instant.ts';
import { compileSchedule } from '../controller/core/schedule/compiled-schedule.ts';
import { dutyAt } from '../controller/core/schedule/duty.ts';
import { transitionsBetween } from '../controller/core/schedule/windows.ts';
import type { Figure } from './figure.ts';
import { fleetOf } from './fleet-files.ts';
import { timeRuns } from './timing.ts';

const machineCount = 100_000;
const begin = Date.UTC(2026, 10, 23, 12);

/** Schedules alone: the duty of very many machines, and a year ahead. */
export async function scheduleFigures(): Promise<readonly Figure[]> {
  const schedules = [...fleetOf(50).devInstances.values()].map(({ schedule }) => schedule);
  const machines = Array.from(
    { length: machineCount },
    (_, index) => schedules[index % schedules.length],
  );
  const duty = await timeRuns(15, momentsEvery(7 * minuteMs), (moment) => {
    const now = fromMillis(moment);
    for (const schedule of machines) if (schedule !== undefined) dutyAt(schedule, {}, now);
  });
  const compiled = schedules.map(compileSchedule);
  const transitions = await timeRuns(15, momentsEvery(dayMs), (from) => {
    for (const schedule of compiled) transitionsBetween(schedule, from, from + 365 * dayMs);
  });
  return [
    {
      what: 'duty of 100,000 machines',
      median: duty.medianMs,
      unit: 'ms',
      note: `50 schedules; ${((duty.medianMs * 1000) / machineCount).toFixed(2)} µs each`,
    },
    {
      what: 'transitions of a year',
      median: (transitions.medianMs * 1000) / schedules.length,
      unit: 'µs',
      note: 'each schedule',
    },
  ];
}

/** Another moment each time, so that nothing is answered from memory of the run before. */
function momentsEvery(millis: number): () => number {
  let moment = begin;
  return () => {
    moment += millis;
    return moment;
  };
}

import { dayMs, fromMillis, hourMs, minuteMs } from '../controller/core/instant.ts';
import { compileSchedule } from '../controller/core/schedule/compiled-schedule.ts';
import { dutyAt } from '../controller/core/schedule/duty.ts';
import { leadOf, type ScheduleMemory } from '../controller/core/schedule/schedule-memory.ts';
import { transitionsBetween } from '../controller/core/schedule/windows.ts';
import type { Figure } from './figure.ts';
import { fleetOf } from './fleet-files.ts';
import { peerFigures } from './schedule-peers.ts';
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
  const memories = machines.map((_, index) => memoryOf(index));
  const remembered = await timeRuns(15, momentsEvery(7 * minuteMs), (moment) => {
    const now = fromMillis(moment);
    for (const [index, schedule] of machines.entries())
      if (schedule !== undefined) dutyAt(schedule, memories[index] ?? {}, now);
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
      target: 100,
      note: `50 schedules; ${((duty.medianMs * 1000) / machineCount).toFixed(2)} µs each`,
    },
    {
      what: '  20 % with something remembered',
      median: remembered.medianMs,
      unit: 'ms',
      note: 'an override, a start by hand or a lead',
    },
    {
      what: 'transitions of a year',
      median: (transitions.medianMs * 1000) / schedules.length,
      unit: 'µs',
      target: 5000,
      note: 'each schedule',
    },
    ...(await peerFigures()),
  ];
}

/** Of five machines one is kept on or off by a request, was started by hand, or is started early. */
function memoryOf(index: number): ScheduleMemory {
  if (index % 5 !== 0) return {};
  const from = fromMillis(begin - (index % 180) * minuteMs);
  const kind = (index / 5) % 3;
  if (kind === 0) return { manualStart: { at: from, cause: 'person' } };
  if (kind === 1) return { leadMs: leadOf(`uid-${index}`, 10) };
  const state = index % 2 === 0 ? 'running' : 'stopped';
  const until = fromMillis(begin + 8 * hourMs);
  const said = { command: 'start', actor: 'alice', reason: 'release' } as const;
  return { overrides: [{ id: `request-${index}`, state, from, until, ...said }] };
}

/** Another moment each time, so that nothing is answered from memory of the run before. */
function momentsEvery(millis: number): () => number {
  let moment = begin;
  return () => {
    moment += millis;
    return moment;
  };
}

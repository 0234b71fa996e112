import fc from 'fast-check';
import type { ResolvedSchedule } from '../../controller/core/desired.ts';
import { fromMillis, type Instant, minuteMs } from '../../controller/core/instant.ts';
import type { Override, ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { type Situation, situation } from './arbitrary-schedules.ts';
import { resolvedSchedule } from './schedules.ts';

/** A schedule with its behaviour, what was done to a machine, and a moment to ask about. */
export interface DutySituation {
  readonly schedule: ResolvedSchedule;
  readonly memory: ScheduleMemory;
  /** At a whole minute, as everything in the memory is. */
  readonly at: number;
}

const behaviour = fc.record(
  {
    manualStartHoldMinutes: fc.constantFrom(0, 30, 240, 1440),
    manualStop: fc.constantFrom('until-next-window' as const, 'restart' as const),
    maxUptimeMinutes: fc.integer({ min: 300, max: 6000 }),
    idleStopAfterMinutes: fc.integer({ min: 15, max: 600 }),
    actions: fc.constantFrom('both' as const, 'start-only' as const, 'stop-only' as const),
  },
  { requiredKeys: [] },
);

/** Ways to be always on or off beside windows. */
const mode = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ mode: 'always' } as const, { mode: 'never' } as const),
  },
);

/** Facts of the three days before a moment; overrides may also begin soon after it. */
function memoryNear(at: number): fc.Arbitrary<ScheduleMemory> {
  const moment = (min: number, max: number): fc.Arbitrary<Instant> =>
    fc.integer({ min, max }).map((minutes) => fromMillis(at + minutes * minuteMs));
  const past = fc.oneof(moment(-600, 0), moment(-4320, 0));
  return fc.record(
    {
      manualStart: fc.record({ at: past, cause: fc.constantFrom('person', 'creation') }),
      stop: fc.record({ at: past, by: fc.constantFrom('person', 'idle', 'max-uptime') }),
      overrides: overridesNear(at),
      upSince: past,
      idleSince: past,
      leadMs: fc.integer({ min: 0, max: 40 }).map((minutes) => minutes * minuteMs),
    },
    { requiredKeys: [] },
  );
}

function overridesNear(at: number): fc.Arbitrary<Override[]> {
  const override = fc.record({
    id: fc.uuid(),
    state: fc.constantFrom('running' as const, 'stopped' as const),
    startsIn: fc.integer({ min: -2880, max: 600 }),
    minutes: fc.integer({ min: 1, max: 2880 }),
  });
  return fc.uniqueArray(override, { maxLength: 3, selector: ({ id }) => id }).map((overrides) =>
    overrides.map(({ id, state, startsIn, minutes }) => ({
      id,
      state,
      from: fromMillis(at + startsIn * minuteMs),
      until: fromMillis(at + (startsIn + minutes) * minuteMs),
      command: state === 'running' ? 'start' : 'stop',
      actor: 'alice',
      reason: '',
    })),
  );
}

/** Every kind of schedule with every kind of memory. */
export const dutySituation: fc.Arbitrary<DutySituation> = situation.chain((given: Situation) => {
  const at = Math.floor(given.at / minuteMs) * minuteMs;
  return fc.tuple(behaviour, mode, memoryNear(at)).map(([how, of, memory]) => ({
    schedule: resolvedSchedule({ ...given.times, ...how, ...of }),
    memory,
    at,
  }));
});

import type { Duty } from '../desired.ts';
import { dutyAt } from '../schedule/duty.ts';
import type { Override, ScheduleMemory } from '../schedule/schedule-memory.ts';
import { memoryOf } from './duty.ts';
import type { Situation } from './situation.ts';

/** What will be wanted of a DevInstance once the controller knows of an override. */
export function dutyWith(situation: Situation, asked: Override): Duty {
  const memory = memoryOf(situation);
  const overrides = [...(memory.overrides ?? []), asked];
  return dutyAt(situation.spec.schedule, { ...actedOn(memory, asked), overrides }, asked.from);
}

/** What is remembered once the machine was started or stopped as asked. */
function actedOn(memory: ScheduleMemory, { state, from }: Override): ScheduleMemory {
  const { upSince, idleSince, stop: _, ...rest } = memory;
  if (state === 'stopped') return rest;
  const used = idleSince === undefined ? {} : { idleSince };
  return { ...rest, ...used, upSince: upSince ?? from };
}

/** What will be wanted of a DevInstance once nothing that people asked for stands any more. */
export function dutyWithout(situation: Situation): Duty {
  const { overrides: _, ...rest } = memoryOf(situation);
  return dutyAt(situation.spec.schedule, rest, situation.now);
}

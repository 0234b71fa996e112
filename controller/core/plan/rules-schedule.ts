import type { ResolvedSchedule } from '../desired.ts';
import { clockIn } from '../schedule/clock.ts';
import { changesAhead } from '../schedule/duty.ts';
import { memoryOf } from './duty.ts';
import { change, type Rule } from './finding.ts';
import type { Situation } from './situation.ts';
import { isPutAway } from './status.ts';

/** How many starts and stops are shown of a schedule that changes. */
const transitionsShown = 3;

/** A schedule that git changed: it counts from this pass on, also in the middle of a window. */
export const scheduleEditRule: Rule = (situation) => {
  const { formerSchedule, spec } = situation;
  if (formerSchedule === undefined || isPutAway(situation)) return undefined;
  const details = [
    sourcesText(formerSchedule, spec.schedule),
    `before: ${aheadText(situation, formerSchedule)}`,
    `after: ${aheadText(situation, spec.schedule)}`,
  ];
  return { changes: [change(situation, 'change', ['spec_schedule'], { details, at: 'now' })] };
};

function sourcesText({ source: before }: ResolvedSchedule, { source: after }: ResolvedSchedule) {
  return before === after ? `schedule ${after} edited` : `schedule ${before} -> ${after}`;
}

function aheadText(situation: Situation, schedule: ResolvedSchedule): string {
  const { now, spec } = situation;
  const memory = memoryOf({ ...situation, spec: { ...spec, schedule } });
  const changes = changesAhead(schedule, memory, now, transitionsShown);
  if (changes.length === 0) return 'no start or stop ahead';
  const texts = changes.map(
    ({ at, state }) =>
      `${state === 'running' ? 'start' : 'stop'} ${clockIn(schedule.timezone, at, now)}`,
  );
  return `${texts.join(', ')} ${schedule.timezone}`;
}

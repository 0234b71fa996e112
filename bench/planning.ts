import { makePlan } from '../controller/core/plan/make-plan.ts';
import type { World } from '../controller/core/plan/world.ts';
import type { Figure } from './figure.ts';
import { fleetOf } from './fleet-files.ts';
import { type Settlement, settledWorlds } from './settled-world.ts';
import { timeRuns } from './timing.ts';

const machineCount = 10_000;

const settlements: readonly (Settlement & { readonly what: string })[] = [
  { what: 'Monday 12:30', now: '2026-11-23T12:30:00.000Z', handling: 'none' },
  { what: 'Monday midnight', now: '2026-11-23T00:00:00.000Z', handling: 'none' },
  { what: 'Sunday, started by hand', now: '2026-11-22T12:30:00.000Z', handling: 'started' },
  { what: 'Monday, stopped by hand', now: '2026-11-23T12:30:00.000Z', handling: 'stopped' },
  {
    what: 'every spec just changed',
    now: '2026-11-23T12:30:00.000Z',
    handling: 'none',
    areSpecsNew: true,
  },
];

/** What a plan costs for each machine of a large fleet in which nothing is left to do. */
export async function planningFigures(): Promise<readonly Figure[]> {
  const desired = fleetOf(machineCount);
  const figures: Figure[] = [];
  for (const settlement of settlements) {
    const nextWorld = settledWorlds(desired, settlement);
    assertSettled(nextWorld());
    const { medianMs } = await timeRuns(5, nextWorld, makePlan);
    figures.push({
      what: `plan 10,000 settled, ${settlement.what}`,
      median: (medianMs * 1000) / machineCount,
      unit: 'µs',
      target: 20,
      note: `each; the whole plan ${medianMs.toFixed(0)} ms`,
    });
  }
  return figures;
}

function assertSettled(world: World): void {
  const { statuses, changes, holds, memos, actions, waiting } = makePlan(world);
  const open = [...changes, ...holds, ...memos, ...actions, ...waiting];
  if (statuses.length === machineCount && open.length === 0) return;
  throw new Error(`the world to plan is not settled: ${JSON.stringify(open[0])}`);
}

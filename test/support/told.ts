import { notedEvents } from '../../controller/core/plan/happenings.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';

/** What one pass over the world tells of what it noted: `type reason: message`. */
export function told(world: World): readonly string[] {
  return toldBy(world).told;
}

/** What a pass tells, and the world with the records as it leaves them. */
export function toldBy(world: World): { readonly told: readonly string[]; readonly world: World } {
  const plan = makePlan(world);
  const noted = plan.memos.flatMap((after) => {
    const before = world.records.get(after.name);
    return before === undefined ? [] : [{ before, after }];
  });
  const events = notedEvents(plan, noted, world.now);
  const records = new Map([
    ...world.records,
    ...plan.memos.map((memo) => [memo.name, memo] as const),
  ]);
  return {
    told: events
      .filter(({ at }) => at === world.now)
      .filter(({ name }) => name === 'ada-01')
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
    world: { ...world, records },
  };
}

import type { Machine, Observed } from '../../controller/core/observed.ts';
import type { Condition, ConditionType } from '../../controller/core/plan/condition.ts';
import { conditionsOf } from '../../controller/core/plan/conditions.ts';
import { inspect } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import { spec } from './plan-case.ts';
import { makeHome, makeMachine } from './world.ts';

/** The conditions of ada-01. */
export function conditionsIn(world: World): readonly Condition[] {
  const [inspection] = inspect(world, makePlan(world), ['ada-01']);
  return inspection === undefined ? [] : conditionsOf(inspection);
}

/** `True Ready`: status and reason of one condition in the world. */
export function said(world: World, type: ConditionType): string {
  const found = conditionsIn(world).find((condition) => condition.type === type);
  return `${found?.status} ${found?.reason}`;
}

/** Its machine, stopped. */
export const off = makeMachine(spec, { state: 'stopped', checks: 'none' });
/** Its machine, but so. */
export const machines = (over: Partial<Machine>): Partial<Observed> => ({
  machines: [makeMachine(spec, over)],
});
/** A read that failed. */
export const failed = (what: Observed['failures'][number]['what']) => ({
  failures: [{ what, message: `no ${what}`, remedy: 'allow it' }],
});
/** Its home, but so. */
export const homeIn = (over: Parameters<typeof makeHome>[1]): Partial<Observed> => ({
  homes: [makeHome(spec, over)],
});

import { expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { plain } from '../../controller/render/paint.ts';
import { planText } from '../../controller/render/plan-text.ts';
import { statusTable } from '../../controller/render/status-table.ts';
import { type PlanCase, worldOf } from '../support/plan-case.ts';
import { planCases } from '../support/plan-cases.ts';

/** All that people are shown of a case: the plan, what is waited for, and its line of `get`. */
function shown(planCase: PlanCase): string {
  const world = worldOf(planCase);
  const plan = makePlan(world);
  const { failures } = world.observed;
  const timezoneOf = () => 'Europe/Madrid';
  const statuses = plan.statuses.filter(({ name }) => name === 'ada-01');
  return [
    `## ${planCase.what}`,
    planText(plan, { now: world.now, failures, timezoneOf }, plain),
    ...plan.waiting.map(({ name, what }) => `${name} waits for ${what}`),
    `looks again at ${plan.wakeAt}`,
    statusTable(statuses, world.now, 'wide', plain),
  ].join('\n');
}

test('what people are shown of every case, word for word', async () => {
  await expect(planCases.map(shown).join('\n')).toMatchFileSnapshot('plan-cases.golden.txt');
});

import type { PlanCase } from './plan-case.ts';
import { homeCases } from './plan-cases-homes.ts';
import { machineCases } from './plan-cases-machines.ts';
import { orphanCases } from './plan-cases-orphans.ts';
import { powerCases } from './plan-cases-power.ts';

/** All that is tested of what the plan for one DevInstance says. */
export const planCases: readonly PlanCase[] = [
  ...machineCases,
  ...homeCases,
  ...powerCases,
  ...orphanCases,
];

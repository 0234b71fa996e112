import fc from 'fast-check';
import { minuteMs } from '../../controller/core/instant.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import { actNames, acts } from './history-acts.ts';
import { ceaseTroubles, checkConvergence, checkSafety, strangersOf } from './history-checks.ts';
import { type DutyWatch, watchDuty } from './history-duty.ts';
import { beginLife, type Life, names } from './history-life.ts';
import { unexplained } from './history-reasons.ts';
import { checkReplacedAtRest, passDays } from './history-replaced.ts';
import { replacementLifeNames } from './history-replacement-acts.ts';
import { checkDutyAtRest } from './history-rest.ts';
import { Crash } from './rig.ts';

/** Something happens, and then the controller does or does not get to work. */
export interface Step {
  readonly act: string;
  readonly who: number;
  readonly other: number;
  readonly n: number;
  /** `meddle`: it happens in the middle of the controller's work instead of before it. */
  readonly follows: 'nothing' | 'pass' | 'settle' | 'crash' | 'meddle';
  /** At which call it is killed, or at which batch of actions the act happens. */
  readonly at: number;
}

/** A whole history. */
export interface History {
  readonly isLagging: boolean;
  readonly steps: readonly Step[];
}

const often: readonly Step['follows'][] = [
  'nothing',
  'pass',
  'settle',
  'settle',
  'crash',
  'meddle',
];

const stepsOf = (acts: readonly string[], follows = often): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      act: fc.constantFrom(...acts),
      who: fc.constantFrom(0, 0, 0, 1, 1, 2, 3),
      other: fc.nat(names.length - 1),
      n: fc.nat(59),
      follows: fc.constantFrom(...follows),
      at: fc.nat(79).map((half) => half / 2),
    }),
    { minLength: 3, maxLength: 18, size: 'max' },
  );

/** A replacement takes many passes: whatever happens meets it on its way. */
const passing: readonly Step['follows'][] = [...often, 'pass', 'pass', 'pass', 'pass', 'meddle'];

/** Histories of any kind, every other one about replacements. */
export const histories: fc.Arbitrary<History> = fc.record({
  isLagging: fc.boolean(),
  steps: fc.oneof(stepsOf(actNames), stepsOf(replacementLifeNames, passing)),
});

/** Lives through a history and checks safety after each step, and that the fleet comes to rest. */
export async function live({ isLagging, steps }: History): Promise<Plan> {
  const life = await beginLife(isLagging);
  const strangers = strangersOf(life);
  checkSafety(life);
  const watch = watchDuty(life);
  for (const each of steps) {
    await take(life, watch, each);
    checkSafety(life);
    await watch.check();
  }
  life.rig.beforePerform = watch.before;
  await ceaseTroubles(life);
  const plan = await checkConvergence(life);
  await checkDutyAtRest(life, plan);
  const happened = steps.map(({ act }) => act);
  const strange = unexplained(life, plan, happened);
  if (strange.length > 0) throw new Error(`held for no cause: ${strange.join('; ')}`);
  await passDays(life);
  const later = await checkConvergence(life);
  await checkDutyAtRest(life, later);
  const stubborn = unexplained(life, later, happened, 'days');
  if (stubborn.length > 0) throw new Error(`held days later for no cause: ${stubborn.join('; ')}`);
  await checkReplacedAtRest(life, later);
  if (strangersOf(life) !== strangers) throw new Error('something of a stranger was changed');
  return plan;
}

async function take(
  life: Life,
  watch: DutyWatch,
  { act, who, other, n, follows, at }: Step,
): Promise<void> {
  const { rig } = life;
  const aim = { name: names[who] ?? '', other: names[other] ?? '', n };
  // What EC2 refuses a person has not happened.
  const happen = async () => {
    try {
      await acts[act]?.(life, aim);
    } catch {}
  };
  rig.beforePerform = watch.before;
  // No process outlives its ledger.
  if (follows === 'meddle' && act !== 'loseLedger') {
    let batches = 0;
    rig.beforePerform = async (actions) => {
      await watch.before(actions);
      batches += 1;
      if (batches === 1 + Math.floor(at / 8)) void happen();
    };
  } else {
    await happen();
  }
  if (follows === 'pass') await work(() => rig.pass());
  if (follows === 'settle' || follows === 'meddle')
    await work(() => rig.settle({ timeoutMs: 15 * minuteMs }));

  if (follows === 'crash') await work(() => rig.settle({ crashAt: at, timeoutMs: 5 * minuteMs }));
}

/** A controller that is killed, or refused by AWS, is followed by another one. */
async function work(doing: () => Promise<unknown>): Promise<void> {
  try {
    await doing();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (!(error instanceof Crash) && name !== 'OperatorError') throw error;
  }
}

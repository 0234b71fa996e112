import fc from 'fast-check';
import { hourMs } from '../../controller/core/instant.ts';
import { isActive } from '../../controller/core/rollout/rollout.ts';
import { Crash, hasty, lagging, openRig, type Rig } from './rig.ts';
import { calmChannel, calmSpec, fleetSize, rolloutActNames, rolloutActs } from './rollout-life.ts';
import {
  askRollout,
  dataOf,
  editChannel,
  editSpec,
  holderOf,
  imagesOf,
  nameOf,
  namesOf,
  parameterOf,
  publishImage,
  recordOf,
  rolloutFleet,
  stableParameter,
  standOf,
} from './rollout-rig.ts';

/** Something happens, a controller may be killed on it, and then so many hours go by. */
export interface RolloutStep {
  readonly act: string;
  readonly who: number;
  readonly n: number;
  readonly crashAt: number | undefined;
  readonly hours: number;
}

export interface RolloutHistory {
  readonly isLagging: boolean;
  readonly steps: readonly RolloutStep[];
}

export const rolloutHistories: fc.Arbitrary<RolloutHistory> = fc.record({
  isLagging: fc.boolean(),
  steps: fc.array(
    fc.record({
      act: fc.constantFrom(...rolloutActNames),
      who: fc.nat(fleetSize - 1),
      n: fc.nat(59),
      crashAt: fc.oneof(
        { weight: 2, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.nat(99).map((half) => half / 2) },
      ),
      hours: fc.constantFrom(0, 0, 1, 2, 4, 8, 16, 24, 40),
    }),
    { minLength: 8, maxLength: 40, size: 'max' },
  ),
});

/** Lives through a history of about two weeks, and checks that it ends well. */
export async function liveRollouts({ isLagging, steps }: RolloutHistory): Promise<void> {
  const fleet = rolloutFleet({
    count: fleetSize,
    channel: calmChannel,
    spec: (index) => calmSpec(nameOf(index)),
  });
  const rig = await openRig(fleet, { delays: isLagging ? lagging : hasty });
  await rig.settle();
  const data = new Map(Object.entries(dataOf(rig)));
  for (const step of steps) {
    await rolloutActs[step.act]?.(rig, { name: nameOf(step.who), n: step.n });
    if (step.crashAt !== undefined) await killed(rig, step.crashAt);
    await liveOn(rig, step.hours);
    checkHomes(rig, data);
  }
  await calmDown(rig);
  await checkLastImage(rig, data);
}

async function killed(rig: Rig, crashAt: number): Promise<void> {
  await rig.settle({ crashAt, timeoutMs: hourMs }).catch((error) => {
    if (!(error instanceof Crash) && error?.name !== 'OperatorError') throw error;
  });
}

/** Controllers work for so many hours, a pass each: soon again while something goes on, else as they said. */
async function liveOn(rig: Rig, hours: number): Promise<void> {
  const end = nowOf(rig) + hours * hourMs;
  for (;;) {
    const { plan, outcomes } = await rig.pass();
    const now = nowOf(rig);
    if (now >= end) return;
    const wake = plan.wakeAt === undefined ? end : Date.parse(plan.wakeAt);
    const isNoted = plan.memos.length + plan.endings.length + plan.channelActions.length > 0;
    const isBusy = outcomes.length > 0 || plan.waiting.length > 0 || isNoted;
    const most = isBusy ? (outcomes.length > 0 ? 2_000 : 20_000) : 3 * hourMs;
    await rig.wait(Math.min(wake > now ? wake : end, now + most, end) - now);
  }
}

/** One home each, with the data that it ever had. */
function checkHomes(rig: Rig, data: Map<string, string | undefined>): void {
  for (const [name, now] of Object.entries(dataOf(rig))) {
    const before = data.get(name);
    if (before !== undefined && before !== now) throw new Error(`${name} lost its data`);
    data.set(name, now);
  }
  rig.account.ghost.assertSilent();
  const stable = parameterOf(rig, stableParameter);
  const flaw = stable === undefined ? undefined : rig.truth().images[stable]?.flaw;
  if (flaw !== undefined) throw new Error(`${stable} is stable, and ${flaw}`);
}

/** Everybody is back at work and asks for nothing; what was asked for has expired. */
async function calmDown(rig: Rig): Promise<void> {
  const { people, conditions } = rig.account;
  editChannel(rig, { ...calmChannel, pin: undefined });
  for (const name of namesOf(rig)) editSpec(rig, name, calmSpec(name));
  for (const machine of Object.values(rig.truth().instances)) {
    if (machine.impaired) await conditions.setImpaired(machine.id, false);
  }
  for (const name of namesOf(rig)) {
    const holder = holderOf(rig, name);
    if (holder?.use !== undefined) await people.leave(holder.id).catch(() => {});
  }
  await liveOn(rig, 32);
}

/** A last good image, which a person sees through, reaches everybody. */
async function checkLastImage(rig: Rig, data: Map<string, string | undefined>): Promise<void> {
  const last = await publishImage(rig);
  for (let half = 0; half < 20 && !(await isEverywhere(rig, last)); half += 1) {
    const { rollout } = await recordOf(rig);
    if (rollout !== undefined && isActive(rollout))
      await askRollout(rig, 'promote', { full: true });
    await liveOn(rig, 12);
  }
  checkHomes(rig, data);
  if (!(await isEverywhere(rig, last))) {
    const { holds, changes } = await rig.plan();
    const { rollout } = await recordOf(rig);
    const shown = { last, images: imagesOf(rig), rollout, holds, changes };
    throw new Error(`the last image is not everywhere: ${JSON.stringify(shown, null, 1)}`);
  }
  const launched = namesOf(rig).map((name) => standOf(rig, name).launched);
  await liveOn(rig, 5 * 24);
  for (const [index, name] of namesOf(rig).entries()) {
    const { machines, launched: now } = standOf(rig, name);
    const isAlone = machines.length === 1 && now === launched[index];
    if (!isAlone) throw new Error(`${name} has ${machines.join(', ')}, ${now} launched`);
  }
  if (parameterOf(rig, stableParameter) !== last) throw new Error('the last image is not stable');
  const open = (await rig.ledger.requests()).filter(({ ended }) => ended === undefined);
  if (open.length > 0) throw new Error(`${open.length} requests are open`);
  checkHomes(rig, data);
}

async function isEverywhere(rig: Rig, imageId: string): Promise<boolean> {
  const { completed } = await recordOf(rig);
  const images = Object.keys(imagesOf(rig));
  return completed?.imageId === imageId && images.length === 1 && images[0] === imageId;
}

function nowOf(rig: Rig): number {
  return Date.parse(rig.account.clock.now());
}

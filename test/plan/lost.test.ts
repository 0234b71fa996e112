import { expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { type One, one, worldOf } from '../support/fleet-world.ts';
import { lastWeek } from '../support/world.ts';

type Over = NonNullable<Parameters<typeof one>[1]>;

const gone = { state: 'terminated', checks: 'none' } as const;
const step = {
  action: { kind: 'launch', name: 'dev-00', request: { machineTags: {} } as never },
  at: lastWeek,
} as const;

/** Ten DevInstances, the first three as given, beside five whose retirement is complete. */
function interlocksOf(lost: Over, isRemoved = false): readonly string[] {
  const retirement = { since: lastWeek, isComplete: true };
  const all: readonly One[] = Array.from({ length: 15 }, (_, n) => {
    const put = { spec: { lifecycle: 'retired' as const }, record: { retirement }, machine: gone };
    return one(`dev-${n < 10 ? '0' : ''}${n}`, n < 3 ? lost : n < 10 ? {} : put);
  });
  const present = isRemoved ? all.slice(3) : all;
  return makePlan(worldOf(all, { present })).interlocks.map(({ reason }) => reason);
}

test.each<[string, Over, boolean, readonly string[]]>([
  ['that are gone count', { machine: gone }, false, ['InterlockUnhealthy']],
  ['that nobody wants on do not', { machine: gone, spec: { lifecycle: 'suspended' } }, false, []],
  ['whose file is gone do not', { machine: gone, record: { orphanedAt: lastWeek } }, true, []],
  ['that were never ready do not', { machine: gone, record: { homeWasReady: false } }, false, []],
  ['that are on their way do not', { machine: gone, record: { step } }, false, []],
])('of ten living machines three %s as unhealthy', (_, lost, isRemoved, interlocks) => {
  expect(interlocksOf(lost, isRemoved)).toEqual(interlocks);
});

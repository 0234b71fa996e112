import fc from 'fast-check';
import { test } from 'vitest';
import { liveRollouts, rolloutHistories } from '../support/rollout-history.ts';

// To walk further: HISTORIES_SEED=7 HISTORIES_RUNS=500. Then what fails is made smaller, too.
const { HISTORIES_SEED = '1', HISTORIES_RUNS } = process.env;
const seed = Number(HISTORIES_SEED);
const numRuns = Number(HISTORIES_RUNS ?? 6);

test(`whatever happens to rollouts, a last good image reaches everybody: seed ${seed}`, async () => {
  const property = fc.asyncProperty(rolloutHistories, async (history) => {
    await liveRollouts(history);
  });
  await fc.assert(property, { seed, numRuns, endOnFailure: HISTORIES_RUNS === undefined });
}, 7_200_000);

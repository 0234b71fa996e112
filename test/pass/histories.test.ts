import fc from 'fast-check';
import { test } from 'vitest';
import { histories, live } from '../support/history.ts';

// To walk further: HISTORIES_SEED=7 HISTORIES_RUNS=5000. Then what fails is made smaller, too.
const { HISTORIES_SEED = '1', HISTORIES_RUNS } = process.env;
const seed = Number(HISTORIES_SEED);
const numRuns = Number(HISTORIES_RUNS ?? 25);

test(`whatever happens to a fleet, no home is lost and it comes to rest: seed ${seed}`, async () => {
  const property = fc.asyncProperty(histories, async (history) => {
    await live(history);
  });
  await fc.assert(property, { seed, numRuns, endOnFailure: HISTORIES_RUNS === undefined });
}, 7_200_000);

import { describe, expect, test } from 'vitest';
import { chapters, facts, titleOf } from './facts.ts';
import { simulatedAccounts } from './sim-account.ts';

const open = await simulatedAccounts();

for (const { title, facts: some } of chapters) {
  describe(title, () => {
    test.each(some.map((fact) => [titleOf(fact), fact] as const))('%s', async (_title, fact) => {
      if (fact.moto) await fact.check(open());
      else await fact.check(open);
    });
  });
}

test('every fact has a name of its own', () => {
  const names = facts.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(100);
  expect(new Set(names).size).toBe(names.length);
});

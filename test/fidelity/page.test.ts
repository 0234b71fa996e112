import { expect, test } from 'vitest';
import { chapters } from './facts.ts';
import { fidelityPage } from './page.ts';

test('the page on fidelity says what the facts say', async () => {
  const page = '../../controller/sim/FIDELITY.md';
  await expect(fidelityPage(chapters)).toMatchFileSnapshot(page);
});

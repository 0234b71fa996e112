import { expect, test } from 'vitest';
import { actionText } from '../../controller/render/action-text.ts';

test('a modified home is told with all that is asked of it', () => {
  const home = { kind: 'modify-home', name: 'ada-01', homeId: 'vol-1', type: 'gp3' } as const;
  expect(actionText({ ...home, sizeGib: 150 })).toBe('modify home vol-1 to 150 GiB gp3');
  expect(actionText({ ...home, sizeGib: 150, iops: 6000, throughput: 250 })).toBe(
    'modify home vol-1 to 150 GiB gp3, 6000 IOPS, 250 MiB/s',
  );
});

import { expect, test } from 'vitest';
import type { PastRollout } from '../../controller/core/rollout/rollout.ts';
import { plain } from '../../controller/render/paint.ts';
import { historyJson, historyRows, historyTable } from '../../controller/render/rollout-history.ts';
import { channelRecord, revision, rolloutIn } from '../support/rollout-cases.ts';
import { lastWeek, mondayMorning } from '../support/world.ts';

const past: PastRollout = {
  number: 1,
  revision: { ...revision, imageId: 'ami-00000001', name: '' },
  since: '2026-11-08T06:00:00.000Z',
  endedAt: '2026-11-12T07:30:00.000Z',
  state: 'Complete',
  updated: 4,
  failed: 0,
  members: 4,
};
const failures = [{ name: 'ada-01', at: lastWeek, reason: 'not ready' }];
const degraded = rolloutIn('Degraded', { failures, reason: 'too many\u001b failed' });
const record = channelRecord(degraded, { history: [past] });

test('the rollouts of all channels, newest first', () => {
  const arm = {
    ...record,
    name: 'arm',
    history: [],
    rollout: {
      ...degraded,
      since: mondayMorning,
      endedAt: mondayMorning,
      state: 'Undone' as const,
    },
  };
  expect(historyTable(historyRows([record, arm]), mondayMorning, plain)).toBe(
    `CHANNEL       ROLLOUT  IMAGE         NAME                   STATE     BEGAN                 TOOK       UPDATED  FAILED  OF  REASON
arm           r2       ami-00000002  ubuntu-24.04-20261122  Undone    Mon 09:00 UTC         0m         0        1       4   too many\\u{1b} failed
ubuntu-24.04  r2       ami-00000002  ubuntu-24.04-20261122  Degraded  2026-11-16 09:00 UTC  7d so far  0        1       4   too many\\u{1b} failed
ubuntu-24.04  r1       ami-00000001  -                      Complete  2026-11-08 06:00 UTC  4d 1h 30m  4        0       4   -
`,
  );
});

test('for programs', () => {
  expect(JSON.parse(historyJson(historyRows([record])))).toEqual([
    expect.objectContaining({ channel: 'ubuntu-24.04', number: 2, state: 'Degraded', failed: 1 }),
    { channel: 'ubuntu-24.04', ...past },
  ]);
});

test('where there was none', () => {
  expect(historyTable([], mondayMorning, plain)).toBe('no rollouts yet\n');
});

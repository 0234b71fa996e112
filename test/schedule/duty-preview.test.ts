import { expect, test } from 'vitest';
import type { ResolvedSchedule } from '../../controller/core/desired.ts';
import { previewDuty } from '../../controller/core/schedule/duty-preview.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { madrid, office } from '../support/living-rig.ts';

const now = madrid('10:00');
const until = '2026-12-03T23:00:00.000Z';

function transitions(schedule: ResolvedSchedule, memory: ScheduleMemory, from: string) {
  const preview = previewDuty(schedule, memory, { name: 'ada-01', from, until }, now);
  return { stateAtFrom: preview.stateAtFrom, changes: preview.transitions };
}

test.each<[string, Partial<ResolvedSchedule>, ScheduleMemory]>([
  ['windows alone', {}, {}],
  [
    'idleness known now',
    { idleStopAfterMinutes: 45 },
    { upSince: madrid('08:00'), idleSince: madrid('09:50') },
  ],
  ['a longest uptime', { maxUptimeMinutes: 300 }, { upSince: madrid('08:00') }],
  [
    'a long uptime that what was asked for runs into',
    { maxUptimeMinutes: 1200 },
    {
      upSince: madrid('08:00'),
      overrides: [
        {
          id: 'one',
          state: 'running',
          from: madrid('09:00'),
          until: madrid('wed 12:00'),
          command: 'extend',
          actor: 'ada',
          reason: '',
        },
      ],
    },
  ],
])('a preview that begins later is the end of one that begins now: %s', (_, over, memory) => {
  const schedule = office(over);
  const whole = transitions(schedule, memory, now);
  expect(whole.changes.length).toBeGreaterThan(10);
  for (const from of [madrid('12:00'), madrid('tue 09:30'), madrid('fri 20:00')]) {
    const state =
      whole.changes.findLast(({ at }) => Date.parse(at) <= Date.parse(from))?.state ??
      whole.stateAtFrom;
    expect(transitions(schedule, memory, from)).toEqual({
      stateAtFrom: state,
      changes: whole.changes.filter(({ at }) => Date.parse(at) > Date.parse(from)),
    });
  }
});

test('what was asked for in the second that a preview begins in counts', () => {
  const from = '2026-11-23T19:00:00.700Z';
  const asked = {
    id: 'one',
    state: 'running',
    from: '2026-11-23T19:00:00.500Z',
    until: madrid('23:00'),
    command: 'start',
    actor: 'ada',
    reason: '',
  } as const;
  expect(transitions(office(), { overrides: [asked] }, from).stateAtFrom).toBe('running');
});

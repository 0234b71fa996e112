import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { inspect } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { previewMachine } from '../../controller/core/plan/preview.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { plusDates } from '../../controller/core/schedule/clock.ts';
import { machinePreviewText } from '../../controller/render/schedule-preview.ts';
import { spec, worldOf } from '../support/plan-case.ts';
import { makeRecord, makeSpec, mondayMorning } from '../support/world.ts';

interface Met {
  readonly schedule?: Partial<EffectiveSpec['schedule']>;
  readonly lifecycle?: EffectiveSpec['lifecycle'];
  readonly record?: Partial<DevInstanceRecord>;
  readonly removed?: boolean;
  readonly requests?: readonly LedgerRequest[];
  readonly isUnmade?: boolean;
}

/** From Monday 10:00 in Madrid, for two days. */
function preview(met: Met) {
  const wanted = makeSpec({
    schedule: { ...spec.schedule, ...met.schedule },
    lifecycle: met.lifecycle ?? 'active',
  });
  const { removed = false } = met;
  const read = worldOf({ what: '', spec: wanted, record: makeRecord(wanted, met.record), removed });
  const records = met.isUnmade ? new Map() : read.records;
  const world = { ...read, records, requests: met.requests ?? [] };
  const [inspection] = inspect(world, makePlan(world), ['ada-01']);
  const until = plusDates('Europe/Madrid', mondayMorning, 2);
  const found = inspection && previewMachine(inspection, mondayMorning, until);
  if (found === undefined) throw new Error('there is nothing to preview');
  return { found, lines: machinePreviewText(wanted.schedule, found).split('\n').slice(1, -1) };
}

function asked(over: Partial<LedgerRequest>): LedgerRequest {
  return {
    id: '3f2a0000-0000-4000-8000-000000000001',
    name: 'ada-01',
    work: { kind: 'override', state: 'running', command: 'extend' },
    actor: 'ada',
    reason: 'release\u0007 night',
    at: '2026-11-23T08:00:00.000Z',
    expiresAt: '2026-11-23T22:00:00.000Z',
    ...over,
  };
}

const [monday, tuesday, wednesday] = [
  'Mon 2026-11-23  10:00-19:00 CET   9 h',
  'Tue 2026-11-24  08:00-19:00 CET  11 h',
  'Wed 2026-11-25  08:00-10:00 CET   2 h',
];
const days = [monday, tuesday, wednesday];

test.each<readonly [string, Met, readonly string[]]>([
  ['its windows', {}, days],
  [
    'an override, in words that steer no terminal',
    { requests: [asked({})] },
    [
      'Mon 2026-11-23  10:00-23:00 CET  13 h',
      tuesday,
      wednesday,
      '  Mon 2026-11-23  extended until 23:00 by ada: release\\u{7} night',
    ],
  ],
  [
    'a stop that was asked for',
    { requests: [asked({ work: { kind: 'override', state: 'stopped', command: 'stop' } })] },
    [
      'Mon 2026-11-23  off',
      tuesday,
      wednesday,
      '  Mon 2026-11-23  stopped until 23:00 by ada: release\\u{7} night',
    ],
  ],
  [
    'the longest uptime, each time it is reached',
    { schedule: { maxUptimeMinutes: 600 }, record: { upSince: '2026-11-23T07:00:00.000Z' } },
    [
      'Mon 2026-11-23  10:00-18:00 CET   8 h',
      'Tue 2026-11-24  08:00-18:00 CET  10 h',
      wednesday,
      '  Mon 2026-11-23  stopped at its longest uptime, off until tue 08:00 (2 times)',
    ],
  ],
  [
    'starts ahead of its windows',
    { schedule: { readyByMaxLeadMinutes: 20 } },
    [
      expect.stringMatching(/^Mon 2026-11-23 {2}10:00-19:00 CET +9 h$/) as unknown as string,
      expect.stringMatching(/^Tue 2026-11-24 {2}07:4\d-19:00 CET +11\.\d+ h$/) as unknown as string,
      expect.stringMatching(/^Wed 2026-11-25 {2}07:4\d-10:00 CET +2\.\d+ h$/) as unknown as string,
      expect.stringMatching(
        /^ {2}started 1\d min( \d+ s)? before its windows/,
      ) as unknown as string,
    ],
  ],
  [
    'stops that are left to people',
    { schedule: { actions: 'start-only' } },
    [...days, '  stops are left to people: actions: start-only'],
  ],
  [
    'that a person keeps hands off it',
    { requests: [asked({ work: { kind: 'suspend' }, name: '*' })] },
    [...days, '  suspended by ada: none of this is done until 23:00'],
  ],
  [
    'that its file suspends it',
    { lifecycle: 'suspended' },
    [...days, '  lifecycle: suspended, so none of this is done'],
  ],
  [
    'that it is retired',
    { lifecycle: 'retired' },
    [
      'Mon 2026-11-23  off',
      'Tue 2026-11-24  off',
      'Wed 2026-11-25  off',
      '  lifecycle: retired, so it is never started again',
    ],
  ],
  [
    'its last stop, where no file names it',
    { removed: true, record: { orphanedAt: '2026-11-23T08:00:00.000Z' } },
    [
      'Mon 2026-11-23  10:00-13:00 CET  3 h',
      'Tue 2026-11-24  off',
      'Wed 2026-11-25  off',
      '  no file names it any more: it is stopped once, and never started again',
    ],
  ],
  [
    'the schedule alone, where nothing is made yet',
    { isUnmade: true },
    [...days, '  nothing is made yet: the schedule alone is shown'],
  ],
])('a preview shows %s', (_, met, lines) => {
  expect(preview(met).lines).toEqual(lines);
});

test('for programs it says what is not from windows', () => {
  expect(preview({ requests: [asked({})] }).found).toMatchObject({
    name: 'ada-01',
    schedule: 'madrid-office',
    stateAtFrom: 'running',
    transitions: [{ at: '2026-11-23T22:00:00Z', state: 'stopped' }, {}, {}, {}],
    runningHours: 26,
    notes: [{ at: mondayMorning, rule: 'override' }],
  });
});

test.each([
  ['over a change to winter', '2026-10-24T10:00:00.000Z', 1, '2026-10-25T11:00:00.000Z'],
  ['over a change to summer', '2026-03-28T11:00:00.000Z', 1, '2026-03-29T10:00:00.000Z'],
  ['into an hour that is skipped', '2026-03-28T01:30:00.000Z', 1, '2026-03-29T01:00:00.000Z'],
  ['over a year', '2026-01-01T00:00:00.000Z', 365, '2027-01-01T00:00:00.000Z'],
])('dates are counted by the clock, %s', (_, at, count, then) => {
  expect(plusDates('Europe/Madrid', at, count)).toBe(then);
});

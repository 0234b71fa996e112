import { expect, test } from 'vitest';
import type { SpecFile } from '../../controller/core/desired.ts';
import type { FleetEvent } from '../../controller/core/event.ts';
import type { Machine } from '../../controller/core/observed.ts';
import { inspect } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { type Why, whyOf } from '../../controller/core/plan/why.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { plain } from '../../controller/render/paint.ts';
import { type Committed, whyJson, whyText } from '../../controller/render/why-text.ts';
import {
  changed,
  classFile,
  devInstanceFile,
  livingTree,
  worldOfTrees,
} from '../support/files-world.ts';
import { manifest, specFile } from '../support/spec-tree.ts';
import { mondayMorning, mondayNight } from '../support/world.ts';

/** What is of one-01, beside a second DevInstance that is as it should be. */
interface Met {
  readonly files?: readonly SpecFile[];
  /** In the place of those by which it was made. */
  readonly broken?: readonly SpecFile[];
  readonly removed?: readonly string[];
  readonly now?: string;
  readonly machine?: Partial<Machine> | 'none';
  readonly record?: Partial<DevInstanceRecord>;
  readonly requests?: readonly LedgerRequest[];
  readonly world?: Partial<World>;
}

function whyIn(met: Met, events: readonly FleetEvent[] = []): Why {
  const before = changed(livingTree, met.files ?? []);
  const read = worldOfTrees(before, changed(before, met.broken ?? [], met.removed));
  const machines = read.observed.machines.flatMap((machine) => {
    if (machine.id !== 'i-one-01') return [machine];
    return met.machine === 'none' ? [] : [{ ...machine, ...met.machine }];
  });
  const records = new Map(read.records);
  const record = records.get('one-01');
  if (record !== undefined) records.set('one-01', { ...record, ...met.record });
  const absent = new Set(met.machine === 'none' ? ['i-one-01'] : []);
  const world: World = {
    ...read,
    records,
    observed: { ...read.observed, machines, absent },
    requests: met.requests ?? [],
    now: met.now ?? mondayMorning,
    ...met.world,
  };
  const plan = makePlan(world);
  const [inspection] = inspect(world, plan, ['one-01']);
  if (inspection === undefined) throw new Error('one-01 is not known');
  return whyOf(inspection, plan, events);
}

const off = (by: 'person' | 'controller', at: string) => ({
  machine: { state: 'stopped', checks: 'none' } as const,
  record: { power: { state: 'stopped', at, by } } as const,
});

/** Of ada's, asked for on Monday at 9 in the morning. */
function asked(over: Partial<LedgerRequest>): LedgerRequest {
  return {
    id: '3f2a0000-0000-4000-8000-000000000001',
    name: 'one-01',
    work: { kind: 'override', state: 'running', command: 'extend' },
    actor: 'ada',
    reason: 'release night',
    at: '2026-11-23T08:00:00.000Z',
    expiresAt: '2026-11-23T22:00:00.000Z',
    ...over,
  };
}

const schedule = (lines: string) => [devInstanceFile('one-01', `  schedule: ${lines}\n`)];
const followsTomorrow = ['  Then  start Tue 08:00, stop Tue 19:00'];

test.each<readonly [string, Met, readonly string[]]>([
  [
    'on in its window',
    {},
    [
      'one-01 is running, as it should be',
      '  Rule  window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00',
      '  From  specs/schedules/office.yaml:7:7',
      '  Next  stop Mon 19:00 Madrid: outside every window',
      ...followsTomorrow,
    ],
  ],
  [
    'off outside of it',
    { now: mondayNight, ...off('controller', '2026-11-23T18:00:00.000Z') },
    [
      'one-01 is stopped, as it should be',
      '  Rule  outside every window, since Mon 19:00',
      '  From  specs/schedules/office.yaml:6:3',
      '  Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then  stop Tue 19:00, start Wed 08:00',
    ],
  ],
  [
    'kept on by a person’s request',
    { requests: [asked({})] },
    [
      'one-01 is running, as it should be',
      '  Rule  extended until 23:00 by ada: release night',
      '  From  request 3f2a0000, asked for Mon 09:00 by ada',
      '  Else  running: window mon-fri 08:00-19:00 Europe/Madrid, until Mon 19:00',
      '  Next  stop Mon 23:00 Madrid: outside every window',
      ...followsTomorrow,
    ],
  ],
  [
    'off by a person’s hand',
    off('person', '2026-11-23T08:30:00.000Z'),
    [
      'one-01 is stopped, as it should be',
      '  Rule   stopped by hand, off until tue 08:00',
      '  Since  Mon 09:30',
      '  From   the default of manualStop, which no file sets',
      '  Next   start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then   stop Tue 19:00, start Wed 08:00',
    ],
  ],
  [
    'on by a person’s hand, held as its class says',
    {
      files: [classFile(['{ref: office}', '{ref: office, manualStart: {hold: 2h}}'])],
      now: mondayNight,
      record: { manualStart: { at: '2026-11-23T19:30:00.000Z', cause: 'person' } },
    },
    [
      'one-01 is running, as it should be',
      '  Rule   started by hand, held until 22:30',
      '  Since  Mon 20:30',
      '  From   specs/classes/standard.yaml:11:47',
      '  Next   stop Mon 22:30 Madrid: outside every window',
      '  Then   start Tue 08:00, stop Tue 19:00',
    ],
  ],
  [
    'always on by a mode of its own',
    { files: schedule('{mode: always}') },
    [
      'one-01 is running, as it should be',
      '  Rule  always on',
      '  From  specs/instances/one-01.yaml:7:20',
    ],
  ],
  [
    'to be started by the next pass',
    off('controller', '2026-11-22T18:00:00.000Z'),
    [
      'one-01 is stopped, and should be running',
      '  Rule  window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00',
      '  From  specs/schedules/office.yaml:7:7',
      '  Next  stop Mon 19:00 Madrid: outside every window',
      ...followsTomorrow,
      '  Now   the next pass starts it',
    ],
  ],
  [
    'left running by a schedule that never stops it',
    {
      files: schedule('{actions: start-only}'),
      now: mondayNight,
    },
    [
      'one-01 is running, which is left to people',
      '  Rule  outside every window, since Mon 19:00',
      '  From  specs/schedules/office.yaml:6:3',
      '  Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then  stop Tue 19:00, start Wed 08:00',
      '  Left  nobody but a person stops it: its schedule says actions: start-only',
    ],
  ],
  [
    'of a fleet that is only observed',
    {
      ...off('controller', '2026-11-22T18:00:00.000Z'),
      world: { observeOnly: true },
    },
    [
      'one-01 is stopped, and should be running',
      '  Rule  window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00',
      '  From  specs/schedules/office.yaml:7:7',
      '  Next  stop Mon 19:00 Madrid: outside every window',
      ...followsTomorrow,
      '  Held  ObserveMode: the Fleet is only observed, or enforceFor leaves this out -> see mode and enforceFor in the Fleet',
    ],
  ],
  [
    'suspended with all of the fleet',
    {
      ...off('controller', '2026-11-22T18:00:00.000Z'),
      requests: [asked({ name: '*', work: { kind: 'suspend' }, reason: 'network change' })],
    },
    [
      'one-01 is stopped and left alone: it is suspended',
      '  Rule  hands off all of the fleet until Mon 23:00 by ada: network change',
      '  From  request 3f2a0000, asked for Mon 09:00 by ada',
      '  Else  running: window mon-fri 08:00-19:00 Europe/Madrid, until Mon 19:00',
    ],
  ],
  [
    'suspended by its file',
    { files: [devInstanceFile('one-01', '  lifecycle: suspended\n')] },
    [
      'one-01 is running and left alone: it is suspended',
      '  Rule  lifecycle: suspended',
      '  From  specs/instances/one-01.yaml:7:14',
      '  Else  running: window mon-fri 08:00-19:00 Europe/Madrid, until Mon 19:00',
    ],
  ],
  [
    'without a file',
    {
      removed: ['instances/one-01.yaml'],
      record: { orphanedAt: '2026-11-23T08:00:00.000Z' },
    },
    [
      'one-01 is running: no file names it any more',
      '  Rule  a machine without a file is never started again: stopped at Mon 13:00',
      '  From  its file, gone since Mon 09:00',
    ],
  ],
  [
    'on its last valid spec',
    { broken: [devInstanceFile('one-01', '  lifecycle: gone\n')] },
    [
      'one-01 is running, as it should be',
      '  Rule  window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00',
      '  From  its last valid spec, as specs/instances/one-01.yaml:7:14 lifecycle must be one of active, suspended, retired, not "gone"',
      '  Next  stop Mon 19:00 Madrid: outside every window',
      ...followsTomorrow,
    ],
  ],
  [
    'held, as its machine is gone with its home',
    { machine: 'none' },
    [
      'one-01 has no machine, and should be running',
      '  Rule  window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00',
      '  From  specs/schedules/office.yaml:7:7',
      '  Next  stop Mon 19:00 Madrid: outside every window',
      ...followsTomorrow,
      '  Held  HomeElsewhere: home vol-one-01 is attached to i-one-01 -> stop i-one-01 and detach the volume',
    ],
  ],
  [
    'that was never made, as its file never was valid',
    {
      broken: [
        specFile('instances/one-01.yaml', manifest('DevInstance', 'one-01', '  owner: 7\n')),
      ],
      world: { records: new Map() },
    },
    [
      'one-01 has no machine yet',
      expect.stringMatching(
        /^ {2}Held {2}InvalidSpec: specs\/instances\/one-01\.yaml:.* -> mend the file; nothing is made/,
      ) as unknown as string,
    ],
  ],
])('%s', (_, met, lines) => {
  expect(whyText(whyIn(met), undefined, plain).trimEnd().split('\n')).toEqual(lines);
});

const commit = { hash: '1a2b3c4', author: 'Grace', date: '2026-11-20', subject: 'Open earlier' };

test.each<readonly [string, Committed, string]>([
  ['committed', commit, '(commit 1a2b3c4 by Grace, 2026-11-20: Open earlier)'],
  ['not committed', 'not-committed', '(not committed)'],
  [
    'committed in words that would steer a terminal, or never end',
    { ...commit, author: 'G\u001b[2Jrace', subject: 'x'.repeat(70) },
    `(commit 1a2b3c4 by G\\u{1b}[2Jrace, 2026-11-20: ${'x'.repeat(59)}…)`,
  ],
])('what is %s is said so', (_, committed, said) => {
  const [, , from] = whyText(whyIn({}), committed, plain).split('\n');
  expect(from).toBe(`  From  specs/schedules/office.yaml:7:7 ${said}`);
});

const event = (reason: string, at: string): FleetEvent => {
  return { name: 'one-01', at, type: 'Normal', reason, message: `of ${reason}` };
};

test('the last event about its power is told', () => {
  const events = [
    event('MachineStarted', '2026-11-23T07:00:00.000Z'),
    event('HomeModified', '2026-11-23T07:30:00.000Z'),
  ];
  const lines = whyText(whyIn({}, events), undefined, plain).trimEnd().split('\n');
  expect(lines.at(-1)).toBe('  Last  Mon 08:00 MachineStarted: of MachineStarted');
});

test('JSON is one object with everything', () => {
  expect(JSON.parse(whyJson(whyIn({}), commit))).toMatchObject({
    name: 'one-01',
    state: 'running',
    verdict: 'as-wanted',
    duty: { state: 'running', rule: 'window', field: ['windows', '0'] },
    from: { file: 'specs/schedules/office.yaml', line: 7, column: 7, committed: true, commit },
    next: { at: '2026-11-23T18:00:00.000Z', state: 'stopped' },
    // biome-ignore lint/suspicious/noThenProperty: the word of this interface
    then: [{ state: 'running' }, { state: 'stopped' }],
    holds: [],
  });
  expect(JSON.parse(whyJson(whyIn({ requests: [asked({})] }), undefined))).toMatchObject({
    from: { request: { id: asked({}).id, actor: 'ada' } },
    else: { state: 'running', rule: 'window' },
  });
});

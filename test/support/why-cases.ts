import { expect } from 'vitest';
import { classFile, devInstanceFile } from './files-world.ts';
import { manifest, specFile } from './spec-tree.ts';
import { asked, type Met } from './why-rig.ts';
import { lastWeek, mondayNight } from './world.ts';

const off = (by: 'person' | 'controller', at: string) => ({
  machine: { state: 'stopped', checks: 'none' } as const,
  record: { power: { state: 'stopped', at, by } } as const,
});

const schedule = (lines: string) => [devInstanceFile('one-01', `  schedule: ${lines}\n`)];
const followsTomorrow = ['  Then  start Tue 08:00, stop Tue 19:00'];

/** What is, and what is said of why. */
export const whyCases: readonly (readonly [string, Met, readonly string[]])[] = [
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
    'that is made by the next pass, at whatever hour',
    { now: mondayNight, isUnmade: true },
    [
      'one-01 has no machine yet',
      '  Rule  outside every window, since Mon 19:00',
      '  From  specs/schedules/office.yaml:6:3',
      '  Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then  stop Tue 19:00, start Wed 08:00',
      '  Now   the next pass makes a machine',
    ],
  ],
  [
    'gone while its schedule is off',
    { now: mondayNight, machine: 'none', record: off('controller', lastWeek).record },
    [
      'one-01 has no machine, and should be off',
      '  Rule  outside every window, since Mon 19:00',
      '  From  specs/schedules/office.yaml:6:3',
      '  Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then  stop Tue 19:00, start Wed 08:00',
    ],
  ],
  [
    'retired by its file',
    { files: [devInstanceFile('one-01', '  lifecycle: retired\n')] },
    [
      'one-01 is running: it is retired',
      '  Rule  lifecycle: retired',
      '  From  specs/instances/one-01.yaml:7:14',
      '  Now   the next pass stops it',
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
];

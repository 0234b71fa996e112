import { classFile } from './files-world.ts';
import { manifest, specFile } from './spec-tree.ts';
import type { Met } from './why-rig.ts';

const hours = '  windows:\n    - {days: [mon-fri], start: "08:00", end: "19:00"}\n';

/** The Schedule of all, with these lines after its windows, from line 8 on. */
const officeWith = (lines: string) =>
  specFile(
    'schedules/office.yaml',
    manifest('Schedule', 'office', `  timezone: Europe/Madrid\n${hours}${lines}`),
  );

const ofClass = (schedule: string) => [classFile(['{ref: office}', schedule])];

const off = (at: string) => ({
  machine: { state: 'stopped', checks: 'none' } as const,
  record: { power: { state: 'stopped', at, by: 'controller' } } as const,
});

/** What is said where a rule beside windows and requests decides. */
export const whyRuleCases: readonly (readonly [string, Met, readonly string[]])[] = [
  [
    'off on a closed day',
    {
      files: [officeWith('  exceptions:\n    - {date: "2026-11-23", closed: true}\n')],
      ...off('2026-11-20T18:00:00.000Z'),
    },
    [
      'one-01 is stopped, as it should be',
      '  Rule  closed on 2026-11-23, since Fri 19:00',
      '  From  specs/schedules/office.yaml:9:7',
      '  Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then  stop Tue 19:00, start Wed 08:00',
    ],
  ],
  [
    'started early, to be ready',
    {
      files: [officeWith('  readyBy: {maxLead: 30m}\n')],
      now: '2026-11-23T06:59:00.000Z',
      ...off('2026-11-20T18:00:00.000Z'),
    },
    [
      'one-01 is stopped, and should be running',
      '  Rule  started early to be ready for window mon-fri 08:00-19:00 Europe/Madrid, since Mon 07:38',
      '  From  specs/schedules/office.yaml:7:7',
      '  Next  stop Mon 19:00 Madrid: outside every window',
      '  Then  start Tue 07:38, stop Tue 19:00',
      '  Now   the next pass starts it',
    ],
  ],
  [
    'up for as long as it may be',
    {
      files: ofClass('{ref: office, maxUptime: 8h}'),
      record: { upSince: '2026-11-23T00:00:00.000Z' },
    },
    [
      'one-01 is running, and should be stopped',
      '  Rule   up since 01:00, as long as it may',
      '  Since  Mon 09:00',
      '  From   specs/classes/standard.yaml:11:38',
      '  Next   start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then   stop Tue 16:00, start Wed 08:00',
      '  Now    the next pass stops it',
    ],
  ],
  [
    'unused for as long as it may be',
    {
      files: ofClass('{ref: office, idleStop: {after: 1h}}'),
      now: '2026-11-23T11:00:00.000Z',
      record: { upSince: '2026-11-23T07:00:00.000Z' },
      observed: {
        activity: new Map([
          [
            'i-one-01',
            {
              machineId: 'i-one-01',
              at: '2026-11-23T10:59:00.000Z',
              idleSince: '2026-11-23T09:00:00.000Z',
            },
          ],
        ]),
      },
    },
    [
      'one-01 is running, and should be stopped',
      '  Rule   unused since 10:00',
      '  Since  Mon 11:00',
      '  From   specs/classes/standard.yaml:11:45',
      '  Next   start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      '  Then   stop Tue 19:00, start Wed 08:00',
      '  Now    the next pass stops it',
    ],
  ],
  [
    'on its way to where it should be',
    { machine: { state: 'pending', checks: 'initializing' } },
    [
      'one-01 is starting, as it should be',
      '  Rule     window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00',
      '  From     specs/schedules/office.yaml:7:7',
      '  Next     stop Mon 19:00 Madrid: outside every window',
      '  Then     start Tue 08:00, stop Tue 19:00',
      '  Waiting  for the machine to run',
    ],
  ],
];

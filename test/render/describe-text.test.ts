import { expect, test } from 'vitest';
import type { FleetEvent } from '../../controller/core/event.ts';
import { inspect, knownNames } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import { describeText } from '../../controller/render/describe-text.ts';
import { type Paint, plain } from '../../controller/render/paint.ts';
import { bare, smaller, spec, stopped, windowOf, worldOf } from '../support/plan-case.ts';
import {
  makeDesired,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayNight,
} from '../support/world.ts';

function describeIn(world: World, events: readonly FleetEvent[] = [], paint: Paint = plain) {
  const [inspection] = inspect(world, makePlan(world), knownNames(world));
  return inspection === undefined ? '' : describeText(inspection, events, paint);
}

/** The lines of one section, without its title and indentation. */
function section(text: string, title: string): readonly string[] {
  const [, rest = ''] = text.split(`\n${title}\n`);
  const lines = rest.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('  '));
  return lines.slice(0, end).map((line) => line.slice(2));
}

test('a settled DevInstance, whole', () => {
  const event: FleetEvent = {
    name: 'ada-01',
    at: '2026-11-23T07:00:00.000Z',
    type: 'Normal',
    reason: 'MachineStarted',
    message: 'started i-00000001: window mon-fri 08:00-19:00 Europe/Madrid',
  };
  expect(describeIn(worldOf({ what: '' }), [event])).toBe(`ada-01  Running, Synced, Healthy
Spec
  Owner      ada (uid 10001, gid 10001)
  Class      standard
  Type       t3.xlarge
  Root       150 GiB gp3
  Home       100 GiB gp3, at most 1000 GiB
  Schedule   madrid-office: window mon-fri 08:00-19:00 Europe/Madrid
  Next       stop Mon 19:00 Madrid
  Image      ubuntu-24.04: ami-00000001 (ubuntu-24.04-1)
  Upgrade    off-hours
  By hand    may run 4h outside its windows
  Lifecycle  active
Machine
  Id        i-00000001
  State     running
  Power     started by the controller 2026-11-16 10:00 Madrid (7d ago)
  Checks    ok
  Type      t3.xlarge
  Image     ami-00000001
  Zone      eu-west-1a
  Launched  2026-11-16 10:00 Madrid (7d ago)
Home
  Id         vol-00000001
  State      in-use
  Size       100 GiB gp3, 3000 IOPS, 125 MiB/s
  Zone       eu-west-1a
  Attached   i-00000001 as /dev/sdf (attached)
  Encrypted  yes
  Made       2026-11-16 10:00 Madrid (7d ago)
Pending
  nothing
Conditions
  Type           Status  Since  Reason           Message
  Ready          True    -      Ready            its machine has its home and answers
  SpecValid      True    -      Valid            its file and what it refers to are valid
  ImageResolved  True    -      Resolved         ami-00000001 (ubuntu-24.04-1)
  HomeReady      True    7d     HomeExists       home vol-00000001 is in-use
  Launched       True    -      MachineExists    i-00000001, t3.xlarge in eu-west-1a
  HomeAttached   True    -      Attached         vol-00000001 is attached to i-00000001 as /dev/sdf
  Reachable      True    -      ChecksPassed     the status checks of i-00000001 pass
  Drifted        False   -      AsSpecified      machine and home are as its spec says
  Disrupting     False   -      NothingUnderWay  no step takes the machine from its owner
  Stopped        False   7d     Running          i-00000001 is running
  Paused         False   -      Active           it is acted on
  Terminating    False   -      NotRetired       nothing asks for its end
Events
  Type    Reason          Age  From        Message
  Normal  MachineStarted  2h   controller  started i-00000001: window mon-fri 08:00-19:00 Europe/Madrid
`);
});

test('what is pending is said with what withholds it and its remedy', () => {
  const text = describeIn(worldOf({ what: '', spec: smaller, record: makeRecord(spec) }));
  expect(text.split('\n')[0]).toBe('ada-01  Running, OutOfSync, Degraded');
  const pending = section(text, 'Pending');
  expect(pending[0]).toBe('  ! ada-01  change (owner ada; spec_home_volume)');
  expect(pending).toContain('      withheld: HomeShrinkRefused');
  expect(pending.some((line) => line.startsWith('  ! ada-01  HomeShrinkRefused: '))).toBe(true);
  expect(pending.at(-1)).toMatch(/^ {6}-> /);
});

test('a machine that a person stopped, and one that may run by hand', () => {
  const off = makeMachine(spec, { state: 'stopped', checks: 'none', privateIp: '10.0.0.7' });
  const machine = section(
    describeIn(worldOf({ what: '', observed: { machines: [off] } })),
    'Machine',
  );
  expect(machine).toContain('Power     stopped by a person Mon 10:00 Madrid (0s ago)');
  expect(machine).toContain('Address   10.0.0.7');
  const held = describeIn(
    worldOf({ what: '', record: makeRecord(spec, stopped), now: mondayNight }),
  );
  expect(section(held, 'Machine')).toContain(
    'Hold      may run until Tue 01:00 Madrid, as a person started it',
  );
});

test('without machine and home it says so, and what is waited for', () => {
  const text = describeIn(
    worldOf({ what: '', record: bare(), observed: { machines: [], homes: [] } }),
  );
  expect(section(text, 'Machine')).toEqual(['none']);
  expect(section(text, 'Home')).toEqual(['none']);
  expect(section(text, 'Events')).toEqual(['none']);
  expect(section(text, 'Pending')[0]).toBe('  + ada-01  create (owner ada; spec_new)');
  const lost = describeIn(
    worldOf({ what: '', observed: { homes: [], absent: new Set(['vol-00000001']) } }),
  );
  expect(section(lost, 'Home')).toEqual(['vol-00000001, which is not there to be read']);
  const early = makeMachine(spec, { checks: 'initializing' });
  const waiting = describeIn(worldOf({ what: '', observed: { machines: [early] } }));
  expect(section(waiting, 'Pending')).toEqual([
    'waiting for the machine to be ready (status checks initializing)',
  ]);
});

test('windows, own images, volumes that change and orphans are told apart', () => {
  const wanted = makeSpec({
    upgrade: { when: 'window', window: windowOf('sat', '02:00', '04:00') },
    image: { id: 'ami-00000009', allowExpired: false },
    fallbackTypes: ['t3.xlarge', 'm7i.xlarge'],
  });
  const home = makeHome(spec, {
    modifying: 'optimizing',
    attachments: [],
    state: 'available',
    tags: { ...makeHome(spec).tags, 'devinstance:phase': 'orphaned' },
  });
  const text = describeIn(worldOf({ what: '', spec: wanted, observed: { homes: [home] } }));
  expect(section(text, 'Spec')).toEqual(
    expect.arrayContaining([
      'Type       t3.xlarge, else m7i.xlarge',
      'Image      not read',
      'Upgrade    window: sat 02:00-04:00 Europe/Madrid',
    ]),
  );
  expect(section(text, 'Home')).toEqual(
    expect.arrayContaining(['Change     optimizing', 'Attached   no', 'Phase      orphaned']),
  );
  const orphan = describeIn(worldOf({ what: '', removed: true }));
  expect(section(orphan, 'Spec')[0]).toBe('In force   the last valid one');
});

test('an invalid newcomer has a reason and nothing else', () => {
  const desired = makeDesired([], { invalid: new Map([['new-01', 'new-01.yaml:1:1 \u001b[2J']]) });
  const text = describeIn(makeWorld({ desired, records: [] }));
  expect(text.split('\n')[0]).toBe('new-01');
  expect(section(text, 'Spec')).toEqual(['none']);
  expect(section(text, 'Conditions')[2]).toMatch(
    /^SpecValid +False +- +InvalidSpec +new-01\.yaml:1:1 \\u\{1b\}\[2J$/,
  );
});

test('titles are bold, and what is not ready is yellow', () => {
  const marks: Paint = { ...plain, bold: (text) => `B<${text}>`, yellow: (text) => `Y<${text}>` };
  const early = makeMachine(spec, { checks: 'initializing' });
  const text = describeIn(worldOf({ what: '', observed: { machines: [early] } }), [], marks);
  expect(text).toMatch(/^B<ada-01 {2}Starting/);
  expect(text).toContain('\nB<Conditions>\n');
  expect(text.match(/Y<\w+/g)).toEqual(['Y<Ready']);
});

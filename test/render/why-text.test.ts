import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { FleetEvent } from '../../controller/core/event.ts';
import type { Instant } from '../../controller/core/instant.ts';
import type { Activity, Machine } from '../../controller/core/observed.ts';
import { inspect } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { type Why, whyOf } from '../../controller/core/plan/why.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { everyName, type LedgerRequest } from '../../controller/core/request.ts';
import { plain } from '../../controller/render/paint.ts';
import { whyJson, whyText } from '../../controller/render/why-text.ts';
import { madrid, office } from '../support/living-rig.ts';
import {
  fleetSettings,
  makeDesired,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
} from '../support/world.ts';

interface Case {
  readonly now: Instant;
  readonly spec?: Partial<EffectiveSpec>;
  readonly record?: Partial<DevInstanceRecord>;
  readonly machine?: Partial<Machine> | 'none';
  readonly requests?: readonly LedgerRequest[];
  readonly activity?: Activity;
  readonly isGone?: boolean;
  readonly isObserved?: boolean;
  readonly events?: readonly FleetEvent[];
}

const asked: LedgerRequest = {
  id: '0a1b2c3d-0000',
  name: 'ada-01',
  work: { kind: 'override', state: 'running', command: 'extend' },
  actor: 'ada',
  reason: 'release',
  at: madrid('18:00'),
  expiresAt: madrid('23:00'),
};

function why(world: Case): Why {
  const spec = makeSpec(world.spec);
  const { machine = {}, activity } = world;
  const fleet = { ...fleetSettings, mode: world.isObserved ? 'observe' : 'enforce' } as const;
  const all = makeWorld({
    spec,
    desired: makeDesired(world.isGone ? [makeSpec({ name: 'ada-02' })] : [spec], { fleet }),
    records: [makeRecord(spec, world.record)],
    requests: world.requests ?? [],
    observed: {
      machines: machine === 'none' ? [] : [makeMachine(spec, machine)],
      activity: activity && new Map([[activity.machineId, activity]]),
    },
    now: world.now,
  });
  const [inspection] = inspect(all, makePlan(all), ['ada-01']);
  if (inspection === undefined) throw new Error('nothing to inspect');
  return whyOf(inspection, world.events ?? []);
}

function lines(world: Case, commit?: Parameters<typeof whyText>[1]['commit']): readonly string[] {
  const context = { now: world.now, timezone: 'Europe/Madrid', commit };
  return whyText(why(world), context, plain)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

const off = { state: 'stopped', checks: 'none' } as const;
const up = {
  power: { state: 'running', at: madrid('08:00'), by: 'controller' },
  upSince: madrid('08:00'),
} as const;
const down = { power: { state: 'stopped', at: madrid('19:00'), by: 'controller' } } as const;

test.each<[string, Case, readonly string[]]>([
  [
    'in its window',
    { now: madrid('10:00'), record: up },
    [
      'ada-01 is running, as it should be',
      'Rule  window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00 Madrid',
      'Next  stop Mon 19:00 Madrid: outside every window',
      'Then  start Tue 08:00 Madrid, stop Tue 19:00 Madrid',
    ],
  ],
  [
    'on a date that is closed',
    {
      now: madrid('10:00'),
      record: { power: { state: 'stopped', at: madrid('08:00'), by: 'controller' } },
      machine: off,
      spec: { schedule: office({ exceptions: [{ date: '2026-11-23', closed: true }] }) },
    },
    [
      'ada-01 is stopped, as it should be',
      'Rule  closed on 2026-11-23, since Fri 19:00 Madrid',
      'Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      'Then  stop Tue 19:00 Madrid, start Wed 08:00 Madrid',
    ],
  ],
  [
    'started by hand at night',
    {
      now: madrid('21:00'),
      record: {
        power: { state: 'running', at: madrid('20:00'), by: 'person' },
        upSince: madrid('20:00'),
        manualStart: { at: madrid('20:00'), cause: 'person' },
      },
    },
    [
      'ada-01 is running, as it should be',
      'Rule  started by hand, held until tue 00:00, since Mon 20:00 Madrid',
      'Next  stop Tue 00:00 Madrid: outside every window',
      'Then  start Tue 08:00 Madrid, stop Tue 19:00 Madrid',
    ],
  ],
  [
    'stopped by hand in its window',
    {
      now: madrid('12:00'),
      machine: off,
      record: { power: { state: 'stopped', at: madrid('11:00'), by: 'person' } },
    },
    [
      'ada-01 is stopped, as it should be',
      'Rule  stopped by hand, off until tue 08:00, since Mon 11:00 Madrid',
      'Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      'Then  stop Tue 19:00 Madrid, start Wed 08:00 Madrid',
    ],
  ],
  [
    'kept on by an override',
    { now: madrid('20:00'), record: up, requests: [asked] },
    [
      'ada-01 is running, as it should be',
      'Rule  extended until 23:00 by ada: release, since Mon 18:00 Madrid',
      'From  request 0a1b2c3d, asked for Mon 18:00 Madrid by ada',
      'Else  stopped: outside every window',
      'Next  stop Mon 23:00 Madrid: outside every window',
      'Then  start Tue 08:00 Madrid, stop Tue 19:00 Madrid',
    ],
  ],
  [
    'due to stop as nobody uses it',
    {
      now: madrid('12:00'),
      record: up,
      spec: { schedule: office({ idleStopAfterMinutes: 90 }) },
      activity: { machineId: 'i-00000001', at: madrid('12:00'), idleSince: madrid('10:00') },
    },
    [
      'ada-01 is running, and should be stopped',
      'Rule  unused since 10:00, since Mon 11:30 Madrid',
      'Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      'Then  stop Tue 19:00 Madrid, start Wed 08:00 Madrid',
      'Due   at its next pass',
    ],
  ],
  [
    'off in its window and merely observed',
    { now: madrid('10:00'), record: down, machine: off, isObserved: true },
    [
      'ada-01 is stopped, and should be running',
      'Rule  window mon-fri 08:00-19:00 Europe/Madrid, since Mon 08:00 Madrid',
      'Next  stop Mon 19:00 Madrid: outside every window',
      'Then  start Tue 08:00 Madrid, stop Tue 19:00 Madrid',
      'Due   withheld: ObserveMode',
    ],
  ],
  [
    'left to people',
    { now: madrid('21:00'), record: up, spec: { schedule: office({ actions: 'start-only' }) } },
    [
      'ada-01 is running: its schedule leaves that to people',
      'Rule  outside every window, since Mon 19:00 Madrid',
      'Next  start Tue 08:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid',
      'Then  stop Tue 19:00 Madrid, start Wed 08:00 Madrid',
    ],
  ],
  [
    'suspended by somebody',
    {
      now: madrid('20:00'),
      record: up,
      requests: [{ ...asked, name: everyName, work: { kind: 'suspend' } }],
    },
    [
      'ada-01 is running, and the controller keeps its hands off',
      'From  request 0a1b2c3d, asked for Mon 18:00 Madrid by ada',
      `Held  Suspended: ada suspended every DevInstance until ${madrid('23:00')}: release -> devinstance resume --all ends it`,
    ],
  ],
  [
    'retired, before its end',
    { now: madrid('10:00'), record: up, spec: { lifecycle: 'retired' } },
    ['ada-01 is running, as it is retired'],
  ],
  [
    'always on',
    {
      now: madrid('10:00'),
      record: up,
      spec: { schedule: office({ mode: 'always', windows: [] }) },
    },
    ['ada-01 is running, as it should be', 'Rule  always on', 'Next  no start or stop ahead'],
  ],
])('%s', (_, world, expected) => {
  expect(lines(world).slice(0, expected.length)).toEqual(expected);
});

test('a machine whose file is gone, and one that is not there', () => {
  expect(lines({ now: madrid('10:00'), record: up, isGone: true })[0]).toBe(
    'ada-01 is running, and its file is gone',
  );
  expect(lines({ now: madrid('10:00'), record: up, machine: 'none' })[0]).toBe(
    'ada-01 has no machine, and should be running',
  );
});

test('the last thing that happened to its power is told, and nothing else', () => {
  const event = (reason: string, clock: string): FleetEvent => ({
    name: 'ada-01',
    at: madrid(clock),
    type: 'Normal',
    reason,
    message: 'as it was',
  });
  const events = [event('MachineStarted', '08:00'), event('StopAhead', '09:00')];
  expect(lines({ now: madrid('10:00'), record: up, events }).at(-1)).toBe(
    'Last  Mon 08:00 Madrid MachineStarted: as it was',
  );
});

test('a place is told with the commit behind it, cut short and made visible', () => {
  const known: Why = {
    ...why({ now: madrid('10:00'), record: up }),
    place: { file: 'a.yaml', line: 8, column: 7 },
  };
  const commit = {
    id: '1a2b3c4',
    author: 'Gr\u001bace',
    date: '2026-11-20',
    subject: 'x'.repeat(70),
    isEdited: false,
  };
  const context = { now: madrid('10:00'), timezone: 'Europe/Madrid', commit };
  expect(whyText(known, context, plain)).toContain(
    `From  a.yaml:8:7, commit 1a2b3c4 by Gr\\u{1b}ace on 2026-11-20: ${'x'.repeat(59)}…\n`,
  );
  const edited = { ...context, commit: { ...commit, isEdited: true } };
  expect(whyText(known, edited, plain)).toContain(
    'From  a.yaml:8:7, edited since commit 1a2b3c4\n',
  );
  expect(
    whyText({ ...known, place: 'default' }, { ...context, commit: undefined }, plain),
  ).toContain('From  windows.0, which no file says: its default');
  expect(JSON.parse(whyJson(known, { commit }))).toMatchObject({
    name: 'ada-01',
    machine: 'running',
    duty: { state: 'running', rule: 'window' },
    from: { file: 'a.yaml', line: 8, column: 7, commit: { id: '1a2b3c4' } },
    ahead: [{ state: 'stopped' }, { state: 'running' }, { state: 'stopped' }],
  });
});

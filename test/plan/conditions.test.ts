import { describe, expect, test } from 'vitest';
import type { ConditionType } from '../../controller/core/plan/condition.ts';
import type { World } from '../../controller/core/plan/world.ts';
import { conditionsIn, failed, machines, off, said } from '../support/condition-cases.ts';
import type { PlanCase } from '../support/plan-case.ts';
import {
  detached,
  machine,
  otherType,
  smaller,
  spec,
  stopped,
  worldOf,
} from '../support/plan-case.ts';
import {
  fleetSettings,
  lastWeek,
  makeDesired,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
  mondayNight,
} from '../support/world.ts';

test('of a settled DevInstance all that Ready follows from is true, the rest false', () => {
  const all = conditionsIn(worldOf({ what: '' }));
  expect(all.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'Ready True',
    'SpecValid True',
    'ImageResolved True',
    'HomeReady True',
    'Launched True',
    'HomeAttached True',
    'Reachable True',
    'Drifted False',
    'Disrupting False',
    'Stopped False',
    'Paused False',
    'Terminating False',
  ]);
  for (const { reason, message } of all) {
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(message).not.toBe('');
  }
});

test('moments are those that are known', () => {
  const since = (world: World) =>
    Object.fromEntries(
      conditionsIn(world).flatMap(({ type, lastTransitionTime: at }) =>
        at === undefined ? [] : [[type, at]],
      ),
    );
  expect(since(worldOf({ what: '' }))).toEqual({ HomeReady: lastWeek, Stopped: lastWeek });
  const record = makeRecord(smaller, { holds: [{ reason: 'HomeShrinkRefused', since: lastWeek }] });
  expect(since(worldOf({ what: '', spec: smaller, record }))).toMatchObject({ Drifted: lastWeek });
});

describe.each<[ConditionType, readonly [string, PlanCase | World][]]>([
  [
    'Ready',
    [
      [
        'False NotRunning',
        {
          what: 'off',
          record: makeRecord(spec, stopped),
          observed: { machines: [off] },
          now: mondayNight,
        },
      ],
      ['False NotAttached', { what: 'without its home', observed: { homes: [detached] } }],
      [
        'Unknown ChecksNotRead',
        {
          what: 'unread checks',
          observed: { ...machines({ checks: 'none' }), ...failed('checks') },
        },
      ],
      [
        'False NotRunning',
        {
          what: 'false beats unknown',
          observed: { ...machines({ state: 'pending' }), homes: [], ...failed('homes') },
        },
      ],
    ],
  ],
  [
    'SpecValid',
    [
      [
        'False OwnerChanged',
        {
          what: 'another owner',
          spec: makeSpec({ owner: { ...spec.owner, name: 'eve' } }),
          record: makeRecord(spec),
        },
      ],
      ['Unknown FileRemoved', { what: 'no file', removed: true }],
      [
        'False InvalidSpec',
        makeWorld({ desired: makeDesired([], { invalid: new Map([['ada-01', 'bad']]) }) }),
      ],
      ['Unknown InterlockEmptySource', makeWorld({ desired: makeDesired([]) })],
      [
        'Unknown InvalidSpec',
        makeWorld({ desired: makeDesired([], { incomplete: 'a folder is linked' }) }),
      ],
    ],
  ],
  [
    'ImageResolved',
    [
      ['Unknown NotRead', { what: 'not looked at', observed: { images: new Map() } }],
      [
        'Unknown ReadFailed',
        { what: 'failed read', observed: { images: new Map(), ...failed('images') } },
      ],
      [
        'False ImageUnusable',
        {
          what: 'unusable',
          observed: {
            images: new Map([
              ['ubuntu-24.04', { usable: false as const, reason: 'gone', remedy: 'pin' }],
            ]),
          },
        },
      ],
    ],
  ],
  [
    'Drifted',
    [
      ['True HomeShrinkRefused', { what: 'shrink', spec: smaller }],
      ['True ChangesPending', { what: 'type', spec: otherType }],
      ['Unknown ImageNotResolved', { what: 'image unread', observed: { images: new Map() } }],
      [
        'Unknown ReadFailed',
        { what: 'machine unread', observed: { machines: [], ...failed('machines') } },
      ],
      [
        'False MachineTerminated',
        { what: 'no machine', observed: machines({ state: 'terminated' }) },
      ],
      ['False FileRemoved', { what: 'orphan', removed: true }],
    ],
  ],
  [
    'Disrupting',
    [
      [
        'True StepUnderWay',
        {
          what: 'a stop was begun',
          record: makeRecord(spec, {
            step: {
              action: { kind: 'stop', name: 'ada-01', machineId: machine.id, cause: 'duty' },
              at: mondayMorning,
            },
          }),
        },
      ],
      [
        'True Stopping',
        {
          what: 'stopping',
          record: makeRecord(spec, stopped),
          observed: machines({ state: 'stopping' }),
        },
      ],
      [
        'False NothingUnderWay',
        {
          what: 'a start was begun',
          record: makeRecord(spec, {
            step: {
              action: { kind: 'start', name: 'ada-01', machineId: machine.id },
              at: mondayMorning,
            },
            ...stopped,
          }),
          observed: { machines: [off] },
        },
      ],
      ['Unknown ReadFailed', { what: 'unread', observed: { machines: [], ...failed('machines') } }],
    ],
  ],
  [
    'Paused',
    [
      ['True Suspended', { what: 'suspended', spec: makeSpec({ lifecycle: 'suspended' }) }],
      [
        'True ObserveMode',
        makeWorld({
          desired: makeDesired([spec], { fleet: { ...fleetSettings, mode: 'observe' } }),
        }),
      ],
      [
        'True NotEnforced',
        makeWorld({
          desired: makeDesired([spec], { fleet: { ...fleetSettings, enforceFor: { team: 'x' } } }),
        }),
      ],
    ],
  ],
  [
    'Terminating',
    [['True Retired', { what: 'retired', spec: makeSpec({ lifecycle: 'retired' }) }]],
  ],
])('%s', (type, cases) => {
  test.each(cases)('is %s', (expected, given) => {
    expect(said('what' in given ? worldOf(given) : given, type)).toBe(expected);
  });
});

test('before its first pass nothing is known of what a held newcomer has', () => {
  const world = makeWorld({
    records: [],
    observed: { ...failed('machines'), homes: [], machines: [] },
  });
  expect(said(world, 'Launched')).toBe('Unknown ReadFailed');
  expect(said(world, 'Ready')).toBe('Unknown ReadFailed');
});

test('a newcomer is foreseen as its plan foresees it', () => {
  const world = makeWorld({ records: [], observed: { homes: [], machines: [] } });
  expect(said(world, 'Launched')).toBe('False NotLaunched');
  expect(said(world, 'Ready')).toBe('False HomeNotMade');
});

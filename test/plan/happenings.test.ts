import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import { adoptionEvents, notedEvents } from '../../controller/core/plan/happenings.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import {
  bare,
  bigger,
  detached,
  home,
  machine,
  otherType,
  report,
  smaller,
  spec,
  stopped,
  worldOf,
} from '../support/plan-case.ts';
import {
  lastWeek,
  makeMachine,
  makeRecord,
  makeSpec,
  mondayMorning,
  mondayNight,
} from '../support/world.ts';

/** What one pass over the world tells of what it noted: `type reason: message`. */
function told(world: World): readonly string[] {
  return next(world).told;
}

/** What a pass tells, and the world with the records as it leaves them. */
function next(world: World): { readonly told: readonly string[]; readonly world: World } {
  const plan = makePlan(world);
  const noted = plan.memos.flatMap((after) => {
    const before = world.records.get(after.name);
    return before === undefined ? [] : [{ before, after }];
  });
  const events = notedEvents(plan, noted, world.now);
  for (const event of events) expect(event.at).toBe(world.now);
  const records = new Map([
    ...world.records,
    ...plan.memos.map((memo) => [memo.name, memo] as const),
  ]);
  return {
    told: events
      .filter(({ name }) => name === 'ada-01')
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
    world: { ...world, records },
  };
}

const soon = (record: Partial<DevInstanceRecord>) => makeRecord(spec, record);
const off = makeMachine(spec, { state: 'stopped', checks: 'none' });

describe('what the plan notes', () => {
  test('of a settled machine nothing is told', () => {
    expect(told(worldOf({ what: '' }))).toEqual([]);
  });

  test('a hold is told when it appears, kept with its moment, and told when it is over', () => {
    const held = next(worldOf({ what: '', spec: smaller }));
    expect(held.told).toEqual([
      'Normal SpecChanged: homeVolume.sizeGib 100 -> 50',
      expect.stringMatching(/^Warning HomeShrinkRefused: .+ -> .+/),
    ]);
    const record = held.world.records.get('ada-01');
    expect(record?.holds).toEqual([{ reason: 'HomeShrinkRefused', since: mondayMorning }]);
    const later = { ...held.world, now: plusMillis(mondayMorning, 60_000) };
    expect(makePlan(later).memos).toEqual([]);
    const records = [...held.world.records.values()];
    const mended = {
      ...worldOf({ what: '' }),
      records: new Map([['ada-01', records[0] ?? bare()]]),
    };
    const cleared = next(mended);
    expect(cleared.told).toEqual([
      'Normal SpecChanged: homeVolume.sizeGib 50 -> 100',
      'Normal HoldCleared: HomeShrinkRefused is over',
    ]);
    expect(cleared.world.records.get('ada-01')?.holds).toBeUndefined();
  });

  test('a second hold keeps the moment of the first', () => {
    const record = soon({ holds: [{ reason: 'HomeMissing', since: lastWeek }] });
    const world = worldOf({
      what: '',
      record,
      observed: { homes: [], absent: new Set([home.id]) },
      spec: makeSpec({ owner: { ...spec.owner, name: 'eve' } }),
    });
    const after = next({ ...world, records: new Map([['ada-01', record]]) });
    expect(after.world.records.get('ada-01')?.holds).toEqual([
      { reason: 'HomeMissing', since: lastWeek },
      { reason: 'OwnerChanged', since: mondayMorning },
    ]);
    expect(after.told).toEqual([expect.stringMatching(/^Warning OwnerChanged: /)]);
  });

  test('a hold that waits for its moment is no warning', () => {
    const suspended = makeSpec({ lifecycle: 'suspended' });
    expect(told(worldOf({ what: '', spec: suspended }))).toEqual([
      expect.stringMatching(/^Normal Suspended: /),
    ]);
  });

  test.each([
    {
      what: 'a failed read',
      planCase: { observed: { homes: [], failures: [{ what: 'homes', message: '', remedy: '' }] } },
      reason: 'ReadFailed',
    },
    {
      what: 'a retry that backs off',
      planCase: {
        spec: bigger,
        record: makeRecord(bigger, {
          retries: [
            {
              actionKind: 'modify-home',
              attempts: 3,
              notBefore: plusMillis(mondayMorning, 1_000),
              code: 'Nope',
              message: 'no',
              capacity: false,
            },
          ],
        }),
      },
      reason: 'BackingOff',
    },
  ] as const)('$what is held but not noted', ({ what, planCase, reason }) => {
    const world = worldOf({ what, ...planCase });
    const plan = makePlan(world);
    expect(plan.holds.map((held) => held.reason)).toEqual([reason]);
    expect(plan.memos).toEqual([]);
  });

  test.each<[string, Parameters<typeof worldOf>[0], readonly string[]]>([
    [
      'a changed spec',
      { what: '', record: makeRecord(spec), spec: otherType },
      ['Normal SpecChanged: instanceType t3.xlarge -> m7i.xlarge'],
    ],
    [
      'a removed file',
      { what: '', removed: true },
      [
        'Warning Orphaned: its file is gone: it is stopped once and never started again; machine and home are kept',
      ],
    ],
    [
      'a file that is back',
      { what: '', record: soon({ orphanedAt: lastWeek }) },
      ['Normal FileRestored: its file is back: it follows its spec again'],
    ],
    [
      'a start by hand',
      { what: '', record: soon(stopped), now: mondayNight },
      [
        'Normal StartedByPerson: a person started i-00000001: it may run until 2026-11-24T00:00:00.000Z',
      ],
    ],
    [
      'a start by hand inside its window',
      { what: '', record: soon(stopped) },
      ['Normal StartedByPerson: a person started i-00000001'],
    ],
    [
      'a stop by hand',
      { what: '', observed: { machines: [off] } },
      ['Normal StoppedByPerson: a person stopped i-00000001'],
    ],
    [
      'a stop by AWS',
      {
        what: '',
        observed: {
          machines: [{ ...off, stateReason: { code: 'Server.ScheduledStop', message: '' } }],
        },
      },
      ['Warning StoppedByAws: AWS stopped i-00000001'],
    ],
    [
      'a machine found terminated',
      { what: '', observed: { machines: [makeMachine(spec, { state: 'terminated' })] } },
      ['Warning MachineTerminated: i-00000001 is terminated or gone; home vol-00000001 is kept'],
    ],
    [
      'a machine that terminated before it was ready',
      {
        what: '',
        record: makeRecord(spec, { becomingReadySince: lastWeek }),
        observed: {
          machines: [
            makeMachine(spec, {
              state: 'terminated',
              stateReason: { code: 'Client.InternalError', message: 'the key is disabled' },
            }),
          ],
          homes: [detached],
        },
      },
      [
        'Warning MachineTerminated: i-00000001 terminated before it was ready: Client.InternalError: the key is disabled',
      ],
    ],
    [
      'readiness after a start',
      { what: '', record: soon({ becomingReadySince: lastWeek }) },
      ['Normal Ready: i-00000001 is ready'],
    ],
    [
      'readiness that was lost and regained',
      { what: '', record: soon({ becomingReadySince: plusMillis(lastWeek, 600_000) }) },
      [],
    ],
    [
      'readiness that is no longer awaited because the machine is off',
      {
        what: '',
        record: soon({ becomingReadySince: lastWeek }),
        observed: { machines: [off] },
      },
      ['Normal StoppedByPerson: a person stopped i-00000001'],
    ],
    [
      'a host that is not ready yet',
      {
        what: '',
        record: soon({ becomingReadySince: mondayMorning }),
        observed: { reports: new Map([['i-00000001', report({})]]) },
      },
      [],
    ],
    [
      'a home found by its tags',
      {
        what: '',
        record: {
          ...bare({ power: { state: 'running', at: lastWeek, by: 'controller' } }),
          ordinal: 1,
          machineId: machine.id,
          ranAs: machine.type,
        },
      },
      ['Normal HomeFound: took note of home vol-00000001 by its tags'],
    ],
    [
      'a start whose answer was lost',
      {
        what: '',
        record: soon({
          ...stopped,
          step: {
            action: { kind: 'start', name: 'ada-01', machineId: 'i-00000001' },
            at: mondayMorning,
          },
        }),
      },
      ['Normal MachineStarted: started i-00000001: its answer was lost, and it was found done'],
    ],
  ])('%s', (_what, planCase, expected) => {
    expect(told(worldOf(planCase))).toEqual(expected);
  });

  test('a machine found terminated is told once', () => {
    const { world } = next(
      worldOf({ what: '', observed: { machines: [makeMachine(spec, { state: 'terminated' })] } }),
    );
    expect(told(world)).toEqual([]);
    expect(makePlan(world).memos).toEqual([]);
  });

  test('of a machine just taken over by its tags nobody is said to have started it', () => {
    const { power: _power, ...adopted } = makeRecord(spec);
    expect(told(worldOf({ what: '', record: adopted }))).toEqual([]);
  });
});

test('a name taken over from tags is told, a new one is not', () => {
  const binding = { name: 'ada-01', effective: spec };
  const adopt = { uid: 'u', ordinal: 1, machineId: 'i-1', homeWasReady: true };
  expect(adoptionEvents([binding, { ...binding, adopt }], mondayMorning)).toEqual([
    {
      name: 'ada-01',
      at: mondayMorning,
      type: 'Normal',
      reason: 'Adopted',
      message: 'the ledger had no record of it: took over i-1 and no home by their tags',
    },
  ]);
});

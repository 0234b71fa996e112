import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import { adoptionEvents } from '../../controller/core/plan/happenings.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import {
  bare,
  detached,
  machine,
  otherType,
  report,
  spec,
  stopped,
  worldOf,
} from '../support/plan-case.ts';
import { told, toldBy } from '../support/told.ts';
import { lastWeek, makeMachine, makeRecord, mondayMorning, mondayNight } from '../support/world.ts';

const soon = (record: Partial<DevInstanceRecord>) => makeRecord(spec, record);
const off = makeMachine(spec, { state: 'stopped', checks: 'none' });

describe('what the plan notes', () => {
  test('of a settled machine nothing is told', () => {
    expect(told(worldOf({ what: '' }))).toEqual([]);
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
    const { world } = toldBy(
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

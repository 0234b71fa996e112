import { describe, expect, test } from 'vitest';
import type { Action, Outcome } from '../../controller/core/action.ts';
import { actionEvent } from '../../controller/core/plan/action-event.ts';
import { applyOutcome } from '../../controller/core/plan/apply-outcome.ts';
import { actionEvents } from '../../controller/core/plan/happenings.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { withStep } from '../../controller/core/plan/memory.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import {
  always,
  bare,
  home,
  machine,
  otherType,
  spec,
  stopped,
  worldOf,
} from '../support/plan-case.ts';
import { lastWeek, makeMachine, makeRecord, mondayMorning, mondayNight } from '../support/world.ts';

const soon = (record: Partial<DevInstanceRecord>) => makeRecord(spec, record);
const off = makeMachine(spec, { state: 'stopped', checks: 'none' });

describe('how actions end', () => {
  const name = 'ada-01';
  const request = { clientToken: 'token', tags: {} };
  const launch: Action = {
    kind: 'launch',
    name,
    request: {
      clientToken: 'token',
      imageId: 'ami-1',
      instanceType: 't3.xlarge',
      subnetId: 'subnet-1',
      securityGroups: [],
      rootDeviceName: '/dev/sda1',
      rootSizeGib: 150,
      rootType: 'gp3',
      userData: '',
      machineTags: {},
      rootTags: {},
    },
  };

  test.each<[Action, Extract<Outcome, { result: 'done' }>, string]>([
    [
      launch,
      { result: 'done', machineId: 'i-1' },
      'MachineLaunched: launched i-1, t3.xlarge of ami-1 in subnet-1',
    ],
    [
      { ...launch, beside: 'i-0' },
      { result: 'done', machineId: 'i-1' },
      'MachineLaunched: launched i-1, t3.xlarge of ami-1 in subnet-1 beside i-0',
    ],
    [
      {
        kind: 'create-home',
        name,
        request: { ...request, az: 'eu-west-1a', sizeGib: 9, type: 'gp3' },
      },
      { result: 'done', homeId: 'vol-1' },
      'HomeCreated: made home vol-1, 9 GiB gp3 in eu-west-1a',
    ],
    [
      { kind: 'attach-home', name, machineId: 'i-1', homeId: 'vol-1', deviceName: '/dev/sdf' },
      { result: 'done' },
      'HomeAttached: attached home vol-1 to i-1',
    ],
    [
      { kind: 'protect-home', name, machineId: 'i-1', deviceName: '/dev/sdf' },
      { result: 'done' },
      'HomeProtected: set the home on i-1 to outlive its termination',
    ],
    [
      { kind: 'tag', name, resourceId: 'i-1', tags: { Name: 'x', a: 'b' } },
      { result: 'done' },
      'TagsCorrected: set Name=x, a=b on i-1',
    ],
    [{ kind: 'start', name, machineId: 'i-1' }, { result: 'done' }, 'MachineStarted: started i-1'],
    [
      { kind: 'stop', name, machineId: 'i-1', cause: 'duty' },
      { result: 'done' },
      'MachineStopped: stopped i-1',
    ],
    [
      { kind: 'set-type', name, machineId: 'i-1', instanceType: 'm7i.xlarge' },
      { result: 'done' },
      'TypeChanged: made i-1 a m7i.xlarge',
    ],
    [
      { kind: 'modify-home', name, homeId: 'vol-1', sizeGib: 260, type: 'gp3' },
      { result: 'done' },
      'HomeModified: asked for 260 GiB gp3 of home vol-1',
    ],
  ])('$kind', (action, outcome, expected) => {
    const before = withStep(makeRecord(spec), action, mondayMorning);
    const after = applyOutcome(before, outcome, mondayMorning);
    const event = actionEvent({ action, outcome, before, after, why: undefined }, mondayMorning);
    expect(event).toMatchObject({ name, type: 'Normal', at: mondayMorning });
    expect(`${event?.reason}: ${event?.message}`).toBe(expected);
  });

  /** What the outcomes of the same action, one after another, are told as. */
  function toldInARow(outcomes: readonly Outcome[]): readonly (string | undefined)[] {
    let record = makeRecord(spec);
    return outcomes.map((outcome) => {
      const before = withStep(record, launch, mondayMorning);
      record = applyOutcome(before, outcome, mondayMorning);
      const ended = { action: launch, outcome, before, after: record, why: undefined };
      const event = actionEvent(ended, mondayMorning);
      return event === undefined ? undefined : `${event.type} ${event.reason}: ${event.message}`;
    });
  }

  const refused = (code: string): Outcome => ({
    result: 'refused',
    code,
    message: 'no',
    capacity: false,
    remedy: 'do this',
  });

  test('the same refusal again is not told, another one is, up to a point', () => {
    const first = 'Warning ActionRefused: launch was refused: A: no -> do this';
    const second = 'Warning ActionRefused: launch was refused: B: no -> do this';
    const codes = ['A', 'A', 'B', 'B', 'A', 'B', 'A'];
    expect(toldInARow(codes.map(refused))).toEqual([
      first,
      undefined,
      second,
      undefined,
      first,
      undefined,
      undefined,
    ]);
  });

  test('what is unclear says so once, and what was not sent says nothing', () => {
    const unknown: Outcome = { result: 'unknown', code: 'Timeout', message: 'no answer' };
    expect(toldInARow([{ result: 'not-sent', message: '' }, unknown, unknown])).toEqual([
      undefined,
      'Warning ActionUnclear: whether launch was done is unclear: Timeout: no answer -> it is looked up and, if need be, repeated',
      undefined,
    ]);
  });

  /** The message of the action that the world's plan takes. */
  function messageOfAction(world: World): string | undefined {
    const plan = makePlan(world);
    const ended = plan.actions.map((action) => {
      const before = withStep(world.records.get(name) ?? bare(), action, world.now);
      const outcome = { result: 'done' } as const;
      return {
        action,
        outcome,
        before,
        after: applyOutcome(before, outcome, world.now),
        at: world.now,
      };
    });
    return actionEvents(plan, ended)[0]?.message;
  }

  test.each<[string, Parameters<typeof worldOf>[0], string]>([
    [
      'a scheduled stop',
      { what: '', now: mondayNight },
      'stopped i-00000001: outside every window',
    ],
    [
      'a scheduled start',
      { what: '', record: soon(stopped), observed: { machines: [off] } },
      'started i-00000001: window mon-fri 08:00-19:00 Europe/Madrid',
    ],
    [
      'a start after AWS stopped it',
      {
        what: '',
        record: soon({ power: { state: 'stopped', at: lastWeek, by: 'aws' } }),
        observed: { machines: [off] },
      },
      'started i-00000001: AWS had stopped it',
    ],
    [
      'a stop for another type',
      {
        what: '',
        spec: { ...otherType, upgrade: { when: 'any-time' }, schedule: always },
        record: makeRecord(spec),
      },
      'stopped i-00000001: type t3.xlarge -> m7i.xlarge (stop, modify, start)',
    ],
    [
      'the last stop of an orphan',
      {
        what: '',
        removed: true,
        record: soon({ orphanedAt: lastWeek }),
        observed: {
          machines: [{ ...machine, tags: { ...machine.tags, 'devinstance:phase': 'orphaned' } }],
          homes: [{ ...home, tags: { ...home.tags, 'devinstance:phase': 'orphaned' } }],
        },
      },
      'stopped i-00000001: its file is gone',
    ],
  ])('%s says why', (_what, planCase, expected) => {
    expect(messageOfAction(worldOf(planCase))).toBe(expected);
  });
});

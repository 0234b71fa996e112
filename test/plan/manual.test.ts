import { expect, test } from 'vitest';
import { minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord, Retry } from '../../controller/core/record.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { one, worldOf } from '../support/fleet-world.ts';
import {
  lastWeek,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
  mondayNight,
} from '../support/world.ts';

// What a record takes note of beside the actions: people's acts, readiness, failures.

const spec = makeSpec();
const stopped = { state: 'stopped', at: lastWeek, by: 'controller' } as const;

const memoOf = (plan: Plan): DevInstanceRecord | undefined => plan.memos[0];

/** A machine that a person started at that moment, seen five minutes later. */
function startedAt(at: string, manualStartHoldMinutes = 240): Plan {
  const wanted = makeSpec({ schedule: { ...spec.schedule, manualStartHoldMinutes } });
  const machine = makeMachine(wanted, { launchedAt: at });
  return makePlan(
    makeWorld({
      spec: wanted,
      records: [makeRecord(wanted, { power: stopped })],
      observed: { machines: [machine] },
      now: plusMillis(at, 5 * minuteMs),
    }),
  );
}

test('a start by hand off duty holds from the start itself', () => {
  expect(memoOf(startedAt(mondayNight))).toMatchObject({
    power: { state: 'running', at: mondayNight, by: 'person' },
    manualStart: { at: mondayNight, cause: 'person' },
    upSince: mondayNight,
  });
  expect(startedAt(mondayNight).actions).toEqual([]);
});

test('a start by hand makes no hold in its window, and one of no length where none is granted', () => {
  expect(memoOf(startedAt(mondayMorning))).toMatchObject({ power: { by: 'person' } });
  expect(memoOf(startedAt(mondayMorning))).not.toHaveProperty('manualStart');
  const none = startedAt(mondayNight, 0);
  expect(none.actions.map(({ kind }) => kind)).toEqual(['stop']);
});

test('a launch time before our own stop says nothing of when it was started', () => {
  const power = { state: 'stopped', at: plusMillis(mondayNight, -2 * minuteMs), by: 'controller' };
  const plan = makePlan(
    makeWorld({
      records: [makeRecord(spec, { power: power as never })],
      now: mondayNight,
    }),
  );
  expect(memoOf(plan)?.power).toEqual({ state: 'running', at: mondayNight, by: 'person' });
});

test('a stop by hand ends hold, stand-in and readiness', () => {
  const record = makeRecord(spec, {
    manualStart: { at: lastWeek, cause: 'person' },
    upSince: lastWeek,
    standInType: 'm7i.xlarge',
    becomingReadySince: mondayMorning,
  });
  const off = makeMachine(spec, { state: 'stopped', checks: 'none', type: 't3.xlarge' });
  const memo = memoOf(makePlan(makeWorld({ records: [record], observed: { machines: [off] } })));
  expect(memo?.power).toEqual({ state: 'stopped', at: mondayMorning, by: 'person' });
  for (const key of ['manualStart', 'upSince', 'standInType', 'becomingReadySince']) {
    expect(memo).not.toHaveProperty(key);
  }
});

test('readiness is noted once, and what it last ran as', () => {
  const record = makeRecord(spec, {
    homeWasReady: false,
    becomingReadySince: mondayMorning,
    ranAs: 't3.small',
  });
  const memo = memoOf(makePlan(makeWorld({ records: [record] })));
  expect(memo).toMatchObject({ homeWasReady: true, ranAs: 't3.xlarge' });
  expect(memo).not.toHaveProperty('becomingReadySince');
  const unready = makeMachine(spec, { checks: 'impaired' });
  const since = memoOf(makePlan(makeWorld({ observed: { machines: [unready] } })));
  expect(since?.becomingReadySince).toBe(mondayMorning);
});

test.each(['checks', 'reports', 'homes'] as const)('%s unread: nobody becomes unready', (what) => {
  const failures = [{ what, message: 'AZ down', remedy: '' }];
  const observed = { machines: [makeMachine(spec, { checks: 'none' })], failures };
  expect(makePlan(makeWorld({ observed })).memos).toEqual([]);
});

test('subnets unread: who is not ready is noted all the same', () => {
  const failures = [{ what: 'subnets' as const, message: 'AZ down', remedy: '' }];
  const observed = { machines: [makeMachine(spec, { checks: 'none' })], failures };
  expect(makePlan(makeWorld({ observed })).memos).toHaveLength(1);
});

test('a machine that is not visible yet is not overdue, and its deadline stays', () => {
  const since = plusMillis(mondayMorning, -20 * minuteMs);
  const power = { state: 'running', at: plusMillis(mondayMorning, -minuteMs), by: 'controller' };
  const all = ['a', 'b', 'c'].map((name) =>
    one(name, { record: { becomingReadySince: since, power: power as never } }),
  );
  const world = worldOf(all);
  const absent = new Set(all.map(({ machine }) => machine.id));
  const homes = all.map(({ home }) => ({ ...home, state: 'available' as const, attachments: [] }));
  const plan = makePlan({ ...world, observed: { ...world.observed, machines: [], homes, absent } });
  expect([plan.interlocks, plan.memos]).toEqual([[], []]);
  expect(plan.waiting).toHaveLength(3);
});

test('a machine that carries its uid and nobody noted is its machine', () => {
  const { machineId: _, ...record } = makeRecord(spec);
  const plan = makePlan(makeWorld({ records: [record] }));
  expect(memoOf(plan)).toEqual({ ...record, machineId: 'i-00000001' });
});

test('a machine whose ordinal somebody removed counts as the oldest', () => {
  const { [tagKeys.ordinal]: _, ...tags } = makeMachine(spec).tags;
  const bare = makeMachine(spec, { id: 'i-00000002', tags });
  const observed = { machines: [makeMachine(spec), bare], homes: [] };
  const plan = makePlan(
    makeWorld({ observed: { ...observed, absent: new Set(['vol-00000001']) } }),
  );
  expect(plan.statuses[0]?.machineId).toBe('i-00000002');
});

const retry = (actionKind: Retry['actionKind'], notBefore = mondayMorning): Retry => ({
  actionKind,
  attempts: 2,
  notBefore,
  code: 'Nope',
  message: 'no',
  capacity: false,
});

test('failures of what nothing asks for any more are forgotten', () => {
  const record = makeRecord(spec, { retries: [retry('tag'), retry('start')] });
  expect(memoOf(makePlan(makeWorld({ records: [record] })))).not.toHaveProperty('retries');
});

test('a refused type is remembered while it is asked for, and nothing beside it', () => {
  const wanted = makeSpec({ instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } });
  const record = makeRecord(wanted, {
    ranAs: 't3.xlarge',
    retries: [retry('set-type'), retry('tag')],
  });
  const machine = makeMachine(wanted, { type: 't3.xlarge' });
  const observed = { machines: [machine] };
  const plan = makePlan(makeWorld({ spec: wanted, records: [record], observed }));
  expect(plan.holds).toEqual([
    {
      name: 'ada-01',
      reason: 'TypeRefused',
      message: 'type m7i.xlarge was refused: Nope: no',
      remedy: 'name another instanceType; this one is tried again when the machine is next off',
    },
  ]);
  expect(memoOf(plan)?.retries).toEqual([retry('set-type')]);
  expect(plan.actions).toEqual([]);
  const other = makeSpec({ instanceType: 'm7i.large', upgrade: { when: 'any-time' } });
  const anew = makePlan(makeWorld({ spec: other, records: [record], observed }));
  expect(anew.actions.map(({ kind }) => kind)).toEqual(['stop']);
});

test.each([
  { notBefore: plusMillis(mondayMorning, 1), acts: false },
  { notBefore: mondayMorning, acts: true },
])('an action that backs off until $notBefore acts: $acts', ({ notBefore, acts }) => {
  const record = makeRecord(spec, { power: stopped, retries: [retry('start', notBefore)] });
  const observed = { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] };
  const plan = makePlan(makeWorld({ records: [record], observed }));
  expect(plan.actions.map(({ kind }) => kind)).toEqual(acts ? ['start'] : []);
  expect(plan.holds.map(({ message, remedy }) => [message, remedy])).toEqual(
    acts ? [] : [['start failed 2 times: Nope: no', `next attempt ${notBefore}`]],
  );
  if (!acts) expect(plan.wakeAt).toBe(notBefore);
});

test('two machines and no home: the older by its ordinal counts, the other is named', () => {
  const { [tagKeys.home]: _, ...tags } = makeMachine(spec).tags;
  const younger = makeMachine(spec, {
    id: 'i-00000000',
    tags: { ...tags, [tagKeys.ordinal]: '2' },
  });
  const older = makeMachine(spec, { tags });
  const { homeId: __, az: ___, ...record } = makeRecord(spec, { homeWasReady: false });
  const observed = { machines: [younger, older], homes: [] };
  const plan = makePlan(makeWorld({ records: [record], observed }));
  expect(plan.holds.map(({ reason, message }) => [reason, message])).toEqual([
    ['SecondMachine', 'i-00000000 carries the same uid as i-00000001 and is left alone'],
  ]);
  expect(plan.actions.map(({ kind }) => kind)).toEqual(['create-home']);
});

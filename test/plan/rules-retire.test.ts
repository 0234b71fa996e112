import { describe, expect, test } from 'vitest';
import { hourMs, plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { one, worldOf } from '../support/fleet-world.ts';
import { bare, detached, stopped } from '../support/plan-case.ts';
import { makeSnapshot, said } from '../support/plan-said.ts';
import {
  attached,
  expectSaid,
  free,
  off,
  planOf,
  type RetirementCase,
  retirementCases,
  snapshotted,
  spec,
  under,
  unread,
} from '../support/retirement-cases.ts';
import {
  lastWeek,
  makeDesired,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
  mondayNight,
} from '../support/world.ts';

test.each(retirementCases)('$what', (given) => {
  expectSaid(planOf(given), given);
});

describe('a machine that never got a home', () => {
  const homeless = bare({ ordinal: 1, machineId: 'i-00000001' });
  const nameless = { ...off, tags: { ...off.tags } };
  delete (nameless.tags as Record<string, string>)[tagKeys.home];
  const machines = [{ ...nameless, devices: [] }];
  const half = { ...detached, tags: { ...detached.tags, [tagKeys.role]: 'data' } };

  test.each<RetirementCase>([
    { what: 'is terminated', homes: [], action: { kind: 'terminate', machineId: 'i-00000001' } },
    {
      what: 'is not while homes are unread',
      homes: [],
      observed: unread('homes'),
      holds: ['ReadFailed'],
    },
    {
      what: 'is not while a volume carries its uid',
      homes: [half],
      holds: ['IdentityConflict'],
    },
  ])('$what', (given) => {
    const plan = planOf({ machines, ...given }, homeless);
    expectSaid(plan, given);
    expect(plan.actions.filter((action) => 'homeId' in action)).toEqual([]);
  });
});

test('its home unread or gone, nothing is detached and nothing terminated', () => {
  for (const absent of [new Set<string>(), new Set(['vol-00000001'])]) {
    const { actions, holds } = said(planOf({ homes: [], observed: { absent } }));
    expect(actions).toEqual([]);
    expect(holds).toEqual([absent.size === 0 ? 'ReadFailed' : 'HomeMissing']);
  }
});

test('two machines with its uid: both are stopped in their time, none is terminated', () => {
  const second = makeMachine(spec, { id: 'i-00000002', devices: [] });
  const record = { power: { state: 'running', at: lastWeek, by: 'controller' } } as const;
  const both = { machines: [makeMachine(spec), second], record };
  expect(said(planOf({ ...both, now: mondayNight })).actions).toMatchObject([{ kind: 'stop' }]);
  expect(said(planOf(both)).actions).toEqual([]);
  const machines = [off, { ...second, state: 'stopped' as const, checks: 'none' as const }];
  expect(said(planOf({ machines, homes: free })).actions).toEqual([]);
});

test('of another owner than git says nothing is retired', () => {
  const wanted = makeSpec({ lifecycle: 'retired', owner: { ...spec.owner, name: 'eve' } });
  const kept = makeRecord(makeSpec(), { ...stopped });
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([wanted]),
      records: [kept],
      observed: { machines: [off], homes: [attached] },
      now: mondayNight,
    }),
  );
  expect(said(plan)).toMatchObject({ actions: [], holds: ['OwnerChanged'] });
});

test('a removed file takes the retirement of its last spec no further', () => {
  const neighbour = makeSpec({ name: 'bob-01', lifecycle: 'suspended' });
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([neighbour]),
      records: [
        makeRecord(spec, { ...stopped, retirement: snapshotted, orphanedAt: lastWeek }),
        makeRecord(neighbour, { uid: 'uid-bob', machineId: 'i-bob', homeId: 'vol-bob' }),
      ],
      observed: {
        machines: [off],
        homes: free,
        snapshots: new Map([['snap-00000001', makeSnapshot()]]),
      },
    }),
  );
  const kinds = plan.actions.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'terminate' || kind === 'detach-home')).toEqual([]);
});

test('complete, it has the last word: nothing is launched, attached or started', () => {
  const complete = { ...snapshotted, isComplete: true };
  const released = { ...detached, tags: { ...detached.tags, [tagKeys.phase]: 'released' } };
  const { machineId: _, ...record } = makeRecord(spec, { retirement: complete });
  const plan = planOf(
    { machines: [], homes: [released], record: { retirement: complete } },
    record,
  );
  expect(said(plan)).toEqual({ actions: [], holds: [], waiting: [] });
});

test('an interlock withholds a retirement that is new, and none that is under way', () => {
  const late = {
    record: { becomingReadySince: plusMillis(mondayMorning, -hourMs) },
    machine: { checks: 'impaired' as const },
  };
  const all = [
    one('ada-01', { spec: { lifecycle: 'retired' } }),
    one('ada-02', { spec: { lifecycle: 'retired' }, record: { retirement: under } }),
    ...['dev-01', 'dev-02', 'dev-03'].map((name) => one(name, late)),
    ...['dev-04', 'dev-05'].map((name) => one(name)),
  ];
  const plan = makePlan(worldOf(all, { fleet: { maxDisruptedPercent: 100 } }));
  expect(plan.interlocks.map(({ reason }) => reason)).toEqual(['InterlockUnhealthy']);
  expect(plan.actions.map(({ name, kind }) => [name, kind])).toEqual([['ada-02', 'stop']]);
  const changes = plan.changes.filter(({ kind }) => kind === 'retire');
  expect(changes.map(({ name, withheldBy }) => [name, withheldBy])).toEqual([
    ['ada-01', 'InterlockUnhealthy'],
    ['ada-02', undefined],
  ]);
  expect(plan.memos.map(({ name }) => name)).not.toContain('ada-01');
});

test('a home whose making was begun is made before the machine goes', () => {
  const request = { clientToken: 't', az: 'eu-west-1a', sizeGib: 100, type: 'gp3', tags: {} };
  const action = { kind: 'create-home', name: 'ada-01', request } as const;
  const { [tagKeys.home]: _, ...tags } = off.tags;
  const homeless = bare({ ordinal: 1, machineId: 'i-00000001', step: { action, at: lastWeek } });
  const plan = planOf({ machines: [{ ...off, tags, devices: [] }], homes: [] }, homeless);
  expect(said(plan).actions).toMatchObject([{ kind: 'create-home', request }]);
});

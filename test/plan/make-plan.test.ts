import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { hourMs, plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { bare, stopped, worldOf } from '../support/plan-case.ts';
import { planCases } from '../support/plan-cases.ts';
import {
  lastWeek,
  makeDesired,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
  mondayNight,
} from '../support/world.ts';

const spec = makeSpec();
const machine = makeMachine(spec);
const home = makeHome(spec);
const released = makeHome(spec, {
  state: 'available',
  attachments: [],
  tags: { ...home.tags, [tagKeys.phase]: 'released' },
});

test.each(planCases)('$what', (planCase) => {
  const plan = makePlan(worldOf(planCase));
  const ours = <T extends { readonly name: string }>(all: readonly T[]) =>
    all.filter(({ name }) => name === 'ada-01');
  expect(ours(plan.holds).map((held) => held.reason)).toEqual(planCase.holds ?? []);
  const actions = planCase.action === undefined ? [] : [expect.objectContaining(planCase.action)];
  expect(plan.actions).toEqual(actions);
  expect(ours(plan.waiting).length > 0).toBe(planCase.waiting ?? false);
  expect(ours(plan.changes).map((change) => change.kind)).toEqual(planCase.changes ?? []);
});

test('a name without a record is bound first and shown as a creation', () => {
  const plan = makePlan(makeWorld({ records: [], observed: { machines: [], homes: [] } }));
  expect(plan.bindings.map((binding) => binding.name)).toEqual(['ada-01']);
  expect(plan.actions).toEqual([]);
  expect(plan.changes.map((change) => [change.kind, change.at])).toEqual([['create', 'now']]);
});

test('a suspended DevInstance whose file is removed is put away like any other', () => {
  const suspended = makeSpec({ lifecycle: 'suspended' });
  const other = makeSpec({ name: 'bob-01' });
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([other]),
      records: [makeRecord(suspended), makeRecord(other, { uid: 'uid-bob' })],
      observed: { machines: [machine], homes: [home], absent: new Set() },
    }),
  );
  expect(plan.actions.filter((action) => action.name === 'ada-01')).toMatchObject([
    { kind: 'tag', tags: { [tagKeys.phase]: 'orphaned' } },
  ]);
});

test.each<[what: string, over: Partial<EffectiveSpec>, hold: string]>([
  [
    'a home to adopt',
    { homeVolume: { ...spec.homeVolume, from: { volumeId: 'vol-00000009' } } },
    'AdoptionRefused',
  ],
  ['an image that nobody knows', { image: { channel: 'ubuntu-26.04' } }, 'ImageUnusable'],
  ['a root smaller than the image', { rootVolume: { sizeGib: 4, type: 'gp3' } }, 'ImageUnusable'],
  ['a subnet that does not exist', { subnets: ['subnet-0000000f'] }, 'NoSubnet'],
])('a new name with %s is shown as what its first pass will find: held', (_, over, reason) => {
  const wanted = makeSpec(over);
  const nothing = { machines: [], homes: [], absent: new Set(['vol-00000009']) };
  const before = makePlan(makeWorld({ spec: wanted, records: [], observed: nothing }));
  expect(before.holds.map((held) => held.reason)).toEqual([reason]);
  expect(before.changes).toEqual([expect.objectContaining({ kind: 'create', withheldBy: reason })]);
  expect(before.statuses).toEqual([expect.objectContaining({ health: 'Degraded' })]);
  const bound = { ...bare(), effective: wanted };
  const after = makePlan(makeWorld({ spec: wanted, records: [bound], observed: nothing }));
  expect(after.changes).toEqual(before.changes);
});

test('another owner in git is shown as a change that is withheld', () => {
  const wanted = makeSpec({ owner: { ...spec.owner, name: 'bob' } });
  const plan = makePlan(makeWorld({ spec: wanted, records: [makeRecord(spec)] }));
  expect(plan.changes).toEqual([
    expect.objectContaining({ reasons: ['spec_owner'], withheldBy: 'OwnerChanged' }),
  ]);
});

test('of a retired one nothing lies ahead, and a retirement that is complete is no change', () => {
  const retired = makeSpec({ lifecycle: 'retired' });
  const on = makePlan(makeWorld({ spec: retired, records: [makeRecord(retired)] }));
  expect(on.changes.map(({ kind, at }) => [kind, at])).toEqual([['retire', 'now']]);
  expect(on.memos.map(({ retirement }) => retirement)).toEqual([{ since: mondayMorning }]);
  expect(on.transitions).toEqual([]);
  const { machineId: _, ...gone } = makeRecord(retired, {
    ...stopped,
    retirement: { since: lastWeek, snapshotId: 'snap-00000001', isComplete: true },
  });
  const over = makePlan(
    makeWorld({
      spec: retired,
      records: [gone],
      observed: { machines: [], homes: [released] },
    }),
  );
  expect([over.actions, over.changes, over.holds, over.memos]).toEqual([[], [], [], []]);
  expect(over.statuses).toMatchObject([{ phase: 'Retired', sync: 'Synced', health: 'Healthy' }]);
});

test('what lies ahead is shown of an orphan until it stops, and of a suspended one not at all', () => {
  const bob = makeSpec({ name: 'bob-01' });
  const orphan = makePlan(
    makeWorld({
      desired: makeDesired([bob]),
      records: [makeRecord(spec, { orphanedAt: mondayMorning }), makeRecord(bob, { uid: 'bob' })],
    }),
  );
  const [ada] = orphan.statuses;
  expect(ada?.duty?.until).toBe(plusMillis(mondayMorning, 4 * hourMs));
  const suspended = makeSpec({ lifecycle: 'suspended' });
  const plan = makePlan(makeWorld({ spec: suspended, records: [makeRecord(suspended)] }));
  expect(plan.statuses.map((status) => status.duty)).toEqual([undefined]);
});

test('equal worlds give equal plans', () => {
  const world = makeWorld({ now: mondayNight });
  expect(makePlan(structuredClone(world))).toEqual(makePlan(world));
});

test('what one DevInstance cannot be planned for holds that one alone', () => {
  const broken = makeSpec({
    name: 'bob-01',
    schedule: { ...spec.schedule, timezone: 'Mars/Phobos' },
  });
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([spec, broken]),
      records: [makeRecord(spec), makeRecord(broken, { uid: 'uid-bob' })],
      now: mondayNight,
    }),
  );
  expect(plan.holds.map((held) => [held.name, held.reason])).toEqual([['bob-01', 'PlanFailed']]);
  expect(plan.actions.map((action) => action.name)).toEqual(['ada-01']);
});

test.each([
  ['on: it is put away at its last stop', 'running', '2026-11-23T13:00:00.000Z'],
  ['off: what is left of it is done now', 'stopped', 'now'],
] as const)('an orphan whose machine is %s', (_, state, at) => {
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([makeSpec({ name: 'ada-02' })]),
      records: [makeRecord(spec, { orphanedAt: mondayMorning })],
      observed: { machines: [makeMachine(spec, { state })] },
    }),
  );
  const own = plan.changes.filter(({ name }) => name === spec.name);
  expect(own.map((change) => [change.kind, change.at])).toEqual([['orphan', at]]);
});

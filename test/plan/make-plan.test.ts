import { expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { planCases, worldOf } from '../support/plan-cases.ts';
import {
  makeDesired,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayNight,
} from '../support/world.ts';

const spec = makeSpec();
const machine = makeMachine(spec);
const home = makeHome(spec);

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

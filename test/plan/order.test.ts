import { expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { type One, one, worldOf } from '../support/fleet-world.ts';
import { fleetSettings, lastWeek, makeDesired, makeSpec, makeWorld } from '../support/world.ts';

const { schedule, homeVolume } = makeSpec();
const off = {
  record: { power: { state: 'stopped', at: lastWeek, by: 'controller' } },
  machine: { state: 'stopped', checks: 'none' },
} as const;
const never = { schedule: { ...schedule, mode: 'never' } } as const;
const bigger = { homeVolume: { ...homeVolume, sizeGib: 200 } };

/** One for each kind of action, their names in the opposite order. */
const fleet: readonly One[] = [
  withoutMachine(one('a-launch')),
  withoutHome(one('b-create-home')),
  one('c-modify-home', { spec: bigger }),
  one('d-tag', { spec: { tags: { team: 'core' } } }),
  one('e-set-type', { ...off, machine: { ...off.machine, type: 't3.small' } }),
  one('f-stop', { spec: never }),
  one('g-start', off),
  one('h-attach-home', { home: { state: 'available', attachments: [] } }),
  deadly(one('i-protect-home')),
  deadly(one('j-protect-home')),
];

function withoutMachine(it: One): One {
  return { ...it, machine: { ...it.machine, state: 'terminated' }, home: detached(it) };
}

function withoutHome(it: One): One {
  const { homeId: _, az: __, ...record } = it.record;
  const { [tagKeys.home]: ___, ...tags } = it.machine.tags;
  return { ...it, record, machine: { ...it.machine, tags }, home: { ...detached(it), tags: {} } };
}

function detached(it: One): One['home'] {
  return { ...it.home, state: 'available', attachments: [] };
}

function deadly(it: One): One {
  const devices = it.machine.devices.map((device) => ({ ...device, deleteOnTermination: true }));
  return { ...it, machine: { ...it.machine, devices } };
}

test('homes first, then starts, stops, changes, and what is new last; by name among equals', () => {
  const plan = makePlan(worldOf([...fleet].reverse()));
  expect(plan.holds).toEqual([]);
  expect(plan.actions.map(({ kind, name }) => `${name} ${kind}`)).toEqual([
    'i-protect-home protect-home',
    'j-protect-home protect-home',
    'h-attach-home attach-home',
    'g-start start',
    'f-stop stop',
    'e-set-type set-type',
    'd-tag tag',
    'c-modify-home modify-home',
    'b-create-home create-home',
    'a-launch launch',
  ]);
  const names = fleet.map(({ spec }) => spec.name);
  expect(plan.statuses.map(({ name }) => name)).toEqual(names);
  expect(plan.changes.map(({ name }) => name)).toEqual(
    plan.changes.map(({ name }) => name).toSorted(),
  );
});

test('image and spec behind at once: one new machine does for both', () => {
  const machine = {
    imageId: 'ami-0',
    tags: { ...one('a').machine.tags, [tagKeys.image]: 'ami-0' },
  };
  const plan = makePlan(
    worldOf([one('a', { spec: { rootVolume: { sizeGib: 200, type: 'gp3' } }, machine })]),
  );
  expect(plan.holds).toEqual([]);
  expect(plan.changes.map(({ reasons }) => reasons)).toEqual([['ami_superseded', 'spec_machine']]);
});

test('transitions come by time, then by name', () => {
  const late = {
    schedule: { ...schedule, windows: [{ days: ['mon'], start: '08:00', end: '20:00' }] },
  };
  const all = [one('c', { spec: late }), one('b'), one('a'), one('d')];
  const plan = makePlan(worldOf(all));
  expect(plan.transitions.map(({ name, at }) => `${name} ${at}`)).toEqual([
    'a 2026-11-23T18:00:00.000Z',
    'b 2026-11-23T18:00:00.000Z',
    'd 2026-11-23T18:00:00.000Z',
    'c 2026-11-23T19:00:00.000Z',
  ]);
  // Half an hour before the first stop its owner is told of it.
  expect(plan.wakeAt).toBe('2026-11-23T17:30:00.000Z');
});

test('neither orphans nor the suspended have a transition', () => {
  const all = [one('a'), one('b', { spec: { lifecycle: 'suspended' } }), one('c')];
  const plan = makePlan(worldOf(all, { present: all.slice(1) }));
  expect(plan.transitions.map(({ name }) => name)).toEqual(['c']);
});

test.each([
  { what: 'mode: observe', fleet: { mode: 'observe' }, acts: [] },
  { what: 'enforceFor of one team', fleet: { enforceFor: { team: 'a' } }, acts: ['a', 'new-a'] },
  { what: 'enforceFor of two labels', fleet: { enforceFor: { team: 'a', x: 'y' } }, acts: [] },
  { what: 'enforceFor of nothing', fleet: { enforceFor: {} }, acts: ['a', 'b', 'new-a', 'new-b'] },
] as const)('$what: $acts', ({ fleet: over, acts }) => {
  const label = (team: string) => ({ ...never, labels: { team } });
  const [a, b] = [one('a', { spec: label('a') }), one('b', { spec: label('b') })];
  const fresh = ['a', 'b'].map((team) => makeSpec({ name: `new-${team}`, ...label(team) }));
  const settings = { ...fleetSettings, ...over };
  const changed = [a, b].map((it) => ({
    ...it,
    record: { ...it.record, effective: makeSpec({ ...it.spec, labels: {} }) },
  }));
  const world = worldOf(changed);
  const desired = makeDesired([a.spec, b.spec, ...fresh], { fleet: settings });
  const plan = makePlan({ ...world, desired });
  const isActed = (name: string) => (acts as readonly string[]).includes(name);
  expect([...plan.actions, ...plan.bindings].map(({ name }) => name)).toEqual([...acts]);
  expect(plan.memos.map(({ name }) => name)).toEqual(['a', 'b'].filter(isActed));
  expect(plan.changes.map(({ name, withheldBy }) => [name, withheldBy])).toEqual(
    ['a', 'b', 'new-a', 'new-b'].map((name) => [name, isActed(name) ? undefined : 'ObserveMode']),
  );
});

test('the command line can keep the hands still whatever the Fleet says', () => {
  const plan = makePlan({ ...worldOf(fleet), observeOnly: true });
  expect([plan.actions, plan.memos, plan.bindings]).toEqual([[], [], []]);
  expect(new Set(plan.changes.map(({ withheldBy }) => withheldBy))).toEqual(
    new Set(['ObserveMode']),
  );
});

test('an invalid newcomer is named and not made', () => {
  const invalid = new Map([
    ['zoe-01', 'no owner'],
    ['new-01', 'no class'],
  ]);
  const plan = makePlan(makeWorld({ desired: makeDesired([makeSpec()], { invalid }) }));
  expect(plan.holds).toEqual(
    [
      ['new-01', 'no class'],
      ['zoe-01', 'no owner'],
    ].map(([name, message]) => ({
      name,
      reason: 'InvalidSpec',
      message,
      remedy: 'mend the file; nothing is made from an invalid one',
    })),
  );
  expect(plan.bindings).toEqual([]);
});

test('an invalid file leaves its DevInstance on its last effective spec', () => {
  const it = one('a', { spec: never });
  const plan = makePlan(
    worldOf([it], { present: [], desired: { invalid: new Map([['a', 'bad']]) } }),
  );
  expect(plan.holds).toMatchObject([{ name: 'a', reason: 'InvalidSpec', message: 'bad' }]);
  expect(plan.actions).toMatchObject([{ kind: 'stop', name: 'a' }]);
});

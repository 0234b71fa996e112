import { expect, test } from 'vitest';
import { dayMs, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { type One, one, worldOf } from '../support/fleet-world.ts';
import { makeSpec, mondayMorning, mondayNight } from '../support/world.ts';

const name = (n: number) => `dev-${String(n).padStart(2, '0')}`;

function fleetOf(
  count: number,
  over: (n: number) => Parameters<typeof one>[1] = () => ({}),
): readonly One[] {
  return Array.from({ length: count }, (_, n) => one(name(n), over(n)));
}

const interlocksOf = (plan: Plan) => plan.interlocks.map(({ reason }) => reason);
const orphaned = (plan: Plan) =>
  plan.memos.filter(({ orphanedAt }) => orphanedAt !== undefined).map((record) => record.name);

test.each([
  { size: 9, percent: 10, removed: 1, trips: false },
  { size: 9, percent: 10, removed: 2, trips: true },
  { size: 19, percent: 10, removed: 1, trips: false },
  { size: 19, percent: 10, removed: 2, trips: true },
  { size: 20, percent: 10, removed: 2, trips: false },
  { size: 20, percent: 10, removed: 3, trips: true },
  { size: 30, percent: 10, removed: 3, trips: false },
  { size: 30, percent: 10, removed: 4, trips: true },
  { size: 10, percent: 50, removed: 5, trips: false },
  { size: 10, percent: 50, removed: 6, trips: true },
])(
  '$removed of $size files gone at $percent percent: tripped $trips',
  ({ size, percent, removed, trips }) => {
    const all = fleetOf(size);
    const fleet = { maxDisruptedPercent: percent };
    const plan = makePlan(worldOf(all, { present: all.slice(removed), fleet }));
    expect(interlocksOf(plan)).toEqual(trips ? ['InterlockDisrupted'] : []);
    expect(orphaned(plan)).toEqual(trips ? [] : all.slice(0, removed).map((x) => x.record.name));
    expect(plan.holds.map((held) => held.reason)).toEqual(
      trips ? Array(removed).fill('InterlockDisrupted') : [],
    );
  },
);

test('the interlock says what it saw, its limit and how to go on', () => {
  const all = fleetOf(20);
  const [interlock] = makePlan(worldOf(all, { present: all.slice(3) })).interlocks;
  expect(interlock).toEqual({
    reason: 'InterlockDisrupted',
    message:
      '3 of 20 DevInstances have lost their file within 24 h, the limit is 2 (maxDisruptedPercent 10)',
    remedy: 'restore the files, or raise limits.maxDisruptedPercent in the Fleet to go on',
  });
});

test.each([
  { agoMs: dayMs - 1, trips: true },
  { agoMs: dayMs, trips: false },
  { agoMs: dayMs + 1, trips: false },
])('one orphaned $agoMs ms ago counts beside a new one: $trips', ({ agoMs, trips }) => {
  const orphanedAt = plusMillis(mondayMorning, -agoMs);
  const all = fleetOf(10, (n) => (n === 0 ? { record: { orphanedAt } } : {}));
  const plan = makePlan(worldOf(all, { present: all.slice(2) }));
  expect(interlocksOf(plan)).toEqual(trips ? ['InterlockDisrupted'] : []);
  // What was orphaned before stays so: only the new one is kept.
  expect(plan.holds.map((held) => held.name)).toEqual(trips ? [name(1)] : []);
});

test('orphans of before trip nothing by themselves, even over a lowered limit', () => {
  const orphanedAt = plusMillis(mondayMorning, -minuteMs);
  const all = fleetOf(10, (n) => (n < 3 ? { record: { orphanedAt } } : {}));
  expect(makePlan(worldOf(all, { present: all.slice(3) })).interlocks).toEqual([]);
});

test('an invalid file counts as present', () => {
  const all = fleetOf(10);
  const invalid = new Map([[name(0), 'bad'] as const, [name(1), 'bad'] as const]);
  const plan = makePlan(worldOf(all, { present: all.slice(2), desired: { invalid } }));
  expect(plan.interlocks).toEqual([]);
  expect(plan.holds.map((held) => [held.name, held.reason])).toEqual([
    [name(0), 'InvalidSpec'],
    [name(1), 'InvalidSpec'],
  ]);
  expect(orphaned(plan)).toEqual([]);
});

test('a source without any recorded name is no wish to retire the fleet, new names or none', () => {
  const all = fleetOf(3);
  for (const present of [[], [one('other-01')]]) {
    const plan = makePlan(worldOf(all, { present, fleet: { maxDisruptedPercent: 100 } }));
    expect(interlocksOf(plan)).toContain('InterlockEmptySource');
    expect(orphaned(plan)).toEqual([]);
    // What the plan shows is what the pass does: nothing is bound or made for the new name.
    expect(plan.bindings).toEqual([]);
    expect(plan.changes.filter(({ kind }) => kind === 'create').map((c) => c.withheldBy)).toEqual(
      present.map(() => 'InterlockEmptySource'),
    );
    expect(plan.interlocks[0]).toEqual({
      reason: 'InterlockEmptySource',
      message: 'the specs name none of the 3 DevInstances in the ledger: nobody is orphaned',
      remedy:
        'restore the files; to end a fleet set lifecycle: retired in them, and remove them when that is done',
    });
  }
});

test('a fleet of one may change its only name', () => {
  const plan = makePlan(worldOf(fleetOf(1), { present: [one('other-01')] }));
  expect(plan.interlocks).toEqual([]);
  expect(plan.bindings.map((binding) => binding.name)).toEqual(['other-01']);
});

test('beside the tombstone of a retirement that is complete, the last one may be removed', () => {
  const [gone, last] = [one('ada-01'), one('ada-02')];
  const retirement = { since: mondayMorning, isComplete: true };
  const dead = { ...gone, record: { ...gone.record, retirement } };
  expect(makePlan(worldOf([dead, last], { present: [dead] })).interlocks).toEqual([]);
});

test('at 100 percent nothing is too much, whatever was retired within the day', () => {
  const since = plusMillis(mondayMorning, -minuteMs);
  const gone = one('ada-01', {
    spec: { lifecycle: 'retired' },
    record: { retirement: { since, isComplete: true } },
  });
  const all = [gone, one('ada-02'), one('ada-03')];
  const world = worldOf(all, { present: [gone], fleet: { maxDisruptedPercent: 100 } });
  expect(makePlan(world).interlocks).toEqual([]);
});

test('one name left is no empty source; an empty ledger has nothing to lose', () => {
  const all = fleetOf(3);
  const fleet = { maxDisruptedPercent: 100 };
  expect(makePlan(worldOf(all, { present: all.slice(2), fleet })).interlocks).toEqual([]);
  expect(makePlan(worldOf([], { fleet })).interlocks).toEqual([]);
});

test('an incomplete tree removes nobody, even where it names nobody', () => {
  const all = fleetOf(3);
  const plan = makePlan(worldOf(all, { present: [], desired: { incomplete: 'too many files' } }));
  expect(plan.interlocks).toEqual([]);
  expect(orphaned(plan)).toEqual([]);
  expect(plan.holds.map((held) => [held.reason, held.message])).toEqual(
    Array(3).fill(['InvalidSpec', 'too many files']),
  );
});

test('an incomplete tree brings no orphan back: its file may be gone or in the missing part', () => {
  const orphanedAt = plusMillis(mondayMorning, -2 * dayMs);
  const off = { state: 'stopped', checks: 'none' } as const;
  const power = { state: 'stopped', at: orphanedAt, by: 'controller' } as const;
  const all = fleetOf(3, (n) => (n === 0 ? { record: { orphanedAt, power }, machine: off } : {}));
  const plan = makePlan(
    worldOf(all, { present: all.slice(1), desired: { incomplete: 'too many files' } }),
  );
  expect(plan.actions.filter((action) => action.kind === 'start')).toEqual([]);
  expect(plan.memos).toEqual([]);
});

function overdue(n: number, of: number) {
  return n < of
    ? {
        record: { becomingReadySince: plusMillis(mondayMorning, -15 * minuteMs) },
        machine: { checks: 'impaired' as const },
      }
    : {};
}

test.each([
  { size: 4, percent: 20, unready: 1, trips: false },
  { size: 4, percent: 20, unready: 2, trips: true },
  { size: 10, percent: 20, unready: 2, trips: false },
  { size: 10, percent: 20, unready: 3, trips: true },
  { size: 14, percent: 20, unready: 2, trips: false },
  { size: 14, percent: 20, unready: 3, trips: true },
])(
  '$unready of $size machines past their deadline at $percent percent: tripped $trips',
  ({ size, percent, unready, trips }) => {
    const all = fleetOf(size, (n) => overdue(n, unready));
    const plan = makePlan(worldOf(all, { fleet: { maxUnhealthyPercent: percent } }));
    expect(interlocksOf(plan)).toEqual(trips ? ['InterlockUnhealthy'] : []);
  },
);

test('before the deadline a machine is late by nothing', () => {
  const since = plusMillis(mondayMorning, -15 * minuteMs + 1);
  const all = fleetOf(4, () => ({
    record: { becomingReadySince: since },
    machine: { checks: 'impaired' },
  }));
  expect(makePlan(worldOf(all)).interlocks).toEqual([]);
});

test('five names are given, of more only that there are more', () => {
  const messageFor = (unready: number) =>
    makePlan(worldOf(fleetOf(10, (n) => overdue(n, unready)))).interlocks[0]?.message;
  const five = 'dev-00, dev-01, dev-02, dev-03, dev-04';
  expect(messageFor(5)).toBe(
    `5 of 10 machines should be ready and are not (${five}), the limit is 2 (maxUnhealthyPercent 20)`,
  );
  expect(messageFor(6)).toBe(
    `6 of 10 machines should be ready and are not (${five}, …), the limit is 2 (maxUnhealthyPercent 20)`,
  );
});

test('a machine that nobody wants ready is not counted as unhealthy', () => {
  const orphanedAt = plusMillis(mondayMorning, -minuteMs);
  const all = fleetOf(10, (n) => {
    if (n === 0) return { ...overdue(0, 1), spec: { lifecycle: 'suspended' as const } };
    if (n === 1) {
      const late = overdue(0, 1);
      return { ...late, record: { ...late.record, orphanedAt } };
    }
    return overdue(n, 3);
  });
  const present = all.filter((_, n) => n !== 1);
  expect(makePlan(worldOf(all, { present })).interlocks).toEqual([]);
});

const unhealthyFleet = (first: Parameters<typeof one>[1], rest: Parameters<typeof one>[1] = {}) =>
  fleetOf(5, (n) => (n === 0 ? first : { ...overdue(0, n < 3 ? 1 : 0), ...rest }));

const anyTime = { instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } } as const;

test('unhealthy: a disruptive stop is withheld and shown so, starts go on', () => {
  const all = unhealthyFleet({ spec: anyTime });
  const plan = makePlan(worldOf(all));
  expect(interlocksOf(plan)).toEqual(['InterlockUnhealthy']);
  expect(plan.actions).toEqual([]);
  const ours = plan.changes.filter((change) => change.name === name(0));
  expect(ours.map((change) => [change.kind, change.withheldBy])).toEqual([
    ['change', 'InterlockUnhealthy'],
  ]);
  const power = { state: 'stopped', at: plusMillis(mondayMorning, -dayMs), by: 'controller' };
  const off = unhealthyFleet({
    record: { power: power as never },
    machine: { state: 'stopped', checks: 'none' },
  });
  const starts = makePlan(worldOf(off));
  expect(interlocksOf(starts)).toEqual(['InterlockUnhealthy']);
  expect(starts.actions.map((action) => [action.name, action.kind])).toEqual([[name(0), 'start']]);
});

test('unhealthy: what is withheld keeps back neither the scheduled stop nor the growth of a home', () => {
  const grown = { ...anyTime, homeVolume: { sizeGib: 150, maxSizeGib: 1000, type: 'gp3' } };
  const always = { ...makeSpec().schedule, mode: 'always' as const };
  const rest = { spec: { schedule: always } };
  const night = worldOf(unhealthyFleet({ spec: anyTime }, rest), { now: mondayNight });
  const stops = makePlan(night);
  expect(interlocksOf(stops)).toEqual(['InterlockUnhealthy']);
  expect(stops.actions.map((action) => [action.name, action.kind])).toEqual([[name(0), 'stop']]);
  const growth = makePlan(worldOf(unhealthyFleet({ spec: grown })));
  expect(growth.actions.map((action) => [action.name, action.kind])).toEqual([
    [name(0), 'modify-home'],
  ]);
  const ours = growth.changes.filter((change) => change.name === name(0));
  expect(ours.map((change) => [change.reasons[0], change.withheldBy])).toEqual([
    ['spec_home_volume', undefined],
    ['spec_instance_type', 'InterlockUnhealthy'],
  ]);
});

test('unhealthy: the last stop of an orphan waits too', () => {
  const orphanedAt = plusMillis(mondayMorning, -dayMs);
  const all = unhealthyFleet({ record: { orphanedAt } });
  const tagged = all.map((x, n) =>
    n > 0
      ? x
      : {
          ...x,
          machine: { ...x.machine, tags: { ...x.machine.tags, [tagKeys.phase]: 'orphaned' } },
          home: { ...x.home, tags: { ...x.home.tags, [tagKeys.phase]: 'orphaned' } },
        },
  );
  const plan = makePlan(worldOf(tagged, { present: tagged.slice(1) }));
  expect(interlocksOf(plan)).toEqual(['InterlockUnhealthy']);
  expect(plan.actions).toEqual([]);
});

import { expect, test } from 'vitest';
import { disruptedInterlock, replacedOfLate } from '../../controller/core/guard.ts';
import { dayMs, plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { type One, one, worldOf } from '../support/fleet-world.ts';
import { keptRecord, replacing } from '../support/rolled.ts';
import { makeObserved, makeSpec, mondayMorning } from '../support/world.ts';

type Over = NonNullable<Parameters<typeof one>[1]>;

/** Ten DevInstances, the first of them as given. */
function fleetOf(...first: readonly Over[]): readonly One[] {
  return Array.from({ length: 10 }, (_, n) => one(`dev-0${n}`, first[n]));
}

const rootVolume = { sizeGib: 200, type: 'gp3' };
/** Its machine was launched before its spec asked for another root. */
function behind(over: Over = {}): Over {
  const { spec, ...rest } = over;
  return { spec: { rootVolume, ...spec }, ...rest };
}
/** The machines as they were made of the spec before. */
function asBefore(all: readonly One[]): readonly One[] {
  return all.map(({ machine, ...rest }) => {
    const before = one(rest.spec.name).machine.tags[tagKeys.specHash] ?? '';
    const tags = { ...machine.tags, [tagKeys.specHash]: before };
    return { ...rest, machine: { ...machine, tags } };
  });
}
const begun = (millis: number, reasons: readonly string[]): Over => ({
  record: { kept: keptRecord({ since: plusMillis(mondayMorning, -millis), reasons }) },
});

test.each<[what: string, first: readonly Over[], message: RegExp | undefined]>([
  ['one change of spec is within the limit', [behind()], undefined],
  [
    'two are beyond it',
    [behind(), behind()],
    /^2 of 10 DevInstances get another machine by a change of spec within 24 h, the limit is 1/,
  ],
  [
    'one replaced less than a day ago counts',
    [behind(), begun(dayMs - 1, ['spec_machine'])],
    /^2 of 10/,
  ],
  ['one replaced a day ago does not', [behind(), begun(dayMs, ['spec_machine'])], undefined],
  ['one replaced for its image does not', [behind(), begun(1, ['ami_superseded'])], undefined],
  ['one taken back does not', [behind(), begun(1, ['rollback'])], undefined],
  [
    'those under way trip nothing by themselves',
    [
      { record: { replacement: replacing({ reasons: ['spec_machine'] }) } },
      { record: { replacement: replacing({ reasons: ['spec_machine'] }) } },
    ],
    undefined,
  ],
  ['one that is never upgraded is not waited for', [behind(), never()], undefined],
  [
    'nor one that is suspended',
    [behind(), behind({ spec: { lifecycle: 'suspended' } })],
    undefined,
  ],
  [
    'a retirement and a change of spec count together',
    [behind(), { spec: { lifecycle: 'retired' } }],
    /^1 of 10 DevInstances are retired and 1 get another machine/,
  ],
])('%s', (_, first, message) => {
  const interlock = disruptedInterlock(worldOf(asBefore(fleetOf(...first))));
  if (message === undefined) expect(interlock).toBeUndefined();
  else expect(interlock?.message).toMatch(message);
});

function never(): Over {
  return behind({ spec: { upgrade: { when: 'never' } } });
}

test('what a person rolled back from is not to come', () => {
  const all = asBefore(fleetOf(behind()));
  const [first] = replacedOfLate(worldOf(all));
  expect(first).toBe('dev-00');
  const wanted = one('dev-00', behind()).machine.tags[tagKeys.specHash] ?? '';
  const denial = { at: mondayMorning, actor: 'ada', specHash: wanted };
  const denied = all.map((each, n) =>
    n > 0 ? each : { ...each, record: { ...each.record, denial } },
  );
  expect(replacedOfLate(worldOf(denied))).toEqual([]);
});

test('a root that its image does not fit into is a mistake of its own, and brakes nobody', () => {
  const small = makeSpec({ rootVolume: { sizeGib: 8, type: 'gp3' } }).rootVolume;
  const world = worldOf(
    asBefore(fleetOf({ spec: { rootVolume: small } }, { spec: { rootVolume: small } })),
  );
  const [image] = [...makeObserved().images.values()];
  if (!image?.usable) throw new Error('the fixture has an image');
  const images = new Map([['ubuntu-24.04', { ...image, rootSnapshotGib: 30 }]]);
  expect(disruptedInterlock({ ...world, observed: { ...world.observed, images } })).toBeUndefined();
});

test('the brake withholds what has not begun, says how to go on, and lets the rest go on', () => {
  const anyTime = { upgrade: { when: 'any-time' } } as const;
  const first = [behind({ spec: anyTime }), behind({ spec: anyTime })];
  const plan = makePlan(worldOf(asBefore(fleetOf(...first))));
  expect(plan.interlocks.map(({ reason }) => reason)).toEqual(['InterlockDisrupted']);
  expect(plan.interlocks[0]?.remedy).toMatch(/raise limits\.maxDisruptedPercent/);
  expect(plan.changes.map(({ kind, withheldBy }) => [kind, withheldBy])).toEqual([
    ['replace', 'InterlockDisrupted'],
    ['replace', 'InterlockDisrupted'],
  ]);
  expect(plan.actions).toEqual([]);
  const raised = makePlan(
    worldOf(asBefore(fleetOf(...first)), { fleet: { maxDisruptedPercent: 20 } }),
  );
  expect(raised.actions.map(({ kind, name }) => [kind, name])).toEqual([
    ['stop', 'dev-00'],
    ['stop', 'dev-01'],
  ]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Situation } from '../../controller/core/plan/situation.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { chooseWaves } from '../../controller/core/rollout/members.ts';
import type { Rollout, WaveSpec } from '../../controller/core/rollout/rollout.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  asks,
  madeOf,
  next,
  off,
  remembered,
  rolloutAfter,
  rolloutWorld,
  setback,
} from '../support/rollout-world.ts';
import { makeSpec } from '../support/world.ts';

// To walk further: PROPERTIES_SEED=7. A failure prints its seed and its smallest example.
fc.configureGlobal({ seed: Number(process.env['PROPERTIES_SEED'] ?? 1) });

const teams = ['platform', 'data', 'web'] as const;
const team = fc.constantFrom(...teams);
const bake = fc.option(
  fc.oneof(
    fc.record({ minutes: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ usedHours: fc.integer({ min: 1, max: 9 }) }),
  ),
  { nil: undefined },
);
const waves: fc.Arbitrary<readonly WaveSpec[]> = fc.array(
  fc
    .record({
      who: fc.oneof(
        team.map((name) => ({ selector: { team: name } })),
        fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
        fc.constant({}),
      ),
      bake,
    })
    .map(({ who, bake: watch }) => ({ name: 'w', ...who, ...(watch && { bake: watch }) })),
  { maxLength: 4 },
);

describe('the members of the waves', () => {
  const followersOf = (labels: readonly string[]) =>
    labels.map(
      (label, n) =>
        ({
          record: { name: `dev-${n}` },
          spec: { labels: { team: label } },
        }) as unknown as Situation,
    );

  test('are all followers, each once, whatever the order in which they are looked at', () => {
    fc.assert(
      fc.property(
        waves,
        fc.array(team, { maxLength: 30 }).map(followersOf),
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (given, followers, isProven, turns) => {
          const chosen = chooseWaves({ waves: given }, next, followers, isProven);
          const names = followers.map(({ record }) => record.name);
          expect(chosen.flatMap(({ members }) => members).toSorted()).toEqual(names.toSorted());
          const keyed = followers.map((one) => ({ one, key: turns.next().value }));
          const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ one }) => one);
          expect(chooseWaves({ waves: given }, next, shuffled, isProven)).toEqual(chosen);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[of: number, percents: readonly number[], sizes: readonly number[]]>([
    [3, [10], [1, 2]],
    [10, [10, 50], [1, 5, 4]],
    [9, [34, 50], [4, 3, 2]],
    [100, [7, 1], [7, 1, 92]],
    [4, [100], [4]],
    [1, [1, 50], [1, 0]],
    [0, [50], [0]],
  ])('of %i by %j percent of the rest: %j', (of, percents, sizes) => {
    const given = percents.map((percent) => ({ name: 'w', percent }));
    const followers = followersOf(Array.from({ length: of }, () => 'web'));
    const chosen = chooseWaves({ waves: given }, next, followers, false);
    expect(chosen.map(({ members }) => members.length)).toEqual(sizes);
  });

  test('differ from image to image', () => {
    const followers = followersOf(Array.from({ length: 30 }, () => 'web'));
    const firstOf = (imageId: string) =>
      chooseWaves({ waves: [{ name: 'w', percent: 1 }] }, imageId, followers, false)[0]?.members[0];
    expect(new Set(['ami-1', 'ami-2', 'ami-3', 'ami-4'].map(firstOf)).size).toBeGreaterThan(1);
  });
});

/** What happens between two plans. */
type Happening =
  | { readonly kind: 'time'; readonly minutes: number }
  | { readonly kind: 'updated' | 'failed' | 'on'; readonly nth: number }
  | { readonly kind: 'asked'; readonly verb: 'pause' | 'resume' | 'promote' | 'abort' | 'undo' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .integer({ min: 1, max: 2000 })
      .map((minutes) => ({ kind: 'time', minutes }) as const),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('updated', 'updated', 'updated', 'on', 'failed'),
      nth: fc.nat({ max: 20 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('pause', 'resume', 'promote', 'abort', 'undo')
      .map((verb) => ({ kind: 'asked', verb }) as const),
  },
);

function withRecord(world: World, record: DevInstanceRecord): World {
  return { ...world, records: new Map([...world.records, [record.name, record]]) };
}

function withMachine(world: World, name: string, over: object, tags: object = {}): World {
  const machines = world.observed.machines.map((one) =>
    one.id === `i-${name}` ? { ...one, ...over, tags: { ...one.tags, ...tags } } : one,
  );
  return { ...world, observed: { ...world.observed, machines } };
}

function nthOf<T>(all: readonly T[], nth: number): T | undefined {
  return all[nth % Math.max(1, all.length)];
}

/** The world after something happened; the same where it cannot. */
function afterIt(world: World, what: Happening, turn: number): World {
  if (what.kind === 'time') return { ...world, now: plusMillis(world.now, what.minutes * 60_000) };
  if (what.kind === 'asked') {
    return { ...world, requests: [asks(what.verb, { id: `req-${turn}` })] };
  }
  const records = [...world.records.values()];
  if (what.kind === 'on') {
    const has = nthOf(
      records.filter(({ image }) => image?.imageId === next),
      what.nth,
    );
    if (has === undefined) return world;
    const power = { state: 'running', at: world.now, by: 'person' } as const;
    const on = withRecord(world, { ...has, power, upSince: world.now });
    return withMachine(on, has.name, { state: 'running', checks: 'ok', launchedAt: world.now });
  }
  const under = nthOf(
    records.filter(
      ({ replacement }) => replacement !== undefined && replacement.back === undefined,
    ),
    what.nth,
  );
  if (under?.replacement === undefined) return world;
  const { replacement, ...rest } = under;
  const { image, specHash } = replacement.target;
  if (what.kind === 'failed') {
    const broken = setback({
      target: replacement.target,
      at: world.now,
      notBefore: plusMillis(world.now, 86_400_000),
    });
    return withRecord(world, { ...rest, setback: broken });
  }
  const made = withRecord(world, { ...rest, image });
  return withMachine(
    made,
    under.name,
    { imageId: image.imageId },
    { [tagKeys.image]: image.imageId, [tagKeys.specHash]: specHash },
  );
}

function waveIndex(rollout: Rollout | undefined, name: string): number {
  return rollout?.waves.findIndex(({ members }) => members.includes(name)) ?? -1;
}

const isUnderWay = ({ replacement }: DevInstanceRecord) =>
  replacement !== undefined && replacement.isUrgent !== true;

/** What holds of every plan, whatever came before. */
function check(before: World, after: World, maxConcurrent: number): void {
  const rollout = after.channels.get('ubuntu-24.04')?.rollout;
  const held = [...before.records.values()].filter(isUnderWay).length;
  const begun = [...after.records.values()].filter(
    (record) => isUnderWay(record) && before.records.get(record.name)?.replacement === undefined,
  );
  expect(begun.length).toBeLessThanOrEqual(Math.max(0, maxConcurrent - held));
  for (const { name, replacement } of begun) {
    if (replacement?.target.image.imageId !== next) continue;
    // What is complete is for everybody, though it failed once.
    if (rollout?.state === 'Complete') continue;
    expect(['Progressing', 'Baking']).toContain(rollout?.state);
    expect(waveIndex(rollout, name)).toBeGreaterThanOrEqual(0);
    expect(waveIndex(rollout, name)).toBeLessThanOrEqual(rollout?.current ?? -1);
    expect(rollout?.failures.map((failure) => failure.name)).not.toContain(name);
  }
  if (rollout?.state !== 'Complete') return;
  const settled = new Set([
    ...rollout.waves.flatMap(({ updated, left }) => [...updated, ...left.map(({ name }) => name)]),
    ...rollout.failures.map(({ name }) => name),
  ]);
  expect(
    rollout.waves.flatMap(({ members }) => members).filter((name) => !settled.has(name)),
  ).toEqual([]);
  const failed = new Set(rollout.failures.map(({ name }) => name));
  const well = rollout.waves.flatMap(({ updated }) => updated.filter((name) => !failed.has(name)));
  if (failed.size > 0) expect(well).not.toEqual([]);
  const counting = rollout.failures.length - (rollout.forgiven ?? 0);
  expect(counting).toBeLessThan(2);
}

test('a rollout never goes ahead of its waves, its limits and what people asked', () => {
  const schedule = { ...makeSpec().schedule, windows: [] };
  fc.assert(
    fc.property(
      waves,
      fc.array(team, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(happening, { maxLength: 25 }),
      (given, labels, maxConcurrent, happenings) => {
        const all = labels.map((label, n) =>
          off(`dev-${n}`, madeOf('ami-00000001', { spec: { labels: { team: label }, schedule } })),
        );
        const fleet = { maxUnhealthyPercent: 100 };
        let world = rolloutWorld(all, { channel: { waves: given, maxConcurrent }, fleet });
        for (const [turn, what] of [
          { kind: 'time', minutes: 1 } as const,
          ...happenings,
        ].entries()) {
          const before = afterIt(world, what, turn);
          const after = remembered(before);
          check(before, after, maxConcurrent);
          expect(rolloutAfter(after)).toEqual(rolloutAfter(before));
          expect(makePlan(remembered(after)).channelMemos).toEqual([]);
          world = after;
        }
      },
    ),
    { numRuns: 150 },
  );
});

import { expect, test } from 'vitest';
import type { WaveSpec } from '../../controller/core/rollout/rollout.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { watchOffices } from '../support/office-watch.ts';
import type { Rig } from '../support/rig.ts';
import {
  channelOf,
  dataOf,
  imagesOf,
  liveFor,
  liveUntil,
  namesOf,
  parameterOf,
  previousParameter,
  publishImage,
  recordOf,
  rolloutIn,
  rolloutRig,
  stableParameter,
  standOf,
  toldOf,
} from '../support/rollout-rig.ts';

// Forty machines in four zones, two of them half an hour off, and a virtual week.

const waves: readonly WaveSpec[] = [
  { name: 'canary', percent: 10, bake: { minutes: 24 * 60 } },
  { name: 'half', percent: 50, bake: { minutes: 12 * 60 } },
  { name: 'rest', percent: 100 },
];
const count = 40;

function rigOf(count: number): Promise<Rig> {
  const channel = { waves, maxConcurrent: 4, abortOnFailures: 2 };
  return rolloutRig({ count, channel, spec: () => ({ readyWithinMinutes: 3 }) });
}

test('a good image reaches everyone, and nobody is disturbed', async () => {
  const rig = await rigOf(count);
  const first = parameterOf(rig, channelOf(rig).follow);
  const data = dataOf(rig);
  const office = watchOffices(rig);
  let most = 0;
  rig.beforePerform = async () => {
    const records = await rig.ledger.records();
    const underWay = records.filter(({ record }) => record.replacement !== undefined);
    most = Math.max(most, underWay.length);
  };
  await liveFor(rig, 1, office.look);
  const second = await publishImage(rig);
  await liveFor(rig, 8 * 24, office.look);
  expect(office.wrongs).toEqual([]);
  expect(most).toBe(4);
  expect(imagesOf(rig)).toEqual({ [second]: count });
  expect(dataOf(rig)).toEqual(data);
  for (const name of namesOf(rig)) {
    const { machines, launched } = standOf(rig, name);
    expect({ name, there: machines.length, launched }).toEqual({ name, there: 1, launched: 2 });
  }
  expect(await rolloutIn(rig)).toMatchObject({ number: 1, state: 'Complete', failures: [] });
  expect(await recordOf(rig)).toMatchObject({ completed: { imageId: second } });
  expect([parameterOf(rig, stableParameter), parameterOf(rig, previousParameter)]).toEqual([
    second,
    first,
  ]);
  expect(rig.truth().images[second]?.tags[tagKeys.phase]).toBe('completed');
  expect(
    (await toldOf(rig)).map((one) =>
      one.replaceAll(/ami-\w+/g, (id) => (id === first ? 'first' : 'second')),
    ),
  ).toEqual([
    'ImageCompleted: new DevInstances begin with first',
    `ImagePublished: ${stableParameter} names first`,
    'ImageTagged: first is tagged as completed',
    'RolloutBegan: r1 of ubuntu-24.04 (second): canary 4, half 18, rest 18',
    'WaveBegan: wave canary: 4 machines',
    'WaveReached: wave canary: 4 of 4 have it',
    'WaveBaked: wave canary has baked',
    'WaveBegan: wave half: 18 machines',
    'WaveReached: wave half: 18 of 18 have it',
    'WaveBaked: wave half has baked',
    'WaveBegan: wave rest: 18 machines',
    'WaveReached: wave rest: 18 of 18 have it',
    'RolloutCompleted: r1 of ubuntu-24.04 (second): 40 of 40 machines have it',
    `ImagePublished: ${previousParameter} names first`,
    `ImagePublished: ${stableParameter} names second`,
    'ImageTagged: second is tagged as completed',
  ]);
});

/** Of which a tenth, rounded up, are four: the first wave. */
const some = 31;

const faults = {
  'whose machines never boot': { flaw: 'unbootable' },
  'whose hosts cannot mount a home': { flaw: 'home-fails' },
  'whose machines fail their status checks after an hour': { failsAfterMinutes: 60 },
} as const;

test.each(Object.entries(faults))(
  'an image %s stops in its first wave, and every home is back',
  async (_, flaws) => {
    const rig = await rigOf(some);
    const first = parameterOf(rig, channelOf(rig).follow);
    const data = dataOf(rig);
    await liveFor(rig, 1);
    await publishImage(rig, flaws);
    await liveFor(rig, 44);
    const rollout = await rolloutIn(rig);
    expect(rollout).toMatchObject({ state: 'Degraded', current: 0 });
    expect(rollout.failures.length).toBeGreaterThanOrEqual(2);
    expect(dataOf(rig)).toEqual(data);
    const touched = namesOf(rig).filter((name) => standOf(rig, name).launched > 1);
    expect(rollout.waves[0]?.members).toEqual(expect.arrayContaining([...touched]));
    const failed = rollout.failures.map(({ name }) => name);
    for (const name of failed) expect(standOf(rig, name)).toMatchObject({ imageId: first });
    expect(parameterOf(rig, stableParameter)).toBe(first);
    expect(imagesOf(rig)).toEqual({ [first ?? '']: some });
  },
);

test('with fewer failures than stop it a rollout goes on, and the failed machine has what it had', async () => {
  const rig = await rigOf(12);
  const first = parameterOf(rig, channelOf(rig).follow) ?? '';
  const data = dataOf(rig);
  await liveFor(rig, 1);
  const second = await publishImage(rig);
  await rig.account.conditions.nextLaunches('home-fails', 1);
  await liveUntil(rig, '2026-11-24T09:00:00.000Z');
  const { failures, waves: reached } = await rolloutIn(rig);
  expect(failures).toHaveLength(1);
  const failed = failures[0]?.name ?? '';
  expect(reached[0]?.members).toContain(failed);
  expect(standOf(rig, failed)).toMatchObject({ imageId: first, launched: 2 });
  await liveUntil(rig, '2026-11-25T17:00:00.000Z');
  expect(standOf(rig, failed)).toMatchObject({ imageId: first, launched: 2 });
  await liveFor(rig, 2 * 24);
  expect(await rolloutIn(rig)).toMatchObject({ state: 'Complete' });
  // What all others run is tried there once more.
  expect(imagesOf(rig)).toEqual({ [second]: 12 });
  expect(dataOf(rig)).toEqual(data);
  expect((await toldOf(rig)).map((one) => one.split(':')[0]).slice(3, 8)).toEqual([
    'RolloutBegan',
    'WaveBegan',
    'MachineFailed',
    'WaveReached',
    'WaveBaked',
  ]);
});

import { expect, test } from 'vitest';
import type { ResolvedChannel } from '../../controller/core/desired.ts';
import { madrid, office } from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';
import {
  askRollout,
  channelOf,
  dataOf,
  editChannel,
  imagesOf,
  liveUntil,
  namesOf,
  namesOn,
  parameterOf,
  publishImage,
  recordOf,
  rolloutIn,
  rolloutRig,
  stableParameter,
  standOf,
  toldOf,
} from '../support/rollout-rig.ts';

// Twelve machines in Madrid, whose first image is complete on a Monday at 10:00: what people do to a
// rollout to them, in git and by commands.

const count = 12;
const day = 24 * 60;

async function madridRig(channel: Partial<ResolvedChannel> = {}): Promise<Rig> {
  const waves = [
    { name: 'canary', percent: 25, bake: { minutes: day } },
    { name: 'rest', percent: 100 },
  ];
  return rolloutRig({
    count,
    channel: { waves, maxConcurrent: 4, ...channel },
    spec: () => ({ schedule: office() }),
  });
}

function firstOf(rig: Rig): string {
  return parameterOf(rig, channelOf(rig).follow) ?? '';
}

test('an emergency pin takes the first machines back, and without it the image begins anew', async () => {
  const rig = await madridRig();
  const first = firstOf(rig);
  const data = dataOf(rig);
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('tue 10:00'));
  expect(imagesOf(rig)).toEqual({ [first]: 9, [second]: 3 });
  const canaries = namesOn(rig, second);

  editChannel(rig, { pin: first });
  await liveUntil(rig, madrid('tue 18:59'));
  expect(namesOn(rig, second)).toEqual(canaries);
  await liveUntil(rig, madrid('wed 07:00'));
  expect(imagesOf(rig)).toEqual({ [first]: count });
  // They went back to the machines that were kept.
  expect(
    namesOf(rig)
      .map((name) => standOf(rig, name).launched)
      .sort(),
  ).toEqual([...Array.from({ length: 9 }, () => 1), 2, 2, 2]);
  await liveUntil(rig, madrid('fri 10:00'));
  expect(imagesOf(rig)).toEqual({ [first]: count });
  expect(parameterOf(rig, stableParameter)).toBe(first);

  editChannel(rig, { pin: undefined });
  await liveUntil(rig, '2026-12-03T09:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [second]: count });
  expect(parameterOf(rig, stableParameter)).toBe(second);
  expect(dataOf(rig)).toEqual(data);
  const { history = [] } = await recordOf(rig);
  expect(history.at(-1)).toMatchObject({ number: 1, state: 'Superseded' });
});

test('a pin to another image takes the place of the rollout under way', async () => {
  const rig = await madridRig();
  const first = firstOf(rig);
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('tue 10:00'));
  expect(imagesOf(rig)).toEqual({ [first]: 9, [second]: 3 });
  const third = await publishImage(rig);
  editChannel(rig, { pin: third });
  await liveUntil(rig, madrid('fri 10:00'));
  expect(imagesOf(rig)).toEqual({ [third]: count });
  expect(parameterOf(rig, stableParameter)).toBe(third);
  expect(await rolloutIn(rig)).toMatchObject({
    number: 2,
    state: 'Complete',
    revision: { imageId: third, source: 'pin' },
  });
});

test('paused on Friday and resumed on Monday, it goes on where it was', async () => {
  const rig = await madridRig();
  const first = firstOf(rig);
  await liveUntil(rig, madrid('thu 10:00'));
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('fri 15:00'));
  await askRollout(rig, 'pause');
  await liveUntil(rig, '2026-11-30T09:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [first]: 9, [second]: 3 });
  expect(await rolloutIn(rig)).toMatchObject({ state: 'Paused' });
  await askRollout(rig, 'resume');
  await liveUntil(rig, '2026-12-01T09:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [second]: count });
  expect((await toldOf(rig)).slice(-10, -4)).toEqual([
    'RequestDone: r1 is paused',
    expect.stringMatching(/^RolloutPaused: r1 of .*: paused by ada: release$/),
    'RequestDone: r1 goes on',
    'WaveBaked: wave canary has baked',
    'WaveBegan: wave rest: 9 machines',
    'WaveReached: wave rest: 9 of 9 have it',
  ]);
});

test('promoted past its bake, the next wave comes the same night', async () => {
  const rig = await madridRig();
  const first = firstOf(rig);
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('20:00'));
  expect(imagesOf(rig)).toEqual({ [first]: 9, [second]: 3 });
  await askRollout(rig, 'promote');
  await liveUntil(rig, madrid('22:00'));
  expect(imagesOf(rig)).toEqual({ [second]: count });
  expect(await rolloutIn(rig)).toMatchObject({ state: 'Complete' });
});

test('promoted in full on its first day, everybody gets it that night', async () => {
  const rig = await madridRig();
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('11:00'));
  await askRollout(rig, 'promote', { full: true });
  await liveUntil(rig, madrid('22:00'));
  expect(imagesOf(rig)).toEqual({ [second]: count });
});

test('aborted, everything stays as it is; a newer image then takes its place', async () => {
  const rig = await madridRig();
  const first = firstOf(rig);
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('20:00'));
  await askRollout(rig, 'abort');
  await liveUntil(rig, madrid('thu 10:00'));
  expect(imagesOf(rig)).toEqual({ [first]: 9, [second]: 3 });
  expect(await rolloutIn(rig)).toMatchObject({ state: 'Aborted' });
  const third = await publishImage(rig);
  await liveUntil(rig, '2026-11-30T20:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [third]: count });
});

test('taken back, everybody is on the former image after the next stop; the next nightly one is rolled out', async () => {
  const rig = await madridRig();
  const first = firstOf(rig);
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('thu 10:00'));
  expect(imagesOf(rig)).toEqual({ [second]: count });
  await askRollout(rig, 'undo');
  await liveUntil(rig, madrid('thu 18:00'));
  expect(imagesOf(rig)).toEqual({ [second]: count });
  expect(parameterOf(rig, stableParameter)).toBe(first);
  await liveUntil(rig, madrid('fri 10:00'));
  expect(imagesOf(rig)).toEqual({ [first]: count });
  // To the machines that were kept.
  expect(namesOf(rig).every((name) => standOf(rig, name).launched === 2)).toBe(true);
  expect(await recordOf(rig)).toMatchObject({
    rollout: { state: 'Undone' },
    denied: [{ imageId: second, actor: 'ada' }],
  });
  const third = await publishImage(rig);
  await liveUntil(rig, '2026-12-02T20:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [third]: count });
  expect((await toldOf(rig)).filter((one) => one.startsWith('ImageTagged'))).toEqual([
    `ImageTagged: ${first} is tagged as completed`,
    `ImageTagged: ${second} is tagged as completed`,
    `ImageTagged: ${second} is tagged as denied`,
    `ImageTagged: ${third} is tagged as completed`,
  ]);
});

import { expect, test } from 'vitest';
import { hourMs, plusMillis } from '../../controller/core/instant.ts';
import { watchOffices } from '../support/office-watch.ts';
import {
  dataOf,
  imagesOf,
  liveFor,
  liveUntil,
  namesOf,
  parameterOf,
  previousParameter,
  publishImage,
  recordOf,
  registeredImages,
  rolloutRig,
  stableParameter,
  standOf,
  toldOf,
} from '../support/rollout-rig.ts';

// A newer image every night for ten nights, each watched for a day before all get it: a rollout takes
// longer than a night, so the next one takes the newest there is by then.

const nights = 10;
const keep = 5;

test('every image that is rolled out reaches everyone, and nothing is replaced for ever', async () => {
  const rig = await rolloutRig({
    count: 8,
    channel: {
      waves: [
        { name: 'canary', percent: 25, bake: { minutes: 24 * 60 } },
        { name: 'rest', percent: 100 },
      ],
      maxConcurrent: 4,
      keep,
    },
  });
  const data = dataOf(rig);
  const office = watchOffices(rig);
  const images: string[] = [];
  for (let night = 0; night < nights; night += 1) {
    await liveUntil(rig, plusMillis('2026-11-24T02:00:00Z', night * 24 * hourMs), office.look);
    images.push(await publishImage(rig));
  }
  await liveFor(rig, 7 * 24, office.look);
  const { rollout, history = [] } = await recordOf(rig);
  const last = images.at(-1) ?? '';
  expect(rollout).toMatchObject({ state: 'Complete', revision: { imageId: last } });
  expect(imagesOf(rig)).toEqual({ [last]: 8 });
  expect(history.map(({ state, failed }) => ({ state, failed }))).toEqual(
    history.map(() => ({ state: 'Complete', failed: 0 })),
  );
  expect(history.map(({ updated }) => updated)).toEqual(history.map(() => 8));
  expect(history.length).toBeGreaterThan(3);
  const rollouts = rollout?.number ?? 0;
  expect(rollouts).toBe(history.length + 1);
  const launched = namesOf(rig).map((name) => standOf(rig, name).launched);
  expect(launched).toEqual(launched.map(() => 1 + rollouts));
  const ends = (await toldOf(rig)).filter((one) => one.startsWith('RolloutCompleted'));
  expect(ends).toEqual(
    Array.from({ length: rollouts }, (_, n) =>
      expect.stringMatching(
        new RegExp(
          `^RolloutCompleted: r${n + 1} of ubuntu-24.04 .ami-.*: 8 of 8 machines have it$`,
        ),
      ),
    ),
  );
  expect(office.wrongs).toEqual([]);
  expect(dataOf(rig)).toEqual(data);

  await liveFor(rig, 4 * 24, office.look);
  expect(namesOf(rig).map((name) => standOf(rig, name).launched)).toEqual(launched);
  expect(namesOf(rig).map((name) => standOf(rig, name).machines.length)).toEqual(
    launched.map(() => 1),
  );
  const previous = history[0]?.revision.imageId;
  expect([parameterOf(rig, stableParameter), parameterOf(rig, previousParameter)]).toEqual([
    last,
    previous,
  ]);
  const newest = images.slice(-keep);
  expect(registeredImages(rig)).toEqual(
    images.filter((id) => newest.includes(id) || id === previous),
  );
});

import { expect, test } from 'vitest';
import { LedgerConflict } from '../../controller/ports.ts';
import { madrid, office } from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';
import {
  channelOf,
  dataOf,
  imagesOf,
  liveUntil,
  namesOf,
  parameterOf,
  publishImage,
  rolloutIn,
  rolloutRig,
  stableParameter,
  standOf,
} from '../support/rollout-rig.ts';

// Four machines in Madrid that are replaced at any time, in two waves half an hour apart.

function fourRig(): Promise<Rig> {
  const waves = [
    { name: 'canary', percent: 50, bake: { minutes: 30 } },
    { name: 'rest', percent: 100 },
  ];
  const upgrade = { when: 'any-time' } as const;
  return rolloutRig({
    count: 4,
    channel: { waves, maxConcurrent: 2 },
    spec: () => ({ schedule: office(), upgrade, rollbackWindowMinutes: 60 }),
  });
}

test.each([0, 1, 2, 3, 5, 8, 11])(
  'a controller that takes over before batch %i goes on with the same rollout',
  async (nth) => {
    const rig = await fourRig();
    const data = dataOf(rig);
    const second = await publishImage(rig);
    let batches = 0;
    rig.beforePerform = async () => {
      if (batches++ !== nth) return;
      rig.beforePerform = () => {};
      await rig.settle();
      // The one that was taken over from knows by its own clock that its lease is long over.
      rig.steadyMs += 3_600_000;
    };
    const live = () => liveUntil(rig, madrid('14:00'));
    await live().catch(async (error) => {
      expect(error).toBeInstanceOf(LedgerConflict);
      await live();
    });
    expect(batches).toBeGreaterThan(nth);
    expect(imagesOf(rig)).toEqual({ [second]: 4 });
    expect(await rolloutIn(rig)).toMatchObject({ number: 1, state: 'Complete', failures: [] });
    expect(namesOf(rig).map((name) => standOf(rig, name))).toEqual(
      namesOf(rig).map((name) => ({
        machines: ['running with the home'],
        launched: 2,
        imageId: second,
        data: data[name],
      })),
    );
  },
);

test.each(['10:01', '10:20', '10:40'])(
  'with the ledger lost at %s, nothing is doubled and everybody gets the image',
  async (at) => {
    const rig = await fourRig();
    const data = dataOf(rig);
    const first = parameterOf(rig, channelOf(rig).follow);
    const second = await publishImage(rig);
    await liveUntil(rig, madrid(at));
    await rig.loseLedger();
    await liveUntil(rig, madrid('tue 14:00'));
    expect(imagesOf(rig)).toEqual({ [second]: 4 });
    expect(dataOf(rig)).toEqual(data);
    expect([first, second]).toContain(parameterOf(rig, stableParameter));
    expect(namesOf(rig).every((name) => standOf(rig, name).launched === 2)).toBe(true);
    // Machines that were kept are nobody's by now: people are told.
    const { holds } = await rig.plan();
    expect(new Set(holds.map(({ reason }) => reason))).toEqual(new Set(['SecondMachine']));
  },
);

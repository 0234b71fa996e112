import { expect, test } from 'vitest';
import { ask, keepOff, madrid, office } from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';
import {
  channelOf,
  editSpec,
  holderOf,
  imagesOf,
  liveFor,
  liveUntil,
  namesOn,
  parameterOf,
  publishImage,
  rolloutIn,
  rolloutRig,
  standOf,
} from '../support/rollout-rig.ts';

// Ten machines in Madrid. The owners of the first three are on holiday for a week, each in another
// way: dev-01 by a schedule that is closed, dev-02 is suspended, dev-03 was told to stay off.

const team = { team: 'platform' };

async function holidayRig(isFirstWave: boolean): Promise<Rig> {
  const waves = [
    { name: 'canary', selector: team, bake: { usedHours: 4 } },
    { name: 'rest', percent: 100 },
  ];
  const closed = ['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27'].map(
    (date) => ({ date, closed: true as const }),
  );
  const rig = await rolloutRig({
    count: 10,
    channel: { waves, maxConcurrent: 4 },
    spec: (index) => ({
      schedule: office(),
      labels: (isFirstWave ? index < 3 : index >= 7) ? team : {},
    }),
  });
  editSpec(rig, 'dev-01', { schedule: office({ exceptions: closed }) });
  editSpec(rig, 'dev-02', { lifecycle: 'suspended' });
  await ask(rig, keepOff, 7 * 24, 'dev-03');
  await liveFor(rig, 5);
  return rig;
}

/** The owner of a machine is there for so many hours. */
async function work(rig: Rig, name: string, hours: number): Promise<void> {
  const id = holderOf(rig, name)?.id ?? '';
  await rig.account.people.use(id);
  await liveFor(rig, hours);
  await rig.account.people.leave(id);
}

test('with nobody there to use the first wave, the rollout waits, and goes on once somebody is back', async () => {
  const rig = await holidayRig(true);
  const first = parameterOf(rig, channelOf(rig).follow) ?? '';
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('wed 10:00'));
  expect(namesOn(rig, second)).toEqual(['dev-01', 'dev-03']);
  expect(await rolloutIn(rig)).toMatchObject({
    state: 'Paused',
    reason: 'nobody has used the machines of wave canary',
  });
  await liveUntil(rig, '2026-11-30T08:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [first]: 8, [second]: 2 });
  await work(rig, 'dev-01', 3);
  expect(await rolloutIn(rig)).toMatchObject({ state: 'Baking' });
  await work(rig, 'dev-01', 2);
  expect(await rolloutIn(rig)).toMatchObject({ current: 1 });
  editSpec(rig, 'dev-02', { lifecycle: 'active' });
  await liveUntil(rig, '2026-12-01T08:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [second]: 10 });
  expect(await rolloutIn(rig)).toMatchObject({ state: 'Complete' });
});

test('whoever is on holiday holds nobody up, and gets it when back', async () => {
  const rig = await holidayRig(false);
  const first = parameterOf(rig, channelOf(rig).follow) ?? '';
  const second = await publishImage(rig);
  await liveUntil(rig, madrid('tue 09:00'));
  expect(namesOn(rig, second)).toEqual(['dev-08', 'dev-09', 'dev-10']);
  await work(rig, 'dev-08', 5);
  await liveUntil(rig, madrid('wed 09:00'));
  expect(imagesOf(rig)).toEqual({ [first]: 1, [second]: 9 });
  expect(await rolloutIn(rig)).toMatchObject({ state: 'Complete' });
  expect(standOf(rig, 'dev-02')).toMatchObject({ imageId: first, launched: 1 });
  editSpec(rig, 'dev-02', { lifecycle: 'active' });
  await liveUntil(rig, '2026-12-01T08:00:00.000Z');
  expect(imagesOf(rig)).toEqual({ [second]: 10 });
});

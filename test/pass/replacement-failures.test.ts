import { expect, test } from 'vitest';
import { livingRig, settleAt, told } from '../support/living-rig.ts';
import { dataOf, pairOf, publish, wasGivenHome } from '../support/pair.ts';
import type { Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// A newer image is published whose machines do not come up, in the night as its schedule has it off.

async function published(fate: 'unbootable' | 'home-fails'): Promise<Rig> {
  const rig = await livingRig();
  await rig.account.conditions.nextLaunches(fate);
  await publish(rig);
  return rig;
}

test('a kernel that never boots never gets the home', async () => {
  const rig = await published('unbootable');
  const data = dataOf(rig);
  await settleAt(rig, '19:01');
  expect(wasGivenHome(rig, 2)).toBe(false);
  expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped with the home'], launched: 2 });
  expect(await told(rig, 'ReplacementGivenUp')).toEqual([
    expect.stringMatching(/i-\w+ was not ready within 15 min: home and duty are with i-\w+ again$/),
  ]);
  await settleAt(rig, 'tue 08:00');
  expect(pairOf(rig)).toMatchObject({ machines: ['1 running with the home'], image: 1 });
  expect(dataOf(rig)).toBe(data);
});

test('a host that cannot mount the home gives it back at the deadline', async () => {
  const rig = await published('home-fails');
  const data = dataOf(rig);
  await settleAt(rig, '19:01');
  expect(wasGivenHome(rig, 2)).toBe(true);
  expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped with the home'], launched: 2 });
  await settleAt(rig, 'tue 08:00');
  expect(pairOf(rig)).toMatchObject({ machines: ['1 running with the home'], image: 1 });
  expect(dataOf(rig)).toBe(data);
});

const fates = ['unbootable', 'home-fails'] as const;

test.each(fates)(
  'of a channel, one that is %s stops the rollout: it is not tried again',
  async (fate) => {
    const rig = await published(fate);
    await settleAt(rig, '19:01');
    const { rollouts, holds, changes } = await rig.plan();
    expect(rollouts[0]?.record.rollout).toMatchObject({
      state: 'Degraded',
      reason: 'every machine that wave all reached failed',
      failures: [{ name: 'ada-01', reason: expect.stringMatching(/^i-\w+ was not ready/) }],
    });
    expect(holds).toEqual([]);
    expect(changes.map(({ kind, withheldBy }) => [kind, withheldBy])).toEqual([
      ['replace', 'RolloutFailed'],
    ]);
    const events = await rig.ledger.events('image/ubuntu-24.04');
    expect(events.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['RolloutBegan', 'MachineFailed', 'RolloutDegraded']),
    );
    await settleAt(rig, 'tue 20:00');
    await settleAt(rig, 'wed 20:00');
    expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped with the home'], launched: 2 });
  },
);

test.each(fates)(
  'of an image that git names, after one that is %s it is tried again a day later and no sooner',
  async (fate) => {
    const rig = await published(fate);
    const image = { id: Object.keys(rig.truth().images)[1] ?? '', allowExpired: false };
    rig.desired = makeDesired([makeSpec({ image })]);
    await settleAt(rig, '19:01');
    await settleAt(rig, '23:00');
    expect(pairOf(rig).launched).toBe(2);
    const { holds, changes } = await rig.plan();
    expect(holds.map(({ reason }) => reason)).toEqual(['ReplacementFailed']);
    expect(changes.map(({ kind, withheldBy }) => [kind, withheldBy])).toEqual([
      ['replace', 'ReplacementFailed'],
    ]);
    await settleAt(rig, 'tue 19:01');
    expect(pairOf(rig).launched).toBe(2);
    await settleAt(rig, 'tue 20:00');
    await settleAt(rig, 'wed 08:00');
    expect(pairOf(rig)).toMatchObject({
      machines: ['1 stopped', '3 running with the home'],
      image: 2,
    });
  },
);

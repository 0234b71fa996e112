import { describe, expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { ask, livingRig, settleAt, told, waitUntil } from '../support/living-rig.ts';
import { dataOf, holderOf, idOf, pairOf, publish, rootsOf, runTo } from '../support/pair.ts';
import type { Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const back = ['1 running with the home', '2 stopped'];

/** On Tuesday at ten, replaced overnight by a machine of the second image. */
async function replacedRig(over: Partial<EffectiveSpec> = {}): Promise<Rig> {
  const rig = await livingRig(over);
  await publish(rig);
  await settleAt(rig, '19:05');
  await settleAt(rig, 'tue 08:00');
  await settleAt(rig, 'tue 10:00');
  return rig;
}

/** The same, taken back at once. */
async function rolledBackRig(over: Partial<EffectiveSpec> = {}): Promise<Rig> {
  const rig = await replacedRig(over);
  await rollBack(rig);
  await rig.settle();
  return rig;
}

async function rollBack(rig: Rig): Promise<void> {
  await ask(rig, { kind: 'rollback' }, 24);
}

/** What came of the requests. */
async function answers(rig: Rig): Promise<readonly string[]> {
  const requests = await rig.ledger.requests();
  return requests.map(({ ended }) => `${ended?.result}: ${ended?.message}`);
}

function secondImage(rig: Rig): string {
  return Object.keys(rig.truth().images)[1] ?? '';
}

function pin(rig: Rig, id: string): void {
  const channels = [...rig.desired.channels].map(
    ([name, one]) => [name, { ...one, pin: id }] as const,
  );
  rig.desired = { ...rig.desired, channels: new Map(channels) };
}

describe('a rollback', () => {
  test('gives home and duty back to the kept machine within minutes, in the middle of the day', async () => {
    const rig = await replacedRig();
    const data = dataOf(rig);
    await rollBack(rig);
    await rig.settle();
    expect(Date.parse(rig.account.clock.now())).toBeLessThan(Date.parse('2026-11-24T09:05:00Z'));
    expect(pairOf(rig)).toMatchObject({ machines: back, launched: 2, image: 1 });
    expect(dataOf(rig)).toBe(data);
    expect(await answers(rig)).toEqual([`done: home and duty are back with ${idOf(rig, 1)}`]);
    expect(await told(rig, 'RequestDone')).toHaveLength(1);
  });

  test('denies the image: it is not made again the next nights, and said to be behind', async () => {
    const rig = await rolledBackRig();
    for (const at of ['tue 19:05', 'wed 08:00', 'wed 19:05', 'thu 08:00']) await settleAt(rig, at);
    expect(pairOf(rig)).toMatchObject({ machines: back, launched: 2, image: 1 });
    const { changes, holds, statuses } = await rig.plan();
    expect(changes.map(({ kind, withheldBy }) => [kind, withheldBy])).toEqual([
      ['replace', 'RolledBack'],
    ]);
    expect(holds[0]?.message).toMatch(/^ada rolled it back from this: image ami-\w+ -> ami-\w+/);
    expect(statuses).toMatchObject([{ sync: 'OutOfSync', health: 'Healthy' }]);
  });

  // What is asked for again is there still: the machine that was rolled back from.
  test.each<{ what: string; happens: (rig: Rig) => unknown; image: number }>([
    { what: 'a newer image', happens: publish, image: 3 },
    { what: 'the image that git pins', happens: (rig) => pin(rig, secondImage(rig)), image: 2 },
    {
      what: 'the image that its own spec names',
      happens: (rig) => {
        rig.desired = makeDesired([
          makeSpec({ image: { id: secondImage(rig), allowExpired: false } }),
        ]);
      },
      image: 2,
    },
  ])('does not deny $what', async ({ happens, image }) => {
    const rig = await rolledBackRig();
    await happens(rig);
    await settleAt(rig, 'tue 19:05');
    await settleAt(rig, 'wed 08:00');
    expect(pairOf(rig)).toMatchObject({
      machines: ['1 stopped', `${image} running with the home`],
      launched: image,
      image,
    });
  });

  test('denies a change of the spec until git says something else', async () => {
    const rig = await livingRig();
    const bigger = (sizeGib: number) => {
      rig.desired = makeDesired([makeSpec({ rootVolume: { sizeGib, type: 'gp3' } })]);
    };
    bigger(200);
    await settleAt(rig, '19:05');
    await settleAt(rig, 'tue 08:00');
    await rollBack(rig);
    await rig.settle();
    await settleAt(rig, 'tue 19:05');
    await settleAt(rig, 'wed 08:00');
    expect(pairOf(rig)).toMatchObject({ machines: back, launched: 2 });
    bigger(250);
    await settleAt(rig, 'wed 19:05');
    expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped', '3 stopped with the home'] });
    expect(rootsOf(rig)).toEqual([150, 250]);
  });

  test('of a change of the spec leaves that out of a machine with a newer image, too', async () => {
    const rig = await livingRig();
    rig.desired = makeDesired([makeSpec({ rootVolume: { sizeGib: 200, type: 'gp3' } })]);
    await settleAt(rig, '19:05');
    await settleAt(rig, 'tue 08:00');
    await rollBack(rig);
    await rig.settle();
    await publish(rig);
    const [planned] = (await rig.plan()).changes;
    expect(planned?.reasons).toEqual(['ami_superseded']);
    await settleAt(rig, 'tue 19:05');
    await settleAt(rig, 'wed 08:00');
    expect(pairOf(rig)).toMatchObject({
      machines: ['1 stopped', '3 running with the home'],
      image: 2,
    });
    expect(rootsOf(rig)).toEqual([150, 150]);
    expect((await rig.plan()).changes.map(({ withheldBy }) => withheldBy)).toEqual(['RolledBack']);
  });

  test('a second time is refused: what it would lead to was rolled back from', async () => {
    const rig = await rolledBackRig();
    await rollBack(rig);
    await settleAt(rig, 'tue 10:30');
    expect(pairOf(rig)).toMatchObject({ machines: back, launched: 2 });
    const remedy = `to have ${secondImage(rig)} all the same, write image: {id: ${secondImage(rig)}} under spec in its file`;
    expect((await answers(rig))[1]).toBe(
      `refused: what ada-01 would go back to is what it was taken back from: ${remedy}`,
    );
  });

  test('of a machine that was never replaced is refused', async () => {
    const rig = await livingRig();
    await rollBack(rig);
    await rig.settle();
    expect(await answers(rig)).toEqual([
      'refused: no machine and no image of ada-01 is there to go back to: to have another image, name it in its file',
    ]);
    expect(pairOf(rig)).toMatchObject({ machines: ['1 running with the home'], launched: 1 });
  });

  test('leaves a machine off that is to be off, and it runs in the morning', async () => {
    const rig = await replacedRig();
    await settleAt(rig, 'tue 20:00');
    await rollBack(rig);
    await rig.settle();
    expect(pairOf(rig).machines).toEqual(['1 stopped with the home', '2 stopped']);
    await settleAt(rig, 'wed 08:00');
    expect(pairOf(rig)).toMatchObject({ machines: back, launched: 2, image: 1 });
  });

  test('once the kept machine is gone launches one of the image before', async () => {
    const rig = await replacedRig({ rollbackWindowMinutes: 600 });
    const data = dataOf(rig);
    expect(pairOf(rig).machines).toEqual(['2 running with the home']);
    await rollBack(rig);
    await rig.settle();
    expect(pairOf(rig)).toMatchObject({
      machines: ['2 stopped', '3 running with the home'],
      launched: 3,
      image: 1,
    });
    expect(dataOf(rig)).toBe(data);
    for (const at of ['tue 19:05', 'wed 08:00']) await settleAt(rig, at);
    expect(pairOf(rig)).toMatchObject({ machines: ['3 running with the home'], launched: 3 });
  });
});

describe('the kept machine', () => {
  test('started by hand is stopped again, and its owner keeps the current one', async () => {
    const rig = await replacedRig();
    await rig.account.people.start(idOf(rig, 1));
    await settleAt(rig, 'tue 10:05');
    await settleAt(rig, 'tue 10:06');
    expect(pairOf(rig).machines).toEqual(['1 stopped', '2 running with the home']);
    await rollBack(rig);
    await rig.settle();
    expect(pairOf(rig).machines).toEqual(back);
  });

  test('being on by hand as the rollback is asked for gets home and duty all the same', async () => {
    const rig = await replacedRig();
    const data = dataOf(rig);
    await rollBack(rig);
    await rig.account.people.start(idOf(rig, 1));
    await settleAt(rig, 'tue 10:05');
    expect(pairOf(rig).machines).toEqual(back);
    expect(dataOf(rig)).toBe(data);
  });

  test.each<{ what: string; happens: (rig: Rig) => unknown }>([
    {
      what: 'that does not come up',
      happens: (rig) => rig.account.conditions.setImpaired(idOf(rig, 1), true),
    },
    {
      what: 'whose type has no capacity',
      happens: async (rig) => {
        for (const az of ['eu-west-1a', 'eu-west-1b']) {
          await rig.account.conditions.setCapacity(az, 't3.xlarge', 0);
        }
        // The current one is stopped for it and must come up again.
        rig.beforePerform = async (actions) => {
          const isItsTurn = actions.some(
            (action) => action.kind === 'start' && action.machineId === idOf(rig, 2),
          );
          const az = rig.truth().instances[idOf(rig, 2)]?.az ?? '';
          if (isItsTurn) await rig.account.conditions.setCapacity(az, 't3.xlarge', 1);
        };
      },
    },
  ])('$what leaves home and duty where they are', async ({ happens }) => {
    const rig = await replacedRig();
    await happens(rig);
    await rollBack(rig);
    await rig.settle();
    expect(pairOf(rig)).toMatchObject({
      machines: ['1 stopped', '2 running with the home'],
      image: 2,
    });
    expect((await answers(rig))[0]).toMatch(/^refused: it was given up: /);
    await settleAt(rig, 'wed 10:00');
    expect(pairOf(rig)).toMatchObject({ launched: 2, image: 2 });
  });

  test('that does not come to a stop again keeps the current one off, and is reported', async () => {
    const rig = await replacedRig();
    await rig.account.conditions.setImpaired(idOf(rig, 1), true);
    await rig.account.conditions.stick(idOf(rig, 1), 'stopping');
    await rollBack(rig);
    await settleAt(rig, 'tue 10:05');
    expect(pairOf(rig).machines).toEqual(['1 stopping', '2 stopped with the home']);
    expect((await rig.plan()).holds.map(({ reason }) => reason)).toContain('StuckStopping');
    await rig.account.conditions.unstick(idOf(rig, 1));
    await settleAt(rig, 'tue 12:00');
    expect(pairOf(rig).machines).toEqual(['1 stopped', '2 running with the home']);
  });

  test('that is terminated by hand as the rollback begins leaves them there as well', async () => {
    const rig = await replacedRig();
    await rollBack(rig);
    await runTo(rig, 'start');
    await rig.account.people.terminate(idOf(rig, 1));
    await settleAt(rig, 'tue 10:30');
    expect(pairOf(rig)).toMatchObject({ machines: ['2 running with the home'], launched: 2 });
  });
});

describe('asked for while a replacement is under way', () => {
  async function underWay(stage: 'detach-home' | 'attach-home'): Promise<Rig> {
    const rig = await livingRig();
    await publish(rig);
    await waitUntil(rig, '19:05');
    await runTo(rig, stage);
    await rollBack(rig);
    await rig.settle();
    return rig;
  }

  test('before the detach it ends there, and that image is denied', async () => {
    const rig = await underWay('detach-home');
    expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped with the home'], launched: 2 });
    expect(await answers(rig)).toEqual([`done: home and duty stay with ${idOf(rig, 1)}`]);
    await settleAt(rig, 'tue 08:00');
    await settleAt(rig, 'tue 19:05');
    expect(pairOf(rig)).toMatchObject({ launched: 2, image: 1 });
  });

  test('after the detach it waits for the new machine, and then goes back from it', async () => {
    const rig = await underWay('attach-home');
    expect(pairOf(rig).machines).toEqual(['1 stopped with the home', '2 stopped']);
    expect(await answers(rig)).toEqual([`done: home and duty are back with ${idOf(rig, 1)}`]);
    await settleAt(rig, 'tue 08:00');
    await settleAt(rig, 'tue 19:05');
    expect(pairOf(rig)).toMatchObject({ launched: 2, image: 1 });
    expect(holderOf(rig)).toBe(1);
  });
});

import { describe, expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import {
  ask,
  livingRig,
  settleAt,
  start,
  suspend,
  told,
  waitUntil,
} from '../support/living-rig.ts';
import {
  dataOf,
  holderOf,
  idOf,
  neverBoots,
  neverReady,
  pairOf,
  publish,
  runOut,
  runTo,
  type Stage,
  wasGivenHome,
} from '../support/pair.ts';
import type { Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// What people and AWS can do while one machine is replaced by another (decision 6): before the home
// has left the old one it stays there, and the new one is terminated without ever having had it;
// after that the new one gets it, and only then is anything else done.

interface Mind {
  readonly what: string;
  readonly spec?: Partial<EffectiveSpec>;
  /** What makes the replacement wanted, and when it begins: a newer image, at ten, unless told. */
  readonly begins?: (rig: Rig) => Promise<unknown>;
  readonly at?: string;
  readonly happens: (rig: Rig) => unknown;
  /** The machines at a later moment, where it happened before the home had left and after. */
  readonly later: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Which machine has the home when the replacement is over, where not the second one. */
  readonly afterwards?: number;
}

const anyTime = { upgrade: { when: 'any-time' } } as const;
const offHours = { upgrade: { when: 'off-hours' } } as const;
const bigger = { rootVolume: { sizeGib: 200, type: 'gp3' } } as const;
const oldRuns = '1 running with the home';
const newRuns = ['1 stopped', '2 running with the home'];

function wish(over: Partial<EffectiveSpec>): (rig: Rig) => void {
  return (rig) => {
    rig.desired = makeDesired([makeSpec({ ...anyTime, ...over })]);
  };
}

const minds: readonly Mind[] = [
  {
    what: 'git pins the image it had',
    happens: (rig) => {
      const pin = Object.keys(rig.truth().images)[0] ?? '';
      const channels = [...rig.desired.channels].map(
        ([name, one]) => [name, { ...one, pin }] as const,
      );
      rig.desired = { ...rig.desired, channels: new Map(channels) };
    },
    later: 'tue 10:00',
    before: [oldRuns],
    after: ['1 running with the home', '2 stopped'],
  },
  {
    what: 'git takes the change of its spec back',
    begins: async (rig) => wish(bigger)(rig),
    happens: wish({}),
    later: 'tue 10:00',
    before: [oldRuns],
    after: ['1 running with the home', '2 stopped'],
  },
  {
    what: 'git retires it',
    happens: wish({ lifecycle: 'retired' }),
    later: '10:30',
    before: [],
    after: [],
  },
  {
    what: 'git suspends it',
    happens: wish({ lifecycle: 'suspended' }),
    later: '20:30',
    before: [oldRuns],
    after: newRuns,
  },
  {
    what: 'somebody suspends it',
    happens: (rig) => ask(rig, suspend, 12),
    later: '20:30',
    before: [oldRuns],
    after: newRuns,
  },
  {
    what: 'its file is removed',
    happens: (rig) => {
      rig.desired = makeDesired([makeSpec({ name: 'bob-01' })]);
    },
    later: '14:30',
    before: ['1 stopped with the home'],
    after: ['1 stopped', '2 stopped with the home'],
  },
  {
    what: 'somebody rolls it back',
    happens: (rig) => ask(rig, { kind: 'rollback' }, 24),
    later: 'tue 10:00',
    before: [oldRuns],
    after: [oldRuns, '2 stopped'],
  },
  {
    what: 'its window opens',
    spec: { ...offHours, readyWithinMinutes: 4 },
    begins: async (rig) => {
      await settleAt(rig, '19:05');
      await publish(rig);
    },
    at: 'tue 07:56',
    happens: (rig) => waitUntil(rig, 'tue 08:00'),
    later: 'tue 08:10',
    before: [oldRuns],
    after: newRuns,
  },
  {
    what: 'somebody asks for it at night',
    spec: offHours,
    at: '19:05',
    happens: (rig) => ask(rig, start, 2),
    later: '20:30',
    before: [oldRuns],
    after: newRuns,
  },
  {
    what: 'the old one is started by hand',
    spec: offHours,
    at: '19:05',
    happens: (rig) => rig.account.people.start(idOf(rig, 1)),
    later: '20:30',
    before: [oldRuns],
    after: ['1 stopped', '2 stopped with the home'],
  },
  // The last: it takes a new one.
  {
    what: 'the new one is terminated by hand',
    happens: (rig) => rig.account.people.terminate(idOf(rig, 2)),
    later: 'tue 09:00',
    before: [oldRuns],
    after: [oldRuns],
    afterwards: 1,
  },
];

/** A replacement that has come to a stage. */
async function under(mind: Mind, stage: Stage): Promise<Rig> {
  const rig = await livingRig({ ...anyTime, ...mind.spec });
  await (mind.begins ?? publish)(rig);
  await waitUntil(rig, mind.at ?? '10:01');
  await runTo(rig, stage);
  return rig;
}

describe.each(minds)('$what', (mind) => {
  test('before the home has left', async () => {
    const rig = await under(mind, 'detach-home');
    const data = dataOf(rig);
    await mind.happens(rig);
    await runOut(rig);
    expect(holderOf(rig)).toBe(1);
    expect(wasGivenHome(rig, 2)).toBe(false);
    await rig.settle();
    await settleAt(rig, mind.later);
    expect(pairOf(rig).machines).toEqual(mind.before);
    expect(dataOf(rig)).toBe(data);
  });

  test.each(['attach-home', 'ready'] as const)('after that, with %s ahead', async (stage) => {
    const rig = await under(mind, stage);
    const data = dataOf(rig);
    await mind.happens(rig);
    await runOut(rig);
    expect(holderOf(rig)).toBe(mind.afterwards ?? 2);
    await rig.settle();
    await settleAt(rig, mind.later);
    expect(pairOf(rig).machines).toEqual(mind.after);
    expect(dataOf(rig)).toBe(data);
  });
});

test.each(minds.slice(0, -1))('before anything was launched, nothing is: $what', async (mind) => {
  const rig = await under(mind, 'launch');
  await mind.happens(rig);
  await runOut(rig);
  expect(pairOf(rig)).toMatchObject({ machines: [expect.stringMatching(/^1 /)], launched: 1 });
});

test.each(['launch', 'detach-home', 'attach-home', 'ready'] as const)(
  'with %s ahead, a still newer image waits until the one under way is complete',
  async (stage) => {
    const rig = await livingRig(anyTime);
    await publish(rig);
    await waitUntil(rig, '10:01');
    await runTo(rig, stage);
    const data = dataOf(rig);
    await publish(rig);
    await runOut(rig);
    expect(holderOf(rig)).toBe(2);
    await rig.settle();
    await settleAt(rig, '10:30');
    expect(pairOf(rig).machines).toEqual(['2 stopped', '3 running with the home']);
    expect(dataOf(rig)).toBe(data);
  },
);

describe('a new machine that never comes up', () => {
  test('never gets the home: its owner finds the old one in the morning', async () => {
    const rig = await livingRig();
    const imageId = await publish(rig);
    neverBoots(rig, imageId);
    await settleAt(rig, '19:05');
    expect(wasGivenHome(rig, 2)).toBe(false);
    expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped with the home'], launched: 2 });
    expect(await told(rig, 'ReplacementGivenUp')).toHaveLength(1);
    await settleAt(rig, 'tue 08:00');
    expect(pairOf(rig)).toMatchObject({ machines: [oldRuns], image: 1, launched: 2 });
    await settleAt(rig, 'tue 21:00');
    expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped with the home'], launched: 2 });
  });

  test('with the home is stopped and gives it back', async () => {
    const rig = await livingRig(anyTime);
    const data = dataOf(rig);
    neverReady(rig, await publish(rig));
    await settleAt(rig, '10:01');
    expect(wasGivenHome(rig, 2)).toBe(true);
    expect(pairOf(rig)).toMatchObject({ machines: [oldRuns], image: 1, launched: 2 });
    expect(dataOf(rig)).toBe(data);
    await settleAt(rig, '12:00');
    expect(pairOf(rig)).toMatchObject({ machines: [oldRuns], launched: 2 });
  });
});

test('without capacity the old machine is started as ever, and it is tried again later', async () => {
  const rig = await livingRig({ fallbackTypes: ['t3a.xlarge'] });
  await publish(rig);
  const setAll = async (left: number | undefined) => {
    for (const az of ['eu-west-1a', 'eu-west-1b']) {
      for (const type of ['t3.xlarge', 't3a.xlarge']) {
        await rig.account.conditions.setCapacity(az, type, left);
      }
    }
  };
  await setAll(0);
  await settleAt(rig, '19:05');
  expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped with the home'], launched: 1 });
  await setAll(undefined);
  await settleAt(rig, '19:30');
  expect(pairOf(rig).launched).toBe(1);
  await settleAt(rig, '20:30');
  expect(pairOf(rig)).toMatchObject({
    machines: ['1 stopped', '2 stopped with the home'],
    image: 2,
  });
});

test('without capacity all night, nothing has changed for the owner in the morning', async () => {
  const rig = await livingRig();
  await publish(rig);
  for (const az of ['eu-west-1a', 'eu-west-1b']) {
    await rig.account.conditions.setCapacity(az, 't3.xlarge', 0);
  }
  for (const at of ['19:05', '20:30', '22:00', 'tue 03:00']) await settleAt(rig, at);
  for (const az of ['eu-west-1a', 'eu-west-1b']) {
    await rig.account.conditions.setCapacity(az, 't3.xlarge', 1);
  }
  await settleAt(rig, 'tue 08:00');
  expect(pairOf(rig)).toMatchObject({ machines: [oldRuns], image: 1, launched: 1 });
  expect(await told(rig, 'NotReady', 'StoppedByPerson')).toEqual([]);
});

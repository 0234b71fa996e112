import { describe, expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { ask, livingRig, office, settleAt, told } from '../support/living-rig.ts';
import { dataOf, idOf, launchedBy, mutationsOf, pairOf, publish } from '../support/pair.ts';
import type { Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const replaced = ['CreateSnapshot', 'RunInstances', 'DetachVolume', 'AttachVolume'];

/** Why a replacement that is wanted is not made now, as the plan says it. */
async function whyNot(rig: Rig): Promise<string | undefined> {
  const { changes, holds } = await rig.plan();
  const wanted = changes.find(({ kind }) => kind === 'replace');
  const reasons = holds.map(({ reason }) => reason).join();
  return wanted && [reasons || wanted.note, wanted.at].filter((part) => part).join(' ');
}

describe('a newer image', () => {
  test('comes overnight: the home moves to the new machine and the old one goes days later', async () => {
    const rig = await livingRig();
    const data = dataOf(rig);
    await publish(rig);
    await settleAt(rig, '18:30');
    expect(mutationsOf(rig)).toEqual([]);
    expect(await whyNot(rig)).toBe('off by schedule 2026-11-23T18:00:00.000Z');
    await settleAt(rig, '19:05');
    // The last one says on the image that its rollout is complete.
    expect(mutationsOf(rig)).toEqual(['StopInstances', ...replaced, 'StopInstances', 'CreateTags']);
    const night = { machines: ['1 stopped', '2 stopped with the home'], launched: 2, image: 2 };
    expect(pairOf(rig)).toEqual({ ...night, snapshots: ['replacement completed'] });
    await settleAt(rig, 'tue 08:00');
    expect(mutationsOf(rig)).toEqual(['StartInstances']);
    const day = ['1 stopped', '2 running with the home'];
    expect(pairOf(rig)).toMatchObject({ machines: day, image: 2 });
    expect(await told(rig, 'Ready')).toHaveLength(2);
    await settleAt(rig, 'thu 19:02');
    expect(pairOf(rig).machines).toEqual(['1 stopped', '2 stopped with the home']);
    await settleAt(rig, 'thu 19:06');
    expect(mutationsOf(rig)).toEqual(['TerminateInstances']);
    expect(pairOf(rig)).toEqual({
      machines: ['2 stopped with the home'],
      launched: 2,
      image: 2,
      snapshots: ['replacement completed'],
    });
    expect(dataOf(rig)).toBe(data);
    await settleAt(rig, 'fri 08:00');
    expect(pairOf(rig).machines).toEqual(['2 running with the home']);
    expect((await rig.plan()).changes).toEqual([]);
  });

  test('is one launch and one restart together with another root and another type', async () => {
    const upgrade = { when: 'any-time' } as const;
    const rig = await livingRig({ upgrade });
    await publish(rig);
    const rootVolume = { sizeGib: 200, type: 'gp3' } as const;
    rig.desired = makeDesired([makeSpec({ upgrade, rootVolume, instanceType: 'm7i.xlarge' })]);
    await settleAt(rig, '10:30');
    expect(mutationsOf(rig)).toEqual(['StopInstances', ...replaced, 'CreateTags']);
    expect(pairOf(rig)).toMatchObject({ machines: ['1 stopped', '2 running with the home'] });
    const [, made] = launchedBy(rig);
    expect([made?.type, rig.truth().volumes[made?.volumeIds[0] ?? '']?.shape.sizeGib]).toEqual([
      'm7i.xlarge',
      200,
    ]);
  });

  test('costs the snapshots of its homes beyond keepHomeSnapshots, and no others', async () => {
    const rig = await livingRig({ upgrade: { when: 'any-time' }, rollbackWindowMinutes: 60 });
    await ask(rig, { kind: 'snapshot-home' }, 24);
    await rig.settle();
    for (const hour of [11, 12, 13, 14, 15, 16]) {
      await publish(rig);
      await settleAt(rig, `${hour}:00`);
    }
    await settleAt(rig, '17:30');
    expect(pairOf(rig)).toEqual({
      machines: ['7 running with the home'],
      launched: 7,
      image: 7,
      snapshots: ['request completed', ...Array(3).fill('replacement completed')],
    });
  });
});

const always = office({ mode: 'always' });
const lunch = {
  timezone: 'Europe/Madrid',
  windows: [{ days: ['mon'], start: '13:00', end: '14:00' }],
  exceptions: [],
};

interface Moment {
  readonly what: string;
  readonly spec: Partial<EffectiveSpec>;
  /** At ten o'clock, and what it says then of why not now. */
  readonly begins?: (rig: Rig) => Promise<unknown>;
  readonly says: string | undefined;
  /** The last moment at which it is not replaced, and the first at which it is. */
  readonly notYet?: string;
  readonly at?: string;
}

const moments: readonly Moment[] = [
  {
    what: 'any-time: at once',
    spec: { upgrade: { when: 'any-time' } },
    says: undefined,
    at: '10:01',
  },
  {
    what: 'window: in it',
    spec: { upgrade: { when: 'window', window: lunch } },
    says: 'when its upgrade window opens 2026-11-23T12:00:00.000Z',
    notYet: '12:59',
    at: '13:00',
  },
  {
    what: 'window of a machine that is never off',
    spec: { schedule: always, upgrade: { when: 'window', window: lunch } },
    says: 'when its upgrade window opens 2026-11-23T12:00:00.000Z',
    notYet: '12:59',
    at: '13:00',
  },
  {
    what: 'next-start: as the next day begins',
    spec: { upgrade: { when: 'next-start' } },
    says: 'at its next start',
    notYet: 'tue 07:59',
    at: 'tue 08:00',
  },
  {
    what: 'never: it is reported as behind',
    spec: { upgrade: { when: 'never' } },
    says: 'UpgradeNever',
    notYet: 'wed 07:00',
  },
  {
    what: 'off-hours of a machine that is never off: it says so',
    spec: { schedule: always },
    says: 'NeverOff',
    notYet: 'wed 07:00',
  },
  {
    what: 'any-time on a host that was never heard',
    spec: { upgrade: { when: 'any-time' } },
    begins: async (rig) => {
      rig.lens = (observed) => ({ ...observed, activity: new Map() });
    },
    says: undefined,
    at: '10:01',
  },
];

test.each(moments)('$what', async ({ spec, begins, says, notYet, at }) => {
  const rig = await livingRig(spec);
  await begins?.(rig);
  await publish(rig);
  if (says !== undefined) expect(await whyNot(rig)).toBe(says);
  if (notYet !== undefined) {
    await rig.settle();
    await settleAt(rig, notYet);
    expect(pairOf(rig)).toMatchObject({ launched: 1, image: 1 });
  }
  if (at === undefined) return;
  await settleAt(rig, at);
  expect(pairOf(rig)).toMatchObject({
    machines: ['1 stopped', '2 running with the home'],
    launched: 2,
    image: 2,
  });
});

describe('any-time', () => {
  const upgrade = { when: 'any-time' } as const;

  /** A machine in use, of a channel that waits three hours for people; a newer image is published. */
  async function usedRig(): Promise<Rig> {
    const rig = await livingRig({ upgrade });
    const channels = new Map(
      [...rig.desired.channels].map(([name, one]) => [name, { ...one, deadlineMinutes: 180 }]),
    );
    rig.desired = { ...rig.desired, channels };
    await rig.account.people.use(idOf(rig, 1));
    await publish(rig);
    await settleAt(rig, '10:30');
    return rig;
  }

  test('waits for whoever uses the machine to leave', async () => {
    const rig = await usedRig();
    expect(await whyNot(rig)).toBe(
      'somebody is using it; when that ends, at the latest then 2026-11-23T12:30:00.000Z',
    );
    await settleAt(rig, '13:00');
    expect(pairOf(rig).launched).toBe(1);
    await rig.account.people.leave(idOf(rig, 1));
    await settleAt(rig, '13:01');
    expect(pairOf(rig).machines).toEqual(['1 stopped', '2 running with the home']);
  });

  test('waits no longer than its deadline for whoever stays', async () => {
    const rig = await usedRig();
    await settleAt(rig, '13:29');
    expect(pairOf(rig).launched).toBe(1);
    await settleAt(rig, '13:30');
    expect(pairOf(rig).machines).toEqual(['1 stopped', '2 running with the home']);
  });

  test('waits as long for a host that fell silent', async () => {
    const rig = await usedRig();
    await rig.account.conditions.silenceHost(idOf(rig, 1));
    await settleAt(rig, '10:50');
    expect(await whyNot(rig)).toMatch(/^its host has said nothing since 2026-11-23T09:30/);
    await settleAt(rig, '13:29');
    expect(pairOf(rig).launched).toBe(1);
    await settleAt(rig, '13:30');
    expect(pairOf(rig).machines).toEqual(['1 stopped', '2 running with the home']);
  });
});

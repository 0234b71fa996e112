import { describe, expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { ask, settleAt, told, waitUntil } from '../support/living-rig.ts';
import {
  changePoints,
  dataOf,
  idOf,
  launchedBy,
  neverBoots,
  neverReady,
  pairOf,
  publish,
} from '../support/pair.ts';
import { hasty, lagging, makeRig, type Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// Killed around every call and every write to the ledger, in the middle of a replacement or of what
// undoes one: the next controller ends it as if nothing had been. Killed before a change or around a
// read, it leaves what it leaves when killed right after the change before: each counts once.

interface Story {
  readonly spec?: Partial<EffectiveSpec>;
  readonly begin: (rig: Rig) => Promise<unknown>;
  /** When the controller is killed, and when the next ones come. */
  readonly at: string;
  readonly next: readonly string[];
  readonly ends: ReturnType<typeof pairOf>;
}

const anyTime = { upgrade: { when: 'any-time' } } as const;
const [aDay, made] = [['tue 08:00', 'tue 08:10'], 'replacement completed'];

const stories: Readonly<Record<string, Story>> = {
  'a replacement off hours': {
    begin: publish,
    at: '19:05',
    next: ['19:07', '20:00', ...aDay],
    ends: {
      machines: ['1 stopped', '2 running with the home'],
      launched: 2,
      image: 2,
      snapshots: [made],
    },
  },
  'the end of the machine that was kept': {
    begin: async (rig) => {
      await publish(rig);
      await settleAt(rig, '19:05');
      await settleAt(rig, 'tue 08:00');
      await settleAt(rig, 'thu 19:02');
    },
    at: 'thu 19:10',
    next: ['thu 19:12', 'fri 08:00'],
    ends: { machines: ['2 running with the home'], launched: 2, image: 2, snapshots: [made] },
  },
  'a replacement of a machine that is on': {
    spec: anyTime,
    begin: publish,
    at: '10:01',
    next: ['10:03', '10:20', '19:30', ...aDay],
    ends: {
      machines: ['1 stopped', '2 running with the home'],
      launched: 2,
      image: 2,
      snapshots: [made],
    },
  },
  'a rollback to the machine that was kept': {
    begin: async (rig) => {
      await publish(rig);
      await settleAt(rig, '19:05');
      await settleAt(rig, 'tue 08:00');
      await waitUntil(rig, 'tue 10:00');
      await ask(rig, { kind: 'rollback' }, 24);
    },
    at: 'tue 10:01',
    next: ['tue 10:03', 'tue 10:20', 'tue 19:30', 'wed 08:00', 'wed 08:10'],
    ends: {
      machines: ['1 running with the home', '2 stopped'],
      launched: 2,
      image: 1,
      snapshots: [made, made],
    },
  },
  'a rollback to the image of a machine that is gone': {
    spec: { rollbackWindowMinutes: 60 },
    begin: async (rig) => {
      await publish(rig);
      await settleAt(rig, '19:05');
      await settleAt(rig, '21:00');
      await settleAt(rig, 'tue 08:00');
      await waitUntil(rig, 'tue 10:00');
      await ask(rig, { kind: 'rollback' }, 24);
    },
    at: 'tue 10:01',
    next: ['tue 10:03', 'tue 10:20', 'tue 19:30', 'wed 08:00', 'wed 08:10'],
    ends: { machines: ['3 running with the home'], launched: 3, image: 1, snapshots: [made, made] },
  },
  'a rollback to a kept machine that does not come up': {
    spec: { readyWithinMinutes: 2 },
    begin: async (rig) => {
      await publish(rig);
      await settleAt(rig, '19:05');
      await settleAt(rig, 'tue 08:00');
      await rig.account.conditions.setImpaired(idOf(rig, 1), true);
      await waitUntil(rig, 'tue 10:00');
      await ask(rig, { kind: 'rollback' }, 24);
    },
    at: 'tue 10:01',
    next: ['tue 10:03', 'tue 10:20', 'wed 08:00', 'wed 08:10'],
    ends: {
      machines: ['1 stopped', '2 running with the home'],
      launched: 2,
      image: 2,
      snapshots: [made, made],
    },
  },
  'a replacement that is given up before the home moved': {
    spec: { readyWithinMinutes: 2 },
    begin: async (rig) => neverBoots(rig, await publish(rig)),
    at: '19:05',
    next: ['19:07', '19:10', '20:00', ...aDay],
    ends: { machines: ['1 running with the home'], launched: 2, image: 1, snapshots: [made] },
  },
  'a replacement that is given up after the home moved': {
    spec: { readyWithinMinutes: 4 },
    begin: async (rig) => neverReady(rig, await publish(rig)),
    at: '19:05',
    next: ['19:07', '19:20', '20:00', ...aDay],
    ends: { machines: ['1 running with the home'], launched: 2, image: 1, snapshots: [made] },
  },
};

describe.each(Object.entries({ hasty, lagging }))('%s', (_, delays) => {
  test.each(Object.entries(stories))('%s', async (_, story) => {
    const whole = await begun(story, delays);
    await whole.settle();
    const points = changePoints(whole);
    expect(points.length).toBeGreaterThan(3);
    const { alarms: known, ...expected } = await ending(whole, story);
    const numbers = Array.from({ length: story.ends.launched }, (_, n) => `${n + 1}`);
    expect(expected).toMatchObject({ ...story.ends, numbers, step: undefined });
    expect(expected.replacement).toBeUndefined();
    for (const point of [0, ...points]) {
      const rig = await begun(story, delays);
      await expect(rig.settle({ crashAt: point })).rejects.toThrow();
      const { alarms, ...end } = await ending(rig, story);
      expect({ point, ...end }).toEqual({ point, ...expected });
      // What the dead did last may be told by nobody; nothing is told that nobody did.
      expect({ point, told: alarms.filter((one) => !known.includes(one)) }).toEqual({
        point,
        told: [],
      });
    }
  });
});

test.each(['RunInstances', 'StopInstances'])(
  'killed before the answer of %s came, the next controller tells of what it finds done',
  async (call) => {
    const story = stories['a replacement of a machine that is on'];
    if (story === undefined) throw new Error('no such story');
    const whole = await begun(story, hasty);
    await whole.settle();
    const rig = await begun(story, hasty);
    await rig.settle({ crashAt: whole.events.indexOf(call) + 0.5 }).catch(() => {});
    await settleAt(rig, '10:03');
    const reason = call === 'RunInstances' ? 'MachineLaunched' : 'MachineStopped';
    const id = idOf(rig, call === 'RunInstances' ? 2 : 1);
    expect((await told(rig, reason)).filter((message) => message.includes(` ${id}`))).toHaveLength(
      1,
    );
  },
);

/** A life until the moment at which the controller is killed. */
async function begun(story: Story, delays: typeof hasty): Promise<Rig> {
  const rig = await makeRig(makeDesired([makeSpec(story.spec)]), { delays });
  await rig.settle();
  await story.begin(rig);
  await waitUntil(rig, story.at);
  return rig;
}

/** What the next controllers make of it. */
async function ending(rig: Rig, story: Story) {
  const data = dataOf(rig);
  for (const at of story.next) await settleAt(rig, at);
  const record = (await rig.ledger.records())[0]?.record;
  const { step, replacement, power, retries, holds, denial, setback, manualStart } = record ?? {};
  const events = await rig.ledger.events('ada-01');
  return {
    ...pairOf(rig),
    isSameData: dataOf(rig) === data,
    numbers: launchedBy(rig).map(({ tags }) => tags[tagKeys.ordinal]),
    step,
    replacement,
    retries,
    holds: holds?.map(({ reason }) => reason),
    manualStart,
    isDenied: denial?.image !== undefined,
    setback: setback?.cause,
    power: [power?.state, power?.by],
    results: (await rig.ledger.requests()).map(({ ended }) => ended?.result),
    alarms: events
      .filter(({ type, reason }) => type === 'Warning' || /ByPerson|ByAws/.test(reason))
      .map(({ reason }) => reason),
  };
}

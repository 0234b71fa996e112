import { expect, test } from 'vitest';
import {
  ask,
  extend,
  keepOff,
  livingRig,
  machineIdOf,
  office,
  settleAt,
  start,
  stateOf,
  suspend,
  told,
  waitUntil,
} from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';

// Killed at any call to AWS and any write to the ledger, half way through what a schedule, a limit
// or a command brings about: the next controller ends it as if nothing had been.

interface Story {
  readonly schedule?: Parameters<typeof office>[0];
  readonly begin: (rig: Rig) => Promise<unknown>;
  /** When the controller is killed, and when the next one comes. */
  readonly at: string;
  readonly next: string;
  /** What it is some hours later, and how often it was started by then. */
  readonly later: string;
  readonly state: 'running' | 'stopped';
  readonly starts: number;
}

const stories: Readonly<Record<string, Story>> = {
  'the end of an extend': {
    begin: async (rig) => {
      await waitUntil(rig, '18:00');
      await ask(rig, extend, 2);
      await settleAt(rig, '19:30');
    },
    at: '20:00',
    next: '20:02',
    later: '23:00',
    state: 'stopped',
    starts: 0,
  },
  'the end of a stop by command': {
    begin: async (rig) => {
      await ask(rig, keepOff, 2);
      await settleAt(rig, '10:30');
    },
    at: '12:05',
    next: '12:07',
    later: '15:00',
    state: 'running',
    starts: 1,
  },
  'a start by command': {
    begin: async (rig) => {
      await settleAt(rig, '20:00');
      await ask(rig, start, 8);
    },
    at: '20:01',
    next: '20:03',
    later: '23:00',
    state: 'running',
    starts: 1,
  },
  'an idle stop': {
    schedule: { idleStopAfterMinutes: 90, notifyBeforeMinutes: 0 },
    begin: async () => {},
    at: '11:40',
    next: '11:42',
    later: '16:00',
    state: 'stopped',
    starts: 0,
  },
  'a stop at the longest uptime while an extend stands': {
    schedule: { maxUptimeMinutes: 180, notifyBeforeMinutes: 0 },
    begin: async (rig) => {
      await ask(rig, extend, 10);
      await settleAt(rig, '10:10');
    },
    at: '13:05',
    next: '13:07',
    later: '16:00',
    state: 'stopped',
    starts: 0,
  },
  'the end of a suspension': {
    begin: async (rig) => {
      await ask(rig, suspend, 10);
      await settleAt(rig, '19:30');
    },
    at: '20:05',
    next: '20:07',
    later: '23:00',
    state: 'stopped',
    starts: 0,
  },
  'the end of an extend of a machine that stops when idle': {
    schedule: { idleStopAfterMinutes: 90, notifyBeforeMinutes: 0 },
    begin: async (rig) => {
      await ask(rig, extend, 4);
      await settleAt(rig, '13:00');
    },
    at: '14:05',
    next: '14:07',
    later: '15:20',
    state: 'running',
    starts: 0,
  },
};

test.each(Object.entries(stories))('%s', async (_, story) => {
  const whole = await lived(story);
  const points = whole.events.length;
  const expected = await ending(whole, story);
  expect(expected).toMatchObject({ state: story.state, starts: story.starts, open: 0 });
  for (let point = 0; point < points; point += 0.5) {
    const rig = await lived(story, point);
    expect({ point, ...(await ending(rig, story)) }).toEqual({ point, ...expected });
  }
});

/** A life until the moment at which a controller works, which is killed at a point if one is given. */
async function lived(story: Story, crashAt?: number): Promise<Rig> {
  const rig = await livingRig({ schedule: office(story.schedule) });
  await story.begin(rig);
  await waitUntil(rig, story.at);
  if (crashAt === undefined) await rig.settle();
  else await expect(rig.settle({ crashAt })).rejects.toThrow();
  return rig;
}

async function ending(rig: Rig, story: Story) {
  await settleAt(rig, story.next);
  await settleAt(rig, story.later);
  const record = (await rig.ledger.records())[0]?.record;
  const requests = await rig.ledger.requests();
  const now = rig.account.clock.now();
  const id = await machineIdOf(rig);
  return {
    state: await stateOf(rig),
    rest: record?.power?.rest,
    by: record?.power?.by,
    askedUntil: record?.askedUntil,
    step: record?.step,
    starts: (rig.truth().instances[id]?.boot.count ?? 0) - 1,
    open: requests.filter(({ ended, expiresAt }) => ended === undefined && expiresAt <= now).length,
    results: requests.map(({ ended }) => ended?.result),
    persons: await told(rig, 'StartedByPerson', 'StoppedByPerson'),
  };
}

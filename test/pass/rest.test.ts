import { describe, expect, test } from 'vitest';
import {
  ask,
  extend,
  livingRig,
  machineIdOf,
  office,
  settleAt,
  start,
  stateOf,
  told,
  waitUntil,
} from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// Machines that are stopped although their window is open: nobody uses them, or they are up too long.

const idleStop = { schedule: office({ idleStopAfterMinutes: 90 }) };

async function person(rig: Rig) {
  const id = await machineIdOf(rig);
  return {
    comes: () => rig.account.people.use(id),
    leaves: () => rig.account.people.leave(id),
  };
}

describe('a machine that nobody uses', () => {
  test('is stopped after idleStop.after, said beforehand, and stays off until its next window', async () => {
    const rig = await livingRig(idleStop);
    await settleAt(rig, '11:10');
    expect(await stateOf(rig)).toBe('running');
    expect(await told(rig, 'StopAhead')).toEqual([
      expect.stringMatching(/stops at 11:3\d Europe\/Madrid, as nobody uses it; using it, or/),
    ]);
    await settleAt(rig, '11:40');
    expect(await stateOf(rig)).toBe('stopped');
    expect(await told(rig, 'MachineStopped')).toEqual([
      expect.stringMatching(/MachineStopped stopped i-\w+: unused since 10:0\d/),
    ]);
    await settleAt(rig, '15:00');
    expect(await stateOf(rig)).toBe('stopped');
    expect((await rig.plan()).statuses[0]?.duty).toMatchObject({
      rule: 'idle',
      reason: 'stopped as nobody used it, off until tue 08:00',
    });
    await settleAt(rig, 'tue 08:10');
    expect(await stateOf(rig)).toBe('running');
  });

  test('is on as long as somebody is logged in, and counts from when the last one left', async () => {
    const rig = await livingRig(idleStop);
    const ada = await person(rig);
    await ada.comes();
    await settleAt(rig, '14:00');
    expect(await stateOf(rig)).toBe('running');
    await ada.leaves();
    await settleAt(rig, '15:29');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '15:31');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('is not stopped between two uses, and its stop is told of anew', async () => {
    const rig = await livingRig(idleStop);
    const ada = await person(rig);
    await settleAt(rig, '11:10');
    await ada.comes();
    await settleAt(rig, '11:35');
    await ada.leaves();
    await settleAt(rig, '12:45');
    expect(await stateOf(rig)).toBe('running');
    expect(await told(rig, 'StopAhead')).toHaveLength(2);
  });

  test('started again by hand is given the whole time', async () => {
    const rig = await livingRig(idleStop);
    await settleAt(rig, '11:40');
    await rig.account.people.start(await machineIdOf(rig));
    await settleAt(rig, '12:30');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '13:15');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('stays on while somebody asked for it, and is given the whole time afterwards', async () => {
    const rig = await livingRig(idleStop);
    await ask(rig, extend, 4);
    await settleAt(rig, '13:55');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '15:25');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '15:35');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('is stopped at night too where its schedule leaves stops to people, and told of before', async () => {
    const rig = await livingRig({
      schedule: office({ idleStopAfterMinutes: 90, actions: 'start-only' }),
    });
    const ada = await person(rig);
    await ada.comes();
    await settleAt(rig, '20:00');
    expect(await stateOf(rig)).toBe('running');
    await ada.leaves();
    await settleAt(rig, '21:05');
    expect(await told(rig, 'StopAhead')).toEqual([
      expect.stringContaining('stops at 21:30 Europe/Madrid, as nobody uses it'),
    ]);
    await settleAt(rig, '21:31');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, 'tue 08:05');
    expect(await stateOf(rig)).toBe('running');
  });

  test.each([
    [
      'its host fell silent',
      async (rig: Rig) => {
        await rig.account.conditions.silenceHost(await machineIdOf(rig));
        await rig.wait(20 * 60_000);
      },
    ],
    [
      'nobody tells of use at all',
      async (rig: Rig) => {
        rig.lens = (observed) => ({ ...observed, activity: undefined });
      },
    ],
    [
      'its schedule does not ask for it',
      async (rig: Rig) => {
        rig.desired = makeDesired([makeSpec()]);
      },
    ],
  ])('is not stopped where %s', async (_, happens) => {
    const rig = await livingRig(idleStop);
    await happens(rig);
    await settleAt(rig, '12:00');
    await settleAt(rig, '18:00');
    expect(await stateOf(rig)).toBe('running');
  });
});

const brief = { schedule: office({ maxUptimeMinutes: 180 }) };

describe('a machine that is up for its longest time', () => {
  test('is stopped, and starts with its next window', async () => {
    const rig = await livingRig(brief);
    await settleAt(rig, '12:55');
    expect(await stateOf(rig)).toBe('running');
    expect(await told(rig, 'StopAhead')).toEqual([
      expect.stringContaining('at its longest uptime; devinstance start ada-01 starts it again'),
    ]);
    await settleAt(rig, '13:05');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, '18:00');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, 'tue 08:10');
    expect(await stateOf(rig)).toBe('running');
  });

  test('is stopped whatever was asked for before, and stays off while that would have lasted', async () => {
    const rig = await livingRig(brief);
    await ask(rig, extend, 48);
    await settleAt(rig, '13:05');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, '13:10');
    expect((await rig.ledger.requests()).map(({ ended }) => ended?.result)).toEqual(['done']);
    await settleAt(rig, '18:00');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('is started again by whoever asks for it afterwards, for as long once more', async () => {
    const rig = await livingRig(brief);
    await settleAt(rig, '13:05');
    await ask(rig, start, 6);
    await settleAt(rig, '13:10');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '16:00');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '16:15');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('counts on through a stop for another type, and from a start by hand', async () => {
    const rig = await livingRig(brief);
    await waitUntil(rig, '11:00');
    const typed = { ...brief, instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' as const } };
    rig.desired = makeDesired([makeSpec(typed)]);
    await settleAt(rig, '11:05');
    expect(rig.events).toContain('StopInstances');
    await settleAt(rig, '13:05');
    expect(await stateOf(rig)).toBe('stopped');
    await rig.account.people.start(await machineIdOf(rig));
    await settleAt(rig, '16:00');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '16:10');
    expect(await stateOf(rig)).toBe('stopped');
  });
});

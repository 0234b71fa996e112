import { describe, expect, test } from 'vitest';
import { everyName } from '../../controller/core/request.ts';
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
import { makeDesired, makeSpec } from '../support/world.ts';

async function endings(rig: Rig) {
  return (await rig.ledger.requests()).map(({ ended }) => ended?.message);
}

describe('an override', () => {
  test('keeps a machine on over its stop, and no longer; its end is told', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    await ask(rig, extend, 5);
    await settleAt(rig, '19:30');
    expect(await stateOf(rig)).toBe('running');
    const { statuses } = await rig.plan();
    expect(statuses[0]?.duty).toMatchObject({
      state: 'running',
      rule: 'override',
      reason: 'extended until 23:00 by ada: release',
      until: '2026-11-23T22:00:00.000Z',
    });
    await settleAt(rig, '22:59');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '23:00');
    expect(await stateOf(rig)).toBe('stopped');
    expect(await endings(rig)).toEqual(['the extend by ada ended at 2026-11-23T22:00:00.000Z']);
    expect(await told(rig, 'RequestDone')).toHaveLength(1);
  });

  test('that expires inside the window changes nothing', async () => {
    const rig = await livingRig();
    await ask(rig, start, 1);
    await settleAt(rig, '12:00');
    expect(rig.events).not.toContain('StopInstances');
    expect(await stateOf(rig)).toBe('running');
  });

  test('starts a machine at night that its schedule has off, and gives it back', async () => {
    const rig = await livingRig();
    await settleAt(rig, '20:00');
    await ask(rig, start, 3);
    expect((await rig.plan()).changes).toMatchObject([
      { kind: 'start', reasons: ['override'], at: 'now' },
    ]);
    await settleAt(rig, '20:01');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '23:01');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('keeps a machine off over a whole window, even where a person starts it', async () => {
    const rig = await livingRig();
    await ask(rig, keepOff, 30);
    await settleAt(rig, '10:30');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, 'tue 09:00');
    expect(await stateOf(rig)).toBe('stopped');
    await rig.account.people.start(await machineIdOf(rig));
    await settleAt(rig, 'tue 09:10');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, 'tue 16:05');
    expect(await stateOf(rig)).toBe('running');
  });

  test('is over for good once a newer one takes its place, however short', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    await ask(rig, extend, 8);
    await waitUntil(rig, '19:30');
    await ask(rig, keepOff, 1);
    await settleAt(rig, '19:35');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, '21:00');
    expect(await stateOf(rig)).toBe('stopped');
    expect(await endings(rig)).toEqual([
      'the extend by ada was replaced by a newer one by ada',
      expect.stringContaining('the stop by ada ended at'),
    ]);
  });

  test('is over for good also where no controller ran while the newer one stood', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    await ask(rig, extend, 8);
    await waitUntil(rig, '18:30');
    await ask(rig, keepOff, 1);
    await settleAt(rig, '21:00');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('to run ends where its owner shuts the machine down: it stays off until the next window', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    await ask(rig, extend, 8);
    await settleAt(rig, '20:00');
    await rig.account.people.shutDown(await machineIdOf(rig));
    await settleAt(rig, '20:05');
    await settleAt(rig, '21:00');
    expect(await stateOf(rig)).toBe('stopped');
    expect(await endings(rig)).toEqual([expect.stringContaining('as the machine was stopped at')]);
    await settleAt(rig, 'tue 08:01');
    expect(await stateOf(rig)).toBe('running');
  });

  test('asked for after a shutdown starts the machine again', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '12:00');
    await rig.account.people.shutDown(await machineIdOf(rig));
    await settleAt(rig, '12:05');
    expect(await stateOf(rig)).toBe('stopped');
    await ask(rig, start, 2);
    await settleAt(rig, '12:10');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '15:00');
    expect(await stateOf(rig)).toBe('running');
  });

  test('that was cancelled gives the machine back to its schedule', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    const id = await ask(rig, extend, 5);
    await settleAt(rig, '20:00');
    const at = rig.account.clock.now();
    await rig.ledger.endRequest(id, { at, result: 'cancelled', message: 'by ada' });
    await settleAt(rig, '20:01');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('counts where the schedule leaves starts or stops to people', async () => {
    const rig = await livingRig({ schedule: office({ actions: 'start-only' }) });
    await ask(rig, keepOff, 1);
    await settleAt(rig, '10:30');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('of nobody is refused', async () => {
    const rig = await livingRig();
    await ask(rig, extend, 5, 'nobody-01');
    await rig.settle();
    expect(await endings(rig)).toEqual(['there is no DevInstance nobody-01']);
  });

  test('changes nothing of a removed file, whose machine stops all the same', async () => {
    const rig = await livingRig();
    rig.desired = makeDesired([makeSpec({ name: 'ada-02' })]);
    await rig.settle();
    await ask(rig, extend, 48);
    await settleAt(rig, '19:30');
    const states = (await rig.plan()).statuses.map(({ name, phase }) => [name, phase]);
    expect(states).toContainEqual(['ada-01', 'Orphaned']);
    expect(rig.events).toContain('StopInstances');
  });
});

describe('a suspension', () => {
  test.each([['ada-01'], [everyName]])('of %s keeps hands off until it ends', async (name) => {
    const rig = await livingRig();
    await ask(rig, suspend, 24, name);
    await settleAt(rig, '20:00');
    expect(await stateOf(rig)).toBe('running');
    const { holds, statuses, transitions } = await rig.plan();
    expect(holds).toMatchObject([{ reason: 'Suspended', name: 'ada-01' }]);
    expect(holds[0]?.remedy).toContain(name === everyName ? 'resume --all' : 'resume ada-01');
    expect(statuses).toMatchObject([{ health: 'Suspended' }]);
    expect(transitions).toEqual([]);
    await settleAt(rig, 'tue 10:01');
    await settleAt(rig, 'tue 20:00');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('that is ended lets the next pass catch up', async () => {
    const rig = await livingRig();
    const id = await ask(rig, suspend, 24);
    await settleAt(rig, '20:00');
    const at = rig.account.clock.now();
    await rig.ledger.endRequest(id, { at, result: 'cancelled', message: 'by ada' });
    await settleAt(rig, '20:01');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('of every DevInstance makes nothing new either', async () => {
    const rig = await livingRig();
    await ask(rig, suspend, 24, everyName);
    rig.desired = makeDesired([makeSpec(), makeSpec({ name: 'grace-01' })]);
    await rig.settle();
    expect(rig.events).not.toContain('RunInstances');
    await settleAt(rig, 'tue 10:01');
    expect(rig.events).toContain('RunInstances');
  });

  test('of a machine that is terminated meanwhile brings it back only afterwards', async () => {
    const rig = await livingRig();
    await ask(rig, suspend, 2);
    await rig.account.people.terminate(await machineIdOf(rig));
    await settleAt(rig, '11:00');
    expect(rig.events).not.toContain('RunInstances');
    await settleAt(rig, '12:10');
    expect(await stateOf(rig)).toBe('running');
  });
});

test('a start asked for right after a shutdown that no pass saw yet starts the machine', async () => {
  const rig = await livingRig();
  await waitUntil(rig, '12:00');
  await rig.account.people.shutDown(await machineIdOf(rig));
  await rig.wait(120_000);
  await ask(rig, { ...start, foundOff: true }, 2);
  await settleAt(rig, '12:10');
  expect(await stateOf(rig)).toBe('running');
});

test('a machine asked for while its idle stop is under way is started again', async () => {
  const rig = await livingRig({ schedule: office({ idleStopAfterMinutes: 90 }) });
  await waitUntil(rig, '11:40');
  rig.beforePerform = (actions) => {
    if (actions.some(({ kind }) => kind === 'stop')) void ask(rig, extend, 2);
  };
  await rig.settle();
  await settleAt(rig, '11:50');
  expect(await stateOf(rig)).toBe('running');
  expect(await told(rig, 'MachineStopped')).toHaveLength(1);
});

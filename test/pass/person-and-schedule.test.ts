import { describe, expect, test } from 'vitest';
import { minuteMs, plusMillis } from '../../controller/core/instant.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { RequestedWork } from '../../controller/core/request.ts';
import {
  ask,
  extend,
  keepOff,
  livingRig,
  machineIdOf,
  madrid,
  office,
  settleAt,
  start,
  stateOf,
  told,
  waitUntil,
} from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// What random histories found, each told in the fewest words.

async function recordOf(rig: Rig): Promise<DevInstanceRecord | undefined> {
  return (await rig.ledger.records())[0]?.record;
}

async function stopByHand(rig: Rig, clock: string) {
  await waitUntil(rig, clock);
  await rig.account.people.stop(await machineIdOf(rig));
}

async function startByHand(rig: Rig, clock: string) {
  await waitUntil(rig, clock);
  await rig.account.people.start(await machineIdOf(rig));
}

describe('a command on a computer whose clock is two minutes ahead', () => {
  async function askAhead(rig: Rig, work: RequestedWork, id = 'req-ahead'): Promise<void> {
    const at = plusMillis(rig.account.clock.now(), 2 * minuteMs);
    const expiresAt = plusMillis(at, 120 * minuteMs);
    const name = 'ada-01';
    await rig.ledger.putRequest({ id, name, work, actor: 'ada', reason: '', at, expiresAt });
  }

  test('keeps a machine on whose window ends within the two minutes', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:59');
    await askAhead(rig, extend);
    await settleAt(rig, '19:00');
    expect(await stateOf(rig)).toBe('running');
    expect(rig.events).not.toContain('StopInstances');
  });

  test('counts as later than one from a right clock that follows within the two minutes', async () => {
    const rig = await livingRig();
    await askAhead(rig, keepOff);
    await settleAt(rig, '10:01');
    await ask(rig, extend, 2);
    await rig.settle();
    expect(await stateOf(rig)).toBe('stopped');
    expect(rig.events).not.toContain('StartInstances');
  });

  test('takes the place of an earlier one at once', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    await ask(rig, extend, 8);
    await waitUntil(rig, '20:00');
    await askAhead(rig, extend);
    await rig.settle();
    await rig.settle();
    expect(await stateOf(rig)).toBe('running');
    expect(rig.events).not.toContain('StopInstances');
    await settleAt(rig, '22:02');
    expect(await stateOf(rig)).toBe('stopped');
  });
});

test('of two commands at the same instant one counts from the first pass to the last', async () => {
  const rig = await livingRig();
  await settleAt(rig, '20:00');
  await ask(rig, start, 2);
  await ask(rig, keepOff, 2);
  await rig.settle();
  await rig.settle();
  expect(await stateOf(rig)).toBe('stopped');
  expect(rig.events).not.toContain('StartInstances');
  expect((await rig.ledger.requests()).map(({ ended }) => ended?.message)).toEqual([
    'the start by ada was replaced by a newer one by ada',
    undefined,
  ]);
});

describe('a start by hand', () => {
  test('after a stop of which the controller died counts: it holds', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '19:00');
    const whole = await livingRig();
    await settleAt(whole, '19:00');
    const crashAt = whole.events.indexOf('StopInstances') + 0.5;
    await expect(rig.settle({ crashAt })).rejects.toThrow();
    await startByHand(rig, '19:10');
    await settleAt(rig, '19:20');
    expect(await stateOf(rig)).toBe('running');
    expect((await recordOf(rig))?.manualStart).toEqual({ at: madrid('19:10'), cause: 'person' });
    await settleAt(rig, '23:11');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('after a stop by hand that nobody saw counts from its own time', async () => {
    const rig = await livingRig({ schedule: office({ maxUptimeMinutes: 720 }) });
    await settleAt(rig, '18:00');
    await stopByHand(rig, '18:30');
    await startByHand(rig, '20:00');
    await settleAt(rig, '20:05');
    expect(await stateOf(rig)).toBe('running');
    expect(await recordOf(rig)).toMatchObject({
      upSince: madrid('20:00'),
      manualStart: { at: madrid('20:00'), cause: 'person' },
    });
    expect(await told(rig, 'StartedByPerson')).toHaveLength(1);
    await settleAt(rig, 'tue 00:01');
    expect(await stateOf(rig)).toBe('stopped');
  });
});

test('a machine in place of one that was terminated goes on as that was: no hold is added', async () => {
  const rig = await livingRig();
  await waitUntil(rig, '18:00');
  await ask(rig, extend, 5);
  await waitUntil(rig, '22:00');
  await rig.account.people.terminate(await machineIdOf(rig));
  await settleAt(rig, '22:30');
  expect(await stateOf(rig)).toBe('running');
  expect(await recordOf(rig)).not.toHaveProperty('manualStart');
  await settleAt(rig, '23:00');
  expect(await stateOf(rig)).toBe('stopped');
});

test('a machine that is terminated while nothing ever has it on is not said to be made now', async () => {
  const rig = await livingRig();
  rig.desired = makeDesired([makeSpec({ schedule: office({ mode: 'never' }) })]);
  await rig.settle();
  await rig.account.people.terminate(await machineIdOf(rig));
  await settleAt(rig, '11:00');
  const { changes } = await rig.plan();
  expect(changes).toMatchObject([{ kind: 'recover', note: 'when it is next to run' }]);
  expect(changes[0]).not.toHaveProperty('at');
});

test('a machine in place of one that was terminated has the whole of its longest uptime', async () => {
  const rig = await livingRig({ schedule: office({ maxUptimeMinutes: 300 }) });
  await waitUntil(rig, '14:00');
  await rig.account.people.terminate(await machineIdOf(rig));
  await settleAt(rig, '14:05');
  await settleAt(rig, '18:55');
  expect(await stateOf(rig)).toBe('running');
});

describe('a stop for another type', () => {
  const typed = {
    instanceType: 'm7i.xlarge',
    upgrade: { when: 'any-time' as const },
    schedule: office({ maxUptimeMinutes: 300 }),
  };

  test('that runs into the end of the window ends what counted: the next start begins anew', async () => {
    const rig = await livingRig({ schedule: office({ maxUptimeMinutes: 600 }) });
    await waitUntil(rig, '18:59');
    rig.desired = makeDesired([
      makeSpec({ ...typed, schedule: office({ maxUptimeMinutes: 600 }) }),
    ]);
    await rig.pass();
    expect(rig.events).toContain('StopInstances');
    await settleAt(rig, '19:01');
    expect(await stateOf(rig)).toBe('stopped');
    expect(await recordOf(rig)).not.toHaveProperty('upSince');
    await settleAt(rig, '19:30');
    await ask(rig, start, 8);
    await settleAt(rig, '19:31');
    await settleAt(rig, 'tue 03:25');
    expect(await stateOf(rig)).toBe('running');
  });

  test('that lasts for lack of capacity is no time up', async () => {
    const rig = await livingRig({ schedule: typed.schedule });
    await waitUntil(rig, '12:00');
    const az = (await recordOf(rig))?.az ?? '';
    for (const type of ['m7i.xlarge', 't3.xlarge'])
      await rig.account.conditions.setCapacity(az, type, 0);
    rig.desired = makeDesired([makeSpec(typed)]);
    await settleAt(rig, '12:01');
    await settleAt(rig, '15:30');
    expect(await stateOf(rig)).toBe('stopped');
    await rig.account.conditions.setCapacity(az, 'm7i.xlarge', undefined);
    await settleAt(rig, '15:40');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '18:30');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, '18:50');
    expect(await stateOf(rig)).toBe('stopped');
  });
});

test('a hold that a stop for another type ended together with an override does not come back', async () => {
  const rig = await livingRig();
  await settleAt(rig, '19:05');
  await startByHand(rig, '19:10');
  await settleAt(rig, '19:11');
  rig.desired = makeDesired([
    makeSpec({ instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } }),
  ]);
  await rig.pass();
  expect(rig.events).toContain('StopInstances');
  await ask(rig, keepOff, 1);
  await settleAt(rig, '19:30');
  await settleAt(rig, '20:30');
  expect(await stateOf(rig)).toBe('stopped');
});

test('an extend that was cancelled leaves the whole time of idleness from then on', async () => {
  const rig = await livingRig({ schedule: office({ idleStopAfterMinutes: 90 }) });
  const id = await ask(rig, extend, 6);
  await settleAt(rig, '13:00');
  const at = rig.account.clock.now();
  await rig.ledger.endRequest(id, { at, result: 'cancelled', message: 'by ada' });
  await settleAt(rig, '13:05');
  expect(await stateOf(rig)).toBe('running');
  await settleAt(rig, '14:36');
  expect(await stateOf(rig)).toBe('stopped');
});

import { describe, expect, test } from 'vitest';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import {
  livingRig,
  machineIdOf,
  madrid,
  office,
  settleAt,
  stateOf,
  told,
  waitUntil,
} from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

async function recordOf(rig: Rig): Promise<DevInstanceRecord | undefined> {
  return (await rig.ledger.records())[0]?.record;
}

describe('what a person does while no controller runs', () => {
  test('a stop through the API counts from when it was made, so that the next window starts the machine', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    await rig.account.people.stop(await machineIdOf(rig));
    await settleAt(rig, 'tue 09:00');
    expect(await stateOf(rig)).toBe('running');
    expect(rig.events).toContain('StartInstances');
  });

  test('a shutdown inside the machine has no date: it counts from when it is seen', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '18:00');
    await rig.account.people.shutDown(await machineIdOf(rig));
    await settleAt(rig, 'tue 09:00');
    expect(await stateOf(rig)).toBe('stopped');
    expect((await recordOf(rig))?.power).toMatchObject({ by: 'person', at: madrid('tue 09:00') });
    await settleAt(rig, 'wed 08:01');
    expect(await stateOf(rig)).toBe('running');
  });

  test('a start at night holds from the start, however late it is seen', async () => {
    const rig = await livingRig();
    await settleAt(rig, '19:05');
    await waitUntil(rig, '20:00');
    await rig.account.people.start(await machineIdOf(rig));
    await settleAt(rig, '23:30');
    expect((await recordOf(rig))?.manualStart).toEqual({ at: madrid('20:00'), cause: 'person' });
    await settleAt(rig, 'tue 00:01');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('a start that outlasts its hold is stopped on the first pass', async () => {
    const rig = await livingRig();
    await settleAt(rig, '19:05');
    await waitUntil(rig, '20:00');
    await rig.account.people.start(await machineIdOf(rig));
    await settleAt(rig, 'tue 03:00');
    expect(await stateOf(rig)).toBe('stopped');
  });

  test('over a whole weekend, a forgotten start on Friday night is stopped long before', async () => {
    const rig = await livingRig();
    await settleAt(rig, 'fri 19:05');
    await waitUntil(rig, 'fri 20:00');
    await rig.account.people.start(await machineIdOf(rig));
    await settleAt(rig, 'fri 20:05');
    await settleAt(rig, 'sat 00:10');
    expect(await stateOf(rig)).toBe('stopped');
    await settleAt(rig, 'sun 12:00');
    expect(await stateOf(rig)).toBe('stopped');
  });
});

describe('a crash between a call and its record', () => {
  test('a start that was sent and undone by a person is not made again', async () => {
    const rig = await livingRig();
    await settleAt(rig, '19:05');
    await waitUntil(rig, 'tue 08:00');
    const crashAt = await pointAfter('StartInstances', ['19:05', 'tue 08:00']);
    await expect(rig.settle({ crashAt })).rejects.toThrow();
    expect(rig.events.at(-1)).toBe('StartInstances');
    await waitUntil(rig, 'tue 08:10');
    await rig.account.people.stop(await machineIdOf(rig));
    await settleAt(rig, 'tue 08:20');
    expect(await stateOf(rig)).toBe('stopped');
    expect((await recordOf(rig))?.power?.by).toBe('person');
  });

  test('our own stop is never taken for a person’s', async () => {
    const rig = await livingRig();
    await waitUntil(rig, '19:00');
    const crashAt = await pointAfter('StopInstances', ['19:00']);
    await expect(rig.settle({ crashAt })).rejects.toThrow();
    expect(rig.events.at(-1)).toBe('StopInstances');
    await settleAt(rig, 'tue 07:00');
    expect((await recordOf(rig))?.power).toMatchObject({ state: 'stopped', by: 'controller' });
    expect(await told(rig, 'StoppedByPerson')).toEqual([]);
  });
});

/** Where to kill the last of these runs right after a call: found on another rig that lives alike. */
async function pointAfter(call: string, clocks: readonly string[]): Promise<number> {
  const rig = await livingRig();
  for (const clock of clocks) await settleAt(rig, clock);
  return rig.events.indexOf(call) + 0.5;
}

describe('an edit in the middle of a window', () => {
  const short = office({
    source: 'madrid-short',
    windows: [{ days: ['mon-fri'], start: '08:00', end: '12:00' }],
  });

  test('counts on the next pass, and the plan shows what comes before and after', async () => {
    const rig = await livingRig();
    await settleAt(rig, '14:00');
    rig.desired = makeDesired([makeSpec({ schedule: short })]);
    const { changes } = await rig.plan();
    expect(changes.map(({ kind, details }) => [kind, details])).toEqual([
      [
        'change',
        [
          'schedule madrid-office -> madrid-short',
          'before: stop 19:00, start tue 08:00, stop tue 19:00 Europe/Madrid',
          'after: start tue 08:00, stop tue 12:00, start wed 08:00 Europe/Madrid',
        ],
      ],
      ['stop', [expect.stringContaining('outside every window')]],
    ]);
    await rig.pass();
    await rig.settle();
    expect(await stateOf(rig)).toBe('stopped');
    expect((await rig.plan()).changes).toEqual([]);
  });

  test('taken back before a pass, it changes nothing', async () => {
    const rig = await livingRig();
    rig.desired = makeDesired([makeSpec({ schedule: short })]);
    expect((await rig.plan()).changes).toHaveLength(1);
    rig.desired = makeDesired([makeSpec()]);
    expect((await rig.plan()).changes).toEqual([]);
  });

  test('a longer hold counts for a machine that is held, and wakes none that was stopped', async () => {
    const rig = await livingRig();
    await settleAt(rig, '19:05');
    await rig.account.people.start(await machineIdOf(rig));
    await settleAt(rig, '19:10');
    rig.desired = makeDesired([makeSpec({ schedule: office({ manualStartHoldMinutes: 360 }) })]);
    await settleAt(rig, 'tue 00:30');
    expect(await stateOf(rig)).toBe('running');
    await settleAt(rig, 'tue 01:10');
    expect(await stateOf(rig)).toBe('stopped');
    rig.desired = makeDesired([makeSpec({ schedule: office({ manualStartHoldMinutes: 720 }) })]);
    await settleAt(rig, 'tue 01:20');
    expect(await stateOf(rig)).toBe('stopped');
  });
});

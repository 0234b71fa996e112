import { expect, test } from 'vitest';
import {
  ask,
  extend,
  livingRig,
  madrid,
  office,
  settleAt,
  start,
  stateOf,
  suspend,
  told,
  waitUntil,
} from '../support/living-rig.ts';
import { fleetSettings, makeDesired, makeSpec } from '../support/world.ts';

const atSeven =
  'StopAhead i-00000001 stops at 19:00 Europe/Madrid, by its schedule; devinstance extend ada-01 2h --reason "..." keeps it on';

/** Machine ids differ from run to run. */
async function notices(rig: Parameters<typeof told>[0]): Promise<readonly string[]> {
  return (await told(rig, 'StopAhead')).map((text) => text.replace(/i-[0-9a-f]+/, 'i-00000001'));
}

test('a scheduled stop is told of once, from its notice time on, with the command that puts it off', async () => {
  const rig = await livingRig();
  await settleAt(rig, '18:29');
  expect(await notices(rig)).toEqual([]);
  expect((await rig.plan()).wakeAt).toBe(madrid('18:30'));
  await settleAt(rig, '18:30');
  expect(await notices(rig)).toEqual([atSeven]);
  for (const clock of ['18:31', '18:59', '19:00', '19:10']) await settleAt(rig, clock);
  expect(await notices(rig)).toEqual([atSeven]);
  expect(await stateOf(rig)).toBe('stopped');
  await settleAt(rig, 'tue 08:10');
  await settleAt(rig, 'tue 18:45');
  expect(await notices(rig)).toEqual([atSeven, atSeven]);
});

test('a notice that was missed holds no stop up', async () => {
  const rig = await livingRig();
  await settleAt(rig, '18:00');
  await settleAt(rig, '19:00');
  expect(await notices(rig)).toEqual([]);
  expect(await stateOf(rig)).toBe('stopped');
});

test('a stop that was put off is told of again', async () => {
  const rig = await livingRig();
  await settleAt(rig, '18:40');
  await ask(rig, extend, 2);
  await settleAt(rig, '18:41');
  await settleAt(rig, '20:20');
  expect(await notices(rig)).toEqual([
    atSeven,
    expect.stringContaining('stops at 20:40 Europe/Madrid, by its schedule'),
  ]);
});

test('a stop asked for on short notice is told of as soon as it is asked for', async () => {
  const rig = await livingRig();
  await settleAt(rig, '20:00');
  await ask(rig, start, 0.25);
  await settleAt(rig, '20:05');
  const [event] = (await rig.ledger.events('ada-01')).filter(
    ({ reason }) => reason === 'StopAhead',
  );
  expect(event?.at).toBe((await rig.ledger.requests())[0]?.at);
});

test.each([
  ['none is asked for', () => ({ schedule: office({ notifyBeforeMinutes: 0 }) })],
  ['its schedule leaves stops to people', () => ({ schedule: office({ actions: 'start-only' }) })],
  ['it is suspended', () => ({ lifecycle: 'suspended' as const })],
])('no notice where %s', async (_, over) => {
  const rig = await livingRig();
  rig.desired = makeDesired([makeSpec(over())]);
  await settleAt(rig, '18:45');
  expect(await notices(rig)).toEqual([]);
});

test('no notice where a person keeps hands off, or the fleet is only observed', async () => {
  const rig = await livingRig();
  await ask(rig, suspend, 24);
  await settleAt(rig, '18:45');
  expect(await notices(rig)).toEqual([]);
  const observed = await livingRig();
  observed.desired = makeDesired([makeSpec()], { fleet: { ...fleetSettings, mode: 'observe' } });
  await settleAt(observed, '18:45');
  expect(await notices(observed)).toEqual([]);
});

test('the last stop of a removed file is told of', async () => {
  const rig = await livingRig();
  rig.desired = makeDesired([makeSpec({ name: 'ada-02' })]);
  await rig.settle();
  await settleAt(rig, '13:45');
  expect(await notices(rig)).toEqual([
    expect.stringContaining('stops at 14:00 Europe/Madrid, as its file is gone'),
  ]);
});

test('killed before and after every write, it is told once and the stop happens', async () => {
  const whole = await livingRig();
  await settleAt(whole, '18:30');
  const points = whole.events.length;
  expect(whole.events).toContain('putEvents');
  for (let point = 0; point < points; point += 0.5) {
    const rig = await livingRig();
    await waitUntil(rig, '18:30');
    await expect(rig.settle({ crashAt: point })).rejects.toThrow();
    await settleAt(rig, '18:33');
    expect({ point, told: await notices(rig) }).toEqual({ point, told: [atSeven] });
    await settleAt(rig, '19:05');
    expect({ point, state: await stateOf(rig) }).toEqual({ point, state: 'stopped' });
  }
});

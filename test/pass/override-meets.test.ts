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
import { fleetSettings, makeDesired, makeSpec } from '../support/world.ts';

// What a command stands for meets what git, people and AWS do meanwhile.

const typed = { instanceType: 'm7i.xlarge', upgrade: { when: 'off-hours' as const } };

test('a change that waits for the machine to be off waits for the end of an extend', async () => {
  const rig = await livingRig();
  await waitUntil(rig, '18:00');
  await ask(rig, extend, 3);
  rig.desired = makeDesired([makeSpec(typed)]);
  await settleAt(rig, '20:00');
  expect(await stateOf(rig)).toBe('running');
  expect((await rig.plan()).changes).toMatchObject([{ at: '2026-11-23T20:00:00.000Z' }]);
  await settleAt(rig, '21:00');
  expect(await stateOf(rig)).toBe('stopped');
  expect((await rig.plan()).statuses).toMatchObject([{ instanceType: 'm7i.xlarge' }]);
});

test('a change that waits for the machine to be off is made where a command has it off, and no start', async () => {
  const rig = await livingRig();
  rig.desired = makeDesired([makeSpec(typed)]);
  await ask(rig, keepOff, 2);
  await settleAt(rig, '11:00');
  expect(await stateOf(rig)).toBe('stopped');
  expect((await rig.plan()).statuses).toMatchObject([{ instanceType: 'm7i.xlarge' }]);
  await settleAt(rig, '12:05');
  expect(await stateOf(rig)).toBe('running');
});

test('a machine that is terminated while a command keeps it off comes back when that ends', async () => {
  const rig = await livingRig();
  await ask(rig, keepOff, 2);
  await settleAt(rig, '10:30');
  await rig.account.people.terminate(await machineIdOf(rig));
  await settleAt(rig, '11:30');
  expect(rig.events).not.toContain('RunInstances');
  await settleAt(rig, '12:05');
  await settleAt(rig, '12:10');
  expect(await stateOf(rig)).toBe('running');
});

test('a retirement goes on whatever was asked for', async () => {
  const rig = await livingRig();
  await ask(rig, extend, 24);
  rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' })]);
  await settleAt(rig, '10:30');
  await settleAt(rig, '11:30');
  expect((await rig.plan()).statuses).toMatchObject([{ phase: 'Retired' }]);
  await settleAt(rig, 'tue 10:30');
  expect((await rig.ledger.requests()).map(({ ended }) => ended?.result)).toEqual(['done']);
});

test('work that is asked for goes on beside an override, which outlasts it', async () => {
  const rig = await livingRig();
  await waitUntil(rig, '18:00');
  await ask(rig, extend, 4);
  await ask(rig, { kind: 'snapshot-home' }, 4);
  await settleAt(rig, '18:30');
  const snapshot = (await rig.ledger.requests())[1]?.ended;
  expect(snapshot?.result).toBe('done');
  const snapshotId = /snap-[0-9a-f]+/.exec(snapshot?.message ?? '')?.[0] ?? '';
  await settleAt(rig, '20:00');
  await ask(rig, { kind: 'restore-home', snapshotId }, 4);
  await settleAt(rig, '20:10');
  expect(await stateOf(rig)).toBe('running');
  expect((await rig.ledger.requests()).map(({ ended }) => ended?.result)).toEqual([
    undefined,
    'done',
    'done',
  ]);
  await settleAt(rig, '22:01');
  expect(await stateOf(rig)).toBe('stopped');
});

test('a home is restored while a command keeps the machine off: it stays off', async () => {
  const rig = await livingRig();
  await ask(rig, { kind: 'snapshot-home' }, 4);
  await settleAt(rig, '10:10');
  const message = (await rig.ledger.requests())[0]?.ended?.message ?? '';
  const snapshotId = /snap-[0-9a-f]+/.exec(message)?.[0] ?? '';
  await ask(rig, keepOff, 4);
  await ask(rig, { kind: 'restore-home', snapshotId }, 4);
  await settleAt(rig, '11:00');
  expect(await stateOf(rig)).toBe('stopped');
  expect(rig.events).not.toContain('StartInstances');
  expect((await rig.ledger.requests())[2]?.ended?.result).toBe('done');
});

test('a lost ledger loses the command: the machine is held as if started by hand, then stops', async () => {
  const rig = await livingRig();
  await waitUntil(rig, '18:00');
  await ask(rig, extend, 8);
  await settleAt(rig, '20:00');
  await rig.loseLedger();
  await settleAt(rig, '20:10');
  expect(await stateOf(rig)).toBe('running');
  await settleAt(rig, 'tue 00:15');
  expect(await stateOf(rig)).toBe('stopped');
});

test.each([
  ['the fleet is only observed', { ...fleetSettings, mode: 'observe' as const }],
  ['enforceFor leaves it out', { ...fleetSettings, enforceFor: { team: 'platform' } }],
])('nothing is done for a command where %s', async (_, fleet) => {
  const rig = await livingRig();
  rig.desired = makeDesired([makeSpec()], { fleet });
  await ask(rig, keepOff, 2);
  await settleAt(rig, '11:00');
  await settleAt(rig, '12:30');
  expect(await stateOf(rig)).toBe('running');
  expect(rig.events).not.toContain('StopInstances');
});

test('the home of a removed DevInstance from which hands are kept off is not taken over', async () => {
  const rig = await livingRig();
  await settleAt(rig, '20:00');
  const volumeId = (await rig.ledger.records())[0]?.record.homeId ?? '';
  await ask(rig, suspend, 10);
  const homeVolume = { ...makeSpec().homeVolume, from: { volumeId } };
  rig.desired = makeDesired([makeSpec({ name: 'ada-02', homeVolume })]);
  await settleAt(rig, '21:00');
  expect(rig.events).not.toContain('DetachVolume');
  expect((await rig.ledger.records())[0]?.record.homeId).toBe(volumeId);
  await settleAt(rig, 'tue 06:01');
  await settleAt(rig, 'tue 08:10');
  const records = (await rig.ledger.records()).map(({ record }) => [record.name, record.homeId]);
  expect(records).toContainEqual(['ada-02', volumeId]);
});

test('our own start and stop are never taken for a person’s, however late they land', async () => {
  const rig = await livingRig({ schedule: office({ manualStop: 'restart' }) });
  await settleAt(rig, '20:00');
  await ask(rig, start, 0.5);
  rig.account.faults.add({ action: 'StartInstances', when: 'after', error: 'timeout' });
  await settleAt(rig, '20:01');
  rig.account.faults.add({ action: 'StopInstances', when: 'after', error: 'timeout' });
  await settleAt(rig, '20:31');
  await settleAt(rig, '20:40');
  expect(await stateOf(rig)).toBe('stopped');
  expect(await told(rig, 'StartedByPerson', 'StoppedByPerson')).toEqual([]);
});

import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import type { RequestedWork } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// What was released, given up or asked for in vain keeps nobody waiting and nothing held.

const retired = makeDesired([makeSpec({ lifecycle: 'retired' })]);

async function livingRig(): Promise<Rig> {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  await rig.wait(10 * minuteMs);
  return rig;
}

async function ask(rig: Rig, work: RequestedWork): Promise<void> {
  const at = rig.account.clock.now();
  const request = { id: 'req-1', name: 'ada-01', work, actor: 'grace', reason: '', at };
  await rig.ledger.putRequest({ ...request, expiresAt: plusMillis(at, dayMs) });
}

async function homeIdOf(rig: Rig): Promise<string> {
  return (await readTruth(rig.account)).homes[0]?.VolumeId ?? '';
}

test.each<[string, (rig: Rig, homeId: string) => Promise<unknown>]>([
  ['is deleted', (rig, homeId) => rig.account.people.deleteVolume(homeId)],
  ['loses its tags', (rig, homeId) => rig.account.people.untag(homeId, [tagKeys.uid])],
])('a released home that %s is no trouble of the retired one', async (_what, happens) => {
  const rig = await livingRig();
  const homeId = await homeIdOf(rig);
  rig.desired = retired;
  await rig.settle();
  await happens(rig, homeId);
  await rig.wait(10 * minuteMs);
  await rig.settle();
  expect((await rig.plan()).holds).toEqual([]);
});

test('a snapshot asked for of a released home that is gone is refused', async () => {
  const rig = await livingRig();
  rig.desired = retired;
  await rig.settle();
  await rig.account.people.deleteVolume(await homeIdOf(rig));
  await rig.wait(10 * minuteMs);
  await ask(rig, { kind: 'snapshot-home' });
  await rig.settle();
  expect((await rig.ledger.requests())[0]?.ended).toMatchObject({
    result: 'refused',
    message: 'its home was released, and is gone',
  });
  expect((await rig.plan()).holds).toEqual([]);
});

test('a home found without a machine or a ledger at night gets one in the morning, and says so', async () => {
  const rig = await livingRig();
  await rig.wait(13 * hourMs);
  await rig.settle();
  const { machines } = await readTruth(rig.account);
  await rig.account.people.terminate(machines[0]?.InstanceId ?? '');
  await rig.wait(2 * hourMs);
  await rig.loseLedger();
  await rig.settle();
  expect((await rig.plan()).changes).toMatchObject([
    { kind: 'recover', at: '2026-11-24T07:00:00.000Z' },
  ]);
});

test('a home lost before its retirement is complete says what has to be taken back first', async () => {
  const rig = await livingRig();
  const { machines } = await readTruth(rig.account);
  await rig.account.people.stop(machines[0]?.InstanceId ?? '');
  await rig.wait(minuteMs);
  await rig.account.people.detach(await homeIdOf(rig));
  await rig.wait(minuteMs);
  await rig.account.people.deleteVolume(await homeIdOf(rig));
  rig.desired = retired;
  await rig.settle();
  const [held] = (await rig.plan()).holds;
  expect(held?.remedy).toContain('set lifecycle: active, then: devinstance home restore ada-01');
});

test('a home that is deleted before it takes the old one’s place ends its restore, not the machine', async () => {
  const rig = await livingRig();
  const snapshotId = await rig.account.people.snapshot(await homeIdOf(rig), {});
  await rig.wait(minuteMs);
  await ask(rig, { kind: 'restore-home', snapshotId });
  for (let n = 0; n < 4; n += 1) {
    await rig.pass();
    await rig.wait(200);
  }
  const record = (await rig.ledger.records())[0]?.record;
  await rig.wait(2_000);
  await rig.account.people.deleteVolume(record?.restore?.homeId ?? '');
  expect((await rig.settle()).end).toBe('settled');
  expect((await rig.ledger.requests())[0]?.ended?.result).toBe('refused');
  const { machines, homes } = await readTruth(rig.account);
  expect(machines.map(({ State }) => State?.Name)).toEqual(['running']);
  expect(homes.map(({ Attachments }) => Attachments?.[0]?.State)).toEqual(['attached']);
});

test('snapshots asked for that fail are tried more and more seldom', async () => {
  const rig = await livingRig();
  await rig.account.conditions.nextSnapshots('fails', 99);
  await ask(rig, { kind: 'snapshot-home' });
  const { end, last } = await rig.settle();
  expect(end).toBe('settled');
  expect(last.plan.holds.map(({ reason }) => reason)).toEqual(['BackingOff']);
  expect(rig.events.filter((event) => event === 'CreateSnapshot').length).toBeLessThan(5);
});

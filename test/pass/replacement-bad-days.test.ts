import { expect, test } from 'vitest';
import { ask, livingRig, settleAt, told } from '../support/living-rig.ts';
import { idOf, launchedBy, pairOf, publish } from '../support/pair.ts';
import { lagging, makeRig, type Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// What random histories (histories.test.ts) showed or led to, each as small as it gets.

const anyTime = { upgrade: { when: 'any-time' } } as const;

test('a rollback after the home was exchanged gives the kept machine the new home', async () => {
  const rig = await livingRig(anyTime);
  await publish(rig);
  await settleAt(rig, '10:30');
  const [snapshotId = ''] = madeIn(rig);
  await ask(rig, { kind: 'restore-home', snapshotId }, 1);
  await settleAt(rig, '11:00');
  await ask(rig, { kind: 'rollback' }, 1);
  await settleAt(rig, '11:30');
  const results = (await rig.ledger.requests()).map(({ ended }) => ended?.result);
  expect(results).toEqual(['done', 'done']);
});

test('a machine that cannot be replaced gets its new type in place', async () => {
  const rig = await livingRig(anyTime);
  await rig.account.conditions.nextLaunches('unbootable');
  await publish(rig);
  await settleAt(rig, '10:30');
  rig.desired = makeDesired([makeSpec({ ...anyTime, instanceType: 'm7i.xlarge' })]);
  await settleAt(rig, '11:00');
  expect(pairOf(rig)).toMatchObject({ machines: ['1 running with the home'], image: 1 });
  expect(launchedBy(rig)[0]?.type).toBe('m7i.xlarge');
});

test('a snapshot that somebody deleted keeps no other one from going', async () => {
  const spec = { ...anyTime, rollbackWindowMinutes: 60, keepHomeSnapshots: 1 };
  const rig = await livingRig(spec);
  await publish(rig);
  await settleAt(rig, '11:30');
  await rig.account.people.deleteSnapshot(madeIn(rig)[0] ?? '');
  for (const clock of ['12', '14', '16']) {
    await publish(rig);
    await settleAt(rig, `${clock}:00`);
    await settleAt(rig, `${clock}:50`);
  }
  await settleAt(rig, '18:00');
  expect(pairOf(rig)).toMatchObject({ launched: 5, snapshots: ['replacement completed'] });
});

test('a home that was attached right before is not taken for one on its way', async () => {
  const rig = await makeRig(makeDesired([makeSpec(anyTime)]), { delays: lagging });
  await rig.settle();
  await publish(rig);
  await rig.account.people.terminate(idOf(rig, 1));
  await settleAt(rig, '11:10');
  await settleAt(rig, '12:00');
  expect(pairOf(rig)).toMatchObject({ launched: 3, image: 2 });
  expect(await told(rig, 'ReplacementGivenUp')).toEqual([]);
});

/** The snapshots that replacements made, oldest first. */
function madeIn(rig: Rig): readonly string[] {
  const images = new Set(Object.values(rig.truth().images).map(({ rootSnapshotId: id }) => id));
  return Object.keys(rig.truth().snapshots).filter((id) => !images.has(id));
}

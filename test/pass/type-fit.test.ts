import { expect, test } from 'vitest';
import { hourMs } from '../../controller/core/instant.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const machinesOf = async (rig: Rig) =>
  (await readTruth(rig.account)).machines.map((one) => `${one.InstanceType} ${one.State?.Name}`);

test.each([
  { type: 'm7i.gigantic', why: 'AWS knows no instance type m7i.gigantic in this region' },
  { type: 'm7g.xlarge', why: 'type m7g.xlarge is for arm64, machine i-' },
])('for $type, which its machine can never be, it is not even stopped', async ({ type, why }) => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  rig.desired = makeDesired([makeSpec({ instanceType: type, upgrade: { when: 'any-time' } })]);
  const { last } = await rig.settle();
  expect(rig.events).not.toContain('StopInstances');
  await rig.wait(10 * hourMs);
  await rig.settle();
  await rig.wait(13 * hourMs);
  await rig.settle();
  expect(await machinesOf(rig)).toEqual(['t3.xlarge running']);
  const made = rig.account.calls.map(({ action }) => action);
  expect(made).not.toContain('ModifyInstanceAttribute');
  expect(last.plan.holds).toEqual([
    expect.objectContaining({ reason: 'TypeUnusable', message: expect.stringContaining(why) }),
  ]);
});

test.each(['m7g.xlarge', 'm7i.gigantic'])(
  'nothing is launched as %s from an x86_64 image',
  async (type) => {
    const rig = await makeRig(makeDesired([makeSpec({ instanceType: type })]), { delays: hasty });
    const { end, last } = await rig.settle();
    expect(end).toBe('settled');
    expect(last.plan.holds.map(({ reason }) => reason)).toEqual(['TypeUnusable']);
    expect(rig.events).not.toContain('RunInstances');
  },
);

test('a fallback type of another architecture is never tried', async () => {
  const wanted = makeSpec({ fallbackTypes: ['m7g.xlarge', 'm7i.xlarge'] });
  const rig = await makeRig(makeDesired([wanted]), { delays: hasty });
  for (const zone of ['a', 'b']) {
    await rig.account.conditions.setCapacity(`eu-west-1${zone}`, 't3.xlarge', 0);
  }
  await rig.settle();
  expect(await machinesOf(rig)).toEqual(['m7i.xlarge running']);
  const types = rig.account.calls
    .filter(({ action }) => action === 'RunInstances')
    .map(({ parameters }) => parameters['InstanceType']);
  expect(types).not.toContain('m7g.xlarge');
});

import { expect, test } from 'vitest';
import { hasty, makeRig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const mutations = ['RunInstances', 'CreateVolume', 'CreateTags', 'AttachVolume'];
const reads = [
  'DescribeInstances',
  'DescribeVolumes',
  'DescribeInstanceStatus',
  'DescribeSubnets',
  'DescribeImages',
  'GetParameters',
];
const faults = [
  { when: 'before', error: 'timeout' },
  { when: 'after', error: 'timeout' },
  { when: 'before', error: 'InternalError' },
  { when: 'after', error: 'InternalError' },
  { when: 'after', error: 'connection-lost' },
  { when: 'before', error: 'RequestLimitExceeded' },
] as const;

const cases = [...mutations, ...reads].flatMap((action) =>
  faults.flatMap((fault) => [1, 2].map((nth) => ({ action, nth, ...fault }))),
);

test.each(cases)(
  '$error $when the $nth. $action of a creation: still one machine and one home',
  async ({ action, nth, when, error }) => {
    const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
    rig.account.faults.add({ action, nth, when, error });
    const { end } = await rig.settle();
    const { machines, homes } = await readTruth(rig.account);
    expect(end).toBe('settled');
    expect(machines.map((machine) => machine.State?.Name)).toEqual(['running']);
    expect(homes.map((home) => home.Attachments?.[0]?.InstanceId)).toEqual([
      machines[0]?.InstanceId,
    ]);
  },
);

test('a launch that is refused again and again ends the run, held with what a person can do', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  rig.account.faults.add({
    action: 'RunInstances',
    when: 'before',
    error: 'UnauthorizedOperation',
    times: 100,
  });
  const { end, last } = await rig.settle();
  expect(end).toBe('settled');
  expect(last.plan.holds).toMatchObject([
    {
      reason: 'BackingOff',
      remedy: expect.stringMatching(/^Allow this role .*\(next attempt 2/),
    },
  ]);
});

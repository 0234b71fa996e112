import { DescribeSnapshotsCommand, type Instance } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { minuteMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, lagging, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const neighbour = makeSpec({ name: 'bob-01', owner: { ...makeSpec().owner, name: 'bob' } });

function wish(rig: Rig, over: Partial<EffectiveSpec>): void {
  rig.desired = makeDesired([makeSpec(over), neighbour]);
}

async function livingRig(delays = hasty): Promise<Rig> {
  const rig = await makeRig(makeDesired([makeSpec(), neighbour]), { delays });
  await rig.settle();
  await rig.wait(minuteMs);
  return rig;
}

/** What there is of ada-01, without what differs from run to run. */
async function endOf(rig: Rig) {
  // Long enough for EC2 to show everything.
  await rig.wait(minuteMs);
  const { machines, homes } = await readTruth(rig.account);
  const isAdas = ({ Tags = [] }: Pick<Instance, 'Tags'>) =>
    Tags.some(({ Key, Value }) => Key === tagKeys.devInstance && Value === 'ada-01');
  const { Snapshots = [] } = await rig.account.ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'] }),
  );
  const record = (await rig.ledger.records()).find(
    ({ record }) => record.name === 'ada-01',
  )?.record;
  return {
    machines: machines.filter(isAdas).map(({ State }) => State?.Name),
    homes: homes.filter(isAdas).map((home) => ({
      state: home.State,
      phase: home.Tags?.find(({ Key }) => Key === tagKeys.phase)?.Value,
      written: rig.account.disk(home.VolumeId ?? '') !== undefined,
    })),
    snapshots: Snapshots.filter(isAdas).map(({ State }) => State),
    step: record?.step,
    isComplete: record?.retirement?.isComplete,
  };
}

const retired = {
  machines: ['terminated'],
  homes: [{ state: 'available', phase: 'released', written: true }],
  snapshots: ['completed'],
  step: undefined,
  isComplete: true,
};

test('a retired machine is terminated after its home was snapshotted and detached; the home stays', async () => {
  const rig = await livingRig();
  wish(rig, { lifecycle: 'retired' });
  expect((await rig.settle()).end).toBe('settled');
  const mutations = rig.events.filter((event) => !/^(Describe|Get|put|end)/.test(event));
  expect(mutations).toEqual([
    'StopInstances',
    'CreateSnapshot',
    'DetachVolume',
    'TerminateInstances',
    'CreateTags',
  ]);
  expect(await endOf(rig)).toEqual(retired);
  await rig.settle();
  expect(rig.events.filter((event) => !/^(Describe|Get)/.test(event))).toEqual([]);
});

test('killed before and after every call of a retirement, the next run carries it out', async () => {
  const whole = await livingRig(lagging);
  wish(whole, { lifecycle: 'retired' });
  await whole.settle();
  const points = whole.events.length;
  expect(points).toBeGreaterThan(30);
  for (let point = 0; point < points; point += 0.5) {
    const rig = await livingRig(lagging);
    wish(rig, { lifecycle: 'retired' });
    await expect(rig.settle({ crashAt: point })).rejects.toThrow();
    expect((await rig.settle()).end).toBe('settled');
    expect({ point, ...(await endOf(rig)) }).toEqual({ point, ...retired });
  }
});

describe('taken back', () => {
  test('at any call, the machine or, after its end, a new one runs with the same home', async () => {
    const whole = await livingRig(lagging);
    wish(whole, { lifecycle: 'retired' });
    await whole.settle();
    const points = whole.events.length;
    const ends = new Set<string>();
    for (let point = 0; point < points; point += 0.5) {
      const rig = await livingRig(lagging);
      const before = (await readTruth(rig.account)).homes.map(({ VolumeId }) => VolumeId).sort();
      wish(rig, { lifecycle: 'retired' });
      await expect(rig.settle({ crashAt: point })).rejects.toThrow();
      wish(rig, {});
      expect((await rig.settle()).end).toBe('settled');
      // A stop of which nobody knows whether it was sent is given a minute to show.
      await rig.wait(minuteMs);
      expect((await rig.settle()).end).toBe('settled');
      const { machines, homes, isComplete, step } = await endOf(rig);
      const after = (await readTruth(rig.account)).homes.map(({ VolumeId }) => VolumeId).sort();
      expect({ point, homes: after }).toEqual({ point, homes: before });
      expect({ point, homes: homes.map(({ state, written }) => [state, written]) }).toEqual({
        point,
        homes: [['in-use', true]],
      });
      expect(homes[0]?.phase ?? 'active').toBe('active');
      expect({ isComplete, step }).toEqual({ isComplete: undefined, step: undefined });
      ends.add(machines.join(' '));
    }
    // Before the point of no return the machine that was there, after it a new one.
    expect([...ends].sort()).toEqual(['running', 'terminated running']);
  });

  test('after it was complete, also where the tombstone was gone in between, the home comes back', async () => {
    const rig = await livingRig();
    const before = (await readTruth(rig.account)).homes.map(({ VolumeId }) => VolumeId).sort();
    wish(rig, { lifecycle: 'retired' });
    await rig.settle();
    rig.desired = makeDesired([neighbour]);
    expect((await rig.settle()).last.plan.changes).toEqual([]);
    expect((await endOf(rig)).homes[0]?.phase).toBe('released');
    wish(rig, {});
    await rig.settle();
    const after = (await readTruth(rig.account)).homes.map(({ VolumeId }) => VolumeId).sort();
    expect(after).toEqual(before);
    const { machines, homes } = await endOf(rig);
    expect(machines).toEqual(['terminated', 'running']);
    expect(homes).toEqual([{ state: 'in-use', phase: 'active', written: true }]);
  });
});

import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

async function idsOf(rig: Rig) {
  const { machines, homes } = await readTruth(rig.account);
  return { machineId: machines[0]?.InstanceId ?? '', homeId: homes[0]?.VolumeId ?? '' };
}

async function living(rig: Rig): Promise<void> {
  await rig.settle();
  await rig.wait(10 * minuteMs);
}

const stuck: readonly {
  readonly what: string;
  readonly happens: (rig: Rig) => Promise<unknown>;
  readonly hold: string;
}[] = [
  {
    what: 'a home that is never made',
    happens: (rig) => rig.account.conditions.nextVolumes('sticks'),
    hold: 'StuckCreating',
  },
  {
    what: 'a machine that never runs',
    happens: (rig) => rig.account.conditions.nextLaunches('sticks'),
    hold: 'StuckPending',
  },
  {
    what: 'a home that is never attached',
    happens: async (rig) => {
      await living(rig);
      const { machineId, homeId } = await idsOf(rig);
      await rig.account.people.stop(machineId);
      await rig.wait(minuteMs);
      await rig.account.people.detach(homeId);
      await rig.wait(minuteMs);
      await rig.account.people.start(machineId);
      await rig.account.conditions.stick(homeId, 'attaching');
    },
    hold: 'NotReady',
  },
  {
    what: 'a home that somebody detaches from the running machine, which holds on to it',
    happens: async (rig) => {
      await living(rig);
      await rig.account.people.detach((await idsOf(rig)).homeId);
    },
    hold: 'HomeElsewhere',
  },
  {
    what: 'a snapshot asked for that never completes',
    happens: async (rig) => {
      await living(rig);
      await rig.account.conditions.nextSnapshots('sticks');
      const at = rig.account.clock.now();
      await rig.ledger.putRequest({
        id: 'req-1',
        name: 'ada-01',
        work: { kind: 'snapshot-home' },
        actor: 'grace',
        reason: '',
        at,
        expiresAt: plusMillis(at, dayMs),
      });
    },
    hold: 'StuckSnapshot',
  },
  {
    what: 'a retired machine that is never gone',
    happens: async (rig) => {
      await living(rig);
      await rig.account.conditions.stick((await idsOf(rig)).machineId, 'shutting-down');
      rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' })]);
    },
    hold: 'StuckTerminating',
  },
];

test.each(stuck)('$what is waited for, then held with its reason', async ({ happens, hold }) => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await happens(rig);
  await rig.settle({ timeoutMs: 20 * minuteMs });
  await rig.wait(7 * hourMs);
  const { end, last } = await rig.settle({ timeoutMs: 20 * minuteMs });
  expect(end).not.toBe('timed-out');
  expect(last.plan.holds.map(({ reason }) => reason)).toContain(hold);
});

test('an answered launch that EC2 denies for half an hour is not launched again', async () => {
  const half = { readLagMs: 30 * minuteMs, listLagMs: 30 * minuteMs, tagLagMs: 30 * minuteMs };
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: { ...hasty, ...half } });
  const held = new Set<string>();
  for (let n = 0; n < 12; n += 1) {
    const { last } = await rig.settle({ timeoutMs: minuteMs });
    for (const { reason } of last.plan.holds) held.add(reason);
    await rig.wait(4 * minuteMs);
  }
  expect([...held]).toContain('MachineMissing');
  await rig.wait(hourMs);
  expect((await rig.settle()).end).toBe('settled');
  await rig.wait(hourMs);
  const { machines, homes } = await readTruth(rig.account);
  expect([machines.length, homes.length]).toEqual([1, 1]);
});

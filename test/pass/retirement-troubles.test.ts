import { expect, test } from 'vitest';
import { minuteMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

/** A retirement of ada-01 that meets a trouble, and what is held or waited for meanwhile. */
interface Trouble {
  readonly what: string;
  readonly begins: (rig: Rig, ids: Ids) => Promise<unknown>;
  /** How it shows after a quarter of an hour. */
  readonly shows: string | RegExp;
  readonly ends: (rig: Rig, ids: Ids) => Promise<unknown>;
}

interface Ids {
  readonly machineId: string;
  readonly homeId: string;
}

async function idsOf(rig: Rig): Promise<Ids> {
  const { machines, homes } = await readTruth(rig.account);
  return { machineId: machines[0]?.InstanceId ?? '', homeId: homes[0]?.VolumeId ?? '' };
}

const nothing = async () => {};

const troubles: readonly Trouble[] = [
  {
    what: 'a machine that does not come to a stop',
    begins: (rig, { machineId }) => rig.account.conditions.stick(machineId, 'stopping'),
    shows: 'StuckStopping',
    ends: (rig, { machineId }) => rig.account.conditions.unstick(machineId),
  },
  {
    what: 'a home that does not come off',
    begins: (rig, { homeId }) => rig.account.conditions.stick(homeId, 'detaching'),
    shows: 'StuckDetaching',
    ends: (rig, { homeId }) => rig.account.conditions.unstick(homeId),
  },
  {
    what: 'a snapshot that never completes',
    begins: (rig) => rig.account.conditions.nextSnapshots('sticks'),
    shows: /waiting: the snapshot of the home to complete/,
    ends: async (rig) => {
      const record = (await rig.ledger.records())[0]?.record;
      await rig.account.conditions.unstick(record?.retirement?.snapshotId ?? '');
    },
  },
  {
    what: 'a machine that a person protected from termination',
    begins: (rig, { machineId }) => rig.account.people.protect(machineId, { terminate: true }),
    shows: 'BackingOff',
    ends: (rig, { machineId }) => rig.account.people.protect(machineId, { terminate: false }),
  },
  {
    what: 'a volume of somebody else that would be deleted with it',
    begins: async (rig, { machineId }) => {
      const [machine] = (await readTruth(rig.account)).machines;
      const extra = await rig.account.people.createVolume({
        AvailabilityZone: machine?.Placement?.AvailabilityZone,
        Size: 10,
      });
      await rig.wait(minuteMs);
      await rig.account.people.attach(extra, machineId, '/dev/sdg');
      await rig.account.people.setDeleteOnTermination(machineId, '/dev/sdg');
      await rig.wait(minuteMs);
    },
    shows: 'BackingOff',
    ends: async (rig, { machineId }) => {
      const [machine] = (await readTruth(rig.account)).machines;
      const extra = machine?.BlockDeviceMappings?.find(
        ({ DeviceName }) => DeviceName === '/dev/sdg',
      );
      await rig.account.people.detach(extra?.Ebs?.VolumeId ?? '');
      expect(machineId).toBe(machine?.InstanceId);
      await rig.wait(minuteMs);
    },
  },
  {
    what: 'two snapshots that fail',
    begins: (rig) => rig.account.conditions.nextSnapshots('fails', 2),
    shows: /^$/,
    ends: nothing,
  },
];

test.each(troubles)(
  '$what: nothing is forced, and once it is over the retirement is',
  async (trouble) => {
    const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
    await rig.settle();
    const ids = await idsOf(rig);
    const written = rig.account.disk(ids.homeId);
    await trouble.begins(rig, ids);
    rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' })]);
    await rig.settle({ timeoutMs: 20 * minuteMs });
    const { holds, waiting } = await rig.plan();
    const said = [
      ...holds.map(({ reason }) => reason),
      ...waiting.map(({ what }) => `waiting: ${what}`),
    ];
    expect(said.join()).toMatch(trouble.shows);
    if (trouble.ends !== nothing) {
      const { machines } = await readTruth(rig.account);
      expect(machines.map(({ State }) => State?.Name)).not.toContain('terminated');
    }
    await trouble.ends(rig, ids);
    await rig.wait(10 * minuteMs);
    await rig.settle();
    const { machines, homes } = await readTruth(rig.account);
    expect(machines.map(({ State }) => State?.Name)).toEqual(['terminated']);
    expect(
      homes.map(({ VolumeId, State, Tags = [] }) => [
        VolumeId,
        State,
        Tags.find(({ Key }) => Key === tagKeys.phase)?.Value,
      ]),
    ).toEqual([[ids.homeId, 'available', 'released']]);
    expect(rig.account.disk(ids.homeId)).toEqual(written);
  },
);

test('started by hand after its snapshot, it is stopped and snapshotted anew before it goes', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  const { machineId } = await idsOf(rig);
  rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' })]);
  const isDetachNext = async () => (await rig.plan()).actions[0]?.kind === 'detach-home';
  for (let n = 0; n < 50 && !(await isDetachNext()); n += 1) {
    await rig.pass();
    await rig.wait(500);
  }
  await rig.account.people.start(machineId);
  await rig.wait(2 * minuteMs);
  await rig.settle();
  const actions = rig.account.calls.map(({ action }) => action);
  expect(actions.filter((action) => action === 'CreateSnapshot')).toHaveLength(2);
  expect(actions.lastIndexOf('CreateSnapshot')).toBeLessThan(actions.indexOf('DetachVolume'));
  const { machines } = await readTruth(rig.account);
  expect(machines.map(({ State }) => State?.Name)).toEqual(['terminated']);
});

test('more retirements than the limit are withheld until it is raised; their schedules go on', async () => {
  const names = Array.from({ length: 12 }, (_, n) => `dev-${String(n).padStart(2, '0')}`);
  const specs = names.map((name) => makeSpec({ name }));
  const rig = await makeRig(makeDesired(specs), { delays: hasty });
  await rig.settle();
  const retiring = specs.map((spec, n) =>
    n < 3 ? { ...spec, lifecycle: 'retired' as const } : spec,
  );
  rig.desired = makeDesired(retiring);
  const braked = await rig.settle();
  expect(braked.end).toBe('interlock');
  expect(braked.last.plan.interlocks.map(({ message }) => message)).toEqual([
    '3 of 12 DevInstances are retired within 24 h, the limit is 1 (maxDisruptedPercent 10)',
  ]);
  expect(rig.events.filter((event) => !/^(Describe|Get|put|end)/.test(event))).toEqual([]);
  const { fleet } = rig.desired;
  rig.desired = { ...makeDesired(retiring), fleet: { ...fleet, maxDisruptedPercent: 25 } };
  expect((await rig.settle()).end).toBe('settled');
  const { machines } = await readTruth(rig.account);
  const gone = machines.filter(({ State }) => State?.Name === 'terminated');
  expect(gone).toHaveLength(3);
});

test('a file that breaks in the middle of a retirement stops it where it is, until it is mended', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  await rig.settle();
  rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' })]);
  const isTerminateNext = async () => (await rig.plan()).actions[0]?.kind === 'terminate';
  for (let n = 0; n < 50 && !(await isTerminateNext()); n += 1) {
    await rig.pass();
    await rig.wait(500);
  }
  rig.desired = makeDesired([], { invalid: new Map([['ada-01', 'broken']]) });
  await rig.settle();
  const mutations = rig.events.filter((event) => !/^(Describe|Get|put|end)/.test(event));
  expect(mutations).toEqual([]);
  const { machines, homes } = await readTruth(rig.account);
  expect(machines.map(({ State }) => State?.Name)).toEqual(['stopped']);
  expect(homes.map(({ State }) => State)).toEqual(['available']);
  rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' })]);
  expect((await rig.settle()).end).toBe('settled');
  const after = await readTruth(rig.account);
  expect(after.machines.map(({ State }) => State?.Name)).toEqual(['terminated']);
});

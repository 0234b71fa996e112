import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeSnapshotsCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { homeDeviceName } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  attach,
  codeOf,
  createHome,
  launch,
  machineWithHome,
  readMachine,
  readVolume,
  stopFully,
} from '../support/sim-calls.ts';
import { newSim, simSubnets } from '../support/sim-fleet.ts';

async function runningMachine(sim: SimAccount, uid = 'uid-1', subnetId: string = simSubnets[0]) {
  const id = await launch(sim, { uid, subnetId });
  await sim.clock.sleep(30_000);
  return id;
}

test('a volume is creating, then available, attaching, then attached', async () => {
  const sim = newSim();
  const machineId = await runningMachine(sim);
  const homeId = await createHome(sim);
  expect(await readVolume(sim, homeId)).toMatchObject({
    State: 'creating',
    Size: 100,
    VolumeType: 'gp3',
    Iops: 3000,
    Throughput: 125,
    Encrypted: true,
  });
  expect(await codeOf(attach(sim, machineId, homeId))).toBe('IncorrectState');
  await sim.clock.sleep(3_000);
  expect((await readVolume(sim, homeId)).State).toBe('available');
  await attach(sim, machineId, homeId);
  const attaching = (await readVolume(sim, homeId)).Attachments?.[0];
  expect(attaching).toMatchObject({ State: 'attaching', DeleteOnTermination: false });
  await sim.clock.sleep(2_000);
  expect((await readVolume(sim, homeId)).Attachments?.[0]?.State).toBe('attached');
  expect((await readMachine(sim, machineId)).BlockDeviceMappings).toHaveLength(2);
});

test('an attachment is refused as EC2 refuses it', async () => {
  const sim = newSim();
  const first = await runningMachine(sim);
  const second = await runningMachine(sim, 'uid-2');
  const elsewhere = await runningMachine(sim, 'uid-3', simSubnets[1]);
  const pending = await launch(sim, { uid: 'uid-4' });
  const [home, other] = [await createHome(sim), await createHome(sim, { uid: 'uid-2' })];
  await sim.clock.sleep(3_000);
  expect(await codeOf(attach(sim, pending, home))).toBe('IncorrectState');
  expect(await codeOf(attach(sim, elsewhere, home))).toBe('InvalidVolume.ZoneMismatch');
  await attach(sim, first, home);
  expect(await codeOf(attach(sim, second, home))).toBe('VolumeInUse');
  expect(await codeOf(attach(sim, first, other))).toBe('InvalidParameterValue');
  expect(await codeOf(attach(sim, first, 'vol-0123456789abcdef0'))).toBe('InvalidVolume.NotFound');
  expect((await readVolume(sim, other)).State).toBe('available');
});

test('a mounted home stays busy until its machine is stopped', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await sim.people.detach(homeId);
  await sim.clock.sleep(3_600_000);
  expect((await readVolume(sim, homeId)).Attachments?.[0]?.State).toBe('busy');
  await stopFully(sim, machineId);
  expect((await readVolume(sim, homeId)).State).toBe('available');
});

test('a detachment takes its time, and a second one is refused', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await stopFully(sim, machineId);
  const detach = (more = {}) =>
    sim.ec2.send(new DetachVolumeCommand({ VolumeId: homeId, ...more }));
  expect(await codeOf(detach({ InstanceId: 'i-0123456789abcdef0' }))).toBe(
    'InvalidAttachment.NotFound',
  );
  await detach({ InstanceId: machineId });
  expect((await readVolume(sim, homeId)).Attachments?.[0]?.State).toBe('detaching');
  await sim.clock.sleep(3_000);
  expect((await readVolume(sim, homeId)).State).toBe('available');
  expect(await codeOf(detach())).toBe('IncorrectState');
  sim.ghost.assertSilent();
});

test.each(['launched', 'terminated'])('nothing is detached from a machine just %s', async (how) => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await stopFully(sim, machineId);
  if (how === 'launched') await sim.people.start(machineId);
  else await sim.people.terminate(machineId);
  const command = new DetachVolumeCommand({ VolumeId: homeId });
  expect(await codeOf(sim.ec2.send(command))).toBe('IncorrectState');
  const nameless = new DetachVolumeCommand({ VolumeId: undefined });
  expect(await codeOf(sim.ec2.send(nameless))).toBe('MissingParameter');
});

test('the root of a running machine is not detached', async () => {
  const sim = newSim();
  const id = await runningMachine(sim);
  const root = (await readMachine(sim, id)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId;
  const command = new DetachVolumeCommand({ VolumeId: root });
  expect(await codeOf(sim.ec2.send(command))).toBe('OperationNotPermitted');
});

test('DeleteOnTermination without a value means true', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  const set = (Ebs: { DeleteOnTermination?: boolean }) =>
    sim.ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: machineId,
        BlockDeviceMappings: [{ DeviceName: homeDeviceName, Ebs }],
      }),
    );
  const flag = async () => (await readVolume(sim, homeId)).Attachments?.[0]?.DeleteOnTermination;
  await set({});
  expect(await flag()).toBe(true);
  await set({ DeleteOnTermination: false });
  expect(await flag()).toBe(false);
});

const base: CreateVolumeCommandInput = { AvailabilityZone: 'eu-west-1a', VolumeType: 'gp3' };

const badVolumes: readonly [string, CreateVolumeCommandInput][] = [
  ['MissingParameter', base],
  ['MissingParameter', { VolumeType: 'gp3', Size: 10 }],
  ['InvalidZone.NotFound', { ...base, AvailabilityZone: 'eu-west-1z', Size: 10 }],
  ['InvalidZone.NotFound', { ...base, AvailabilityZone: 'us-east-1a', Size: 10 }],
  ['InvalidParameterValue', { ...base, Size: 0 }],
  ['InvalidParameterValue', { ...base, Size: 100_000 }],
  ['UnknownVolumeType', { ...base, Size: 10, VolumeType: 'gp9' as 'gp3' }],
  ['InvalidSnapshot.NotFound', { ...base, SnapshotId: 'snap-0123456789abcdef0' }],
];

test.each(badVolumes)('a volume is refused with %s for %j', async (code, input) => {
  expect(await codeOf(newSim().ec2.send(new CreateVolumeCommand(input)))).toBe(code);
});

test("a volume's token holds in its zone and for its parameters", async () => {
  const sim = newSim();
  const first = await createHome(sim, { token: 'same' });
  expect(await createHome(sim, { token: 'same' })).toBe(first);
  expect(await codeOf(createHome(sim, { token: 'same', owner: 'bob' }))).toBe(
    'IdempotentParameterMismatch',
  );
  expect(await createHome(sim, { token: 'same', az: 'eu-west-1b' })).not.toBe(first);
});

test('a growing volume is usable while it optimizes, and busy until it is done', async () => {
  const sim = newSim();
  const homeId = await createHome(sim);
  await sim.clock.sleep(3_000);
  const grow = (Size: number) => sim.ec2.send(new ModifyVolumeCommand({ VolumeId: homeId, Size }));
  const state = async () => {
    const command = new DescribeVolumesModificationsCommand({ VolumeIds: [homeId] });
    const { VolumesModifications } = await sim.ec2.send(command);
    return VolumesModifications?.[0]?.ModificationState;
  };
  expect(await codeOf(state())).toBe('InvalidVolumeModification.NotFound');
  expect(await codeOf(grow(50))).toBe('InvalidParameterValue');
  await grow(200);
  expect([await state(), (await readVolume(sim, homeId)).Size]).toEqual(['modifying', 100]);
  await sim.clock.sleep(5_000);
  expect([await state(), (await readVolume(sim, homeId)).Size]).toEqual(['optimizing', 200]);
  expect(await codeOf(grow(300))).toBe('IncorrectModificationState');
  await sim.clock.sleep(2 * 3_600_000);
  expect(await state()).toBe('completed');
  expect(await codeOf(grow(300))).toBe('ok');
});

test('the fifth modification within a day is refused', async () => {
  const sim = newSim({ delays: { optimizePerGibMs: 0 } });
  const homeId = await createHome(sim);
  await sim.clock.sleep(3_000);
  const codes: string[] = [];
  for (const Size of [110, 120, 130, 140, 150]) {
    const command = new ModifyVolumeCommand({ VolumeId: homeId, Size });
    codes.push(await codeOf(sim.ec2.send(command)));
    await sim.clock.sleep(60_000);
  }
  expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'VolumeModificationRateExceeded']);
  await sim.clock.sleep(24 * 3_600_000);
  const again = new ModifyVolumeCommand({ VolumeId: homeId, Size: 150 });
  expect(await codeOf(sim.ec2.send(again))).toBe('ok');
});

test('a snapshot carries what was on the disk, and makes volumes once it is complete', async () => {
  const sim = newSim();
  const { homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  const taken = await sim.ec2.send(new CreateSnapshotCommand({ VolumeId: homeId }));
  const SnapshotId = taken.SnapshotId ?? '';
  const restore = (Size: number) =>
    sim.ec2.send(new CreateVolumeCommand({ ...base, Size, SnapshotId }));
  expect(await codeOf(restore(100))).toBe('IncorrectState');
  await sim.clock.sleep(60_000);
  const { Snapshots } = await sim.ec2.send(
    new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }),
  );
  expect(Snapshots?.[0]).toMatchObject({ State: 'completed', VolumeSize: 100, Encrypted: true });
  expect(await codeOf(restore(99))).toBe('InvalidParameterValue');
  const restored = await restore(100);
  expect(sim.disk(restored.VolumeId ?? '')).toEqual(sim.disk(homeId));
  expect(restored.Encrypted).toBe(true);
});

test('a machine has room for 28 attachments', async () => {
  const sim = newSim();
  const InstanceId = await runningMachine(sim);
  const codes = new Set<string>();
  let last = '';
  for (let index = 0; index < 28; index += 1) {
    const VolumeId = await createHome(sim, { uid: `uid-${index}` });
    await sim.clock.sleep(3_000);
    const command = new AttachVolumeCommand({ InstanceId, VolumeId, Device: `/dev/x${index}` });
    last = await codeOf(sim.ec2.send(command));
    if (index < 27) codes.add(last);
  }
  expect([...codes]).toEqual(['ok']);
  expect(last).toBe('AttachmentLimitExceeded');
});

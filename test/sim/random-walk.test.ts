import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SimAccount, simAccount } from '../../controller/sim/account.ts';
import { laggy } from '../../controller/sim/scene.ts';
import { seedAccount } from '../../controller/sim/seed.ts';
import type { AccountState } from '../../controller/sim/state.ts';
import { memoryStore } from '../../controller/sim/store.ts';
import { codeOf, launchInput } from '../support/sim-calls.ts';
import { simFleet, simStart, simSubnets, stillClock } from '../support/sim-fleet.ts';

const machineSticks = ['pending', 'stopping', 'shutting-down'] as const;
const volumeSticks = ['attaching', 'detaching', 'busy'] as const;
const launchFates = ['sticks', 'Server.InternalError', 'unbootable', 'home-fails'] as const;

/** One random call: what to do, and which of the known machines and volumes to do it to. */
interface Draw {
  readonly call: number;
  readonly machine: number;
  readonly volume: number;
  readonly choice: number;
}

const draws = fc.array(
  fc.record({
    call: fc.nat({ max: 20 }),
    machine: fc.nat({ max: 3 }),
    volume: fc.nat({ max: 6 }),
    choice: fc.nat({ max: 2 }),
  }),
  { minLength: 10, maxLength: 60 },
);

async function listAll(sim: SimAccount) {
  const { Reservations = [] } = await sim.ec2.send(new DescribeInstancesCommand({}));
  const { Volumes = [] } = await sim.ec2.send(new DescribeVolumesCommand({}));
  return { machines: Reservations.flatMap(({ Instances = [] }) => Instances), volumes: Volumes };
}

async function perform(sim: SimAccount, draw: Draw): Promise<unknown> {
  const { machines, volumes } = await listAll(sim);
  const machineId = machines[draw.machine]?.InstanceId ?? 'i-0123456789abcdef0';
  const volumeId = volumes[draw.volume]?.VolumeId ?? 'vol-0123456789abcdef0';
  const one = { InstanceIds: [machineId] };
  const Device = ['/dev/sdf', '/dev/sdg', '/dev/sdh'][draw.choice] ?? '/dev/sdf';
  const SubnetId = simSubnets[draw.choice] ?? simSubnets[0];
  const zone = ['eu-west-1a', 'eu-west-1b', 'eu-west-1z'][draw.choice];
  const { ec2 } = sim;
  const home = { Key: 'devinstance:home', Value: `${volumeId}:new` };
  const calls: readonly (() => Promise<unknown>)[] = [
    async () => {
      const more = { MaxCount: 1 + draw.choice };
      const wanted = { uid: `uid-${draw.machine}`, subnetId: SubnetId, more };
      return ec2.send(new RunInstancesCommand(await launchInput(sim, wanted)));
    },
    () =>
      ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 10, VolumeType: 'gp3' })),
    () => ec2.send(new AttachVolumeCommand({ InstanceId: machineId, VolumeId: volumeId, Device })),
    () => ec2.send(new DetachVolumeCommand({ VolumeId: volumeId, Force: draw.choice === 2 })),
    () => ec2.send(new StartInstancesCommand(one)),
    () => ec2.send(new StopInstancesCommand({ InstanceIds: [machineId, ...one.InstanceIds] })),
    () => ec2.send(new TerminateInstancesCommand(one)),
    () => ec2.send(new ModifyVolumeCommand({ VolumeId: volumeId, Size: 10 + 5 * draw.choice })),
    () =>
      ec2.send(
        new ModifyInstanceAttributeCommand({
          InstanceId: machineId,
          BlockDeviceMappings: [
            { DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: false } },
            { DeviceName: Device, Ebs: { DeleteOnTermination: false } },
          ],
        }),
      ),
    () => ec2.send(new CreateTagsCommand({ Resources: [machineId, volumeId], Tags: [home] })),
    () => ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId })),
    () => sim.clock.sleep([1_000, 20_000, 4_000_000][draw.choice] ?? 0),
    () => ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId })),
    async () => {
      const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({}));
      const { SnapshotId } = Snapshots[draw.machine] ?? {};
      return ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    },
    () => sim.conditions.stick(machineId, machineSticks[draw.choice] ?? 'pending'),
    () => sim.conditions.stick(volumeId, volumeSticks[draw.choice] ?? 'busy'),
    () => sim.conditions.unstick(draw.choice > 0 ? machineId : volumeId),
    () => sim.conditions.nextLaunches(launchFates[draw.machine] ?? 'sticks'),
    () => sim.conditions.nextVolumes(draw.choice > 0 ? 'fails' : 'sticks'),
    () => sim.conditions.breakVolume(volumeId),
    () => sim.people.protect(machineId, { stop: draw.choice === 0, terminate: draw.choice === 1 }),
  ];
  return calls[draw.call]?.();
}

/** The machine's side and the volume's side of every attachment tell the same. */
async function expectAgreement(sim: SimAccount): Promise<void> {
  const { machines, volumes } = await listAll(sim);
  const byMachine = machines.flatMap(({ InstanceId, BlockDeviceMappings = [] }) =>
    BlockDeviceMappings.map(
      ({ DeviceName, Ebs }) => `${InstanceId} ${DeviceName} ${Ebs?.VolumeId}`,
    ),
  );
  const byVolume = volumes.flatMap(({ VolumeId, Attachments = [] }) =>
    Attachments.map(({ InstanceId, Device }) => `${InstanceId} ${Device} ${VolumeId}`),
  );
  expect(byMachine.sort()).toEqual(byVolume.sort());
  const slots = byMachine.map((text) => text.split(' ').slice(0, 2).join(' '));
  expect(new Set(slots).size).toBe(slots.length);
}

/** Once nothing is stuck any more and time passes, everything comes to rest. */
async function expectRest(sim: SimAccount): Promise<void> {
  await sim.clock.sleep(60_000);
  const stuck = await listAll(sim);
  for (const { InstanceId = '' } of stuck.machines) await sim.conditions.unstick(InstanceId);
  for (const { VolumeId = '' } of stuck.volumes) await sim.conditions.unstick(VolumeId);
  await sim.clock.sleep(600_000);
  const { machines, volumes } = await listAll(sim);
  for (const { State } of machines) {
    expect(['running', 'stopped', 'terminated']).toContain(State?.Name);
  }
  for (const { State, Attachments = [] } of volumes) {
    expect(['available', 'in-use', 'error']).toContain(State);
    for (const attachment of Attachments) expect(['attached', 'busy']).toContain(attachment.State);
  }
}

/** What the ghost wrote down is not a change of the account. */
function textOf({ violations: _written, ...state }: AccountState): string {
  return JSON.stringify(state);
}

test.each([
  ['at once', {}],
  ['late', laggy],
] as const)(
  'whatever is called of an account that knows things %s, a refusal changes nothing',
  async (how, delays) => {
    await fc.assert(
      fc.asyncProperty(draws, async (walk) => {
        const state = seedAccount(simFleet(), simStart);
        const sim = simAccount({ store: memoryStore(state), wallClock: stillClock, delays });
        for (const draw of walk) {
          const before = textOf(state);
          const code = await codeOf(perform(sim, draw));
          // A mistake of the simulator itself would be a plain JavaScript error.
          expect(code).not.toMatch(/Error$/);
          if (code !== 'ok') expect(textOf(state)).toBe(before);
          // Listings that are late for different resources cannot agree.
          if (how === 'at once') await expectAgreement(sim);
        }
        await expectRest(sim);
        await expectAgreement(sim);
      }),
      { numRuns: 60 },
    );
  },
);

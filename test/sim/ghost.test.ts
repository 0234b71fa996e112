import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { homeDeviceName } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  attach,
  createHome,
  launch,
  launchInput,
  machineWithHome,
  stopFully,
  tag,
} from '../support/sim-calls.ts';
import { newSim, simGroup, simSubnets } from '../support/sim-fleet.ts';

function rules(sim: SimAccount): string[] {
  return sim.ghost.violations.map(({ rule, action }) => `${rule} ${action}`);
}

/** A person's own machine and volume, without any of our tags. */
async function strangers(sim: SimAccount): Promise<{ instanceId: string; volumeId: string }> {
  const { ImageId } = await launchInput(sim);
  const [instanceId = ''] = await sim.people.launch({
    ImageId,
    InstanceType: 't3.large',
    SubnetId: simSubnets[0],
    SecurityGroupIds: [simGroup],
    MinCount: 1,
    MaxCount: 1,
  });
  const volumeId = await sim.people.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 8 });
  await sim.clock.sleep(60_000);
  return { instanceId, volumeId };
}

test('deleting a home is S1, whatever its tags say by then', async () => {
  const sim = newSim();
  const homeId = await createHome(sim);
  await sim.clock.sleep(3_000);
  await sim.people.tag(homeId, { 'devinstance:role': 'scratch' });
  await sim.ec2.send(new DeleteVolumeCommand({ VolumeId: homeId }));
  expect(rules(sim)).toEqual(['S1 DeleteVolume']);
  expect(() => sim.ghost.assertSilent()).toThrow(`S1 home ${homeId} is deleted (DeleteVolume`);
});

test('terminating with a home attached is S5, and S1 where that deletes it', async () => {
  const sim = newSim();
  const { machineId } = await machineWithHome(sim);
  const terminate = new TerminateInstancesCommand({ InstanceIds: [machineId] });
  await sim.ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId: machineId,
      BlockDeviceMappings: [{ DeviceName: homeDeviceName, Ebs: { DeleteOnTermination: true } }],
    }),
  );
  await sim.ec2.send(terminate);
  expect(rules(sim)).toEqual([
    'S1 ModifyInstanceAttribute',
    'S5 TerminateInstances',
    'S1 TerminateInstances',
  ]);
});

test('a home that a launch makes is S1', async () => {
  const sim = newSim();
  const input = await launchInput(sim);
  const Tags = [{ Key: 'devinstance:role', Value: 'home' }];
  const TagSpecifications = [{ ResourceType: 'volume' as const, Tags }];
  await sim.ec2.send(new RunInstancesCommand({ ...input, TagSpecifications }));
  expect(rules(sim)).toEqual(['S1 RunInstances']);
});

test('keeping a home from being deleted is silent', async () => {
  const sim = newSim();
  const { machineId } = await machineWithHome(sim);
  await sim.ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId: machineId,
      BlockDeviceMappings: [{ DeviceName: homeDeviceName, Ebs: { DeleteOnTermination: false } }],
    }),
  );
  sim.ghost.assertSilent();
});

test('a home made for several machines, or detached by force, is S2', async () => {
  const sim = newSim();
  await sim.ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: 'eu-west-1a',
      Size: 100,
      VolumeType: 'io2',
      Iops: 1000,
      MultiAttachEnabled: true,
      ClientToken: 'multi',
      TagSpecifications: [
        { ResourceType: 'volume', Tags: [{ Key: 'devinstance:role', Value: 'home' }] },
      ],
    }),
  );
  expect(rules(sim)).toEqual(['S2 CreateVolume']);
  const other = newSim();
  const { machineId, homeId } = await machineWithHome(other);
  await stopFully(other, machineId);
  await other.ec2.send(new DetachVolumeCommand({ VolumeId: homeId, Force: true }));
  expect(rules(other)).toEqual(['S2 DetachVolume']);
});

test.each([
  ['running', 0],
  ['stopping', 1_000],
])('detaching a home from a %s machine is S3', async (_state, stoppingMs) => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  if (stoppingMs > 0) {
    await sim.ec2.send(new StopInstancesCommand({ InstanceIds: [machineId] }));
    await sim.clock.sleep(stoppingMs);
  }
  await sim.ec2.send(new DetachVolumeCommand({ VolumeId: homeId }));
  expect(rules(sim)).toEqual(['S3 DetachVolume']);
});

test('permission that outlives the first format is S4 once the disk looks empty', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await stopFully(sim, machineId);
  await sim.people.wipeSignature(homeId);
  await sim.ec2.send(new StartInstancesCommand({ InstanceIds: [machineId] }));
  expect(rules(sim)).toEqual(['S4 StartInstances']);
});

test('a second live machine of one uid is S5', async () => {
  const sim = newSim();
  await launch(sim, { ordinal: '1' });
  await launch(sim, { ordinal: '2' });
  expect(rules(sim)).toEqual(['S5 RunInstances']);
});

test('starting the old machine beside the new one is S5', async () => {
  const sim = newSim();
  const old = await launch(sim, { ordinal: '1' });
  await sim.clock.sleep(30_000);
  await stopFully(sim, old);
  await launch(sim, { ordinal: '2' });
  sim.ghost.assertSilent();
  await sim.ec2.send(new StartInstancesCommand({ InstanceIds: [old] }));
  expect(rules(sim)).toEqual(['S5 StartInstances']);
});

test('a third machine of one uid is S5 even while the others are stopped', async () => {
  const sim = newSim();
  for (const ordinal of ['1', '2']) {
    const id = await launch(sim, { ordinal });
    await sim.clock.sleep(30_000);
    await stopFully(sim, id);
  }
  sim.ghost.assertSilent();
  await launch(sim, { ordinal: '3' });
  expect(rules(sim)).toEqual(['S5 RunInstances']);
});

test.each([{ uid: 'uid-2' }, { owner: 'bob' }])('attaching the home of %j is S6', async (other) => {
  const sim = newSim();
  const machineId = await launch(sim);
  const homeId = await createHome(sim, other);
  await sim.clock.sleep(30_000);
  await attach(sim, machineId, homeId);
  expect(rules(sim)).toEqual(['S6 AttachVolume']);
});

test('one token in two zones, a twin, a second home and a missing token are S8', async () => {
  const twin = newSim();
  const first = await launch(twin, { token: 'same' });
  await twin.people.terminate(first);
  await launch(twin, { token: 'same', subnetId: simSubnets[1] });
  // One machine was launched twice: by its token, and by its number.
  expect(rules(twin)).toEqual(['S8 RunInstances', 'S8 RunInstances']);

  const homes = newSim();
  await createHome(homes, { token: 'one' });
  await createHome(homes, { token: 'two' });
  expect(rules(homes)).toEqual(['S8 CreateVolume']);

  const bare = newSim();
  const { ClientToken: _none, ...input } = await launchInput(bare);
  await bare.ec2.send(new RunInstancesCommand(input));
  expect(rules(bare)).toEqual(['S8 RunInstances']);
});

test('whatever is done to a resource of others is S10', async () => {
  const sim = newSim();
  const { instanceId, volumeId } = await strangers(sim);
  await tag(sim, volumeId, { 'devinstance:fleet': 'dev' });
  await sim.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  await sim.clock.sleep(60_000);
  await sim.ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
  await sim.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  expect(rules(sim)).toEqual([
    'S10 CreateTags',
    'S10 StopInstances',
    'S10 StartInstances',
    'S10 TerminateInstances',
  ]);
});

test("attaching a stranger's volume is S10 beside S6", async () => {
  const sim = newSim();
  const { volumeId } = await strangers(sim);
  const machineId = await launch(sim);
  await sim.clock.sleep(30_000);
  await sim.ec2.send(
    new AttachVolumeCommand({ InstanceId: machineId, VolumeId: volumeId, Device: '/dev/sdg' }),
  );
  expect(new Set(rules(sim))).toEqual(new Set(['S10 AttachVolume', 'S6 AttachVolume']));
});

test('what people do is not held against the controller', async () => {
  const sim = newSim();
  const { machineId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await sim.people.detach(homeId, { force: true });
  await sim.clock.sleep(5_000);
  await sim.people.attach(homeId, machineId, homeDeviceName);
  await sim.people.terminate(machineId);
  await sim.clock.sleep(60_000);
  await sim.people.deleteVolume(homeId);
  sim.ghost.assertSilent();
});

test("a person's start of the old machine is not a second live one", async () => {
  const sim = newSim();
  const old = await launch(sim, { ordinal: '1' });
  await sim.clock.sleep(30_000);
  await stopFully(sim, old);
  await sim.people.start(old);
  await launch(sim, { ordinal: '2' });
  sim.ghost.assertSilent();
});

test('a refused call is no violation', async () => {
  const sim = newSim();
  const { homeId } = await machineWithHome(sim);
  const gone = new DeleteVolumeCommand({ VolumeId: homeId });
  await expect(sim.ec2.send(gone)).rejects.toThrow('currently attached');
  sim.ghost.assertSilent();
});

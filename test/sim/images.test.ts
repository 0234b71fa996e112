import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
} from '@aws-sdk/client-ec2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { seedAccount } from '../../controller/sim/seed.ts';
import { memoryStore } from '../../controller/sim/store.ts';
import {
  codeOf,
  createHome,
  fleetTags,
  launch,
  machineWithHome,
  stopFully,
} from '../support/sim-calls.ts';
import { newSim, simChannel, simFleet, simStart } from '../support/sim-fleet.ts';

const minuteMs = 60_000;

function accusations(sim: SimAccount): readonly string[] {
  return sim.ghost.violations.map(({ rule, message }) => `${rule} ${message}`);
}

function deregister(sim: SimAccount, ImageId: string, DeleteAssociatedSnapshots = true) {
  return sim.ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots }));
}

async function tagsOf(sim: SimAccount, id: string): Promise<Readonly<Record<string, string>>> {
  const { Images } = await sim.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
  return Object.fromEntries((Images?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
}

const ours = { [tagKeys.fleet]: 'dev', [tagKeys.channel]: simChannel.name };

test('images of a channel, seeded, pinned or published, carry its tags; own images none', () => {
  const pin = 'ami-0123456789abcdef0';
  const own = 'ami-0123456789abcdef1';
  const desired = simFleet({ image: { id: own, allowExpired: false } });
  const channels = new Map([[simChannel.name, { ...simChannel, pin }]]);
  const { images } = seedAccount({ ...desired, channels }, simStart);
  const tags = Object.fromEntries(Object.values(images).map((each) => [each.id, each.tags]));
  expect(Object.keys(tags)).toHaveLength(3);
  expect([tags[pin], tags[own]]).toEqual([ours, {}]);
  delete tags[own];
  expect(Object.values(tags)).toEqual([ours, ours]);
});

test('an account keeps the name of the fleet that it was made for: its ledger does too', async () => {
  const sim = newSim();
  const fleet = { ...simFleet().fleet, name: 'another' };
  await sim.ensureSeeded({ ...simFleet(), fleet });
  expect(await tagsOf(sim, await sim.people.publishImage(simChannel))).toEqual(ours);
});

test('an account from before it knew its fleet learns it from the next specs', async () => {
  const state = seedAccount(simFleet(), simStart);
  delete state.fleet;
  const sim = newSim({ store: memoryStore(state) });
  await sim.ensureSeeded(simFleet());
  expect(await tagsOf(sim, await sim.people.publishImage(simChannel))).toEqual(ours);
});

test.each<[string, (sim: SimAccount) => Promise<string>, readonly string[]]>([
  ['the fleet’s own and unused', (sim) => sim.people.publishImage(simChannel), []],
  [
    'another fleet’s',
    (sim) => sim.people.publishImage(simChannel, { tags: { ...ours, [tagKeys.fleet]: 'qa' } }),
    ['S10 IMAGE is not of a channel of the fleet'],
  ],
  [
    'of no channel',
    (sim) => sim.people.publishImage(simChannel, { tags: { [tagKeys.fleet]: 'dev' } }),
    ['S10 IMAGE is not of a channel of the fleet'],
  ],
])('the ghost looks on as an image is deregistered that is %s', async (_what, make, said) => {
  const sim = newSim();
  const id = await make(sim);
  await deregister(sim, id);
  expect(accusations(sim).map((text) => text.replace(id, 'IMAGE'))).toEqual(said);
});

test('an image that a machine is made of is deregistered in doubt, whoever runs or stopped it', async () => {
  const sim = newSim();
  const id = await sim.people.publishImage(simChannel);
  const machineId = await launch(sim);
  await sim.clock.sleep(minuteMs);
  await sim.people.stop(machineId);
  await sim.clock.sleep(minuteMs);
  await deregister(sim, id);
  expect(accusations(sim)).toEqual([`S11 ${id} is deregistered while ${machineId} has it`]);
});

test('an image whose last machine is terminated may go', async () => {
  const sim = newSim();
  const id = await sim.people.publishImage(simChannel);
  await sim.people.terminate(await launch(sim));
  await deregister(sim, id);
  sim.ghost.assertSilent();
});

test('a snapshot of a home that somebody made an image of does not go with it unseen', async () => {
  const sim = newSim();
  const homeId = await createHome(sim);
  await sim.clock.sleep(minuteMs);
  const rootSnapshotId = await sim.people.snapshot(homeId, fleetTags('snapshot'));
  const keeping = await sim.people.publishImage(simChannel, { rootSnapshotId });
  await deregister(sim, keeping, false);
  sim.ghost.assertSilent();
  const taking = await sim.people.publishImage(simChannel, { rootSnapshotId });
  await deregister(sim, taking);
  expect(accusations(sim)).toEqual([`S1 ${rootSnapshotId}, a snapshot, goes with image ${taking}`]);
});

test("the image pipeline's parameter is not the controller's to write, any other is", async () => {
  const sim = newSim();
  const put = (Name: string) =>
    sim.ssm.send(new PutParameterCommand({ Name, Value: 'x', Type: 'String', Overwrite: true }));
  await put('/golden/latest');
  await put('/golden/latest');
  sim.ghost.assertSilent();
  await put(simChannel.follow);
  expect(accusations(sim)).toEqual([
    `S10 the image pipeline's parameter ${simChannel.follow} is written`,
  ]);
});

async function checkOf(sim: SimAccount, machineId: string): Promise<string | undefined> {
  const command = new DescribeInstanceStatusCommand({ InstanceIds: [machineId] });
  return (await sim.ec2.send(command)).InstanceStatuses?.[0]?.InstanceStatus?.Status;
}

test('a machine of an image that fails later is ready first, then impaired, in every boot', async () => {
  const sim = newSim();
  await sim.people.publishImage(simChannel, { failsAfterMinutes: 10 });
  const { machineId } = await machineWithHome(sim);
  const states: unknown[] = [];
  const look = async () =>
    states.push([await checkOf(sim, machineId), sim.reports().get(machineId)?.phase]);
  for (let boot = 0; boot < 2; boot += 1) {
    await sim.clock.sleep(5 * minuteMs);
    await look();
    await sim.clock.sleep(6 * minuteMs);
    await look();
    await stopFully(sim, machineId);
    await sim.people.start(machineId);
  }
  const once = [
    ['ok', 'ready'],
    ['impaired', 'ready'],
  ];
  expect(states).toEqual([...once, ...once]);
});

test.each([
  ['unbootable', 'initializing', undefined],
  ['home-fails', 'ok', 'failed'],
] as const)('every machine of an image that is %s is', async (flaw, check, phase) => {
  const sim = newSim();
  await sim.people.publishImage(simChannel, { flaw });
  for (const uid of ['uid-1', 'uid-2']) {
    const { machineId } = await machineWithHome(sim, { uid });
    await sim.clock.sleep(10 * minuteMs);
    expect([await checkOf(sim, machineId), sim.reports().get(machineId)?.phase]).toEqual([
      check,
      phase,
    ]);
  }
});

test('seeding again does not bring a deregistered image back', async () => {
  const sim = newSim();
  const { Images } = await sim.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  const id = Images?.[0]?.ImageId ?? '';
  await sim.people.deregisterImage(id);
  await sim.ensureSeeded(simFleet());
  expect(await codeOf(tagsOf(sim, id))).toBe('InvalidAMIID.NotFound');
});

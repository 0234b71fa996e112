import type { BlockDeviceMapping, DescribeImagesCommand, Image } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { ResolvedChannel } from '../../controller/core/desired.ts';
import type { ImageReading } from '../../controller/core/observed.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { cloudOver, imageIdOf, interestIn } from '../support/aws-cloud.ts';
import { callsOf } from '../support/leaving.ts';
import { newSim, simChannel } from '../support/sim-fleet.ts';

async function readChannel(sim: SimAccount, changes: Partial<ResolvedChannel> = {}) {
  const channel = { ...simChannel, ...changes };
  const { images, failures } = await cloudOver(sim).observe(interestIn({ channels: [channel] }));
  expect(failures).toEqual([]);
  return images.get(channel.name);
}

function reasonOf(reading: ImageReading | undefined): string {
  return reading?.usable === false ? reading.reason : 'usable';
}

test('a channel resolves to the image its parameter names, with the version', async () => {
  const sim = newSim();
  expect(await readChannel(sim)).toMatchObject({
    usable: true,
    parameterVersion: 1,
    architecture: 'x86_64',
    rootDeviceName: '/dev/sda1',
    rootSnapshotGib: 8,
    createdAt: '2026-11-21T08:00:00.000Z',
  });
  const newer = await sim.people.publishImage(simChannel);
  expect(await readChannel(sim)).toMatchObject({ imageId: newer, parameterVersion: 2 });
});

test('a pin wins over the parameter and has no version', async () => {
  const sim = newSim();
  const first = await imageIdOf(cloudOver(sim));
  await sim.people.publishImage(simChannel);
  const reading = await readChannel(sim, { pin: first });
  expect(reading).toMatchObject({ usable: true, imageId: first });
  expect(reading).not.toHaveProperty('parameterVersion');
});

test.each<[string, Partial<ResolvedChannel>, RegExp]>([
  ['another architecture', { architecture: 'arm64' }, /is for x86_64, not arm64/],
  ['a foreign owner', { allowedOwners: ['999988887777'] }, /belongs to 111122223333, not to 9999/],
  ['no parameter', { follow: '/nothing' }, /\/nothing does not exist/],
  ['a pin that does not exist', { pin: 'ami-0123456789abcdef0' }, /does not exist here/],
])('%s makes a channel unusable', async (_what, changes, reason) => {
  expect(reasonOf(await readChannel(newSim(), changes))).toMatch(reason);
});

test.each(['ami-;rm', 'ami-1', 'AMI-0123456789abcdef0', ' ami-01234567', 'ami-0123456789abcdef01'])(
  'the parameter value %j is no image id and is not asked for',
  async (value) => {
    const sim = newSim();
    await sim.people.putParameter(simChannel.follow, value);
    expect(reasonOf(await readChannel(sim))).toMatch(/is not an image id/);
    expect(callsOf(sim, 'DescribeImages').filter((call) => 'ImageIds' in call)).toEqual([]);
  },
);

test('control characters of a parameter do not reach the reason', async () => {
  const sim = newSim();
  await sim.people.putParameter(simChannel.follow, `\u001b[31mami${'x'.repeat(200)}\n`);
  const reason = reasonOf(await readChannel(sim));
  expect(reason).toMatch(/^[\x20-\x7e…]+$/);
  expect(reason.length).toBeLessThan(250);
});

test('one bad channel leaves the others usable, however many there are', async () => {
  const sim = newSim();
  const channels = Array.from({ length: 23 }, (_, i) => ({
    ...simChannel,
    name: `channel-${i}`,
    follow: `/images/${i}`,
  }));
  const good = await imageIdOf(cloudOver(sim));
  for (const { follow } of channels.slice(1)) await sim.people.putParameter(follow, good);
  const { images } = await cloudOver(sim).observe(interestIn({ channels }));
  const usable = [...images].filter(([, reading]) => reading.usable).map(([name]) => name);
  expect(usable.sort()).toEqual(
    channels
      .slice(1)
      .map(({ name }) => name)
      .sort(),
  );
});

test('a refused batch of parameters is read name by name', async () => {
  const sim = newSim();
  sim.faults.add({ action: 'GetParameters', when: 'before', error: 'AccessDeniedException' });
  const other = { ...simChannel, name: 'other', follow: '/nothing' };
  const { images } = await cloudOver(sim).observe(interestIn({ channels: [simChannel, other] }));
  expect(images.get(simChannel.name)?.usable).toBe(true);
  expect(reasonOf(images.get('other'))).toMatch(/does not exist/);
});

/** A client whose images are as told, whatever the account says of them. */
function withImages(sim: SimAccount, changes: Partial<Image>): SimAccount['ec2'] {
  const send = async (command: DescribeImagesCommand) => {
    const answer = await sim.ec2.send(command);
    return { ...answer, Images: answer.Images?.map((image) => ({ ...image, ...changes })) };
  };
  return { send } as unknown as SimAccount['ec2'];
}

/** Beside its root, an image names these. */
function beside(...mappings: readonly BlockDeviceMapping[]): Partial<Image> {
  const root = { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8 } };
  return { BlockDeviceMappings: [root, ...mappings] };
}

test.each<[Partial<Image>, RegExp]>([
  [{ State: 'pending' }, /is pending/],
  [{ State: 'deregistered' }, /is deregistered/],
  [{ State: 'disabled' }, /is disabled/],
  [{ BlockDeviceMappings: [] }, /has no EBS root volume/],
  [{ RootDeviceName: '/dev/xvda' }, /has no EBS root volume/],
  [beside({ DeviceName: '/dev/sdb', Ebs: { VolumeSize: 20 } }), /beside its root, at \/dev\/sdb/],
  [beside({ DeviceName: '/dev/sdf', Ebs: { SnapshotId: 'snap-01234567' } }), /at \/dev\/sdf/],
])('an image with %j is unusable', async (changes, reason) => {
  const sim = newSim();
  const cloud = cloudOver(sim, { ec2: withImages(sim, changes) });
  const { images } = await cloud.observe(interestIn({ channels: [simChannel] }));
  expect(reasonOf(images.get(simChannel.name))).toMatch(reason);
});

test('a deprecated image is still asked for: it can be launched', async () => {
  const sim = newSim();
  await readChannel(sim);
  const [call] = sim.calls.filter(({ action }) => action === 'DescribeImages');
  expect(call?.parameters).toMatchObject({ IncludeDeprecated: true });
});

test('a parameter that may not be read is a failed read, not an unusable image', async () => {
  const sim = newSim();
  sim.faults.add({ action: 'GetParameters', when: 'before', error: 'AccessDeniedException' });
  const { images, failures } = await cloudOver(sim).observe(interestIn({ channels: [simChannel] }));
  expect(images.get(simChannel.name)).toBeUndefined();
  expect(failures).toMatchObject([
    {
      what: 'images',
      message: expect.stringMatching(/permission/),
      remedy: expect.stringMatching(/Allow/),
    },
  ]);
});

test('an own image is found by its id, whoever owns it', async () => {
  const sim = newSim();
  const id = await imageIdOf(cloudOver(sim));
  const gone = 'ami-0123456789abcdef0';
  const { images } = await cloudOver(sim).observe(interestIn({ imageIds: [id, gone, 'ami-?'] }));
  expect(images.get(id)).toMatchObject({ usable: true, imageId: id });
  expect(reasonOf(images.get(gone))).toMatch(/does not exist here/);
  expect(reasonOf(images.get('ami-?'))).toMatch(/is not an image id/);
});

test('devices beside the root that are no volumes do no harm', async () => {
  const sim = newSim();
  const mappings = [
    { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
    { DeviceName: '/dev/sdc', NoDevice: '' },
  ];
  const cloud = cloudOver(sim, { ec2: withImages(sim, beside(...mappings)) });
  const { images } = await cloud.observe(interestIn({ channels: [simChannel] }));
  expect(images.get(simChannel.name)?.usable).toBe(true);
});

test('a volume beside the root is one too many for a channel, a pin and an own image', async () => {
  const sim = newSim();
  const extraDevices = [{ deviceName: '/dev/sdf', sizeGib: 20 }];
  const id = await sim.people.publishImage(simChannel, { extraDevices });
  const pinned = { ...simChannel, name: 'pinned', pin: id };
  const interest = interestIn({ channels: [simChannel, pinned], imageIds: [id] });
  const { images } = await cloudOver(sim).observe(interest);
  const reason = `image ${id} has an EBS volume beside its root, at /dev/sdf`;
  expect(images.get(simChannel.name)).toMatchObject({
    usable: false,
    reason: `${reason} (from ${simChannel.follow})`,
    remedy: expect.stringMatching(/^Build the image with no volume but its root/),
  });
  expect([reasonOf(images.get('pinned')), reasonOf(images.get(id))]).toEqual([reason, reason]);
});

import type { DescribeImagesCommand, Image } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { ResolvedChannel } from '../../controller/core/desired.ts';
import type { ImageReading, Interest, Observed } from '../../controller/core/observed.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { cloudOver, interestIn } from '../support/aws-cloud.ts';
import { callsOf } from '../support/leaving.ts';
import { newSim, simChannel, simStart } from '../support/sim-fleet.ts';

const other: ResolvedChannel = { ...simChannel, name: 'gpu', follow: '/gpu' };
const channels: readonly ResolvedChannel[] = [simChannel, other];

function observe(sim: SimAccount, changes: Partial<Interest> = {}): Promise<Observed> {
  return cloudOver(sim).observe(interestIn({ channels, ...changes }));
}

function imageOf(readings: ReadonlyMap<string, ImageReading>, key: string) {
  const reading = readings.get(key);
  return reading?.usable === true ? reading : undefined;
}

test('what a usable image says of channel and phase counts where it is tagged for this fleet', async () => {
  const sim = newSim();
  const completed = await sim.people.publishImage(other);
  await sim.people.tag(completed, { [tagKeys.phase]: 'completed' });
  const tags = { [tagKeys.fleet]: 'qa', [tagKeys.channel]: 'gpu', [tagKeys.phase]: 'denied' };
  const foreign = await sim.people.publishImage(simChannel, { tags });
  const untagged = await sim.people.publishImage(simChannel, { tags: {} });
  const { images } = await observe(sim, { imageIds: [foreign, untagged] });
  expect(imageOf(images, 'gpu')).toMatchObject({ channel: 'gpu', phase: 'completed' });
  for (const id of [foreign, untagged]) {
    const reading = imageOf(images, id);
    expect([reading?.channel, reading?.phase]).toEqual([undefined, undefined]);
  }
});

const published = { stable: '/golden/latest', previous: '/golden/previous' };

test('what the parameters of a channel hold is read in one call', async () => {
  const sim = newSim();
  const image = await sim.people.publishImage(simChannel);
  await sim.people.putParameter(published.stable, 'ami-0123456789abcdef0');
  const seen = await observe(sim, { channels: [{ ...simChannel, publish: published }] });
  expect(seen.published).toEqual(
    new Map([
      [simChannel.follow, image],
      [published.stable, 'ami-0123456789abcdef0'],
      [published.previous, null],
    ]),
  );
  expect(callsOf(sim, 'GetParameters')).toEqual([
    { Names: [simChannel.follow, published.stable, published.previous] },
  ]);
});

test('a parameter that cannot be read is left out of what was published, not absent from it', async () => {
  const sim = newSim();
  sim.faults.add({ action: 'GetParameters', when: 'before', error: 'timeout' });
  const seen = await observe(sim, { channels: [{ ...simChannel, publish: published }] });
  expect(seen.published).toEqual(new Map());
  expect(seen.failures.map(({ what }) => what)).toEqual(['images']);
});

test('all images of all channels are listed, in every state, with what became of them', async () => {
  const sim = newSim();
  const [seeded] = (await observe(sim, { channels: [simChannel] })).channelImages ?? [];
  await sim.clock.sleep(60_000);
  const denied = await sim.people.publishImage(other);
  await sim.people.tag(denied, { [tagKeys.phase]: 'denied' });
  const pending = await sim.people.publishImage(other, { state: 'pending' });
  await sim.people.publishImage(other, { tags: { [tagKeys.fleet]: 'dev' } });
  await sim.people.publishImage(other, {
    tags: { [tagKeys.fleet]: 'd*v', [tagKeys.channel]: 'gpu' },
  });
  await sim.people.publishImage(other, { ownerId: '999988887777' });
  const { channelImages } = await observe(sim);
  const createdAt = '2026-11-21T08:01:00.000Z';
  const state = 'available';
  expect(new Set(channelImages)).toEqual(
    new Set([
      { ...seeded, channel: simChannel.name, state, createdAt: simStart },
      { imageId: denied, name: 'gpu 1.0.1', channel: 'gpu', phase: 'denied', state, createdAt },
      { imageId: pending, name: 'gpu 1.0.2', channel: 'gpu', state: 'pending', createdAt },
    ]),
  );
});

test("Image Builder's machines are listed until they go, with their channel", async () => {
  const sim = newSim();
  const left = await sim.people.startBuilder(other);
  const gone = await sim.people.startBuilder(other);
  const another = await sim.people.startBuilder(other);
  await sim.people.tag(another, { CreatedBy: 'somebody' });
  await sim.clock.sleep(60_000);
  const stopped = await sim.people.startBuilder(other);
  await sim.people.untag(stopped, [tagKeys.channel]);
  await sim.clock.sleep(60_000);
  await sim.people.stop(stopped);
  await sim.people.terminate(gone);
  const { builders } = await observe(sim);
  expect(new Set(builders)).toEqual(
    new Set([
      { machineId: left, launchedAt: simStart, channel: 'gpu' },
      { machineId: stopped, launchedAt: '2026-11-21T08:01:00.000Z' },
    ]),
  );
});

test('pages are followed to the last, however they are cut', async () => {
  const sim = newSim();
  for (let count = 0; count < 12; count += 1) await sim.people.publishImage(other);
  const builders = await Promise.all(
    Array.from({ length: 12 }, () => sim.people.startBuilder(other)),
  );
  sim.conditions.roughenPages('upkeep');
  const seen = await observe(sim);
  expect(seen.channelImages).toHaveLength(13);
  expect(seen.builders).toHaveLength(builders.length);
});

test.each<[string, string, number, keyof Observed]>([
  ['DescribeImages', 'channel-images', 1, 'channelImages'],
  ['DescribeInstances', 'builders', 2, 'builders'],
])('a %s that fails leaves %s unread, and nothing else', async (action, what, nth, part) => {
  const sim = newSim();
  sim.faults.add({ action, nth, when: 'before', error: 'InternalError' });
  const seen = await observe(sim, { channels: [simChannel] });
  expect(seen[part]).toBeUndefined();
  expect(seen.failures.map((failure) => failure.what)).toEqual([what]);
  expect(seen.images.get(simChannel.name)?.usable).toBe(true);
});

test('a listing that breaks off is unread, not short', async () => {
  const sim = newSim({ pageSize: 5 });
  for (let count = 0; count < 12; count += 1) await sim.people.publishImage(other);
  sim.conditions.roughenPages('partial');
  sim.faults.add({ action: 'DescribeImages', nth: 2, when: 'before', error: 'InternalError' });
  // Of a pin that is no image id nothing is asked, so that the listing makes all of these calls.
  const { channelImages, failures } = await observe(sim, { channels: [{ ...other, pin: 'none' }] });
  expect([channelImages, failures.map(({ what }) => what)]).toEqual([
    undefined,
    ['channel-images'],
  ]);
});

test('a fleet without channels is asked neither for images nor for builders', async () => {
  const sim = newSim();
  const seen = await observe(sim, { channels: [] });
  expect([seen.channelImages, seen.builders, seen.failures]).toEqual([undefined, undefined, []]);
  expect(callsOf(sim, 'DescribeImages')).toEqual([]);
  expect(callsOf(sim, 'DescribeInstances')).toHaveLength(1);
});

/** A client whose images say nothing of their age, or no date. */
function dated(sim: SimAccount, CreationDate: string | undefined): SimAccount['ec2'] {
  const send = async (command: DescribeImagesCommand) => {
    const answer = await sim.ec2.send(command);
    const Images = answer.Images?.map((image): Image => ({ ...image, CreationDate }));
    return { ...answer, Images };
  };
  return { send } as unknown as SimAccount['ec2'];
}

test.each([undefined, '', 'yesterday'])(
  'an image dated %j is of no use, and none to clear away',
  async (date) => {
    const sim = newSim();
    const cloud = cloudOver(sim, { ec2: dated(sim, date) });
    const { images, channelImages, failures } = await cloud.observe(
      interestIn({ channels: [simChannel] }),
    );
    expect(images.get(simChannel.name)).toMatchObject({
      usable: false,
      reason: expect.stringMatching(/does not say when it was made/),
    });
    expect([channelImages, failures]).toEqual([[], []]);
  },
);

test.each(['2026-11-21T08:00:00Z', '2026-11-21T08:00:00.000+00:00'])(
  'the date %s is an instant',
  async (date) => {
    const sim = newSim();
    const cloud = cloudOver(sim, { ec2: dated(sim, date) });
    const { images } = await cloud.observe(interestIn({ channels: [simChannel] }));
    expect(imageOf(images, simChannel.name)?.createdAt).toBe(simStart);
  },
);

import { expect, test } from 'vitest';
import type { ImageReading, Observed } from '../../controller/core/observed.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { cloudOver, interestIn } from '../support/aws-cloud.ts';
import { callsOf } from '../support/leaving.ts';
import { newSim, simChannel } from '../support/sim-fleet.ts';

const stable = '/config/dev-instances/eu-west-1/golden-ami/latest-id';
const channel = { ...simChannel, publish: { stable } };

function observe(sim: SimAccount, stableOf: readonly string[] = [channel.name]): Promise<Observed> {
  return cloudOver(sim).observe(interestIn({ channels: [channel], stableOf }));
}

async function stableReading(sim: SimAccount): Promise<ImageReading | undefined> {
  const { stableImages, failures } = await observe(sim);
  expect(failures).toEqual([]);
  return stableImages.get(channel.name);
}

test('the image completed last is read beside the newest, in the same calls', async () => {
  const sim = newSim();
  const old = await sim.people.publishImage(channel);
  await sim.people.putParameter(stable, old);
  const newest = await sim.people.publishImage(channel);
  const { images, stableImages } = await observe(sim);
  expect(images.get(channel.name)).toMatchObject({ imageId: newest, parameterVersion: 3 });
  expect(stableImages.get(channel.name)).toMatchObject({ usable: true, imageId: old });
  // The versions of two parameters are not to be compared.
  expect(stableImages.get(channel.name)).not.toHaveProperty('parameterVersion');
  expect(callsOf(sim, 'GetParameters')).toEqual([{ Names: [channel.follow, stable] }]);
  const byId = callsOf(sim, 'DescribeImages').filter((call) => 'ImageIds' in call);
  expect(byId).toMatchObject([{ ImageIds: [newest, old] }]);
});

test('it is read for a pinned channel too', async () => {
  const sim = newSim();
  const id = await sim.people.publishImage(channel);
  await sim.people.putParameter(stable, id);
  const pinned = { ...channel, pin: id };
  const interest = interestIn({ channels: [pinned], stableOf: [channel.name] });
  const { stableImages } = await cloudOver(sim).observe(interest);
  expect(stableImages.get(channel.name)).toMatchObject({ usable: true, imageId: id });
  expect(callsOf(sim, 'GetParameters')).toEqual([{ Names: [channel.follow, stable] }]);
});

test('it is looked up only for the channels that are asked for', async () => {
  const sim = newSim();
  const old = await sim.people.publishImage(channel);
  await sim.people.putParameter(stable, old);
  const newest = await sim.people.publishImage(channel);
  const { stableImages, published } = await observe(sim, []);
  expect([stableImages.size, published.get(stable)]).toEqual([0, old]);
  const byId = callsOf(sim, 'DescribeImages').filter((call) => 'ImageIds' in call);
  expect(byId).toMatchObject([{ ImageIds: [newest] }]);
});

test('a channel that publishes nothing has none', async () => {
  const interest = interestIn({ channels: [simChannel], stableOf: [simChannel.name] });
  const { stableImages, failures } = await cloudOver(newSim()).observe(interest);
  expect([stableImages.size, failures]).toEqual([0, []]);
});

test('before anything was completed there is no parameter, and no reading', async () => {
  const { images, stableImages, failures } = await observe(newSim());
  expect(images.get(channel.name)?.usable).toBe(true);
  expect([stableImages.size, failures]).toEqual([0, []]);
});

test.each<[string, (sim: SimAccount) => Promise<string>, RegExp]>([
  ['a placeholder', async () => 'none yet', /^"none yet" is not an image id \(from \/config/],
  ['an id of nothing', async () => 'ami-0123456789abcdef0', /does not exist here/],
  [
    "another's image",
    (sim) => sim.people.publishImage(channel, { ownerId: '999988887777' }),
    /belongs to 999988887777/,
  ],
  [
    'an image of another architecture',
    (sim) => sim.people.publishImage(channel, { architecture: 'arm64' }),
    /is for arm64, not x86_64/,
  ],
  [
    'an image that is not there yet',
    (sim) => sim.people.publishImage(channel, { state: 'pending' }),
    /is pending/,
  ],
])('a parameter with %s is a reading that cannot be used', async (_, value, reason) => {
  const sim = newSim();
  await sim.people.putParameter(stable, await value(sim));
  expect(await stableReading(sim)).toMatchObject({
    usable: false,
    reason: expect.stringMatching(reason),
    remedy: 'Point the parameter at an image that can be used, or delete it.',
  });
});

test.each([
  ['GetParameters', 'AccessDeniedException'],
  ['DescribeImages', 'timeout'],
])('where %s fails, nothing is said of it and the failure is told', async (action, error) => {
  const sim = newSim();
  await sim.people.putParameter(stable, await sim.people.publishImage(channel));
  sim.faults.add({ action, when: 'before', error, times: 9 });
  const { stableImages, failures } = await observe(sim);
  expect(stableImages.size).toBe(0);
  const told = new Set(failures.map(({ what }) => what));
  told.delete('channel-images');
  expect(told).toEqual(new Set(['images']));
});

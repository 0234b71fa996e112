import { describe, expect, test } from 'vitest';
import type { ChannelImage, ImageReading } from '../../../controller/core/observed.ts';
import { makePlan } from '../../../controller/core/plan/make-plan.ts';
import type { World } from '../../../controller/core/plan/world.ts';
import type { ChannelRecord } from '../../../controller/core/record.ts';
import { channelRecord, completed, formerly } from '../../support/rollout-cases.ts';
import { lastWeek, makeDesired, makeObserved, makeSpec, makeWorld } from '../../support/world.ts';

const channel = 'ubuntu-24.04';
const publish = { stable: '/config/latest-id', previous: '/config/previous-id' };

/** A settled channel of `completed`, with what the ledger and the account say beside it. */
function worldOf(
  over: Partial<ChannelRecord>,
  seen: { readonly channelImages?: readonly ChannelImage[]; readonly former?: ImageReading },
): World {
  const desired = makeDesired([makeSpec()]);
  const base = desired.channels.get(channel);
  if (base === undefined) throw new Error('the sample has no channel');
  const follow = base.follow;
  const { images } = makeObserved();
  return makeWorld({
    desired: { ...desired, channels: new Map([[channel, { ...base, publish, keep: 1 }]]) },
    channels: [channelRecord(undefined, over)],
    observed: {
      images:
        seen.former === undefined ? images : new Map([...images, [formerly.imageId, seen.former]]),
      channelImages: seen.channelImages ?? [],
      published: new Map([
        [follow, completed.imageId],
        [publish.stable, completed.imageId],
        [publish.previous, formerly.imageId],
      ]),
    },
  });
}

describe('an image that was completed before and is no more', () => {
  const gone: ImageReading = {
    usable: false,
    reason: `image ${formerly.imageId} does not exist here`,
    remedy: 'Point the channel at another.',
  };
  const earlier = { ...formerly, imageId: 'ami-000000ff' };

  test('is not published: the one before it is', () => {
    const world = worldOf({ former: [formerly, earlier] }, { former: gone });
    expect(makePlan(world).channelActions).toEqual([
      {
        kind: 'publish-image',
        channel,
        parameter: publish.previous,
        imageId: earlier.imageId,
      },
    ]);
  });

  test('is nothing to go back to', () => {
    const [status] = makePlan(worldOf({}, { former: gone })).rollouts;
    expect(status?.record.former).toEqual([]);
  });
});

describe('images that nothing keeps', () => {
  const image = (imageId: string, createdAt = lastWeek): ChannelImage => ({
    imageId,
    name: imageId,
    channel,
    state: 'available',
    createdAt,
  });
  const newest = image(completed.imageId, '2026-11-22T02:00:00.000Z');
  const tagged = { ...newest, phase: 'completed' };

  test('go one after the other, the oldest first', () => {
    const channelImages = [image('ami-000000bb'), tagged, image('ami-000000aa')];
    expect(makePlan(worldOf({}, { channelImages })).channelActions).toEqual([
      { kind: 'deregister-image', channel, imageId: 'ami-000000aa' },
    ]);
  });

  test('do not wait for one that could not go', () => {
    const refused = {
      kind: 'deregister-image',
      imageId: 'ami-000000aa',
      attempts: 9,
      notBefore: '2027-01-01T00:00:00.000Z',
      code: 'ImageInUse',
      message: 'a machine is made of it',
    } as const;
    const channelImages = [image('ami-000000aa'), image('ami-000000bb'), tagged];
    const world = worldOf({ retries: [refused] }, { channelImages });
    expect(makePlan(world).channelActions).toEqual([
      { kind: 'deregister-image', channel, imageId: 'ami-000000bb' },
    ]);
  });
});

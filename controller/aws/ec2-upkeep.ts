import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import type { Builder, ChannelImage, Interest, Observed, ReadFailure } from '../core/observed.ts';
import { tagKeys } from '../core/tags.ts';
import { type Listing, listPages, type PacedAccess, read } from './ec2-access.ts';
import { dateIn, tagFilter, tagsOf } from './ec2-fields.ts';
import { listMachines } from './ec2-machines.ts';
import { readFailure } from './errors.ts';

/** What the upkeep of images looks at: none of it decides anything about a DevInstance. */
type Upkeep = Pick<Observed, 'channelImages' | 'builders'> & {
  readonly failures: readonly ReadFailure[];
};

/**
 * Lists the images of all channels and Image Builder's machines, where the fleet has a channel. A
 * listing that fails or is partial is undefined, with its failure.
 */
export async function readUpkeep(
  access: PacedAccess,
  { channels, fleet }: Pick<Interest, 'channels' | 'fleet'>,
): Promise<Upkeep> {
  if (channels.length === 0) return { channelImages: undefined, builders: undefined, failures: [] };
  const [images, builders] = await Promise.all([
    listChannelImages(access, fleet),
    listBuilders(access),
  ]);
  return {
    channelImages: wholeOf(images),
    builders: wholeOf(builders),
    failures: [
      ...failureOf('channel-images', 'DescribeImages of the channels', images),
      ...failureOf('builders', "DescribeInstances of Image Builder's machines", builders),
    ],
  };
}

function wholeOf<Item>({ items, error }: Listing<Item>): readonly Item[] | undefined {
  return error === undefined ? items : undefined;
}

function failureOf(
  what: ReadFailure['what'],
  call: string,
  { error }: Listing<unknown>,
): readonly ReadFailure[] {
  return error === undefined ? [] : [readFailure(what, call, error)];
}

const pageSize = 1000;

/** Also those that are not available; but none that a person disabled, which is left alone. */
function listChannelImages(access: PacedAccess, fleet: string): Promise<Listing<ChannelImage>> {
  const input = {
    Owners: ['self'],
    Filters: [tagFilter(tagKeys.fleet, fleet), { Name: 'tag-key', Values: [tagKeys.channel] }],
    // A deprecated image is hidden from no one but other accounts; to be told so costs nothing.
    IncludeDeprecated: true,
    MaxResults: pageSize,
  };
  return listPages(async (token) => {
    const answer = await read(access, 'DescribeImages', () =>
      access.ec2.send(new DescribeImagesCommand({ ...input, ...token })),
    );
    return {
      items: (answer.Images ?? []).flatMap((image) => channelImageOf(image) ?? []),
      nextToken: answer.NextToken,
    };
  });
}

/** None where it does not say when it was made: AWS always does, and age decides what is kept. */
function channelImageOf(image: Image): ChannelImage | undefined {
  const { ImageId: imageId, Name: name = '', State: state = 'unknown' } = image;
  const { [tagKeys.channel]: channel, [tagKeys.phase]: phase } = tagsOf(image.Tags);
  const createdAt = dateIn(image.CreationDate);
  if (imageId === undefined || channel === undefined || createdAt === undefined) return undefined;
  return { imageId, name, channel, state, createdAt, ...(phase === undefined ? {} : { phase }) };
}

/** The tag that Image Builder gives to what it launches. */
const byImageBuilder = tagFilter('CreatedBy', 'EC2 Image Builder');
const notGoing = ['pending', 'running', 'stopping', 'stopped'];

async function listBuilders(access: PacedAccess): Promise<Listing<Builder>> {
  const states = { Name: 'instance-state-name', Values: notGoing };
  const { items, ...rest } = await listMachines(access, [byImageBuilder, states]);
  const builders = items.map(({ id, launchedAt, tags }) => {
    const channel = tags[tagKeys.channel];
    return { machineId: id, launchedAt, ...(channel === undefined ? {} : { channel }) };
  });
  return { items: builders, ...rest };
}

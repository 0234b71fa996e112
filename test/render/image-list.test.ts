import { expect, test } from 'vitest';
import type { ChannelImage, Observed } from '../../controller/core/observed.ts';
import { imageRows } from '../../controller/render/image-rows.ts';
import { builderLines, imageJson, imageTable } from '../../controller/render/image-table.ts';
import { plain } from '../../controller/render/paint.ts';
import {
  channel,
  channelRecord,
  completed,
  formerly,
  named,
  rolloutIn,
  statusOf,
} from '../support/rollout-cases.ts';
import { makeDesired, makeMachine, makeSpec, makeWorld, mondayMorning } from '../support/world.ts';

const now = mondayMorning;
const spec = makeSpec();

function image(imageId: string, createdAt: string, over: Partial<ChannelImage> = {}): ChannelImage {
  return { imageId, name: `${imageId}-name`, channel, state: 'available', createdAt, ...over };
}

function rowsOf(observed: Partial<Observed>, over: { keep?: number; denied?: boolean } = {}) {
  const desired = makeDesired([spec]);
  const settings = desired.channels.get(channel);
  if (settings === undefined) throw new Error('there is no channel');
  const { keep = 1 } = over;
  const channels = new Map([[channel, { ...settings, keep, bestBeforeMinutes: 60 * 24 * 30 }]]);
  const world = makeWorld({
    desired: { ...desired, channels },
    observed: { images: new Map([[channel, named]]), machines: [makeMachine(spec)], ...observed },
  });
  const denied = [{ imageId: completed.imageId, at: now, actor: 'kim', reason: '' }];
  const record = channelRecord(rolloutIn('Progressing'), over.denied ? { denied } : {});
  return imageRows(world, statusOf(record.rollout, { record }));
}

const images = [
  image('ami-00000009', '2026-10-01T00:00:00.000Z', { phase: 'denied' }),
  image('ami-00000002', '2026-11-22T02:00:00.000Z', { name: 'ubuntu-24.04-20261122' }),
  image('ami-00000001', '2026-11-08T02:00:00.000Z', { phase: 'completed' }),
  image('ami-00000003', '2026-11-23T08:00:00.000Z', { state: 'pending' }),
  image('ami-00000004', '2026-11-23T08:00:00.000Z', { channel: 'arm' }),
];

test('every image of the channel, newest first, with what keeps it', () => {
  const machines = [{ ...makeMachine(spec), imageId: 'ami-00000001' }];
  expect(imageTable(rowsOf({ channelImages: images, machines }), now, plain)).toBe(
    `CHANNEL       IMAGE         NAME                   CREATED               AGE  WHAT
ubuntu-24.04  ami-00000003  ami-00000003-name      Mon 08:00 UTC         60m  pending
ubuntu-24.04  ami-00000002  ubuntu-24.04-20261122  Sun 02:00 UTC         31h  followed, rollout r2, one of the newest 1
ubuntu-24.04  ami-00000001  ami-00000001-name      2026-11-08 02:00 UTC  15d  stable, in use by 1 machine, completed
ubuntu-24.04  ami-00000009  ami-00000009-name      2026-10-01 00:00 UTC  53d  denied, past its best-before, to be deregistered, as nothing keeps it
ubuntu-24.04  ami-00000000  ubuntu-24.04-20261025  -                     -    previous, not tagged as an image of this channel, completed
`,
  );
});

test('what was taken back says by whom', () => {
  const rows = rowsOf({ channelImages: images }, { denied: true });
  const marks = rows.find(({ imageId }) => imageId === completed.imageId)?.marks;
  expect(marks).toEqual(['denied by kim', 'completed']);
});

test('where the images could not be listed, those that are named are there all the same', () => {
  const rows = rowsOf({ channelImages: undefined });
  const ids = rows.map(({ imageId }) => imageId);
  expect(ids).toEqual(
    expect.arrayContaining(['ami-00000002', completed.imageId, formerly.imageId]),
  );
  expect(rows.every(({ keptFor }) => keptFor.includes('its tags could not be read'))).toBe(true);
  const [first] = rows;
  expect(first).toMatchObject({ imageId: 'ami-00000002', createdAt: '2026-11-22T02:00:00.000Z' });
});

test('what its machines are made of is there, also without a name', () => {
  const machines = [{ ...makeMachine(spec), imageId: 'ami-00000007' }];
  const rows = rowsOf({ channelImages: [], machines });
  expect(rows.find(({ imageId }) => imageId === 'ami-00000007')).toEqual({
    channel,
    imageId: 'ami-00000007',
    name: '',
    marks: [],
    keptFor: ['in use by 1 machine', 'not tagged as an image of this channel'],
  });
});

test('a channel that git does not describe any more has none', () => {
  const world = makeWorld({});
  const status = { ...statusOf(undefined), channel: 'gone' };
  expect(imageTable(imageRows(world, status), now, plain)).toBe('no images\n');
});

test('machines that Image Builder left come with the command that ends them', () => {
  const builders = [{ machineId: 'i-0b', launchedAt: '2026-11-20T09:00:00.000Z' }];
  expect(builderLines(builders, { now, region: 'eu-west-1' }, plain)).toBe(
    `Image Builder left i-0b running for 3d
  -> aws ec2 terminate-instances --region eu-west-1 --instance-ids i-0b
`,
  );
  expect(JSON.parse(imageJson([], builders))).toEqual({ images: [], leftoverBuilders: builders });
});

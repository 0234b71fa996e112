import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  type Filter,
  type Image,
} from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { simChannel } from '../support/sim-fleet.ts';
import {
  aWhile,
  codeOf,
  given,
  launch,
  powerOf,
  running,
  start,
  stopped,
  tagList,
} from './calls.ts';
import type { Account, Fact } from './fact.ts';

function deregister({ ec2 }: Account, ImageId: string, DeleteAssociatedSnapshots?: boolean) {
  return ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots }));
}

async function images({ ec2 }: Account, input: DescribeImagesCommandInput): Promise<Image[]> {
  return (await ec2.send(new DescribeImagesCommand(input))).Images ?? [];
}

function readImage(account: Account, id: string): Promise<Image[]> {
  return images(account, { ImageIds: [id] });
}

async function snapshotOf(account: Account, imageId: string): Promise<string> {
  const [image] = await readImage(account, imageId);
  return given(image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);
}

async function hasSnapshot({ ec2 }: Account, id: string): Promise<boolean> {
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  return Snapshots.some(({ SnapshotId }) => SnapshotId === id);
}

async function machineIds({ ec2 }: Account, Filters: Filter[]): Promise<readonly string[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId }) =>
    given(InstanceId),
  );
}

const finding: readonly Fact[] = [
  {
    name: 'CreateTags and DescribeImages: own images are found by a tag and by a tag key',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const [one, other] = [await account.makeImage(), await account.makeImage()];
      const tagged = { team: 'images', line: 'ubuntu' };
      await account.ec2.send(new CreateTagsCommand({ Resources: [one], Tags: tagList(tagged) }));
      const half = tagList({ team: 'images' });
      await account.ec2.send(new CreateTagsCommand({ Resources: [other], Tags: half }));
      const Filters = [
        { Name: 'tag:team', Values: ['images'] },
        { Name: 'tag-key', Values: ['line'] },
      ];
      const found = await images(account, { Owners: ['self'], IncludeDeprecated: true, Filters });
      expect(found.map(({ ImageId }) => ImageId)).toEqual([one]);
      expect(found[0]?.Tags).toEqual(expect.arrayContaining(tagList(tagged)));
    },
  },
  {
    name: 'DescribeImages: an image says when it was made, as text that is a date',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const [image] = await readImage(account, await account.makeImage());
      expect(Date.parse(image?.CreationDate ?? '')).not.toBeNaN();
      expect(image?.State).toBe('available');
    },
  },
  {
    name: 'DescribeInstances: the machines of an image are found by image-id, in every state',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const ImageId = await account.makeImage();
      const ids = [await running(account, { ImageId }), await stopped(account, { ImageId })];
      await running(account);
      const found = await machineIds(account, [{ Name: 'image-id', Values: [ImageId] }]);
      expect([...found].sort()).toEqual(ids.sort());
    },
  },
  {
    name: "DescribeInstances: Image Builder's machines are found by its tag CreatedBy",
    source: ['UG23'],
    moto: true,
    check: async (account) => {
      const Tags = tagList({ CreatedBy: 'EC2 Image Builder' });
      const TagSpecifications = [{ ResourceType: 'instance' as const, Tags }];
      const id = await running(account, { TagSpecifications });
      const off = await stopped(account, { TagSpecifications });
      const filters = (...states: string[]) => [
        { Name: 'tag:CreatedBy', Values: ['EC2 Image Builder'] },
        { Name: 'instance-state-name', Values: states },
      ];
      expect(await machineIds(account, filters('pending', 'running'))).toEqual([id]);
      expect(await machineIds(account, filters('stopped'))).toEqual([off]);
    },
  },
];

const deregistering: readonly Fact[] = [
  {
    name: 'DescribeImages: the id of a deregistered image is not found',
    source: ['ERR', 'BM'],
    moto: false,
    choice: 'with the code InvalidAMIID.NotFound and at once; moto answers without it',
    check: async (open) => {
      const account = open();
      const id = await account.makeImage();
      await deregister(account, id);
      expect(await codeOf(readImage(account, id))).toBe('InvalidAMIID.NotFound');
    },
  },
  {
    name: 'DeregisterImage: then no listing has the image',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const id = await account.makeImage();
      await deregister(account, id);
      const listed = await images(account, { Owners: ['self'] });
      expect(listed.map(({ ImageId }) => ImageId)).not.toContain(id);
    },
  },
  {
    name: 'DeregisterImage: a second time it is InvalidAMIID.Unavailable',
    source: ['ERR'],
    moto: true,
    check: async (account) => {
      const id = await account.makeImage();
      await deregister(account, id);
      expect(await codeOf(deregister(account, id))).toBe('InvalidAMIID.Unavailable');
    },
  },
  {
    name: 'DeregisterImage: machines made of it run on',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const ImageId = await account.makeImage();
      const id = await running(account, { ImageId });
      await deregister(account, ImageId);
      expect(await powerOf(account, id)).toBe('running');
    },
  },
  {
    name: 'DeregisterImage: a machine made of it that is stopped can be started',
    source: ['UG23'],
    moto: false,
    choice: 'yes',
    check: async (open) => {
      const account = open();
      const ImageId = await account.makeImage();
      const id = await stopped(account, { ImageId });
      await deregister(account, ImageId, true);
      await start(account, id);
      await account.wait(aWhile);
      expect(await powerOf(account, id)).toBe('running');
    },
  },
  {
    name: 'RunInstances: nothing is launched from a deregistered image',
    source: ['UG23', 'ERR'],
    moto: false,
    choice: 'with the code InvalidAMIID.NotFound',
    check: async (open) => {
      const account = open();
      const ImageId = await account.makeImage();
      await deregister(account, ImageId);
      expect(await codeOf(launch(account, { ImageId }))).toBe('InvalidAMIID.NotFound');
    },
  },
  {
    name: 'DeregisterImage: only with DeleteAssociatedSnapshots its snapshot goes too',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const [one, other] = [await account.makeImage(), await account.makeImage()];
      const [kept, gone] = [await snapshotOf(account, one), await snapshotOf(account, other)];
      await deregister(account, one);
      const { DeleteSnapshotResults } = await deregister(account, other, true);
      expect(DeleteSnapshotResults).toEqual([{ SnapshotId: gone, ReturnCode: 'success' }]);
      expect([await hasSnapshot(account, kept), await hasSnapshot(account, gone)]).toEqual([
        true,
        false,
      ]);
      const later = account.ec2.send(new DeleteSnapshotCommand({ SnapshotId: kept }));
      expect(await codeOf(later)).toBe('ok');
    },
  },
  {
    name: 'DeregisterImage: a snapshot that another image is made of is never deleted',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const one = await account.makeImage();
      const rootSnapshotId = await snapshotOf(account, one);
      const channel = { ...simChannel, follow: '/twin' };
      const twin = await account.sim.people.publishImage(channel, { rootSnapshotId });
      const first = await deregister(account, one, true);
      const skipped = [{ SnapshotId: rootSnapshotId, ReturnCode: 'skipped' }];
      expect(first.DeleteSnapshotResults).toEqual(skipped);
      expect(await hasSnapshot(account, rootSnapshotId)).toBe(true);
      await deregister(account, twin, true);
      expect(await hasSnapshot(account, rootSnapshotId)).toBe(false);
    },
  },
  {
    name: "DeregisterImage: another account's image is refused",
    source: ['BM'],
    moto: false,
    choice: 'with the code AuthFailure',
    check: async (open) => {
      const account = open();
      const channel = { ...simChannel, follow: '/shared' };
      const id = await account.sim.people.publishImage(channel, { ownerId: '999988887777' });
      expect(await codeOf(deregister(account, id))).toBe('AuthFailure');
      expect(await readImage(account, id)).toHaveLength(1);
    },
  },
];

/** What of images the controller relies on. */
export const imageFacts: readonly Fact[] = [...finding, ...deregistering];

import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import {
  codeOf,
  given,
  instancesTagged,
  noInstance,
  readVolume,
  run,
  running,
  tag,
  tagList,
  volume,
} from './calls.ts';
import type { Account, Fact } from './fact.ts';

/** Five machines with a tag of their own. */
async function five(account: Account, value: string): Promise<readonly string[]> {
  const Tags = tagList({ fact: value });
  const instances = await run(account, {
    MinCount: 5,
    MaxCount: 5,
    TagSpecifications: [{ ResourceType: 'instance', Tags }],
  });
  return instances.map(({ InstanceId }) => given(InstanceId));
}

/** Reads pages to the end: what is on each of them. */
async function pages({ ec2 }: Account, input: DescribeInstancesCommandInput) {
  const read: (readonly string[])[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await ec2.send(new DescribeInstancesCommand({ ...input, NextToken }));
    read.push(
      (answer.Reservations ?? []).flatMap(({ Instances = [] }) =>
        Instances.map(({ InstanceId }) => given(InstanceId)),
      ),
    );
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return read;
}

function describe({ ec2 }: Account, input: DescribeInstancesCommandInput) {
  return codeOf(ec2.send(new DescribeInstancesCommand(input)));
}

/** How listings, filters and tags behave. */
export const listingFacts: readonly Fact[] = [
  {
    name: 'DescribeInstances: an unknown id is InvalidInstanceID.NotFound and fails the call',
    source: ['EVC', 'ERR'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      const InstanceIds = [id, noInstance];
      expect(await describe(account, { InstanceIds })).toBe('InvalidInstanceID.NotFound');
    },
  },
  {
    name: 'DescribeImages: an unknown id is InvalidAMIID.NotFound',
    source: ['ERR'],
    moto: true,
    check: async ({ ec2 }) => {
      const command = new DescribeImagesCommand({ ImageIds: ['ami-0123456789abcdef0'] });
      expect(await codeOf(ec2.send(command))).toBe('InvalidAMIID.NotFound');
    },
  },
  {
    name: 'DescribeInstances: ids and MaxResults exclude each other',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const InstanceIds = [await running(account)];
      expect(await describe(account, { InstanceIds, MaxResults: 5 })).toBe(
        'InvalidParameterCombination',
      );
    },
  },
  {
    name: 'DescribeInstances: MaxResults below 5 is InvalidParameterValue',
    source: ['OBS'],
    moto: false,
    check: async (open) => {
      expect(await describe(open(), { MaxResults: 4 })).toBe('InvalidParameterValue');
    },
  },
  {
    name: 'pages are followed by token, and give every instance once',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const made = [...(await five(account, 'pages')), ...(await five(account, 'pages'))];
      const Filters = [{ Name: 'tag:fact', Values: ['pages'] }];
      const read = await pages(account, { Filters, MaxResults: 5 });
      expect(read.flat().sort()).toEqual([...made].sort());
    },
  },
  {
    name: 'pages: no order is promised, and a page may be short',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const made = [...(await five(account, 'rough')), ...(await five(account, 'rough'))];
      const orders = new Set<string>();
      const sizes = new Set<number>();
      for (const seed of ['1', '2', '3', '4', '5', '6']) {
        account.sim.conditions.roughenPages(seed);
        const read = await pages(account, {});
        expect(read.flat().sort()).toEqual([...made].sort());
        orders.add(read.flat().join());
        for (const page of read) sizes.add(page.length);
      }
      expect(orders.size).toBeGreaterThan(1);
      expect(sizes.size).toBeGreaterThan(1);
    },
  },
  {
    name: 'pages: empty ones that are not the last',
    source: ['BM'],
    choice: 'they occur where a test asks for rough pages',
    moto: false,
    check: async (open) => {
      const account = open();
      await five(account, 'empty');
      const seeds = ['1', '2', '3', '4', '5', '6'];
      const before: number[] = [];
      for (const seed of seeds) {
        account.sim.conditions.roughenPages(seed);
        before.push(...(await pages(account, {})).slice(0, -1).map(({ length }) => length));
      }
      expect(before).toContain(0);
    },
  },
  {
    name: 'FilterLimitExceeded: too many filter values',
    source: ['ERR'],
    choice: 'more than 200',
    moto: false,
    check: async (open) => {
      const Values = Array.from({ length: 201 }, (_, index) => String(index));
      const Filters = [{ Name: 'instance-id', Values }];
      expect(await describe(open(), { Filters })).toBe('FilterLimitExceeded');
    },
  },
  {
    name: 'tag filters: exact values, and * for any text',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      await tag(account, id, { filtered: 'exactly-this' });
      expect(await instancesTagged(account, 'filtered', 'exactly-this')).toEqual([id]);
      expect(await instancesTagged(account, 'filtered', 'exactly-*')).toEqual([id]);
      expect(await instancesTagged(account, 'filtered', 'exactly')).toEqual([]);
    },
  },
  {
    name: 'DescribeVolumes: filters combine',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const [first, second] = [await volume(account), await volume(account)];
      await tag(account, first, { kind: 'home', of: 'combined' });
      await tag(account, second, { kind: 'other', of: 'combined' });
      const Filters = [
        { Name: 'tag:of', Values: ['combined'] },
        { Name: 'tag:kind', Values: ['home'] },
      ];
      const { Volumes } = await account.ec2.send(new DescribeVolumesCommand({ Filters }));
      expect(Volumes?.map(({ VolumeId }) => VolumeId)).toEqual([first]);
    },
  },
  {
    name: 'CreateTags: sets and overwrites, and leaves other tags alone',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const id = await volume(account);
      await tag(account, id, { kept: '1', changed: '1' });
      await tag(account, id, { changed: '2' });
      const { Tags = [] } = await readVolume(account, id);
      expect([...Tags].sort((a, b) => given(a.Key).localeCompare(given(b.Key)))).toEqual([
        { Key: 'changed', Value: '2' },
        { Key: 'kept', Value: '1' },
      ]);
    },
  },
  {
    name: 'TagLimitExceeded: 50 tags a resource',
    source: ['ERR', 'UG23'],
    moto: true,
    check: async (account) => {
      const id = await volume(account);
      const many = Array.from({ length: 50 }, (_, index) => [`key-${index}`, 'x'] as const);
      expect(await codeOf(tag(account, id, Object.fromEntries(many)))).toBe('ok');
      expect(await codeOf(tag(account, id, { 'key-50': 'x' }))).toBe('TagLimitExceeded');
      expect((await readVolume(account, id)).Tags).toHaveLength(50);
    },
  },
  {
    name: 'tag keys: no aws:, at most 127 characters; values at most 256',
    source: ['BM', 'UG23'],
    choice: "127 as in the API's model; the guide says 128",
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      expect(await codeOf(tag(account, id, { 'aws:x': 'y' }))).toBe('InvalidTagKey.Malformed');
      for (const tags of [{ ['k'.repeat(128)]: 'x' }, { key: 'v'.repeat(257) }]) {
        expect(await codeOf(tag(account, id, tags))).toBe('InvalidParameterValue');
      }
    },
  },
];

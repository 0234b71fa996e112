import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { codeOf, errorOf, given, noInstance, noVolume, run, start, stop } from './calls.ts';
import type { Account, Fact, SimulatedAccount, SimulatedFact } from './fact.ts';

/** Calls until one is throttled; whatever else they end with counts as let through. */
async function burst(call: () => Promise<unknown>): Promise<number> {
  for (let passed = 0; passed < 1_000; passed += 1) {
    if ((await codeOf(call())) === 'RequestLimitExceeded') return passed;
  }
  throw new Error('nothing was throttled');
}

type Call = (account: Account) => Promise<unknown>;

const ids = { InstanceIds: [noInstance] };
const one = { VolumeId: noVolume };
const MaxResults = 5;

const buckets: readonly (readonly [name: string, size: number, perSecond: number, call: Call])[] = [
  ['DescribeSubnets', 100, 20, ({ ec2 }) => ec2.send(new DescribeSubnetsCommand({}))],
  [
    'DescribeInstances, paginated',
    100,
    20,
    ({ ec2 }) => ec2.send(new DescribeInstancesCommand({ MaxResults })),
  ],
  [
    'DescribeInstances, unfiltered and unpaginated',
    50,
    10,
    ({ ec2 }) => ec2.send(new DescribeInstancesCommand({})),
  ],
  [
    'DescribeVolumes, unfiltered and unpaginated',
    50,
    10,
    ({ ec2 }) => ec2.send(new DescribeVolumesCommand({})),
  ],
  [
    'DescribeSnapshots, unfiltered and unpaginated',
    50,
    10,
    ({ ec2 }) => ec2.send(new DescribeSnapshotsCommand({})),
  ],
  [
    'RunInstances',
    5,
    2,
    ({ ec2 }) =>
      ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, SubnetId: 'subnet-9' })),
  ],
  ['StartInstances', 5, 2, ({ ec2 }) => ec2.send(new StartInstancesCommand(ids))],
  ['StopInstances', 50, 5, ({ ec2 }) => ec2.send(new StopInstancesCommand(ids))],
  ['TerminateInstances', 100, 5, ({ ec2 }) => ec2.send(new TerminateInstancesCommand(ids))],
  [
    'AttachVolume',
    50,
    5,
    ({ ec2 }) => ec2.send(new AttachVolumeCommand({ ...one, InstanceId: noInstance, Device: 'f' })),
  ],
  ['DetachVolume', 50, 5, ({ ec2 }) => ec2.send(new DetachVolumeCommand(one))],
  ['ModifyVolume', 50, 5, ({ ec2 }) => ec2.send(new ModifyVolumeCommand(one))],
  [
    'ModifyInstanceAttribute',
    50,
    5,
    ({ ec2 }) => ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: noInstance })),
  ],
  [
    'CreateVolume',
    100,
    5,
    ({ ec2 }) => ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'eu-west-1z' })),
  ],
  ['CreateSnapshot', 100, 5, ({ ec2 }) => ec2.send(new CreateSnapshotCommand(one))],
  [
    'CreateTags',
    100,
    10,
    ({ ec2 }) => ec2.send(new CreateTagsCommand({ Resources: [noVolume], Tags: [] })),
  ],
];

const requests = buckets.map(
  ([api, size, perSecond, call]): SimulatedFact => ({
    name: `request bucket of ${api}: ${size}, refilled ${perSecond} a second`,
    source: ['THR'],
    moto: false,
    check: async (open) => {
      const account = open();
      account.sim.conditions.throttle(true);
      expect(await burst(() => call(account))).toBe(size);
      await account.wait(2_000);
      expect(await burst(() => call(account))).toBe(2 * perSecond);
      await account.wait(3_600_000);
      expect(await burst(() => call(account))).toBe(size);
    },
  }),
);

async function manyStopped(account: SimulatedAccount, count: number): Promise<readonly string[]> {
  const made = await run(account, { MinCount: count, MaxCount: count });
  await account.wait(120_000);
  const all = made.map(({ InstanceId }) => given(InstanceId));
  await stop(account, ...all);
  await account.wait(120_000);
  return all;
}

/** The rates that EC2 allows. */
export const rateFacts: readonly Fact[] = [
  {
    name: 'throttled calls are RequestLimitExceeded, HTTP 503, and have no effect',
    source: ['ERR', 'THR'],
    choice: 'a throttled call costs no token',
    moto: false,
    check: async (open) => {
      const account = open();
      account.sim.conditions.throttle(true);
      const made = await burst(() => run(account));
      expect(await errorOf(run(account))).toMatchObject({
        name: 'RequestLimitExceeded',
        $fault: 'server',
        $metadata: { httpStatusCode: 503 },
      });
      const { Reservations } = await account.ec2.send(new DescribeInstancesCommand({}));
      expect(Reservations).toHaveLength(made);
    },
  },
  ...requests,
  {
    name: 'resource bucket of StartInstances: 1000, refilled 2 a second, a token an instance',
    source: ['THR'],
    moto: false,
    check: async (open) => {
      const account = open();
      const all = await manyStopped(account, 600);
      account.sim.conditions.throttle(true);
      expect(await codeOf(start(account, ...all))).toBe('ok');
      expect(await codeOf(start(account, ...all))).toBe('RequestLimitExceeded');
      await account.wait(100_000);
      expect(await codeOf(start(account, ...all))).toBe('ok');
    },
  },
  {
    name: 'resource bucket of RunInstances: 1000, refilled 2 a second, a token an instance',
    source: ['THR'],
    moto: false,
    check: async (open) => {
      const account = open();
      account.sim.conditions.throttle(true);
      const many = { MinCount: 600, MaxCount: 600 };
      expect(await codeOf(run(account, many))).toBe('ok');
      expect(await codeOf(run(account, many))).toBe('RequestLimitExceeded');
      await account.wait(100_000);
      expect(await codeOf(run(account, many))).toBe('ok');
    },
  },
];

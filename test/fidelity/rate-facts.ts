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
import { codeOf, errorOf, noInstance, noVolume, run, start, stop, terminate } from './calls.ts';
import type { Account, Fact, SimulatedFact } from './fact.ts';

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

/** No such instances: a call is charged for what it names. */
const many = Array.from({ length: 600 }, () => noInstance);

const resources = (
  [
    ['RunInstances', 2, (account) => run(account, { MinCount: 600, MaxCount: 600 })],
    ['StartInstances', 2, (account) => start(account, ...many)],
    ['StopInstances', 20, (account) => stop(account, ...many)],
    ['TerminateInstances', 20, (account) => terminate(account, ...many)],
  ] as const satisfies readonly (readonly [string, number, Call])[]
).map(
  ([api, perSecond, call]): SimulatedFact => ({
    name: `resource bucket of ${api}: 1000, refilled ${perSecond} a second, a token an instance`,
    source: ['THR'],
    moto: false,
    check: async (open) => {
      const account = open();
      account.sim.conditions.throttle(true);
      const isThrottled = async () => (await codeOf(call(account))) === 'RequestLimitExceeded';
      expect([await isThrottled(), await isThrottled()]).toEqual([false, true]);
      // 400 are left of the 1000: 200 more let the next 600 through, and not a second earlier.
      await account.wait((200 / perSecond) * 1000 - 1000);
      expect(await isThrottled()).toBe(true);
      await account.wait(1000);
      expect([await isThrottled(), await isThrottled()]).toEqual([false, true]);
    },
  }),
);

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
  ...resources,
];

import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import type { LaunchFate } from '../../controller/sim/stored-conditions.ts';
import {
  aWhile,
  codeOf,
  createVolume,
  errorOf,
  instance,
  launch,
  powerOf,
  readVolume,
  root,
  rootDevice,
  run,
  running,
  start,
  stop,
  stopped,
  tagList,
  terminate,
} from './calls.ts';
import type { Fact, SimulatedFact } from './fact.ts';

const deaths: readonly LaunchFate[] = [
  'Client.VolumeLimitExceeded',
  'Client.InternalError',
  'Client.InvalidSnapshot.NotFound',
  'Server.InternalError',
  'Server.InsufficientInstanceCapacity',
];

const dying = deaths.map(
  (code): SimulatedFact => ({
    name: `RunInstances can succeed and the launch die, pending to terminated: ${code}`,
    source: ['BM', 'UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.nextLaunches(code);
      const id = await launch(account);
      const { State, StateReason, BlockDeviceMappings } = await instance(account, id);
      expect([State?.Name, StateReason]).toEqual(['pending', undefined]);
      const rootId = BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
      await account.wait(aWhile);
      const dead = await instance(account, id);
      expect([dead.State?.Name, dead.StateReason?.Code]).toEqual(['terminated', code]);
      expect(await codeOf(readVolume(account, rootId))).toBe('InvalidVolume.NotFound');
      expect(await powerOf(account, await running(account))).toBe('running');
    },
  }),
);

const making: readonly Fact[] = [
  {
    name: 'RunInstances: tags of the call are on the instance and its root from the first',
    source: ['UG23', 'EVC'],
    moto: true,
    check: async (account) => {
      const id = await running(account, {
        TagSpecifications: [
          { ResourceType: 'instance', Tags: tagList({ role: 'machine' }) },
          { ResourceType: 'volume', Tags: tagList({ role: 'root' }) },
        ],
      });
      const { Tags, BlockDeviceMappings } = await instance(account, id);
      expect(Tags).toContainEqual({ Key: 'role', Value: 'machine' });
      const rootId = BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
      const { Tags: rootTags } = await readVolume(account, rootId);
      expect(rootTags).toContainEqual({ Key: 'role', Value: 'root' });
    },
  },
  {
    name: 'RunInstances: metadata options are kept, IMDSv2 required and tags in metadata',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const id = await running(account, {
        MetadataOptions: {
          HttpTokens: 'required',
          HttpEndpoint: 'enabled',
          HttpPutResponseHopLimit: 1,
          InstanceMetadataTags: 'enabled',
        },
      });
      expect((await instance(account, id)).MetadataOptions).toMatchObject({
        HttpTokens: 'required',
        HttpEndpoint: 'enabled',
        HttpPutResponseHopLimit: 1,
        InstanceMetadataTags: 'enabled',
      });
    },
  },
  {
    name: 'RunInstances: metadata options are pending until the instance runs',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await launch(account);
      expect((await instance(account, id)).MetadataOptions?.State).toBe('pending');
      await account.wait(aWhile);
      expect((await instance(account, id)).MetadataOptions?.State).toBe('applied');
    },
  },
  {
    name: 'RunInstances: an unknown subnet is InvalidSubnetID.NotFound',
    source: ['ERR'],
    moto: true,
    check: async (account) => {
      const call = run(account, { SubnetId: 'subnet-0123456789abcdef0' });
      expect(await codeOf(call)).toBe('InvalidSubnetID.NotFound');
    },
  },
  {
    name: 'RunInstances: an unknown image is InvalidAMIID.NotFound',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const call = run(open(), { ImageId: 'ami-0123456789abcdef0' });
      expect(await codeOf(call)).toBe('InvalidAMIID.NotFound');
    },
  },
  {
    name: 'RunInstances: a root smaller than its snapshot is refused',
    source: ['ERR'],
    choice: 'with the code InvalidBlockDeviceMapping, by what that code is for',
    moto: false,
    check: async (open) => {
      const small = { DeviceName: rootDevice, Ebs: { ...root.Ebs, VolumeSize: 4 } };
      const call = run(open(), { BlockDeviceMappings: [small] });
      expect(await codeOf(call)).toBe('InvalidBlockDeviceMapping');
    },
  },
  {
    name: 'RunInstances: a type of another architecture than the image is refused',
    source: ['UG23'],
    choice: 'with the code InvalidParameterValue',
    moto: false,
    check: async (open) => {
      expect(await codeOf(run(open(), { InstanceType: 'm7g.xlarge' }))).toBe(
        'InvalidParameterValue',
      );
    },
  },
  {
    name: 'a launch can stay pending',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.nextLaunches('sticks');
      const id = await running(account);
      expect(await powerOf(account, id)).toBe('pending');
      await account.sim.conditions.unstick(id);
      expect(await powerOf(account, id)).toBe('running');
    },
  },
  {
    name: 'a KMS key that does not work lets a launch die: Client.InternalError',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.setKeyUsable('key-1', false);
      const device = { DeviceName: rootDevice, Ebs: { ...root.Ebs, KmsKeyId: 'key-1' } };
      const id = await running(account, { BlockDeviceMappings: [device] });
      const { State, StateReason } = await instance(account, id);
      expect([State?.Name, StateReason?.Code]).toEqual(['terminated', 'Client.InternalError']);
    },
  },
];

const limits: readonly Fact[] = [
  {
    name: 'InsufficientInstanceCapacity: on RunInstances, a server error',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 0);
      expect(await errorOf(run(account))).toMatchObject({
        name: 'InsufficientInstanceCapacity',
        $fault: 'server',
      });
      expect(await codeOf(run(account, { SubnetId: account.place.subnets[1] }))).toBe('ok');
    },
  },
  {
    name: 'InsufficientInstanceCapacity: on StartInstances too, and the instance stays stopped',
    source: ['ERR', 'OBS'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await stopped(account);
      await account.sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 0);
      expect(await codeOf(start(account, id))).toBe('InsufficientInstanceCapacity');
      expect(await powerOf(account, id)).toBe('stopped');
    },
  },
  {
    name: 'Unsupported: the zone does not have the type',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.setSupported('eu-west-1a', 't3.xlarge', false);
      expect(await codeOf(run(account))).toBe('Unsupported');
    },
  },
  {
    name: 'InstanceLimitExceeded: stopped instances do not count, terminated ones a while longer',
    source: ['ERR', 'EVC'],
    choice: 'a terminated instance counts for a minute more',
    moto: false,
    check: async (open) => {
      const account = open();
      const first = await running(account);
      await account.sim.conditions.setQuota('instances', 1);
      expect(await codeOf(run(account))).toBe('InstanceLimitExceeded');
      await stop(account, first);
      await account.wait(aWhile);
      const second = await running(account);
      expect(await codeOf(start(account, first))).toBe('InstanceLimitExceeded');
      await terminate(account, second);
      await account.wait(31_000);
      expect(await powerOf(account, second)).toBe('terminated');
      expect(await codeOf(start(account, first))).toBe('InstanceLimitExceeded');
      await account.wait(60_000);
      expect(await codeOf(start(account, first))).toBe('ok');
    },
  },
  {
    name: 'VcpuLimitExceeded: the sum over running instances, on launch and start',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      const off = await stopped(account);
      await running(account);
      await account.sim.conditions.setQuota('vcpus', 7);
      expect(await codeOf(run(account))).toBe('VcpuLimitExceeded');
      expect(await codeOf(start(account, off))).toBe('VcpuLimitExceeded');
      await account.sim.conditions.setQuota('vcpus', 8);
      expect(await codeOf(start(account, off))).toBe('ok');
    },
  },
  {
    name: 'InsufficientFreeAddressesInSubnet: stopped instances keep their addresses',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.setFreeAddresses(account.place.subnets[0], 1);
      const id = await stopped(account);
      expect(await codeOf(run(account))).toBe('InsufficientFreeAddressesInSubnet');
      const command = new DescribeSubnetsCommand({ SubnetIds: [account.place.subnets[0]] });
      const { Subnets } = await account.ec2.send(command);
      expect(Subnets?.[0]?.AvailableIpAddressCount).toBe(0);
      await terminate(account, id);
      await account.wait(aWhile);
      expect(await codeOf(run(account))).toBe('ok');
    },
  },
  {
    name: 'VolumeLimitExceeded: CreateVolume is refused, a launch dies of it',
    source: ['ERR', 'BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.setQuota('volumeGib', 10);
      expect(await codeOf(createVolume(account))).toBe('VolumeLimitExceeded');
      const { StateReason } = await instance(account, await running(account));
      expect(StateReason?.Code).toBe('Client.VolumeLimitExceeded');
    },
  },
  {
    name: 'InsufficientVolumeCapacity: the zone has no room for a volume of the type',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.setCapacity('eu-west-1a', 'gp3', 0);
      expect(await errorOf(createVolume(account))).toMatchObject({
        name: 'InsufficientVolumeCapacity',
        $fault: 'server',
      });
    },
  },
];

/** How launches succeed, die and are refused. */
export const launchFacts: readonly Fact[] = [...making, ...dying, ...limits];

import {
  DescribeInstanceStatusCommand,
  ModifyInstanceAttributeCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import {
  aWhile,
  codeOf,
  errorOf,
  instance,
  launch,
  powerOf,
  running,
  start,
  stop,
  stopped,
  terminate,
} from './calls.ts';
import type { Account, Fact } from './fact.ts';

function setType({ ec2 }: Account, InstanceId: string, type: string) {
  const InstanceType = { Value: type };
  return ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType }));
}

const power: readonly Fact[] = [
  {
    name: 'instance states: running is 16, stopped 80, terminated 48',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      expect((await instance(account, id)).State).toEqual({ Code: 16, Name: 'running' });
      await stop(account, id);
      await account.wait(aWhile);
      expect((await instance(account, id)).State).toEqual({ Code: 80, Name: 'stopped' });
      await terminate(account, id);
      await account.wait(aWhile);
      expect((await instance(account, id)).State).toEqual({ Code: 48, Name: 'terminated' });
    },
  },
  {
    name: 'instance states: pending, stopping and shutting-down are passed through and take time',
    source: ['BM', 'UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await launch(account);
      expect((await instance(account, id)).State).toEqual({ Code: 0, Name: 'pending' });
      await account.wait(aWhile);
      await stop(account, id);
      expect((await instance(account, id)).State).toEqual({ Code: 64, Name: 'stopping' });
      await account.wait(aWhile);
      await terminate(account, id);
      expect((await instance(account, id)).State).toEqual({ Code: 32, Name: 'shutting-down' });
    },
  },
  {
    name: 'StartInstances: refused while stopping, IncorrectInstanceState',
    source: ['OBS'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      await stop(account, id);
      expect(await errorOf(start(account, id))).toMatchObject({
        name: 'IncorrectInstanceState',
        message: `The instance '${id}' is not in a state from which it can be started.`,
      });
    },
  },
  {
    name: 'StartInstances: a terminated instance is not started',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      await terminate(account, id);
      await account.wait(aWhile);
      expect(await codeOf(start(account, id))).toBe('IncorrectInstanceState');
    },
  },
  {
    name: 'StartInstances on a running instance',
    source: ['UG23'],
    choice: 'answers success and changes nothing',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      const before = await instance(account, id);
      expect(await codeOf(start(account, id))).toBe('ok');
      expect(await instance(account, id)).toEqual(before);
    },
  },
  {
    name: 'StopInstances: refused while pending, IncorrectInstanceState',
    source: ['OBS'],
    choice: 'refused, in the words that were seen for other states',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await launch(account);
      expect(await errorOf(stop(account, id))).toMatchObject({
        name: 'IncorrectInstanceState',
        message: `This instance '${id}' is not in a state from which it can be stopped.`,
      });
    },
  },
  {
    name: 'StopInstances on a stopped instance',
    source: ['UG23'],
    choice: 'answers success and changes nothing',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await stopped(account);
      const before = await instance(account, id);
      expect(await codeOf(stop(account, id))).toBe('ok');
      expect(await instance(account, id)).toEqual(before);
    },
  },
  {
    name: 'a stopped and started instance keeps its id, private address and devices',
    source: ['UG23'],
    moto: true,
    check: async (account) => {
      const id = await stopped(account);
      const before = await instance(account, id);
      await start(account, id);
      await account.wait(aWhile);
      const after = await instance(account, id);
      expect(after.State?.Name).toBe('running');
      expect(after.PrivateIpAddress).toBe(before.PrivateIpAddress);
      expect(after.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId)).toEqual(
        before.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId),
      );
    },
  },
  {
    name: 'StateReason says who stopped it: Client.UserInitiatedShutdown through the API',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const id = await stopped(account);
      expect((await instance(account, id)).StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    },
  },
  {
    name: 'StateReason says who stopped it: Client.InstanceInitiatedShutdown from inside',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      await account.sim.people.shutDown(id);
      await account.wait(aWhile);
      const { State, StateReason } = await instance(account, id);
      expect([State?.Name, StateReason?.Code]).toEqual([
        'stopped',
        'Client.InstanceInitiatedShutdown',
      ]);
    },
  },
  {
    name: 'stopping can take for ever: the instance stays stopping and cannot be started',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      await account.sim.conditions.stick(id, 'stopping');
      await stop(account, id);
      await account.wait(86_400_000);
      expect(await powerOf(account, id)).toBe('stopping');
      expect(await codeOf(start(account, id))).toBe('IncorrectInstanceState');
      await account.sim.conditions.unstick(id);
      expect(await powerOf(account, id)).toBe('stopped');
    },
  },
  {
    name: 'StopInstances with Hibernate: UnsupportedHibernationConfiguration, and no stop',
    source: ['ERR', 'UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      const command = new StopInstancesCommand({ InstanceIds: [id], Hibernate: true });
      expect(await codeOf(account.ec2.send(command))).toBe('UnsupportedHibernationConfiguration');
      expect(await powerOf(account, id)).toBe('running');
    },
  },
];

const types: readonly Fact[] = [
  {
    name: 'ModifyInstanceAttribute: the type of a stopped instance changes',
    source: ['UG23', 'BM'],
    moto: true,
    check: async (account) => {
      const id = await stopped(account);
      await setType(account, id, 't3.2xlarge');
      expect((await instance(account, id)).InstanceType).toBe('t3.2xlarge');
    },
  },
  {
    name: 'ModifyInstanceAttribute: the type changes only while stopped, IncorrectInstanceState',
    source: ['UG23', 'BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      expect(await codeOf(setType(account, id, 't3.2xlarge'))).toBe('IncorrectInstanceState');
      expect((await instance(account, id)).InstanceType).toBe('t3.xlarge');
    },
  },
  {
    name: 'ModifyInstanceAttribute: a type of no kind or of another architecture is refused',
    source: ['UG23', 'BM'],
    choice: 'both with InvalidInstanceAttributeValue, documented for types of no kind',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await stopped(account);
      for (const type of ['t3.gigantic', 'm7g.xlarge']) {
        expect(await codeOf(setType(account, id, type))).toBe('InvalidInstanceAttributeValue');
      }
    },
  },
  {
    name: 'ModifyInstanceAttribute: one attribute a call',
    source: ['BM'],
    choice: 'more are refused with InvalidParameterCombination',
    moto: false,
    check: async (open) => {
      const account = open();
      const command = new ModifyInstanceAttributeCommand({
        InstanceId: await stopped(account),
        InstanceType: { Value: 't3.2xlarge' },
        DisableApiStop: { Value: true },
      });
      expect(await codeOf(account.ec2.send(command))).toBe('InvalidParameterCombination');
    },
  },
];

const checks: readonly Fact[] = [
  {
    name: 'a running instance whose operating system does not come up never has its check ok',
    source: ['UG23'],
    choice: 'the instance check stays initializing; in AWS it may become impaired',
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.nextLaunches('unbootable');
      const id = await running(account);
      await account.wait(86_400_000);
      const command = new DescribeInstanceStatusCommand({ InstanceIds: [id] });
      const [status] = (await account.ec2.send(command)).InstanceStatuses ?? [];
      expect([status?.InstanceState?.Name, status?.SystemStatus?.Status]).toEqual([
        'running',
        'ok',
      ]);
      expect(status?.InstanceStatus?.Status).toBe('initializing');
    },
  },
];

/** What instances do and allow. */
export const instanceFacts: readonly Fact[] = [...power, ...types, ...checks];

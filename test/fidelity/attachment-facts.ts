import { ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  attach,
  aWhile,
  codeOf,
  createVolume,
  detach,
  errorOf,
  homeDevice,
  instance,
  launch,
  noVolume,
  powerOf,
  readVolume,
  root,
  rootDevice,
  running,
  stop,
  stopped,
  tag,
  terminate,
  volume,
  volumeState,
  withVolume,
} from './calls.ts';
import type { Account, Fact, SimulatedAccount } from './fact.ts';

function setDeleteOnTermination({ ec2 }: Account, InstanceId: string, value?: boolean) {
  const Ebs = value === undefined ? {} : { DeleteOnTermination: value };
  const BlockDeviceMappings = [{ DeviceName: homeDevice, Ebs }];
  return ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, BlockDeviceMappings }));
}

async function isDeletedWith(account: Account, instanceId: string, device = homeDevice) {
  const { BlockDeviceMappings = [] } = await instance(account, instanceId);
  return BlockDeviceMappings.find(({ DeviceName }) => DeviceName === device)?.Ebs
    ?.DeleteOnTermination;
}

/** A running machine whose host has the volume mounted. */
async function mounted(account: SimulatedAccount) {
  const MetadataOptions = { InstanceMetadataTags: 'enabled' as const };
  const instanceId = await running(account, { MetadataOptions });
  const volumeId = await volume(account);
  await tag(account, instanceId, { [tagKeys.home]: `${volumeId}:new` });
  await attach(account, instanceId, volumeId);
  await account.wait(aWhile);
  return { instanceId, volumeId };
}

const attaching: readonly Fact[] = [
  {
    name: 'AttachVolume: the volume is in use, and DeleteOnTermination is false',
    source: ['TERM'],
    moto: true,
    check: async (account) => {
      const { instanceId, volumeId } = await withVolume(account);
      expect(await isDeletedWith(account, instanceId)).toBe(false);
      const [attachment] = (await readVolume(account, volumeId)).Attachments ?? [];
      expect(attachment).toMatchObject({
        State: 'attached',
        InstanceId: instanceId,
        Device: homeDevice,
      });
    },
  },
  {
    name: 'an attached volume outlives its instance',
    source: ['TERM'],
    moto: true,
    check: async (account) => {
      const { instanceId, volumeId } = await withVolume(account);
      await terminate(account, instanceId);
      await account.wait(aWhile);
      expect(await volumeState(account, volumeId)).toBe('available');
    },
  },
  {
    name: 'the root of a launch that asks for it is deleted with its instance',
    source: ['TERM'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      const { BlockDeviceMappings } = await instance(account, id);
      const rootId = BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
      expect(await isDeletedWith(account, id, rootDevice)).toBe(true);
      await terminate(account, id);
      await account.wait(aWhile);
      expect(await codeOf(readVolume(account, rootId))).toBe('InvalidVolume.NotFound');
    },
  },
  {
    name: 'a data volume in a launch mapping is deleted with its instance unless told otherwise',
    source: ['TERM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const data = { DeviceName: homeDevice, Ebs: { VolumeSize: 10 } };
      const id = await running(account, { BlockDeviceMappings: [root, data] });
      expect(await isDeletedWith(account, id)).toBe(true);
    },
  },
  {
    name: 'ModifyInstanceAttribute: a mapping without DeleteOnTermination sets it to true',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const { instanceId } = await withVolume(account);
      await setDeleteOnTermination(account, instanceId);
      expect(await isDeletedWith(account, instanceId)).toBe(true);
      await setDeleteOnTermination(account, instanceId, false);
      expect(await isDeletedWith(account, instanceId)).toBe(false);
    },
  },
  {
    name: 'AttachVolume: refused while the instance is pending, IncorrectState',
    source: ['OBS'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      const instanceId = await launch(account);
      expect(await errorOf(attach(account, instanceId, id))).toMatchObject({
        name: 'IncorrectState',
        message: `Instance '${instanceId}' is not 'running'.`,
      });
    },
  },
  {
    name: 'AttachVolume while the instance is stopping',
    source: ['OBS'],
    choice: 'refused with IncorrectState',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      const instanceId = await running(account);
      await stop(account, instanceId);
      expect(await codeOf(attach(account, instanceId, id))).toBe('IncorrectState');
    },
  },
  {
    name: 'AttachVolume: works on a stopped instance',
    source: ['UG23'],
    moto: true,
    check: async (account) => {
      const instanceId = await stopped(account);
      const id = await volume(account);
      await attach(account, instanceId, id);
      await account.wait(aWhile);
      expect(await volumeState(account, id)).toBe('in-use attached');
    },
  },
  {
    name: 'AttachVolume: refusals by state, zone, device and volume',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      const { instanceId, volumeId } = await withVolume(account);
      const other = await running(account);
      expect(await codeOf(attach(account, other, volumeId))).toBe('VolumeInUse');
      const elsewhere = await running(account, { SubnetId: account.place.subnets[1] });
      const spare = await createVolume(account);
      expect(await codeOf(attach(account, other, spare))).toBe('IncorrectState');
      await account.wait(aWhile);
      expect(await codeOf(attach(account, elsewhere, spare))).toBe('InvalidVolume.ZoneMismatch');
      expect(await codeOf(attach(account, instanceId, spare))).toBe('InvalidParameterValue');
      expect(await volumeState(account, spare)).toBe('available');
    },
  },
  {
    name: 'AttachVolume: an unknown volume is InvalidVolume.NotFound',
    source: ['ERR'],
    moto: true,
    check: async (account) => {
      const instanceId = await running(account);
      const call = attach(account, instanceId, noVolume);
      expect(await codeOf(call)).toBe('InvalidVolume.NotFound');
    },
  },
  {
    name: 'attaching can take for ever',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const instanceId = await running(account);
      const id = await volume(account);
      await account.sim.conditions.stick(id, 'attaching');
      await attach(account, instanceId, id);
      await account.wait(86_400_000);
      expect(await volumeState(account, id)).toBe('in-use attaching');
      await account.sim.conditions.unstick(id);
      expect(await volumeState(account, id)).toBe('in-use attached');
    },
  },
];

const detaching: readonly Fact[] = [
  {
    name: 'DetachVolume: from a stopped instance, then available',
    source: ['UG23'],
    moto: true,
    check: async (account) => {
      const { instanceId, volumeId } = await withVolume(account);
      await stop(account, instanceId);
      await account.wait(aWhile);
      await detach(account, volumeId, instanceId);
      await account.wait(aWhile);
      expect(await volumeState(account, volumeId)).toBe('available');
      expect(await powerOf(account, instanceId)).toBe('stopped');
    },
  },
  {
    name: 'DetachVolume: detaching takes time, and a second call is IncorrectState',
    source: ['BM', 'OBS'],
    moto: false,
    check: async (open) => {
      const account = open();
      const { instanceId, volumeId } = await withVolume(account);
      await stop(account, instanceId);
      await account.wait(aWhile);
      await detach(account, volumeId);
      expect(await volumeState(account, volumeId)).toBe('in-use detaching');
      expect(await codeOf(detach(account, volumeId))).toBe('IncorrectState');
      await account.wait(aWhile);
      expect(await errorOf(detach(account, volumeId))).toMatchObject({
        name: 'IncorrectState',
        message: `Volume '${volumeId}'is in the 'available' state.`,
      });
    },
  },
  {
    name: 'DetachVolume: from another instance than its own is InvalidAttachment.NotFound',
    source: ['ERR'],
    moto: true,
    check: async (account) => {
      const { volumeId } = await withVolume(account);
      const other = await running(account);
      const call = detach(account, volumeId, other);
      expect(await codeOf(call)).toBe('InvalidAttachment.NotFound');
      expect(await volumeState(account, volumeId)).toBe('in-use attached');
    },
  },
  {
    name: 'DetachVolume: a mounted volume is busy until its instance stops',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const { instanceId, volumeId } = await mounted(account);
      await detach(account, volumeId);
      await account.wait(3_600_000);
      expect(await volumeState(account, volumeId)).toBe('in-use busy');
      await stop(account, instanceId);
      await account.wait(aWhile);
      expect(await volumeState(account, volumeId)).toBe('available');
    },
  },
  {
    name: 'detaching can take for ever, and so can busy',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      for (const state of ['detaching', 'busy'] as const) {
        const { instanceId, volumeId } = await withVolume(account);
        await stop(account, instanceId);
        await account.wait(aWhile);
        await account.sim.conditions.stick(volumeId, state);
        await detach(account, volumeId);
        await account.wait(86_400_000);
        expect(await volumeState(account, volumeId)).toBe(`in-use ${state}`);
        await account.sim.conditions.unstick(volumeId);
        expect(await volumeState(account, volumeId)).toBe('available');
      }
    },
  },
  {
    name: 'DetachVolume: the root of a running instance is refused',
    source: ['BM'],
    choice: 'with the code OperationNotPermitted',
    moto: false,
    check: async (open) => {
      const account = open();
      const { BlockDeviceMappings } = await instance(account, await running(account));
      const rootId = BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
      expect(await codeOf(detach(account, rootId))).toBe('OperationNotPermitted');
    },
  },
];

/** How volumes come to instances and leave them. */
export const attachmentFacts: readonly Fact[] = [...attaching, ...detaching];

import {
  DeleteVolumeCommand,
  DescribeVolumesModificationsCommand,
  ModifyVolumeCommand,
} from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import {
  attach,
  aWhile,
  codeOf,
  createVolume,
  errorOf,
  readVolume,
  running,
  snapshot,
  tagList,
  volume,
  volumeState,
  withVolume,
} from './calls.ts';
import type { Account, Fact } from './fact.ts';

function modify({ ec2 }: Account, VolumeId: string, Size: number) {
  return ec2.send(new ModifyVolumeCommand({ VolumeId, Size }));
}

function remove({ ec2 }: Account, VolumeId: string) {
  return ec2.send(new DeleteVolumeCommand({ VolumeId }));
}

const life: readonly Fact[] = [
  {
    name: 'CreateVolume: size, type, encryption and tags are those of the call',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const TagSpecifications = [
        { ResourceType: 'volume' as const, Tags: tagList({ role: 'home' }) },
      ];
      const id = await volume(account, { Size: 60, Encrypted: true, TagSpecifications });
      const { Tags, ...rest } = await readVolume(account, id);
      expect(rest).toMatchObject({
        State: 'available',
        Size: 60,
        VolumeType: 'gp3',
        Encrypted: true,
        AvailabilityZone: account.place.zones[0],
      });
      expect(Tags).toContainEqual({ Key: 'role', Value: 'home' });
    },
  },
  {
    name: 'volume states: creating, available, in-use',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await createVolume(account);
      expect(await volumeState(account, id)).toBe('creating');
      await account.wait(aWhile);
      expect(await volumeState(account, id)).toBe('available');
      await attach(account, await running(account), id);
      expect(await volumeState(account, id)).toBe('in-use attaching');
      await account.wait(aWhile);
      expect(await volumeState(account, id)).toBe('in-use attached');
    },
  },
  {
    name: 'a KMS key that does not work fails the volume asynchronously: creating, then error',
    source: ['BM', 'UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.setKeyUsable('key-1', false);
      const id = await createVolume(account, { Encrypted: true, KmsKeyId: 'key-1' });
      expect(await volumeState(account, id)).toBe('creating');
      await account.wait(aWhile);
      expect(await volumeState(account, id)).toBe('error');
      const call = attach(account, await running(account), id);
      expect(await codeOf(call)).toBe('IncorrectState');
    },
  },
  {
    name: 'volume state error: no snapshot and no modification',
    source: ['BM'],
    choice: 'IncorrectState for both; it can be deleted',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      await account.sim.conditions.breakVolume(id);
      expect(await volumeState(account, id)).toBe('error');
      expect(await codeOf(snapshot(account, id))).toBe('IncorrectState');
      expect(await codeOf(modify(account, id, 200))).toBe('IncorrectState');
      expect(await codeOf(remove(account, id))).toBe('ok');
    },
  },
  {
    name: 'DeleteVolume: an attached volume is VolumeInUse',
    source: ['ERR'],
    moto: true,
    check: async (account) => {
      const { volumeId } = await withVolume(account);
      expect(await codeOf(remove(account, volumeId))).toBe('VolumeInUse');
      expect((await readVolume(account, volumeId)).State).toBe('in-use');
    },
  },
  {
    name: 'DeleteVolume: then the id is InvalidVolume.NotFound',
    source: ['ERR'],
    moto: true,
    check: async (account) => {
      const id = await volume(account);
      await remove(account, id);
      await account.wait(aWhile);
      expect(await codeOf(readVolume(account, id))).toBe('InvalidVolume.NotFound');
    },
  },
  {
    name: 'volume states: deleting, then gone',
    source: ['BM'],
    choice:
      'a deleted volume is unknown at once: neither the volume state deleted ' +
      'nor, after a detachment, the attachment state detached is ever shown',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      await remove(account, id);
      expect(await volumeState(account, id)).toBe('deleting');
      expect(await codeOf(remove(account, id))).toBe('IncorrectState');
      await account.wait(aWhile);
      expect(await codeOf(readVolume(account, id))).toBe('InvalidVolume.NotFound');
    },
  },
];

const modifying: readonly Fact[] = [
  {
    name: 'ModifyVolume: grows an attached volume online',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const { volumeId } = await withVolume(account);
      await modify(account, volumeId, 150);
      await account.wait(aWhile);
      const { Size, State } = await readVolume(account, volumeId);
      expect([Size, State]).toEqual([150, 'in-use']);
    },
  },
  {
    name: 'ModifyVolume: never shrinks, InvalidParameterValue',
    source: ['OBS'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      expect(await errorOf(modify(account, id, 50))).toMatchObject({
        name: 'InvalidParameterValue',
        message: 'New size cannot be smaller than existing size',
      });
    },
  },
  {
    name: 'ModifyVolume: the size is usable from optimizing on, and optimizing takes hours',
    source: ['UG23', 'BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      await modify(account, id, 1024);
      const read = async () => {
        const command = new DescribeVolumesModificationsCommand({ VolumeIds: [id] });
        const { VolumesModifications } = await account.ec2.send(command);
        const { Size } = await readVolume(account, id);
        return [VolumesModifications?.[0]?.ModificationState, Size];
      };
      expect(await read()).toEqual(['modifying', 100]);
      await account.wait(aWhile);
      expect(await read()).toEqual(['optimizing', 1024]);
      expect(await codeOf(modify(account, id, 1025))).toBe('IncorrectModificationState');
      await account.wait(6 * 3_600_000);
      expect(await read()).toEqual(['completed', 1024]);
    },
  },
  {
    name: 'ModifyVolume: 4 per rolling 24 h',
    source: ['BM', 'OBS'],
    choice: 'the fifth is VolumeModificationRateExceeded, a code that was seen, not documented',
    moto: false,
    check: async (open) => {
      const account = open({ optimizePerGibMs: 0 });
      const id = await volume(account);
      const codes: string[] = [];
      for (const size of [110, 120, 130, 140, 150]) {
        codes.push(await codeOf(modify(account, id, size)));
        await account.wait(3_600_000);
      }
      expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'VolumeModificationRateExceeded']);
      // The first of the four was 24 h ago then, the second not.
      await account.wait(19 * 3_600_000);
      expect(await codeOf(modify(account, id, 150))).toBe('ok');
      await account.wait(60_000);
      expect(await codeOf(modify(account, id, 160))).toBe('VolumeModificationRateExceeded');
    },
  },
];

/** What volumes do and allow. */
export const volumeFacts: readonly Fact[] = [...life, ...modifying];

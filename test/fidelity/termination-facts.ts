import { ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { simChannel } from '../support/sim-fleet.ts';
import {
  aWhile,
  codeOf,
  errorOf,
  instance,
  instancesTagged,
  noInstance,
  powerOf,
  readVolume,
  running,
  stop,
  tagList,
  terminate,
} from './calls.ts';
import type { Account, Fact } from './fact.ts';

function protect(
  { ec2 }: Account,
  InstanceId: string,
  attribute: 'DisableApiStop' | 'DisableApiTermination',
) {
  const command = { InstanceId, [attribute]: { Value: true } };
  return ec2.send(new ModifyInstanceAttributeCommand(command));
}

/** How instances end, and are kept from it. */
export const terminationFacts: readonly Fact[] = [
  {
    name: 'TerminateInstances: idempotent, every call succeeds',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      await terminate(account, id);
      await account.wait(aWhile);
      expect(await codeOf(terminate(account, id))).toBe('ok');
      expect(await powerOf(account, id)).toBe('terminated');
    },
  },
  {
    name: 'TerminateInstances: one unknown id fails all',
    source: ['BM'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      expect(await codeOf(terminate(account, id, noInstance))).toBe('InvalidInstanceID.NotFound');
      expect(await powerOf(account, id)).toBe('running');
    },
  },
  {
    name: 'termination protection: OperationNotPermitted, and the instance lives on',
    source: ['UG23'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      await protect(account, id, 'DisableApiTermination');
      expect(await codeOf(terminate(account, id))).toBe('OperationNotPermitted');
      expect(await powerOf(account, id)).toBe('running');
    },
  },
  {
    name: 'stop protection: OperationNotPermitted, and the instance runs on',
    source: ['UG23'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      await protect(account, id, 'DisableApiStop');
      expect(await codeOf(stop(account, id))).toBe('OperationNotPermitted');
      expect(await powerOf(account, id)).toBe('running');
    },
  },
  {
    name: 'stop protection also blocks termination',
    source: ['UG23', 'OBS'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      await account.sim.people.protect(id, { stop: true });
      const { name, message } = await errorOf(terminate(account, id));
      expect(name).toBe('OperationNotPermitted');
      expect(message).toContain("may not be terminated. Modify its 'disableApiStop'");
      expect(await powerOf(account, id)).toBe('running');
    },
  },
  {
    name: 'protection can be set by the launch itself',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account, { DisableApiTermination: true });
      expect(await codeOf(terminate(account, id))).toBe('OperationNotPermitted');
    },
  },
  {
    name: 'protection holds against the API alone: a shutdown from inside stops the instance',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account);
      await account.sim.people.protect(id, { stop: true, terminate: true });
      await account.sim.people.shutDown(id);
      await account.wait(aWhile);
      expect(await powerOf(account, id)).toBe('stopped');
    },
  },
  {
    name: 'TerminateInstances: a protected id spares its zone, other zones die, the call fails',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const [here, there] = account.place.subnets;
      const protectedId = await running(account, { SubnetId: here });
      const neighbour = await running(account, { SubnetId: here });
      const elsewhere = await running(account, { SubnetId: there });
      await account.sim.people.protect(protectedId, { terminate: true });
      const call = terminate(account, protectedId, neighbour, elsewhere);
      expect(await codeOf(call)).toBe('OperationNotPermitted');
      expect(await powerOf(account, protectedId)).toBe('running');
      expect(await powerOf(account, neighbour)).toBe('running');
      expect(await powerOf(account, elsewhere)).toBe('shutting-down');
    },
  },
  {
    name: 'a terminated instance is still found by id',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const id = await running(account);
      await terminate(account, id);
      await account.wait(aWhile);
      expect(await powerOf(account, id)).toBe('terminated');
    },
  },
  {
    name: 'a terminated instance loses its tags before it disappears after about an hour',
    source: ['BM', 'UG23'],
    choice: 'tags go after 10 minutes, from filters and from reads by id',
    moto: false,
    check: async (open) => {
      const account = open();
      const Tags = tagList({ fact: 'tags' });
      const id = await running(account, {
        TagSpecifications: [{ ResourceType: 'instance', Tags }],
      });
      await terminate(account, id);
      await account.wait(aWhile);
      expect(await instancesTagged(account, 'fact', 'tags')).toEqual([id]);
      await account.wait(600_000);
      expect(await instancesTagged(account, 'fact', 'tags')).toEqual([]);
      expect(await powerOf(account, id)).toBe('terminated');
      await account.wait(3_600_000);
      expect(await codeOf(instance(account, id))).toBe('InvalidInstanceID.NotFound');
    },
  },
  {
    name: 'a volume that an image names beside its root is made by a launch, and ends with it',
    source: ['TERM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const extraDevices = [{ deviceName: '/dev/sdb', sizeGib: 20 }];
      const ImageId = await account.sim.people.publishImage(simChannel, { extraDevices });
      const id = await running(account, { ImageId });
      const extra = (await instance(account, id)).BlockDeviceMappings?.find(
        ({ DeviceName }) => DeviceName === '/dev/sdb',
      );
      expect(extra?.Ebs?.DeleteOnTermination).toBe(true);
      await terminate(account, id);
      await account.wait(aWhile);
      expect(await codeOf(readVolume(account, extra?.Ebs?.VolumeId ?? ''))).toBe(
        'InvalidVolume.NotFound',
      );
    },
  },
];

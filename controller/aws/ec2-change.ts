import {
  AttachVolumeCommand,
  CreateTagsCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  type VolumeType,
} from '@aws-sdk/client-ec2';
import type { Action, Outcome } from '../core/action.ts';
import { tagList } from './ec2-fields.ts';
import { readHomes } from './ec2-homes.ts';
import { attempt, endOf, type WriteAccess } from './ec2-mutation.ts';

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** Attaches a home. Where AWS refuses because it is attached to that very machine, that is done. */
export async function attachHome(access: WriteAccess, action: Of<'attach-home'>): Promise<Outcome> {
  const { machineId, homeId, deviceName } = action;
  const attached = await attempt(access, 'AttachVolume', () =>
    access.ec2Mutations.send(
      new AttachVolumeCommand({ InstanceId: machineId, VolumeId: homeId, Device: deviceName }),
    ),
  );
  const done: Outcome = { result: 'done', machineId, homeId };
  if (attached.end === 'failed' && attached.error.class === 'already') {
    const { items } = await readHomes(access, [homeId]);
    const isThere = items.some((home) =>
      home.attachments.some(
        ({ instanceId, state }) =>
          instanceId === machineId && (state === 'attached' || state === 'attaching'),
      ),
    );
    if (isThere) return done;
  }
  return endOf(attached, done);
}

/** Sets DeleteOnTermination=false explicitly: left out, EC2 takes it as true. */
export async function protectHome(
  access: WriteAccess,
  { machineId, deviceName }: Of<'protect-home'>,
): Promise<Outcome> {
  const mapping = { DeviceName: deviceName, Ebs: { DeleteOnTermination: false } };
  return endOf(
    await attempt(access, 'ModifyInstanceAttribute', () =>
      access.ec2Mutations.send(
        new ModifyInstanceAttributeCommand({
          InstanceId: machineId,
          BlockDeviceMappings: [mapping],
        }),
      ),
    ),
  );
}

export async function tag(access: WriteAccess, { resourceId, tags }: Of<'tag'>): Promise<Outcome> {
  return endOf(
    await attempt(access, 'CreateTags', () =>
      access.ec2Mutations.send(
        new CreateTagsCommand({ Resources: [resourceId], Tags: tagList(tags) }),
      ),
    ),
  );
}

export async function setType(
  access: WriteAccess,
  { machineId, instanceType }: Of<'set-type'>,
): Promise<Outcome> {
  return endOf(
    await attempt(access, 'ModifyInstanceAttribute', () =>
      access.ec2Mutations.send(
        new ModifyInstanceAttributeCommand({
          InstanceId: machineId,
          InstanceType: { Value: instanceType },
        }),
      ),
    ),
  );
}

export async function modifyHome(access: WriteAccess, action: Of<'modify-home'>): Promise<Outcome> {
  const { homeId, sizeGib, type, iops, throughput } = action;
  return endOf(
    await attempt(access, 'ModifyVolume', () =>
      access.ec2Mutations.send(
        new ModifyVolumeCommand({
          VolumeId: homeId,
          Size: sizeGib,
          VolumeType: type as VolumeType,
          ...(iops === undefined ? {} : { Iops: iops }),
          ...(throughput === undefined ? {} : { Throughput: throughput }),
        }),
      ),
    ),
  );
}

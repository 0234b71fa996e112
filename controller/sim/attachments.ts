import type {
  AttachVolumeRequest,
  DetachVolumeRequest,
  VolumeAttachment,
} from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import { isMounted, replanHost } from './host.ts';
import {
  attachedVolumes,
  attachmentOf,
  attachmentStateOf,
  powerOf,
  volumeStateOf,
} from './lifecycle.ts';
import { getInstance, getVolume } from './resources.ts';
import { never, type Scene } from './scene.ts';
import type { SimAttachment, SimInstance, SimVolume } from './state.ts';
import { isStuck } from './sticks.ts';

const maxAttachments = 28;

/** AttachVolume: DeleteOnTermination is false, unlike at launch. */
export function attachVolume(scene: Scene, input: AttachVolumeRequest): VolumeAttachment {
  const { Device: deviceName } = input;
  if (deviceName === undefined) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter device');
  }
  const instance = getInstance(scene, input.InstanceId);
  const volume = getVolume(scene, input.VolumeId);
  refuseAttach(scene, instance, volume, deviceName);
  const attachment: SimAttachment = {
    instanceId: instance.id,
    deviceName,
    deleteOnTermination: false,
    since: scene.now,
    attachedAt: isStuck(volume, 'attaching') ? never : scene.now + scene.delays.attachMs,
  };
  volume.attachment = attachment;
  if (!instance.volumeIds.includes(volume.id)) instance.volumeIds.push(volume.id);
  replanHost(scene, instance);
  return toAttachment(scene, volume.id, attachment);
}

function refuseAttach(
  scene: Scene,
  instance: SimInstance,
  volume: SimVolume,
  deviceName: string,
): void {
  const power = powerOf(instance, scene.now);
  // Attaching while stopping is UNCONFIRMED in AWS; the cautious answer is a refusal.
  if (power !== 'running' && power !== 'stopped') {
    throw ec2Error('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
  }
  if (volume.az !== instance.az) {
    const message = `'${volume.id}' is in ${volume.az}, '${instance.id}' in ${instance.az}`;
    throw ec2Error('InvalidVolume.ZoneMismatch', message);
  }
  const state = volumeStateOf(volume, scene.now);
  if (state === 'in-use') {
    throw ec2Error('VolumeInUse', `${volume.id} is already attached to an instance`);
  }
  if (state !== 'available') {
    throw ec2Error('IncorrectState', `'${volume.id}' is not 'available'.`);
  }
  const attached = attachedVolumes(scene, instance);
  if (attached.some((other) => attachmentOf(other, scene.now)?.deviceName === deviceName)) {
    const message = `Invalid value '${deviceName}' for unixDevice: it is already in use`;
    throw ec2Error('InvalidParameterValue', message);
  }
  if (attached.length >= maxAttachments) {
    throw ec2Error('AttachmentLimitExceeded', `${instance.id} has ${maxAttachments} attachments`);
  }
}

/**
 * DetachVolume. A device that a running host has mounted stays `busy` until the machine stops, or
 * for ever; Force takes it away at once, unflushed.
 */
export function detachVolume(scene: Scene, input: DetachVolumeRequest): VolumeAttachment {
  const volume = getVolume(scene, input.VolumeId);
  const attachment = attachmentOf(volume, scene.now);
  if (attachment === undefined) {
    const state = volumeStateOf(volume, scene.now);
    throw ec2Error('IncorrectState', `Volume '${volume.id}'is in the '${state}' state.`);
  }
  const isNamed =
    (input.InstanceId ?? attachment.instanceId) === attachment.instanceId &&
    (input.Device ?? attachment.deviceName) === attachment.deviceName;
  if (!isNamed) {
    const message = `'${volume.id}' is not attached to '${input.InstanceId}' as '${input.Device}'`;
    throw ec2Error('InvalidAttachment.NotFound', message);
  }
  const instance = getInstance(scene, attachment.instanceId);
  detach(scene, instance, volume, input.Force === true);
  return toAttachment(scene, volume.id, attachment);
}

function detach(scene: Scene, instance: SimInstance, volume: SimVolume, isForced: boolean): void {
  const { attachment } = volume;
  if (attachment === undefined) return;
  const { now } = scene;
  const power = powerOf(instance, now);
  if (power === 'pending' || power === 'shutting-down') {
    throw ec2Error('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
  }
  if (attachment.deviceName === instance.rootDeviceName && power !== 'stopped') {
    // The refusal is documented, its code UNCONFIRMED.
    const message = `Unable to detach root volume '${volume.id}' from instance '${instance.id}'`;
    throw ec2Error('OperationNotPermitted', message);
  }
  if (attachment.detachingAt !== undefined && !isForced) {
    throw ec2Error('IncorrectState', `Volume '${volume.id}'is in the 'detaching' state.`);
  }
  const isInUse = power === 'running' && isMounted(instance, volume.id, now);
  const isHeld = (isInUse || isStuck(volume, 'busy')) && !isForced;
  const downAt = power === 'stopping' ? instance.power.settlesAt : now;
  const detachedAt = isStuck(volume, 'detaching') ? never : downAt + scene.delays.detachMs;
  replanHost(scene, instance);
  attachment.detachingAt = now;
  attachment.detachedAt = isHeld ? undefined : detachedAt;
  replanHost(scene, instance);
}

function toAttachment(scene: Scene, volumeId: string, attachment: SimAttachment): VolumeAttachment {
  return {
    VolumeId: volumeId,
    InstanceId: attachment.instanceId,
    Device: attachment.deviceName,
    State: attachmentStateOf(attachment, scene.now),
    AttachTime: new Date(attachment.since),
    DeleteOnTermination: attachment.deleteOnTermination,
  };
}

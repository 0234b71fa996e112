import type { BlockDeviceMapping } from '@aws-sdk/client-ec2';
import { tagKeys } from '../core/tags.ts';
import { ec2Error } from './errors.ts';
import { extraMapping } from './images.ts';
import type { Scene } from './scene.ts';
import type { SimImage, SimVolume } from './state.ts';
import { checkShape, fullShape, newVolume } from './volumes.ts';

/** A volume that a launch makes. */
export interface LaunchDevice {
  readonly deviceName: string;
  readonly sizeGib: number;
  readonly type: string;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly snapshotId?: string | undefined;
  readonly deleteOnTermination: boolean;
}

/** The image's devices under what the request says of them, and the request's other devices. */
export function planDevices(
  image: SimImage,
  mappings: readonly BlockDeviceMapping[],
): LaunchDevice[] {
  const root = mappings.find(({ DeviceName: name }) => name === image.rootDeviceName);
  const others = mappings.filter((mapping) => mapping !== root);
  const extra = (image.extraDevices ?? []).filter(
    ({ deviceName }) => !others.some(({ DeviceName: name }) => name === deviceName),
  );
  return [
    planDevice(root ?? { DeviceName: image.rootDeviceName }, image),
    ...[...extra.map(extraMapping), ...others].map((mapping) => planDevice(mapping, undefined)),
  ];
}

function planDevice(mapping: BlockDeviceMapping, image: SimImage | undefined): LaunchDevice {
  const { DeviceName: deviceName = '', Ebs: ebs = {} } = mapping;
  const sizeGib = ebs.VolumeSize ?? image?.rootSnapshotGib;
  if (sizeGib === undefined) {
    throw ec2Error('MissingParameter', `The device ${deviceName} needs a VolumeSize`);
  }
  if (image !== undefined && sizeGib < image.rootSnapshotGib) {
    const message = `Volume of ${sizeGib}GB is below its snapshot of ${image.rootSnapshotGib}GB`;
    throw ec2Error('InvalidBlockDeviceMapping', message);
  }
  const shape = fullShape({
    sizeGib,
    type: ebs.VolumeType ?? 'gp3',
    iops: ebs.Iops,
    throughput: ebs.Throughput,
  });
  checkShape(shape);
  return {
    ...shape,
    deviceName,
    encrypted: ebs.Encrypted ?? false,
    kmsKeyId: ebs.KmsKeyId,
    snapshotId: image?.rootSnapshotId,
    // True for data volumes too, for launches through the API (AWS, terminating instances).
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
  };
}

/** Makes a volume of a launch, attached from the first. */
export function launchVolume(
  scene: Scene,
  at: { readonly az: string; readonly instanceId: string; readonly tags: Record<string, string> },
  device: LaunchDevice,
): SimVolume {
  const { deviceName, deleteOnTermination, encrypted, kmsKeyId, snapshotId, ...shape } = device;
  const volume = newVolume(scene, {
    az: at.az,
    shape,
    encrypted,
    kmsKeyId,
    snapshotId,
    tags: { ...at.tags },
    isHome: at.tags[tagKeys.role] === 'home',
    availableAt: scene.now,
  });
  const { now } = scene;
  const attachedAt = now + scene.delays.attachMs;
  const { instanceId } = at;
  volume.attachment = { instanceId, deviceName, deleteOnTermination, since: now, attachedAt };
  return volume;
}

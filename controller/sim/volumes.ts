import type {
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumesRequest,
  DescribeVolumesResult,
  Volume,
  VolumeType,
} from '@aws-sdk/client-ec2';
import { tagKeys } from '../core/tags.ts';
import { takeVolumeCapacity } from './capacity.ts';
import { ec2Error } from './errors.ts';
import { type FilterFields, toPredicate } from './filters.ts';
import {
  attachmentOf,
  attachmentStateOf,
  isDeleted,
  shapeOf,
  snapshotStateOf,
  volumeStateOf,
} from './lifecycle.ts';
import { refuseSickRead, refuseSickZone } from './outages.ts';
import { pageOf, refuseIdsWithPage } from './pages.ts';
import { checkStorage } from './quotas.ts';
import { getSnapshot, getVolume } from './resources.ts';
import { mintId, never, type Scene } from './scene.ts';
import type { SimSnapshot, SimVolume, VolumeShape } from './state.ts';
import { specifiedTags, toTagList } from './tags.ts';
import { checkToken, rememberToken, tokenKey } from './tokens.ts';
import { noteUid } from './uids.ts';
import { hiddenAtFirst, isListed, tagsInFilters } from './visibility.ts';

export interface NewVolume {
  readonly az: string;
  readonly shape: VolumeShape;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly snapshotId?: string | undefined;
  readonly multiAttach?: boolean;
  readonly tags: Record<string, string>;
  readonly isHome: boolean;
  readonly availableAt: number;
  readonly brokenAt?: number;
}

/** Puts a volume into the account; what a snapshot holds is on it. */
export function newVolume(scene: Scene, wanted: NewVolume): SimVolume {
  const id = mintId(scene, 'vol');
  const content = wanted.snapshotId && scene.state.snapshots[wanted.snapshotId]?.content;
  const { isHome, multiAttach = false, ...rest } = wanted;
  const volume: SimVolume = {
    id,
    ...rest,
    multiAttach,
    createdAt: scene.now,
    bornHome: isHome,
    modifiedAt: [],
    ...hiddenAtFirst(scene),
    ...(content && { content }),
  };
  scene.state.volumes[id] = volume;
  noteUid(scene.state, 'volumes', volume);
  return volume;
}

/** CreateVolume. The token holds in the zone. */
export function createVolume(scene: Scene, input: CreateVolumeRequest): Volume {
  const az = checkZone(scene, input.AvailabilityZone);
  const key = tokenKey('CreateVolume', az, input.ClientToken);
  const [known] = checkToken(scene, key, input) ?? [];
  if (known !== undefined) return replay(scene, known);
  refuseSickZone(scene, az);
  const snapshot = usableSnapshot(scene, input.SnapshotId);
  const sizeGib = input.Size ?? snapshot?.sizeGib;
  if (sizeGib === undefined) {
    const message = 'The request must contain the parameter size/snapshot';
    throw ec2Error('MissingParameter', message);
  }
  if (snapshot !== undefined && sizeGib < snapshot.sizeGib) {
    const message = `Volume of ${sizeGib}GiB is smaller than snapshot '${snapshot.id}'`;
    throw ec2Error('InvalidParameterValue', message);
  }
  const { VolumeType: type = 'gp2', Iops: iops, Throughput: throughput } = input;
  const shape = fullShape({ sizeGib, type, iops, throughput });
  checkShape(shape);
  const tags = specifiedTags(input.TagSpecifications, 'volume');
  checkStorage(scene, sizeGib);
  takeVolumeCapacity(scene, az, type);
  const fate = scene.state.conditions.fates.volume.shift();
  const kmsKeyId = input.KmsKeyId ?? snapshot?.kmsKeyId;
  const availableAt = scene.now + scene.delays.createVolumeMs;
  const volume = newVolume(scene, {
    az,
    shape,
    // What was encrypted once stays so.
    encrypted: snapshot?.encrypted === true || (input.Encrypted ?? false),
    kmsKeyId,
    snapshotId: snapshot?.id,
    multiAttach: input.MultiAttachEnabled ?? false,
    tags,
    isHome: tags[tagKeys.role] === 'home',
    availableAt: fate === 'sticks' ? never : availableAt,
    // A key that does not work shows only afterwards: the call itself succeeds (BM).
    ...((fate === 'fails' || isUnusableKey(scene, kmsKeyId)) && { brokenAt: availableAt }),
  });
  rememberToken(scene, key, input, [volume.id]);
  return toVolume(scene, volume);
}

/** The same volume again, also while reads do not know it yet. */
function replay(scene: Scene, id: string): Volume {
  const volume = scene.state.volumes[id];
  if (volume === undefined || isDeleted(volume, scene.now)) {
    throw ec2Error('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  }
  return toVolume(scene, volume);
}

/** True where a KMS key can encrypt nothing. */
export function isUnusableKey({ state }: Scene, kmsKeyId: string | undefined): boolean {
  return kmsKeyId !== undefined && state.conditions.unusableKeys.includes(kmsKeyId);
}

function checkZone(scene: Scene, az: string | undefined): string {
  if (az === undefined) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter zone');
  }
  const isZone = az.slice(0, -1) === scene.state.region && /[a-c]$/.test(az);
  if (!isZone) throw ec2Error('InvalidZone.NotFound', `The zone '${az}' does not exist.`);
  return az;
}

function usableSnapshot(scene: Scene, id: string | undefined): SimSnapshot | undefined {
  if (id === undefined) return undefined;
  const snapshot = getSnapshot(scene, id);
  const state = snapshotStateOf(snapshot, scene.now);
  if (state !== 'completed') {
    throw ec2Error('IncorrectState', `Snapshot is in invalid state - ${state}`);
  }
  return snapshot;
}

const largestGib = 16_384;
const volumeTypes: readonly string[] = ['standard', 'io1', 'io2', 'gp2', 'gp3', 'sc1', 'st1'];

/** Throws EC2's error for a size or type that no volume has. */
export function checkShape({ sizeGib, type }: VolumeShape): void {
  if (!volumeTypes.includes(type)) {
    throw ec2Error('UnknownVolumeType', `Unsupported volume type '${type}' for volume creation.`);
  }
  if (!Number.isInteger(sizeGib) || sizeGib < 1 || sizeGib > largestGib) {
    const message = `Volume of ${sizeGib}GiB is not between 1 and ${largestGib} GiB.`;
    throw ec2Error('InvalidParameterValue', message);
  }
}

/** The shape with the speeds that EBS gives where none are asked for. */
export function fullShape(shape: VolumeShape): VolumeShape {
  const { sizeGib, type, iops, throughput } = shape;
  if (type === 'gp3') {
    return { sizeGib, type, iops: iops ?? 3000, throughput: throughput ?? 125 };
  }
  if (type === 'gp2') {
    return { sizeGib, type, iops: Math.min(16_000, Math.max(100, 3 * sizeGib)) };
  }
  return { sizeGib, type, iops };
}

/** DeleteVolume: only where it is not in use. */
export function deleteVolume(scene: Scene, input: DeleteVolumeRequest): object {
  const volume = getVolume(scene, input.VolumeId);
  const attachment = attachmentOf(volume, scene.now);
  if (attachment !== undefined) {
    const message = `Volume ${volume.id} is currently attached to ${attachment.instanceId}`;
    throw ec2Error('VolumeInUse', message);
  }
  const state = volumeStateOf(volume, scene.now);
  if (state !== 'available' && state !== 'error') {
    throw ec2Error('IncorrectState', `Volume '${volume.id}' is in the '${state}' state.`);
  }
  volume.deletingAt = scene.now;
  volume.deletedAt = scene.now + scene.delays.deleteVolumeMs;
  return {};
}

function fieldsAt(scene: Scene): FilterFields<SimVolume> {
  const attachment = (volume: SimVolume) => attachmentOf(volume, scene.now);
  return {
    'volume-id': ({ id }) => [id],
    status: (volume) => [volumeStateOf(volume, scene.now)],
    'availability-zone': ({ az }) => [az],
    size: (volume) => [String(shapeOf(volume, scene.now).sizeGib)],
    'volume-type': (volume) => [shapeOf(volume, scene.now).type],
    encrypted: ({ encrypted }) => [String(encrypted)],
    'snapshot-id': ({ snapshotId }) => textList(snapshotId),
    'attachment.instance-id': (volume) => textList(attachment(volume)?.instanceId),
    'attachment.device': (volume) => textList(attachment(volume)?.deviceName),
    'attachment.status': (volume) => {
      const found = attachment(volume);
      return found === undefined ? [] : [attachmentStateOf(found, scene.now)];
    },
    'attachment.delete-on-termination': (volume) => {
      const found = attachment(volume);
      return found === undefined ? [] : [String(found.deleteOnTermination)];
    },
  };
}

/** DescribeVolumes. */
export function describeVolumes(
  scene: Scene,
  input: DescribeVolumesRequest,
): DescribeVolumesResult {
  refuseIdsWithPage(input.VolumeIds, input, 'volumeIds');
  const asked = input.VolumeIds ?? [];
  const found =
    asked.length > 0
      ? asked.map((id) => getVolume(scene, id))
      : Object.values(scene.state.volumes).filter(
          (volume) =>
            !isDeleted(volume, scene.now) &&
            isListed(scene, volume) &&
            !scene.quirks.hidden.has(volume.id),
        );
  refuseSickRead(scene, asked.length > 0 ? found.map(({ az }) => az) : 'all');
  const tagsOf = (volume: SimVolume) => tagsInFilters(scene.now, volume);
  const selected = found.filter(toPredicate(input.Filters, fieldsAt(scene), tagsOf));
  const { items, ...rest } = pageOf(scene, input, selected);
  return { Volumes: items.map((volume) => toVolume(scene, volume)), ...rest };
}

function toVolume(scene: Scene, volume: SimVolume): Volume {
  const { sizeGib, type, iops, throughput } = shapeOf(volume, scene.now);
  const attachment = attachmentOf(volume, scene.now);
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.az,
    State: volumeStateOf(volume, scene.now),
    Size: sizeGib,
    VolumeType: asVolumeType(type),
    ...(iops !== undefined && { Iops: iops }),
    ...(throughput !== undefined && { Throughput: throughput }),
    Encrypted: volume.encrypted,
    ...(volume.kmsKeyId && { KmsKeyId: volume.kmsKeyId }),
    SnapshotId: volume.snapshotId ?? '',
    MultiAttachEnabled: volume.multiAttach,
    CreateTime: new Date(volume.createdAt),
    Attachments:
      attachment === undefined
        ? []
        : [
            {
              VolumeId: volume.id,
              InstanceId: attachment.instanceId,
              Device: attachment.deviceName,
              State: attachmentStateOf(attachment, scene.now),
              AttachTime: new Date(attachment.since),
              DeleteOnTermination: attachment.deleteOnTermination,
            },
          ],
    Tags: toTagList(volume.tags),
  };
}

/** The SDK's type is a list of literals of one day; the service's is any text. */
export function asVolumeType(type: string): VolumeType {
  return type as VolumeType;
}

function textList(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}

import type {
  BlockDeviceMapping,
  DeregisterImageRequest,
  DeregisterImageResult,
  DescribeImagesRequest,
  DescribeImagesResult,
  Image,
} from '@aws-sdk/client-ec2';
import { fromMillis } from '../core/instant.ts';
import { ec2Error } from './errors.ts';
import { type FilterFields, toPredicate } from './filters.ts';
import { isDeregistered } from './lifecycle.ts';
import { pageOf, refuseIdsWithPage } from './pages.ts';
import { getImage } from './resources.ts';
import type { Scene } from './scene.ts';
import { imagesOf } from './snapshots.ts';
import type { SimImage } from './state.ts';
import { toTagList } from './tags.ts';
import { tagsInFilters } from './visibility.ts';

const fields: FilterFields<SimImage> = {
  'image-id': ({ id }) => [id],
  name: ({ name }) => [name],
  architecture: ({ architecture }) => [architecture],
  state: ({ state }) => [state],
  'owner-id': ({ ownerId }) => [ownerId],
  'root-device-type': () => ['ebs'],
};

/** DescribeImages. */
export function describeImages(scene: Scene, input: DescribeImagesRequest): DescribeImagesResult {
  refuseIdsWithPage(input.ImageIds, input, 'imageIds');
  const found = input.ImageIds?.length
    ? input.ImageIds.map((id) => getImage(scene, id))
    : Object.values(scene.state.images).filter(
        (image) => !isDeregistered(image) && !scene.quirks.hidden.has(image.id),
      );
  const owners = input.Owners?.map((owner) => (owner === 'self' ? scene.state.account : owner));
  const owned = owners?.length ? found.filter(({ ownerId }) => owners.includes(ownerId)) : found;
  const matches = toPredicate(input.Filters, fields, (image) => tagsInFilters(scene.now, image));
  const { items, ...rest } = pageOf(scene, input, owned.filter(matches));
  return { Images: items.map(toImage), ...rest };
}

/**
 * DeregisterImage: what runs of it goes on. With DeleteAssociatedSnapshots its own snapshot goes too,
 * unless another image is made of that.
 */
export function deregisterImage(
  scene: Scene,
  input: DeregisterImageRequest,
): DeregisterImageResult {
  if (input.ImageId === undefined) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter ImageId');
  }
  if (isDeregistered(scene.state.images[input.ImageId] ?? {})) {
    const message = `The AMI ID '${input.ImageId}' is no longer available`;
    throw ec2Error('InvalidAMIID.Unavailable', message);
  }
  const image = getImage(scene, input.ImageId);
  if (image.ownerId !== scene.state.account) {
    throw ec2Error('AuthFailure', `Not authorized for image:${image.id}`);
  }
  image.deregisteredAt = scene.now;
  if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
  const SnapshotId = image.rootSnapshotId;
  const snapshot = scene.state.snapshots[SnapshotId];
  const isShared = imagesOf(scene, SnapshotId).length > 0;
  if (snapshot !== undefined && !isShared) snapshot.deletingAt ??= scene.now;
  const ReturnCode = isShared ? 'skipped' : 'success';
  return { Return: true, DeleteSnapshotResults: [{ SnapshotId, ReturnCode }] };
}

function toImage(image: SimImage): Image {
  return {
    ImageId: image.id,
    Name: image.name,
    Architecture: image.architecture === 'arm64' ? 'arm64' : 'x86_64',
    State: image.state,
    OwnerId: image.ownerId,
    Public: false,
    ImageType: 'machine',
    CreationDate: fromMillis(image.createdAt),
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDeviceName,
        Ebs: {
          SnapshotId: image.rootSnapshotId,
          VolumeSize: image.rootSnapshotGib,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
      ...(image.extraDevices ?? []).map(extraMapping),
    ],
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    Tags: toTagList(image.tags),
  };
}

type ExtraDevice = NonNullable<SimImage['extraDevices']>[number];

/** A volume that is empty until a launch makes it, and ends with its machine. */
export function extraMapping({ deviceName, sizeGib }: ExtraDevice): BlockDeviceMapping {
  const Ebs = { VolumeSize: sizeGib, VolumeType: 'gp3' as const, DeleteOnTermination: true };
  return { DeviceName: deviceName, Ebs };
}

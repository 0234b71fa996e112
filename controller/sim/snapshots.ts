import type {
  CreateSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot,
} from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import { type FilterFields, pageOf, refuseIdsWithPage, toPredicate } from './filters.ts';
import { contentOf, shapeOf, volumeStateOf } from './lifecycle.ts';
import { getSnapshot, getVolume } from './resources.ts';
import { mintId, type Scene } from './scene.ts';
import type { SimSnapshot } from './state.ts';
import { specifiedTags, toTagList } from './tags.ts';

/** CreateSnapshot: it has no token, so a repeated call makes a second one. */
export function createSnapshot(scene: Scene, input: CreateSnapshotRequest): Snapshot {
  const volume = getVolume(scene, input.VolumeId);
  const { now } = scene;
  if (volumeStateOf(volume, now) === 'creating') {
    throw ec2Error('IncorrectState', `Volume '${volume.id}' is in the 'creating' state.`);
  }
  const tags = specifiedTags(input.TagSpecifications, 'snapshot');
  const content = contentOf(scene, volume);
  const snapshot: SimSnapshot = {
    id: mintId(scene, 'snap'),
    volumeId: volume.id,
    sizeGib: shapeOf(volume, now).sizeGib,
    description: input.Description ?? '',
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    startedAt: now,
    completedAt: now + scene.delays.snapshotMs,
    tags,
    ...(content && { content }),
  };
  scene.state.snapshots[snapshot.id] = snapshot;
  return toSnapshot(scene, snapshot);
}

function statusOf(scene: Scene, snapshot: SimSnapshot): 'pending' | 'completed' {
  return scene.now < snapshot.completedAt ? 'pending' : 'completed';
}

function fieldsAt(scene: Scene): FilterFields<SimSnapshot> {
  return {
    'snapshot-id': ({ id }) => [id],
    'volume-id': ({ volumeId }) => [volumeId],
    status: (snapshot) => [statusOf(scene, snapshot)],
    'owner-id': () => [scene.state.account],
  };
}

/** DescribeSnapshots: every one belongs to this account. */
export function describeSnapshots(
  scene: Scene,
  input: DescribeSnapshotsRequest,
): DescribeSnapshotsResult {
  refuseIdsWithPage(input.SnapshotIds, input, 'snapshotIds');
  const found = input.SnapshotIds?.length
    ? input.SnapshotIds.map((id) => getSnapshot(scene, id))
    : Object.values(scene.state.snapshots).filter(({ id }) => !scene.quirks.hidden.has(id));
  const owners = input.OwnerIds ?? ['self'];
  const owned = owners.includes('self') || owners.includes(scene.state.account) ? found : [];
  const selected = owned.filter(toPredicate(input.Filters, fieldsAt(scene)));
  const { items, ...rest } = pageOf(scene, input, selected);
  return { Snapshots: items.map((snapshot) => toSnapshot(scene, snapshot)), ...rest };
}

function toSnapshot(scene: Scene, snapshot: SimSnapshot): Snapshot {
  const state = statusOf(scene, snapshot);
  const { startedAt, completedAt } = snapshot;
  const share = (scene.now - startedAt) / Math.max(1, completedAt - startedAt);
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.sizeGib,
    State: state,
    Progress: `${Math.min(100, Math.floor(100 * share))}%`,
    StartTime: new Date(startedAt),
    ...(state === 'completed' && { CompletionTime: new Date(completedAt) }),
    Description: snapshot.description,
    OwnerId: scene.state.account,
    Encrypted: snapshot.encrypted,
    ...(snapshot.kmsKeyId && { KmsKeyId: snapshot.kmsKeyId }),
    Tags: toTagList(snapshot.tags),
  };
}

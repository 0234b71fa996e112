import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot,
} from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import { type FilterFields, toPredicate } from './filters.ts';
import {
  contentOf,
  isDeregistered,
  isSnapshotDeleted,
  shapeOf,
  snapshotStateOf,
  volumeStateOf,
} from './lifecycle.ts';
import { pageOf, refuseIdsWithPage } from './pages.ts';
import { quotaOf } from './quotas.ts';
import { getSnapshot, getVolume } from './resources.ts';
import { mintId, never, type Scene } from './scene.ts';
import type { SimImage, SimSnapshot, SimVolume } from './state.ts';
import { specifiedTags, toTagList } from './tags.ts';
import { hiddenAtFirst, isListed, tagsInFilters } from './visibility.ts';

/** CreateSnapshot: it has no token, so a repeated call makes a second one. */
export function createSnapshot(scene: Scene, input: CreateSnapshotRequest): Snapshot {
  const volume = getVolume(scene, input.VolumeId);
  const { now } = scene;
  const state = volumeStateOf(volume, now);
  if (state !== 'available' && state !== 'in-use') {
    throw ec2Error('IncorrectState', `Volume '${volume.id}' is in the '${state}' state.`);
  }
  const tags = specifiedTags(input.TagSpecifications, 'snapshot');
  refuseSnapshot(scene, volume);
  const content = contentOf(scene, volume);
  const fate = scene.state.conditions.fates.snapshot.shift();
  const snapshot: SimSnapshot = {
    id: mintId(scene, 'snap'),
    volumeId: volume.id,
    sizeGib: shapeOf(volume, now).sizeGib,
    description: input.Description ?? '',
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    startedAt: now,
    completedAt: fate === 'sticks' ? never : now + scene.delays.snapshotMs,
    ...(fate === 'fails' && { fails: true }),
    tags,
    ...hiddenAtFirst(scene),
    ...(content && { content }),
  };
  scene.state.snapshots[snapshot.id] = snapshot;
  return toSnapshot(scene, snapshot);
}

/** Pending snapshots that a volume may have at once: one where it is a slow disk (UG23). */
const maxPendingPerVolume = 5;
const slowTypes: readonly string[] = ['st1', 'sc1'];
const snapshotPauseMs = 15_000;

function refuseSnapshot(scene: Scene, volume: SimVolume): void {
  const { now, state } = scene;
  const snapshots = Object.values(state.snapshots);
  const pending = snapshots.filter((each) => snapshotStateOf(each, now) === 'pending');
  const ofVolume = snapshots.filter(({ volumeId }) => volumeId === volume.id);
  const most = slowTypes.includes(shapeOf(volume, now).type) ? 1 : maxPendingPerVolume;
  if (pending.filter((each) => ofVolume.includes(each)).length >= most) {
    const message = `Maximum allowed in-progress snapshots for volume ${volume.id} exceeded.`;
    throw ec2Error('ConcurrentSnapshotLimitExceeded', message);
  }
  if (ofVolume.some(({ startedAt }) => startedAt > now - snapshotPauseMs)) {
    const message = `Snapshots of ${volume.id} are at least 15 seconds apart.`;
    throw ec2Error('SnapshotCreationPerVolumeRateExceeded', message);
  }
  if (pending.length >= (quotaOf(scene, 'pendingSnapshots') ?? Number.POSITIVE_INFINITY)) {
    const message = 'The maximum number of pending snapshots of this account is reached.';
    throw ec2Error('PendingSnapshotLimitExceeded', message);
  }
}

/** DeleteSnapshot: one that is pending goes once it is complete; that of an image stays. */
export function deleteSnapshot(scene: Scene, input: DeleteSnapshotRequest): object {
  if (input.SnapshotId === undefined) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter snapshotId');
  }
  const snapshot = getSnapshot(scene, input.SnapshotId);
  const [image] = imagesOf(scene, snapshot.id);
  if (image !== undefined) {
    const message = `The snapshot ${snapshot.id} is currently in use by ${image.id}`;
    throw ec2Error('InvalidSnapshot.InUse', message);
  }
  snapshot.deletingAt ??= scene.now;
  return {};
}

/** The images that are made of a snapshot and still registered. */
export function imagesOf(scene: Scene, snapshotId: string): readonly SimImage[] {
  return Object.values(scene.state.images).filter(
    (each) => each.rootSnapshotId === snapshotId && !isDeregistered(each),
  );
}

function fieldsAt(scene: Scene): FilterFields<SimSnapshot> {
  return {
    'snapshot-id': ({ id }) => [id],
    'volume-id': ({ volumeId }) => [volumeId],
    status: (snapshot) => [snapshotStateOf(snapshot, scene.now)],
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
    : Object.values(scene.state.snapshots).filter(
        (snapshot) =>
          !isSnapshotDeleted(snapshot, scene.now) &&
          isListed(scene, snapshot) &&
          !scene.quirks.hidden.has(snapshot.id),
      );
  const owners = input.OwnerIds ?? ['self'];
  const owned = owners.includes('self') || owners.includes(scene.state.account) ? found : [];
  const tagsOf = (snapshot: SimSnapshot) => tagsInFilters(scene.now, snapshot);
  const selected = owned.filter(toPredicate(input.Filters, fieldsAt(scene), tagsOf));
  const { items, ...rest } = pageOf(scene, input, selected);
  return { Snapshots: items.map((snapshot) => toSnapshot(scene, snapshot)), ...rest };
}

function toSnapshot(scene: Scene, snapshot: SimSnapshot): Snapshot {
  const state = snapshotStateOf(snapshot, scene.now);
  const { startedAt, completedAt } = snapshot;
  const share = (scene.now - startedAt) / Math.max(1, completedAt - startedAt);
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.sizeGib,
    State: state,
    ...(state === 'error' && { StateMessage: 'The snapshot could not be completed (simulated)' }),
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

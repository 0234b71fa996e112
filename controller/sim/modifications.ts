import type {
  DescribeVolumesModificationsRequest,
  DescribeVolumesModificationsResult,
  ModifyVolumeRequest,
  ModifyVolumeResult,
  VolumeModification,
} from '@aws-sdk/client-ec2';
import { dayMs } from '../core/instant.ts';
import { ec2Error } from './errors.ts';
import { type FilterFields, toPredicate } from './filters.ts';
import { isDeleted, modificationStateOf, shapeOf, volumeStateOf } from './lifecycle.ts';
import { pageOf, refuseIdsWithPage } from './pages.ts';
import { checkStorage } from './quotas.ts';
import { getVolume } from './resources.ts';
import type { Scene } from './scene.ts';
import type { SimModification, SimVolume, VolumeShape } from './state.ts';
import { asVolumeType, checkShape, fullShape } from './volumes.ts';

/** In a rolling day (BM); the older rule of six hours between two is gone. */
const maxPerDay = 4;

/** ModifyVolume: grows only, one at a time, at most four in 24 hours. */
export function modifyVolume(scene: Scene, input: ModifyVolumeRequest): ModifyVolumeResult {
  const volume = getVolume(scene, input.VolumeId);
  const { now, delays } = scene;
  const state = volumeStateOf(volume, now);
  if (state !== 'available' && state !== 'in-use') {
    throw ec2Error('IncorrectState', `Volume '${volume.id}' is in the '${state}' state.`);
  }
  const from = shapeOf(volume, now);
  const to = targetShape(from, input);
  refuseModification(volume, from, to, now);
  checkStorage(scene, to.sizeGib - from.sizeGib);
  const optimizingAt = now + delays.modifyMs;
  const completedAt = optimizingAt + to.sizeGib * delays.optimizePerGibMs;
  volume.shape = to;
  volume.modification = { from, to, since: now, optimizingAt, completedAt };
  volume.modifiedAt = [...volume.modifiedAt.filter((at) => at > now - dayMs), now];
  return { VolumeModification: toModification(volume, volume.modification, now) };
}

function targetShape(from: VolumeShape, input: ModifyVolumeRequest): VolumeShape {
  const type = input.VolumeType ?? from.type;
  const keepsType = type === from.type;
  return fullShape({
    sizeGib: input.Size ?? from.sizeGib,
    type,
    iops: input.Iops ?? (keepsType ? from.iops : undefined),
    throughput: input.Throughput ?? (keepsType ? from.throughput : undefined),
  });
}

function refuseModification(
  volume: SimVolume,
  from: VolumeShape,
  to: VolumeShape,
  now: number,
): void {
  checkShape(to);
  if (to.sizeGib < from.sizeGib) {
    const message = 'New size cannot be smaller than existing size';
    throw ec2Error('InvalidParameterValue', message);
  }
  const busy = modificationStateOf(volume, now);
  if (busy === 'modifying' || busy === 'optimizing') {
    const message = `Cannot modify volume ${volume.id} in modification state ${busy.toUpperCase()}`;
    throw ec2Error('IncorrectModificationState', message);
  }
  if (volume.modifiedAt.filter((at) => at > now - dayMs).length >= maxPerDay) {
    const message = `${volume.id} was modified ${maxPerDay} times in 24 hours`;
    throw ec2Error('VolumeModificationRateExceeded', message);
  }
}

function fieldsAt(now: number): FilterFields<SimVolume> {
  return {
    'volume-id': ({ id }) => [id],
    'modification-state': (volume) => {
      const state = modificationStateOf(volume, now);
      return state === undefined ? [] : [state];
    },
  };
}

/** DescribeVolumesModifications: the last one of each volume that ever had any. */
export function describeVolumesModifications(
  scene: Scene,
  input: DescribeVolumesModificationsRequest,
): DescribeVolumesModificationsResult {
  refuseIdsWithPage(input.VolumeIds, input, 'volumeIds');
  const { now } = scene;
  const volumes = input.VolumeIds?.length
    ? input.VolumeIds.map((id) => getVolume(scene, id))
    : Object.values(scene.state.volumes).filter((volume) => !isDeleted(volume, now));
  for (const volume of input.VolumeIds?.length ? volumes : []) {
    if (volume.modification !== undefined) continue;
    const message = `Modification for volume '${volume.id}' does not exist.`;
    throw ec2Error('InvalidVolumeModification.NotFound', message);
  }
  const selected = volumes.filter(toPredicate(input.Filters, fieldsAt(now)));
  const modified = selected.filter(({ modification }) => modification !== undefined);
  const { items, ...rest } = pageOf(scene, input, modified);
  const described = items.flatMap((volume) =>
    volume.modification ? [toModification(volume, volume.modification, now)] : [],
  );
  return { VolumesModifications: described, ...rest };
}

function toModification(
  volume: SimVolume,
  { from, to, since, optimizingAt, completedAt }: SimModification,
  now: number,
): VolumeModification {
  const state = modificationStateOf(volume, now) ?? 'completed';
  const share = (now - optimizingAt) / Math.max(1, completedAt - optimizingAt);
  return {
    VolumeId: volume.id,
    ModificationState: state,
    OriginalSize: from.sizeGib,
    OriginalVolumeType: asVolumeType(from.type),
    ...(from.iops !== undefined && { OriginalIops: from.iops }),
    ...(from.throughput !== undefined && { OriginalThroughput: from.throughput }),
    TargetSize: to.sizeGib,
    TargetVolumeType: asVolumeType(to.type),
    ...(to.iops !== undefined && { TargetIops: to.iops }),
    ...(to.throughput !== undefined && { TargetThroughput: to.throughput }),
    Progress: state === 'modifying' ? 0 : Math.min(100, Math.floor(100 * share)),
    StartTime: new Date(since),
    ...(state === 'completed' && { EndTime: new Date(completedAt) }),
  };
}

import type { InstanceStateName } from '@aws-sdk/client-ec2';
import type { Scene } from './scene.ts';
import type {
  AccountState,
  DiskContent,
  PowerTransition,
  SimAttachment,
  SimImage,
  SimInstance,
  SimSnapshot,
  SimVolume,
  VolumeShape,
} from './state.ts';

/** What is true at one moment of a document: enough for every derivation here. */
export interface Moment {
  readonly state: AccountState;
  readonly now: number;
}

const stateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** The instance's state now. */
export function powerOf(instance: SimInstance, now: number): InstanceStateName {
  return stateOf(instance.power, now);
}

function stateOf(power: PowerTransition, now: number): InstanceStateName {
  return now < power.settlesAt ? power.passing : power.settled;
}

/** A state with EC2's code. */
export function toInstanceState(name: InstanceStateName): {
  Code: number;
  Name: InstanceStateName;
} {
  return { Code: stateCodes[name], Name: name };
}

/** False once a terminated instance has been gone long enough to leave the listings. */
export function isInstanceVisible(scene: Scene, instance: SimInstance): boolean {
  const { power } = instance;
  if (power.settled !== 'terminated') return true;
  return scene.now < power.settlesAt + scene.delays.terminatedVisibleMs;
}

/** The instance's tags: once it is terminated they go before it does (BM: gradually). */
export function shownTags(scene: Scene, instance: SimInstance): Record<string, string> {
  const { power, tags } = instance;
  if (power.settled !== 'terminated') return tags;
  return scene.now < power.settlesAt + scene.delays.terminatedTagsMs ? tags : {};
}

/** True from the terminate call on, and for a launch that will die. */
export function isGoing(instance: SimInstance): boolean {
  return instance.power.settled === 'terminated';
}

/** The volume's attachment now, in whatever state; undefined once it is detached. */
export function attachmentOf(volume: SimVolume, now: number): SimAttachment | undefined {
  const { attachment } = volume;
  if (attachment?.detachedAt !== undefined && attachment.detachedAt <= now) return undefined;
  return attachment;
}

export type AttachmentState = 'attaching' | 'attached' | 'detaching' | 'busy';

/** The state of an attachment that is still there. */
export function attachmentStateOf(attachment: SimAttachment, now: number): AttachmentState {
  if (attachment.detachingAt !== undefined && attachment.detachingAt <= now) {
    return attachment.detachedAt === undefined ? 'busy' : 'detaching';
  }
  return now < attachment.attachedAt ? 'attaching' : 'attached';
}

/** The volumes attached to an instance now, root included. */
export function attachedVolumes(moment: Moment, instance: SimInstance): SimVolume[] {
  const attached: SimVolume[] = [];
  for (const id of instance.volumeIds) {
    const volume = moment.state.volumes[id];
    if (volume === undefined || isDeleted(volume, moment.now)) continue;
    if (attachmentOf(volume, moment.now)?.instanceId === instance.id) attached.push(volume);
  }
  return attached;
}

/** True once the volume is gone. */
export function isDeleted(volume: SimVolume, now: number): boolean {
  return volume.deletedAt !== undefined && volume.deletedAt <= now;
}

export type SimVolumeState = 'creating' | 'available' | 'in-use' | 'deleting' | 'error';

/** The volume's state now. `deleted` is not among them: UNCONFIRMED, the id is unknown by then. */
export function volumeStateOf(volume: SimVolume, now: number): SimVolumeState {
  if (volume.deletingAt !== undefined && volume.deletingAt <= now) return 'deleting';
  if (volume.brokenAt !== undefined && volume.brokenAt <= now) return 'error';
  if (now < volume.availableAt) return 'creating';
  return attachmentOf(volume, now) === undefined ? 'available' : 'in-use';
}

/** The snapshot's state now. */
export function snapshotStateOf(
  { completedAt, fails }: SimSnapshot,
  now: number,
): 'pending' | 'completed' | 'error' {
  if (now < completedAt) return 'pending';
  return fails === true ? 'error' : 'completed';
}

/** True once the snapshot is gone: one that is pending completes before (UG23). */
export function isSnapshotDeleted({ deletingAt, completedAt }: SimSnapshot, now: number): boolean {
  return deletingAt !== undefined && Math.max(deletingAt, completedAt) <= now;
}

/** True once the image is deregistered: at once, where EC2 may still describe it for a while (BM). */
export function isDeregistered({ deregisteredAt }: Pick<SimImage, 'deregisteredAt'>): boolean {
  return deregisteredAt !== undefined;
}

/** Size, type and speed as they are now: a modification counts from `optimizing` on. */
export function shapeOf(volume: SimVolume, now: number): VolumeShape {
  const { modification } = volume;
  if (modification === undefined) return volume.shape;
  return now < modification.optimizingAt ? modification.from : modification.to;
}

/** The state of the last modification; undefined where there was none. */
export function modificationStateOf(
  volume: SimVolume,
  now: number,
): 'modifying' | 'optimizing' | 'completed' | undefined {
  const { modification } = volume;
  if (modification === undefined) return undefined;
  if (now < modification.optimizingAt) return 'modifying';
  return now < modification.completedAt ? 'optimizing' : 'completed';
}

/** What is on the disk now, with what its machine wrote since the last stored change. */
export function contentOf(moment: Moment, volume: SimVolume): DiskContent | undefined {
  const attachment = attachmentOf(volume, moment.now);
  const instance = attachment && moment.state.instances[attachment.instanceId];
  return (instance && formatBy(instance, volume, moment.now)) ?? volume.content;
}

function formatBy(instance: SimInstance, volume: SimVolume, now: number): DiskContent | undefined {
  const { boot } = instance;
  const { home } = boot;
  if (home?.outcome !== 'formats' || home.volumeId !== volume.id || now < home.at) return undefined;
  return {
    marker: `${volume.id} formatted by ${boot.id}`,
    writtenBy: instance.id,
    at: home.at,
    signature: true,
  };
}

import { tagKeys } from '../core/tags.ts';
import { isDeleted, snapshotStateOf, volumeStateOf } from './lifecycle.ts';
import type { Scene } from './scene.ts';
import type { SimSnapshot, SimVolume } from './state.ts';

/** What of people's data goes with a snapshot; nothing where only a replacement needed it. */
export function lossesOf(scene: Scene, snapshotId: string): readonly string[] {
  const snapshot = scene.state.snapshots[snapshotId];
  if (snapshot === undefined) return [];
  const losses: string[] = [];
  const purpose = snapshot.tags[tagKeys.purpose];
  if (purpose !== 'replacement') {
    losses.push(`${snapshot.id} is deleted, whose purpose is ${purpose ?? 'not known'}`);
  }
  if (isLost(scene, scene.state.volumes[snapshot.volumeId]) && isLastCopy(scene, snapshot)) {
    losses.push(`${snapshot.id} is deleted, the last copy of ${snapshot.volumeId}`);
  }
  return losses;
}

function isLost(scene: Scene, volume: SimVolume | undefined): boolean {
  if (volume === undefined || isDeleted(volume, scene.now)) return true;
  return ['deleting', 'error'].includes(volumeStateOf(volume, scene.now));
}

function isLastCopy({ state, now }: Scene, snapshot: SimSnapshot): boolean {
  if (snapshot.deletingAt !== undefined || snapshotStateOf(snapshot, now) === 'error') return false;
  return !Object.values(state.snapshots).some(
    (each) =>
      each !== snapshot &&
      each.volumeId === snapshot.volumeId &&
      each.deletingAt === undefined &&
      snapshotStateOf(each, now) === 'completed',
  );
}

import { ec2Error } from './errors.ts';
import { isDeleted, isDeregistered, isInstanceVisible, isSnapshotDeleted } from './lifecycle.ts';
import type { Scene } from './scene.ts';
import type { SimImage, SimInstance, SimSnapshot, SimVolume } from './state.ts';
import { isKnown } from './visibility.ts';

/** A taggable resource, whatever it is. */
export type Resource =
  | { readonly kind: 'instance'; readonly resource: SimInstance }
  | { readonly kind: 'volume'; readonly resource: SimVolume }
  | { readonly kind: 'snapshot'; readonly resource: SimSnapshot }
  | { readonly kind: 'image'; readonly resource: SimImage };

/** Reads a resource by its id. Throws EC2's error for its kind where there is none. */
export function findResource(scene: Scene, id: string): Resource {
  if (id.startsWith('i-')) return { kind: 'instance', resource: getInstance(scene, id) };
  if (id.startsWith('vol-')) return { kind: 'volume', resource: getVolume(scene, id) };
  if (id.startsWith('snap-')) return { kind: 'snapshot', resource: getSnapshot(scene, id) };
  if (id.startsWith('ami-')) return { kind: 'image', resource: getImage(scene, id) };
  throw ec2Error('InvalidID', `The ID '${id}' is not valid`);
}

/** The instance with that id, also a terminated one while it is still listed. */
export function getInstance(scene: Scene, id: string | undefined): SimInstance {
  const [instance] = getInstances(scene, [id ?? '']);
  if (instance === undefined) throw ec2Error('InvalidInstanceID.NotFound', `no instance ${id}`);
  return instance;
}

/** The instances with these ids, in order; one unknown id fails the whole request. */
export function getInstances(scene: Scene, ids: readonly string[] | undefined): SimInstance[] {
  if (ids === undefined || ids.length === 0) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter InstanceId');
  }
  for (const id of ids) {
    if (!/^i-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id)) {
      throw ec2Error('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
    }
  }
  const found: SimInstance[] = [];
  const unknown: string[] = [];
  for (const id of new Set(ids)) {
    const instance = scene.state.instances[id];
    const isThere = instance !== undefined && isInstanceVisible(scene, instance);
    if (isThere && isKnown(scene, instance)) found.push(instance);
    else unknown.push(id);
  }
  if (unknown.length === 1) {
    const message = `The instance ID '${unknown[0]}' does not exist`;
    throw ec2Error('InvalidInstanceID.NotFound', message);
  }
  if (unknown.length > 1) {
    const message = `The instance IDs '${unknown.join(', ')}' do not exist`;
    throw ec2Error('InvalidInstanceID.NotFound', message);
  }
  return found;
}

/** The volume with that id, unless it is deleted. */
export function getVolume(scene: Scene, id: string | undefined): SimVolume {
  if (id === undefined) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter volumeId');
  }
  if (!/^vol-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id)) {
    throw ec2Error('InvalidParameterValue', `Value (${id}) for parameter volumeId is invalid.`);
  }
  const volume = scene.state.volumes[id];
  if (volume === undefined || isDeleted(volume, scene.now) || !isKnown(scene, volume)) {
    throw ec2Error('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  }
  return volume;
}

/** The snapshot with that id, unless it is deleted. */
export function getSnapshot(scene: Scene, id: string): SimSnapshot {
  const snapshot = scene.state.snapshots[id];
  const isThere = snapshot !== undefined && !isSnapshotDeleted(snapshot, scene.now);
  if (!isThere || !isKnown(scene, snapshot)) {
    throw ec2Error('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
  }
  return snapshot;
}

/** The image with that id, unless it is deregistered. */
export function getImage(scene: Scene, id: string): SimImage {
  if (!/^ami-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id)) {
    throw ec2Error('InvalidAMIID.Malformed', `Invalid id: "${id}" (expecting "ami-...")`);
  }
  const image = scene.state.images[id];
  if (image === undefined || isDeregistered(image)) {
    throw ec2Error('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
  }
  return image;
}

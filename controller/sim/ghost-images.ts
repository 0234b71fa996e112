import type { DeregisterImageRequest } from '@aws-sdk/client-ec2';
import type { PutParameterRequest } from '@aws-sdk/client-ssm';
import { tagKeys } from '../core/tags.ts';
import type { Finding } from './ghost.ts';
import { isGoing } from './lifecycle.ts';
import type { Scene } from './scene.ts';
import type { SimImage } from './state.ts';
import { isListed } from './visibility.ts';

/** What deregistering an image takes from others, from machines, and from homes. */
export function beforeDeregister(
  scene: Scene,
  { ImageId: id = '', DeleteAssociatedSnapshots: withSnapshots }: DeregisterImageRequest,
): readonly Finding[] {
  const image = scene.state.images[id];
  if (image === undefined) return [];
  return [
    ...notOfFleet(scene, image),
    ...stillUsed(scene, image),
    ...(withSnapshots === true ? homeSnapshot(scene, image) : []),
  ];
}

function notOfFleet({ state }: Scene, { id, tags }: SimImage): readonly Finding[] {
  const isOurs = tags[tagKeys.fleet] === state.fleet && tags[tagKeys.channel] !== undefined;
  return isOurs ? [] : [{ rule: 'S10', message: `${id} is not of a channel of the fleet` }];
}

function stillUsed(scene: Scene, { id }: SimImage): readonly Finding[] {
  const users = Object.values(scene.state.instances).filter(
    (each) =>
      each.imageId === id &&
      !isGoing(each) &&
      // Of a person's machine that no listing shows yet nobody can know.
      (each.poweredBy === 'controller' || isListed(scene, each)),
  );
  if (users.length === 0) return [];
  const message = `${id} is deregistered while ${users.map((each) => each.id).join(', ')} has it`;
  return [{ rule: 'S11', message }];
}

/** An image that somebody made of a snapshot of a home must not take that with it. */
function homeSnapshot({ state }: Scene, { id, rootSnapshotId }: SimImage): readonly Finding[] {
  const role = state.snapshots[rootSnapshotId]?.tags[tagKeys.role];
  if (role === undefined) return [];
  return [{ rule: 'S1', message: `${rootSnapshotId}, a ${role}, goes with image ${id}` }];
}

/** A parameter that names an image to EC2 is the image pipeline's: the controller writes plain text. */
export function beforePutParameter(
  { state }: Scene,
  { Name: name = '' }: PutParameterRequest,
): readonly Finding[] {
  const versions = Object.hasOwn(state.parameters, name) ? state.parameters[name] : undefined;
  if (versions?.at(-1)?.dataType !== 'aws:ec2:image') return [];
  return [{ rule: 'S10', message: `the image pipeline's parameter ${name} is written` }];
}

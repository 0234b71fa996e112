import { ec2Error } from './errors.ts';
import type { Scene } from './scene.ts';

/**
 * Takes one place in the pool of a type in a zone, for a launch or a start. A pool that nobody set
 * has plenty. Nothing is given back at a stop: somebody else is already waiting for it.
 */
export function takeCapacity(scene: Scene, az: string, type: string, count: number): void {
  const { capacity } = scene.state;
  const pool = `${az}/${type}`;
  checkCapacity(scene, az, type, count);
  const left = capacity[pool];
  if (left !== undefined) capacity[pool] = left - count;
}

/** Throws EC2's error where the zone lacks the type, or has no place left for so many. */
export function checkCapacity(scene: Scene, az: string, type: string, count: number): void {
  const pool = `${az}/${type}`;
  if (scene.state.unsupported.includes(pool)) {
    const message = `The instance type ${type} is not supported in ${az}.`;
    throw ec2Error('Unsupported', message);
  }
  if ((scene.state.capacity[pool] ?? Number.POSITIVE_INFINITY) < count) {
    const message = `There is not sufficient ${type} capacity in ${az}.`;
    throw ec2Error('InsufficientInstanceCapacity', message);
  }
}

/** Takes one place in the pool of a volume type in a zone, as `eu-west-1a/gp3`. */
export function takeVolumeCapacity(scene: Scene, az: string, type: string): void {
  const { capacity } = scene.state;
  const pool = `${az}/${type}`;
  const left = capacity[pool];
  if (left === undefined) return;
  if (left < 1) {
    const message = `There is not sufficient ${type} volume capacity in ${az}.`;
    throw ec2Error('InsufficientVolumeCapacity', message);
  }
  capacity[pool] = left - 1;
}

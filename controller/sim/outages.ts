import { ec2Error } from './errors.ts';
import type { Scene } from './scene.ts';

/**
 * Refuses a Describe call that touches a zone in trouble: with ids in it, or without any ids, the
 * whole call fails (BM). The code is UNCONFIRMED; this one says nothing about the resources.
 */
export function refuseSickRead(scene: Scene, zones: readonly string[] | 'all'): void {
  const { sickZones } = scene.state.conditions;
  const sick = zones === 'all' ? sickZones[0] : zones.find((zone) => sickZones.includes(zone));
  if (sick !== undefined) throw ec2Error('Unavailable', `${sick} cannot be described at present`);
}

/** Refuses to make or start anything in a zone in trouble: UNCONFIRMED, so nothing definite. */
export function refuseSickZone(scene: Scene, zone: string): void {
  if (!scene.state.conditions.sickZones.includes(zone)) return;
  throw ec2Error('Unavailable', `${zone} is not available at present`);
}

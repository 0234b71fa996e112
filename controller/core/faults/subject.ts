import type { EffectiveSpec } from '../desired.ts';
import type { Home } from '../observed.ts';
import type { World } from '../plan/world.ts';
import type { DevInstanceRecord } from '../record.ts';
import type { ClassPair } from '../spec/resolve.ts';
import { findManifest, type SpecSources } from '../spec/sources.ts';
import type { Place } from './complaint.ts';

/** A DevInstance that a valid file asks for, with the files that its spec comes from. */
export interface Subject {
  readonly spec: EffectiveSpec;
  readonly files: ClassPair;
  readonly record: DevInstanceRecord | undefined;
  readonly home: Home | undefined;
}

/** Every DevInstance that is asked for and whose files are known. */
export function* subjectsOf(world: World, sources: SpecSources): Iterable<Subject> {
  const homes = new Map(world.observed.homes.map((home) => [home.id, home]));
  for (const spec of world.desired.devInstances.values()) {
    const devInstance = findManifest(sources, 'DevInstance', spec.name);
    const devInstanceClass = findManifest(sources, 'DevInstanceClass', spec.className);
    if (devInstance === undefined || devInstanceClass === undefined) continue;
    const record = world.records.get(spec.name);
    const home = record?.homeId === undefined ? undefined : homes.get(record.homeId);
    yield { spec, files: { devInstance, devInstanceClass }, record, home };
  }
}

/** The instance type in force: the DevInstance's own, or else its class's. */
export function typePlace({ devInstance, devInstanceClass }: ClassPair): Place {
  return devInstance.spec.instanceType === undefined
    ? { manifest: devInstanceClass, field: ['spec', 'instanceTypes', 'default'] }
    : { manifest: devInstance, field: ['spec', 'instanceType'] };
}

/** The size in force of a volume; where neither file writes one, it is missing in the class. */
export function sizePlace(
  { devInstance, devInstanceClass }: ClassPair,
  volume: 'rootVolume' | 'homeVolume',
): Place {
  const isOwn = devInstance.spec[volume]?.sizeGiB !== undefined;
  const field = ['spec', volume, 'sizeGiB'];
  return { manifest: isOwn ? devInstance : devInstanceClass, field };
}

/** The image id in force, of a DevInstance that follows no channel. */
export function imageIdPlace({ devInstance, devInstanceClass }: ClassPair): Place {
  const isOwn = devInstance.spec.image !== undefined;
  return { manifest: isOwn ? devInstance : devInstanceClass, field: ['spec', 'image', 'id'] };
}

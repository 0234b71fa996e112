import type { EffectiveSpec } from '../desired.ts';
import { tagKeys } from '../tags.ts';
import type { NameIndex } from './situation.ts';
import type { World } from './world.ts';

/**
 * What a new DevInstance that begins with an empty home may have meant instead: the home of a name
 * that is gone from the specs (a rename), or one that was released under the same name.
 */
export function homeHints(
  world: World,
  spec: EffectiveSpec,
  { homesByName }: NameIndex,
): readonly string[] {
  if (spec.homeVolume.from !== undefined) return [];
  const { desired, records } = world;
  const removed = [...records.values()].filter(
    ({ name, owner, homeId }) =>
      owner === spec.owner.name &&
      homeId !== undefined &&
      !desired.devInstances.has(name) &&
      !desired.invalid.has(name),
  );
  const released = (homesByName.get(spec.name) ?? []).filter(
    ({ tags }) => tags[tagKeys.phase] === 'released' && tags[tagKeys.owner] === spec.owner.name,
  );
  return [
    ...removed.map(({ name, homeId }) => hint(`a rename of ${name}`, homeId ?? '')),
    ...released.map(({ id }) => hint('its released home', id)),
  ];
}

function hint(what: string, homeId: string): string {
  return `if this is ${what}, homeVolume: {from: {volumeId: ${homeId}}} keeps the home`;
}

import type { EffectiveSpec } from './desired.ts';
import type { ImageReading, Machine } from './observed.ts';
import { isComparableHash, specHash } from './spec-hash.ts';
import { tagKeys } from './tags.ts';

/** A difference that only a new machine around the same home can mend. */
export interface Drift {
  readonly reason: 'ami_superseded' | 'spec_machine';
  /** For people: `image ami-1 -> ami-2`. */
  readonly detail: string;
}

/** Where the machine differs from its spec in what cannot be changed in place. Cheap ones first. */
export function findDrift(
  spec: EffectiveSpec,
  machine: Machine,
  image: ImageReading | undefined,
): readonly Drift[] {
  const drifts: Drift[] = [];
  if (image?.usable && machine.imageId !== image.imageId) {
    drifts.push({
      reason: 'ami_superseded',
      detail: `image ${machine.imageId} -> ${image.imageId} (${image.imageName})`,
    });
  }
  const launchedWith = machine.tags[tagKeys.specHash];
  if (
    launchedWith !== undefined &&
    isComparableHash(launchedWith) &&
    launchedWith !== specHash(spec)
  ) {
    drifts.push({
      reason: 'spec_machine',
      detail: 'root volume, network, permissions or user-data differ from the spec',
    });
  }
  return drifts;
}

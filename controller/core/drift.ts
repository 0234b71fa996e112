import type { Machine } from './observed.ts';
import type { PinnedImage } from './record.ts';
import { isComparableHash } from './spec-hash.ts';
import { tagKeys } from './tags.ts';

/** A difference that only a new machine around the same home can mend. */
export interface Drift {
  readonly reason: 'ami_superseded' | 'spec_machine';
  /** For people: `image ami-1 -> ami-2`. */
  readonly detail: string;
}

/** What a machine should be made of; an image that is not known is no drift. */
export interface Wanted {
  readonly image: PinnedImage | undefined;
  readonly specHash: string;
  /** For people: what of the spec differs, where that is known. */
  readonly specDetail?: string;
}

/** Where the machine differs from what it should be in what cannot be changed in place. Cheap ones first. */
export function findDrift(machine: Machine, wanted: Wanted): readonly Drift[] {
  const { image } = wanted;
  const isImageSame = image === undefined || machine.imageId === image.imageId;
  const hash = machine.tags[tagKeys.specHash];
  // What was made by other rules, or was retagged by hand, says nothing.
  const isSpecSame = hash === undefined || !isComparableHash(hash) || hash === wanted.specHash;
  if (isImageSame && isSpecSame) return none;
  const drifts: Drift[] = [];
  if (!isImageSame) {
    const name = image.name === '' ? '' : ` (${image.name})`;
    const detail = `image ${machine.imageId} -> ${image.imageId}${name}`;
    drifts.push({ reason: 'ami_superseded', detail });
  }
  if (!isSpecSame) {
    const detail = wanted.specDetail ?? 'root volume, network, permissions or user-data differ';
    drifts.push({ reason: 'spec_machine', detail });
  }
  return drifts;
}

const none: readonly Drift[] = [];

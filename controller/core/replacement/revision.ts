import type { ImageReading, Machine } from '../observed.ts';
import type { Situation } from '../plan/situation.ts';
import type { DevInstanceRecord, ImageSource, MachineTarget, PinnedImage } from '../record.ts';
import { specHash } from '../spec-hash.ts';

import { tagKeys } from '../tags.ts';
import { specOfHash } from './machine-spec.ts';

/** An image that can be launched, with where it was named. */
export interface Revision {
  readonly reading: Extract<ImageReading, { usable: true }>;
  readonly source: ImageSource;
}

/** Why there is none to be launched. */
export type NoRevision = Extract<ImageReading, { usable: false }>;

type Grounds = Pick<Situation, 'record' | 'spec' | 'image' | 'channel' | 'completed' | 'observed'>;

/** The image that a machine is to have: what git and the channel name, unless it was rolled back from. */
export function wantedRevision(situation: Grounds): Revision | NoRevision {
  const named = namedRevision(situation);
  if (!('reading' in named) || !isDenied(situation.record, named)) return named;
  const { image: own } = situation.record;
  const kept = own && revisionOf(situation, own);
  return kept ?? unusable(`image ${named.reading.imageId} was rolled back from`);
}

/**
 * The image that a machine is launched with where there is none. A first one begins with what its
 * channel completed last; one that takes a lost one's place goes on with what that was made of.
 */
export function launchRevision(situation: Grounds, isFirst: boolean): Revision | NoRevision {
  const { record, spec, channel, completed, observed } = situation;
  if (!isFirst && record.image !== undefined && 'channel' in spec.image && !channel?.pin) {
    const own = revisionOf(situation, record.image);
    if (own !== undefined) return own;
  }
  const wanted = wantedRevision(situation);
  if (!isFirst || !('reading' in wanted) || wanted.source !== 'follow') return wanted;
  const last = completed === undefined ? undefined : observed.images.get(completed.imageId);
  return last?.usable && !isDenied(record, { reading: last, source: 'follow' })
    ? { reading: { ...last, ...versionOf(completed) }, source: 'follow' }
    : wanted;
}

function versionOf(completed: { readonly parameterVersion?: number } | undefined) {
  const version = completed?.parameterVersion;
  return version === undefined ? {} : { parameterVersion: version };
}

/** A pin in git and an own id win over the channel's parameter. */
export function namedRevision({ spec, image, channel }: Grounds): Revision | NoRevision {
  if (image === undefined) {
    return unusable('its image could not be read', 'see the failed read');
  }
  if (!image.usable) return image;
  if ('id' in spec.image) return { reading: image, source: 'id' };
  return { reading: image, source: channel?.pin === undefined ? 'follow' : 'pin' };
}

function unusable(reason: string, remedy = 'name another image in git'): NoRevision {
  return { usable: false, reason, remedy };
}

/** The image that was chosen for a machine, as long as it can be launched. */
export function revisionFor(situation: Grounds, image: PinnedImage): Revision | undefined {
  const { image: named } = situation;
  return named?.usable && named.imageId === image.imageId
    ? { reading: named, source: image.source }
    : revisionOf(situation, image);
}

function revisionOf({ observed }: Grounds, image: PinnedImage): Revision | undefined {
  const reading = observed.images.get(image.imageId);
  if (!reading?.usable) return undefined;
  const { parameterVersion } = image;
  const version = parameterVersion === undefined ? {} : { parameterVersion };
  return { reading: { ...reading, ...version }, source: image.source };
}

/** Whether this very naming of an image was rolled back from: a newer version, or git, names it anew. */
function isDenied({ denial }: DevInstanceRecord, { reading, source }: Revision): boolean {
  const denied = denial?.image;
  return (
    denied !== undefined &&
    denied.imageId === reading.imageId &&
    denied.source === source &&
    denied.parameterVersion === reading.parameterVersion
  );
}

/** A revision as it is remembered of one machine. */
export function pinned({ reading, source }: Revision): PinnedImage {
  const { imageId, imageName: name, parameterVersion } = reading;
  return {
    imageId,
    name,
    source,
    ...(parameterVersion === undefined ? {} : { parameterVersion }),
  };
}

/** What a machine was made of, where the ledger does not know: by its own word. */
export function imageOf(record: DevInstanceRecord, machine: Machine): PinnedImage {
  return record.image?.imageId === machine.imageId
    ? record.image
    : { imageId: machine.imageId, name: '', source: 'follow' };
}

/**
 * The hash that its machine is to carry. That of a spec which was rolled back from is not wanted, as
 * long as a new image can be had with what the machine is made of.
 */
export function wantedHash(
  { record, spec }: Pick<Situation, 'record' | 'spec'>,
  machine: Machine,
  imageId: string | undefined,
): string {
  const wanted = specHash(spec);
  const own = machine.tags[tagKeys.specHash];
  if (record.denial?.specHash !== wanted || own === undefined) return wanted;
  const isSameImage = imageId === undefined || imageId === machine.imageId;
  return isSameImage || specOfHash(spec, record.madeFrom, own) !== undefined ? own : wanted;
}

/** Whether two machines made of these would be the same; where an image was named does not matter. */
export function isSameTarget(one: MachineTarget, other: MachineTarget): boolean {
  return one.image.imageId === other.image.imageId && one.specHash === other.specHash;
}

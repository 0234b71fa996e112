import type { ImageReading, Machine } from '../observed.ts';
import type { Situation } from '../plan/situation.ts';
import type { DevInstanceRecord, ImageSource, MachineTarget, PinnedImage } from '../record.ts';
import type { RolloutPlace } from '../rollout/place.ts';
import { specHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';
import { specOfHash } from './machine-spec.ts';

/** An image that can be launched, with where it was named. */
export interface Revision {
  readonly reading: Extract<ImageReading, { usable: true }>;
  readonly source: ImageSource;
}

/** Why there is none to be launched. */
export type NoRevision = Extract<ImageReading, { usable: false }> & {
  /** It could be launched, but for its age. */
  readonly isExpired?: true;
};

/** The image that a machine is to have: what git and its channel's rollout have for it, unless it was rolled back from. */
export function wantedRevision(situation: Situation): Revision | NoRevision {
  const named = targetRevision(situation);
  if (!('reading' in named) || !isDenied(situation.record, named)) return named;
  return ownRevision(situation) ?? unusable(`image ${named.reading.imageId} was rolled back from`);
}

/** The same, whether or not it was rolled back from. */
export function targetRevision(situation: Situation): Revision | NoRevision {
  const { spec } = situation;
  const place = placeOf(situation);
  if ('id' in spec.image || place === undefined) return namedRevision(situation);
  const { wanted, firsts } = place;
  if (wanted !== undefined) return readOf(situation, wanted);
  // Where what it is made of cannot be made again, the next best is what a first machine gets.
  const [first] = firsts;
  const own = ownRevision(situation);
  if (own !== undefined || first === undefined) return own ?? namedRevision(situation);
  return readOf(situation, first);
}

/** What its channel's rollout has for a DevInstance; undefined where it follows no channel. */
export function placeOf(situation: Situation): RolloutPlace | undefined {
  return situation.rollout ?? situation.neighbours.placeOf(situation);
}

/**
 * The image that a machine is launched with where there is none. A first one begins with what its
 * channel completed last; one that takes a lost one's place goes on with what that was made of.
 */
export function launchRevision(situation: Situation, isFirst: boolean): Revision | NoRevision {
  const { spec } = situation;
  const place = placeOf(situation);
  if (!isFirst) {
    const own = isOwnKept(situation) ? ownRevision(situation) : undefined;
    return own ?? unexpired(situation, wantedRevision(situation));
  }
  if ('id' in spec.image || place === undefined || place.firsts.length === 0) {
    return unexpired(situation, wantedRevision(situation));
  }
  const firsts = place.firsts.map((image) => unexpired(situation, readOf(situation, image)));
  return firsts.find((one) => 'reading' in one) ?? firsts[0] ?? wantedRevision(situation);
}

/** What a first machine is made of, as people are shown it, or why it cannot be. */
export function firstImage(situation: Situation): ImageReading | undefined {
  const revision = launchRevision(situation, true);
  return 'reading' in revision ? revision.reading : situation.image;
}

/** Whether what a lost machine was made of will do again: git has not named another since. */
function isOwnKept(situation: Situation): boolean {
  const { record, spec, channel } = situation;
  if (record.image === undefined) return false;
  if ('id' in spec.image) return spec.image.id === record.image.imageId;
  return channel?.pin === undefined && placeOf(situation)?.urgency === undefined;
}

/** An expired image launches nothing new. */
function unexpired(situation: Situation, revision: Revision | NoRevision): Revision | NoRevision {
  return 'reading' in revision && isTooOld(situation, revision)
    ? expired(revision.reading.imageId)
    : revision;
}

/** Whether an image is past its best-before, and git does not allow that. */
export function isTooOld(
  { spec, channel, neighbours }: Situation,
  { reading }: Pick<Revision, 'reading'>,
): boolean {
  if ('id' in spec.image && spec.image.allowExpired) return false;
  return neighbours.isExpired(reading, 'id' in spec.image ? undefined : channel);
}

/** Why an image that is too old is not launched. */
export function expired(imageId: string): NoRevision {
  return {
    usable: false,
    isExpired: true,
    reason: `image ${imageId} is past its best-before, so nothing new is made of it`,
    remedy: 'publish a newer image, or name this one with image: {id: …, allowExpired: true}',
  };
}

/** What the machine is made of, as long as that can be launched. */
function ownRevision(situation: Situation): Revision | undefined {
  const { record, machine } = situation;
  const own = machine === undefined ? record.image : imageOf(record, machine);
  return own && revisionOf(situation, own);
}

function readOf(situation: Situation, image: PinnedImage): Revision | NoRevision {
  const reading = situation.observed.images.get(image.imageId) ?? namedReading(situation, image);
  if (reading === undefined) return unusable('its image could not be read', 'see the failed read');
  return reading.usable ? withVersion(reading, image) : reading;
}

/** The channel's own reading, where that is the image. */
function namedReading({ image: named }: Situation, { imageId }: PinnedImage) {
  return named?.usable && named.imageId === imageId ? named : undefined;
}

/** A pin in git and an own id win over the channel's parameter. */
function namedRevision({
  spec,
  image,
  channel,
}: Pick<Situation, 'spec' | 'image' | 'channel'>): Revision | NoRevision {
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
export function revisionOf(situation: Situation, image: PinnedImage): Revision | undefined {
  const found = readOf(situation, image);
  return 'reading' in found ? found : undefined;
}

/** The version is the one under which it was chosen: the parameter may name it anew. */
function withVersion(reading: Revision['reading'], image: PinnedImage): Revision {
  const { parameterVersion: _version, ...rest } = reading;
  const { parameterVersion, source } = image;
  const version = parameterVersion === undefined ? {} : { parameterVersion };
  return { reading: { ...rest, ...version }, source };
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

import type { ImageReading } from '../observed.ts';
import { imageKey } from '../plan/launch.ts';
import type { World } from '../plan/world.ts';
import type { SpecSources } from '../spec/sources.ts';
import { type TypeNeed, typeMisfit } from '../type-fit.ts';
import type { Complaint, Place } from './complaint.ts';
import { imageComplaint } from './image-faults.ts';
import { type Subject, sizePlace, typePlace } from './subject.ts';

/** What the account and the ledger say against one DevInstance's valid spec. */
export function specComplaints(
  world: World,
  sources: SpecSources,
  subject: Subject,
): readonly Complaint[] {
  const { spec, record } = subject;
  // Of another owner's spec nothing is followed, so nothing else of it is judged.
  if (record !== undefined && record.owner !== spec.owner.name) {
    return [ownerChanged(subject, record.owner)];
  }
  // Nothing is launched or changed any more.
  if (spec.lifecycle === 'retired') return none;
  const image = world.observed.images.get(imageKey(spec));
  const faults = [
    imageComplaint(sources, subject, image),
    typeUnusable(world, subject, image),
    rootTooSmall(subject, image),
    homeShrinks(subject),
    zoneLost(world, subject),
  ].filter((complaint) => complaint !== undefined);
  const ofFallbacks = fallbacksUnusable(world, subject, image);
  return faults.length === 0 ? ofFallbacks : [...faults, ...ofFallbacks];
}

const none: readonly never[] = [];

function ownerChanged({ spec, files }: Subject, owner: string): Complaint {
  return {
    code: 'E_VALUE',
    name: spec.name,
    place: { manifest: files.devInstance, field: ['spec', 'owner'] },
    message: `${spec.name} belongs to ${owner}, and an owner never changes`,
    fix: `Write owner: ${owner}, or use a new name for ${spec.owner.name}.`,
    hold: 'OwnerChanged',
  };
}

/** What a type has to run; of an image that cannot be used, something else is said. */
function needOf(image: ImageReading | undefined): TypeNeed {
  return image?.usable
    ? { architecture: image.architecture, what: `image ${image.imageId}` }
    : { architecture: undefined, what: 'its image' };
}

function typeUnusable(
  { observed }: World,
  { spec, files }: Subject,
  image: ImageReading | undefined,
): Complaint | undefined {
  const misfit = typeMisfit(observed, spec.instanceType, needOf(image));
  if (misfit === undefined) return undefined;
  const place = typePlace(files);
  return { code: 'E_VALUE', name: spec.name, place, ...misfit, hold: 'TypeUnusable' };
}

/**
 * A class's fallbacks have to run the class's image. A DevInstance with an image of its own merely
 * has no use for those that cannot run it.
 */
function fallbacksUnusable(
  { observed }: World,
  { spec, files }: Subject,
  image: ImageReading | undefined,
): readonly Complaint[] {
  if (spec.fallbackTypes.length === 0) return none;
  const isOwnImage = files.devInstance.spec.image !== undefined;
  const need = needOf(isOwnImage ? undefined : image);
  return spec.fallbackTypes.flatMap((type, index) => {
    const misfit = typeMisfit(observed, type, need);
    if (misfit === undefined) return [];
    const field = ['spec', 'instanceTypes', 'fallback', String(index)];
    const place: Place = { manifest: files.devInstanceClass, field };
    return [{ code: 'E_VALUE', name: spec.name, place, ...misfit } as const];
  });
}

function rootTooSmall(
  { spec, files }: Subject,
  image: ImageReading | undefined,
): Complaint | undefined {
  const { sizeGib } = spec.rootVolume;
  if (!image?.usable || sizeGib >= image.rootSnapshotGib) return undefined;
  return {
    code: 'E_VALUE',
    name: spec.name,
    place: sizePlace(files, 'rootVolume'),
    message: `a root of ${sizeGib} GiB is smaller than image ${image.imageId}, which needs ${image.rootSnapshotGib} GiB`,
    fix: `Write at least ${image.rootSnapshotGib}.`,
    hold: 'ImageUnusable',
  };
}

function homeShrinks({ spec, files, home }: Subject): Complaint | undefined {
  const { sizeGib } = spec.homeVolume;
  if (home === undefined || sizeGib >= home.sizeGib) return undefined;
  return {
    code: 'E_VALUE',
    name: spec.name,
    place: sizePlace(files, 'homeVolume'),
    message: `a home never shrinks: that of ${spec.name} has ${home.sizeGib} GiB, more than ${sizeGib}`,
    fix: `Write at least ${home.sizeGib}.`,
    topic: 'home',
    weight: home.sizeGib,
    hold: 'HomeShrinkRefused',
  };
}

/** A home stays in its zone, and so must a subnet. */
function zoneLost({ observed }: World, subject: Subject): Complaint | undefined {
  const { spec, files, record, home } = subject;
  const zone = home?.az ?? record?.az;
  if (record?.homeId === undefined || zone === undefined) return undefined;
  if (observed.failures.some(({ what }) => what === 'subnets')) return undefined;
  if (spec.subnets.some((id) => observed.subnets.get(id)?.az === zone)) return undefined;
  return {
    code: 'E_VALUE',
    name: spec.name,
    place: { manifest: files.devInstanceClass, field: ['spec', 'subnets'] },
    message: `none of the subnets is in ${zone}, where homes are, and a home never leaves its zone`,
    fix: `Keep a subnet in ${zone}.`,
    hold: 'NoSubnet',
  };
}

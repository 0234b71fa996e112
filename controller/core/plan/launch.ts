import type { Action, CreateHomeRequest, LaunchRequest, SnapshotPurpose } from '../action.ts';
import type { EffectiveSpec } from '../desired.ts';
import { hashText } from '../hash.ts';
import type { ImageReading, Machine, Snapshot, Subnet } from '../observed.ts';
import { pinned, type Revision } from '../replacement/revision.ts';
import { tagKeys } from '../tags.ts';
import { isFitting } from '../type-fit.ts';
import { userDataFor } from '../user-data.ts';
import { retryOf } from './memory.ts';
import { homeTags, launchTags, snapshotTags } from './resource-tags.ts';
import type { Situation } from './situation.ts';

type UsableImage = Extract<ImageReading, { usable: true }>;

/** Where and as what a launch is tried. */
export interface Placement {
  readonly subnet: Subnet;
  readonly instanceType: string;
}

/**
 * The placements to try in order: the asked-for type in every subnet, then each fallback type. With
 * a home only its zone will do. The first subnet differs from name to name, so that a fleet spreads.
 * A fallback type that cannot run the image is never tried.
 */
export function placementsFor(
  situation: Situation,
  image: Pick<UsableImage, 'architecture'>,
): readonly Placement[] {
  const { spec, record, observed } = situation;
  const known = spec.subnets
    .map((id) => observed.subnets.get(id))
    .filter((subnet) => subnet !== undefined)
    .filter((subnet) => record.az === undefined || subnet.az === record.az);
  const turn = known.length === 0 ? 0 : Number.parseInt(hashText(spec.name, 6), 16) % known.length;
  const subnets = [...known.slice(turn), ...known.slice(0, turn)];
  const types = [...new Set([spec.instanceType, ...spec.fallbackTypes])].filter((type) =>
    isFitting(observed, type, image.architecture),
  );
  return types.flatMap((instanceType) => subnets.map((subnet) => ({ subnet, instanceType })));
}

/** After a refusal for lack of capacity the next placement is tried, and after the last the first. */
export function nextPlacement(
  situation: Situation,
  placements: readonly Placement[],
): Placement | undefined {
  const retry = retryOf(situation.record, 'launch');
  const turn = retry?.capacity ? retry.attempts : 0;
  return placements[placements.length === 0 ? 0 : turn % placements.length];
}

/** At most 64 ASCII characters, another one for each frozen request. */
function clientToken(situation: Situation, purpose: string): string {
  const { record, now, fleet } = situation;
  return `di-${hashText(`${fleet.name}/${record.uid}/${purpose}/${now}`, 48)}`;
}

/** The RunInstances request, whole. The root is never smaller than the image's snapshot (checked before). */
export function launchAction(
  situation: Situation,
  revision: Revision,
  placement: Placement,
): Extract<Action, { kind: 'launch' }> {
  const { reading: image } = revision;
  const { spec, record, fleet } = situation;
  const ordinal = record.ordinal + 1;
  const tags = launchTags(fleet.name, record, spec, { ordinal, imageId: image.imageId });
  const request: LaunchRequest = {
    clientToken: clientToken(situation, `launch/${ordinal}`),
    imageId: image.imageId,
    instanceType: placement.instanceType,
    subnetId: placement.subnet.id,
    securityGroups: spec.securityGroups,
    ...(spec.instanceProfile === undefined ? {} : { instanceProfile: spec.instanceProfile }),
    rootDeviceName: image.rootDeviceName,
    rootSizeGib: spec.rootVolume.sizeGib,
    rootType: spec.rootVolume.type,
    ...(spec.kmsKeyId === undefined ? {} : { kmsKeyId: spec.kmsKeyId }),
    userData: userDataFor(spec),
    machineTags: tags.machine,
    rootTags: tags.root,
  };
  return { kind: 'launch', name: record.name, request, image: pinned(revision) };
}

/** The CreateVolume request for a first home in the machine's zone (decision 4), empty or of a snapshot. */
export function createHomeAction(situation: Situation, machine: Machine): Action {
  const { spec, record, fleet } = situation;
  const { from } = spec.homeVolume;
  const request: CreateHomeRequest = {
    ...volumeRequest(situation, clientToken(situation, 'home'), machine.az),
    ...(from !== undefined && 'snapshotId' in from ? { snapshotId: from.snapshotId } : {}),
    tags: homeTags(fleet.name, record, spec),
  };
  return { kind: 'create-home', name: record.name, request };
}

/** The CreateVolume request for a home that is to take another's place, never smaller than either. */
export function restoreHomeAction(
  situation: Situation,
  restore: { readonly requestId: string; readonly snapshot: Snapshot; readonly az: string },
): Action {
  const { spec, record, fleet, home } = situation;
  const { requestId, snapshot, az } = restore;
  const token = clientToken(situation, `restore/${requestId}`);
  const request: CreateHomeRequest = {
    ...volumeRequest(situation, token, az),
    sizeGib: Math.max(spec.homeVolume.sizeGib, snapshot.sizeGib, home?.sizeGib ?? 0),
    snapshotId: snapshot.id,
    tags: {
      ...homeTags(fleet.name, record, spec),
      [tagKeys.phase]: 'restoring',
      [tagKeys.token]: token,
    },
  };
  return { kind: 'restore-home', name: record.name, requestId, request };
}

/** What a snapshot is made for. */
export interface SnapshotReason {
  readonly purpose: SnapshotPurpose;
  readonly requestId?: string | undefined;
}

const purposeWords = {
  request: 'at request',
  retirement: 'retirement',
  replacement: 'replacement',
};

/** The CreateSnapshot request of a home. */
export function snapshotHomeAction(
  situation: Situation,
  homeId: string,
  { purpose, requestId }: SnapshotReason,
): Action {
  const { record, fleet } = situation;
  const token = clientToken(situation, `snapshot/${homeId}/${requestId ?? purpose}`);
  return {
    kind: 'snapshot-home',
    name: record.name,
    homeId,
    purpose,
    ...(requestId === undefined ? {} : { requestId }),
    description: `devinstance: home of ${record.name}, ${purposeWords[purpose]}`,
    tags: snapshotTags(fleet.name, record, { homeId, token, purpose }),
  };
}

/** Says in a home's tags whose it is now: `released`, or `active`. */
export function setPhaseAction(
  { record }: Situation,
  homeId: string,
  phase: 'active' | 'released',
): Action {
  return { kind: 'tag', name: record.name, resourceId: homeId, tags: { [tagKeys.phase]: phase } };
}

function volumeRequest({ spec }: Situation, token: string, az: string) {
  const { sizeGib, type, iops, throughput } = spec.homeVolume;
  return {
    clientToken: token,
    az,
    sizeGib,
    type,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
    ...(spec.kmsKeyId === undefined ? {} : { kmsKeyId: spec.kmsKeyId }),
  };
}

/** The key under which an image is read: the channel's name, or the DevInstance's own image id. */
export function imageKey(spec: EffectiveSpec): string {
  return 'channel' in spec.image ? spec.image.channel : spec.image.id;
}

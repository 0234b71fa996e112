import type { SnapshotPurpose } from '../action.ts';
import type { EffectiveSpec } from '../desired.ts';
import type { DevInstanceRecord } from '../record.ts';
import { specHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';

type Tags = Readonly<Record<string, string>>;

/** Fixed at creation and never changed by the controller: who a resource belongs to. */
function identityTags(fleet: string, record: DevInstanceRecord, role: string): Tags {
  return {
    [tagKeys.fleet]: fleet,
    [tagKeys.devInstance]: record.name,
    [tagKeys.uid]: record.uid,
    [tagKeys.owner]: record.owner,
    [tagKeys.role]: role,
  };
}

/** `vol-…`, with `:new` as long as the host may format it (decision 4). */
export function homeTagValue(record: DevInstanceRecord): string | undefined {
  if (record.homeId === undefined) return undefined;
  return record.homeWasReady ? record.homeId : `${record.homeId}:new`;
}

/** The home that a machine's tag names, with or without permission to format it. */
export function homeNamedBy({ tags }: { readonly tags: Tags }): string | undefined {
  return tags[tagKeys.home]?.split(':')[0];
}

/** Whether a machine's tag still permits to format this home. */
export function mayFormat({ tags }: { readonly tags: Tags }, homeId: string): boolean {
  return tags[tagKeys.home] === `${homeId}:new`;
}

/** Tags of a machine that is launched now. */
export function launchTags(
  fleet: string,
  record: DevInstanceRecord,
  spec: EffectiveSpec,
  launch: { readonly ordinal: number; readonly imageId: string },
): { readonly machine: Tags; readonly root: Tags } {
  const home = homeTagValue(record);
  return {
    machine: {
      ...spec.tags,
      ...identityTags(fleet, record, 'machine'),
      [tagKeys.name]: record.name,
      [tagKeys.ordinal]: String(launch.ordinal),
      [tagKeys.specHash]: specHash(spec),
      [tagKeys.image]: launch.imageId,
      ...(home === undefined ? {} : { [tagKeys.home]: home }),
    },
    root: {
      ...spec.tags,
      ...identityTags(fleet, record, 'root'),
      [tagKeys.name]: `${record.name}-root`,
    },
  };
}

/** Tags of a home that is created now. */
export function homeTags(fleet: string, record: DevInstanceRecord, spec: EffectiveSpec): Tags {
  return {
    ...spec.tags,
    ...identityTags(fleet, record, 'home'),
    [tagKeys.name]: `${record.name}-home`,
  };
}

/** Tags that make a volume the home of a DevInstance: a created, an adopted or a restored one. */
export function adoptionTags(fleet: string, record: DevInstanceRecord, spec: EffectiveSpec): Tags {
  return { ...homeTags(fleet, record, spec), [tagKeys.phase]: 'active' };
}

/** Tags of a snapshot of a home; the token finds it where the answer to its making was lost. */
export function snapshotTags(
  fleet: string,
  record: DevInstanceRecord,
  snapshot: {
    readonly homeId: string;
    readonly token: string;
    readonly purpose: SnapshotPurpose;
  },
): Tags {
  return {
    ...identityTags(fleet, record, 'snapshot'),
    [tagKeys.name]: `${record.name}-home`,
    [tagKeys.home]: snapshot.homeId,
    [tagKeys.purpose]: snapshot.purpose,
    [tagKeys.token]: snapshot.token,
  };
}

/** Those of a resource's tags that are this program's words. */
export function devinstanceTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith('devinstance:')));
}

/** Whether a home is neither given up nor still on its way from a snapshot. */
export function isInUse({ tags }: { readonly tags: Tags }): boolean {
  const phase = tags[tagKeys.phase];
  return phase !== 'released' && phase !== 'restoring';
}

/** Whether a resource's tags name this fleet, DevInstance, uid, owner and role. */
export function hasIdentity(
  fleet: string,
  record: DevInstanceRecord,
  resource: { readonly tags: Tags },
  role: 'machine' | 'home',
): boolean {
  const { tags } = resource;
  return (
    tags[tagKeys.fleet] === fleet &&
    tags[tagKeys.devInstance] === record.name &&
    tags[tagKeys.uid] === record.uid &&
    tags[tagKeys.owner] === record.owner &&
    tags[tagKeys.role] === role
  );
}

/** Wants a tag; undefined where it wants none. */
export type WantTag = (key: string, value: string | undefined) => void;

/** Of the tags that `wants` asks for, those a resource lacks or has otherwise; undefined if none. */
export function missingTags(have: Tags, wants: (want: WantTag) => void): Tags | undefined {
  let missing: Record<string, string> | undefined;
  wants((key, value) => {
    if (value === undefined || have[key] === value) return;
    missing ??= {};
    missing[key] = value;
  });
  return missing;
}

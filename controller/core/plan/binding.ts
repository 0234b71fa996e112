import type { EffectiveSpec } from '../desired.ts';
import type { Instant } from '../instant.ts';
import type { Home } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { dutyAt } from '../schedule/duty.ts';
import { tagKeys } from '../tags.ts';
import { creationDetails } from './describe.ts';
import { imageKey } from './launch.ts';
import { homeNamedBy, isInUse, mayFormat } from './resource-tags.ts';
import {
  currentFirst,
  isLive,
  isUnread,
  type NameIndex,
  ordinalOf,
  type ResourceIndex,
} from './situation.ts';
import type { Binding, Change, Hold, Status, World } from './world.ts';

/** What a DevInstance without a record gets: a uid, or the reason why not yet. */
export interface FirstVerdict {
  readonly binding: Binding | undefined;
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly status: Status;
}

type Tagged = { readonly tags: Readonly<Record<string, string>> };

/** Binds a name to a new uid, or to the one that its tagged machine or home carries (decision 1). */
export function bindName(
  world: World,
  spec: EffectiveSpec,
  index: NameIndex & ResourceIndex,
): FirstVerdict {
  const named = index.machinesByName.get(spec.name) ?? [];
  const machines = named.filter(isLive);
  const homes = homesToAdopt(index.homesByName.get(spec.name) ?? []);
  const tagged: readonly Tagged[] = [...machines, ...homes];
  const trouble =
    bindingTrouble(world, spec, tagged) ?? claimTrouble(world, { spec, tagged, homes, index });
  if (trouble !== undefined) return verdict(world, spec, undefined, trouble);
  const uid = tagged[0]?.tags[tagKeys.uid];
  if (uid === undefined)
    return verdict(world, spec, { name: spec.name, effective: spec }, undefined);
  const [home] = homes;
  const [machine] = currentFirst(machines, home);
  // A home that a machine names is its home even where it is missing: none is made in its place.
  const homeId = home?.id ?? (machine === undefined ? undefined : homeNamedBy(machine));
  const az = home?.az ?? machine?.az;
  const adopt = {
    uid,
    // Those that are gone count too, as long as they show: their numbers are used up.
    ordinal: Math.max(0, ...named.map(ordinalOf)),
    // A home that was there before this ledger may hold data; only a machine's tag can say otherwise.
    homeWasReady:
      homeId !== undefined && !machines.some((candidate) => mayFormat(candidate, homeId)),
    ...(machine === undefined ? {} : { machineId: machine.id }),
    ...(homeId === undefined || az === undefined ? {} : { homeId, az }),
  };
  return verdict(world, spec, { name: spec.name, effective: spec, adopt }, undefined);
}

/** Those in use; where a restore released the old one already, the one that takes its place. */
function homesToAdopt(named: readonly Home[]): readonly Home[] {
  const there = named.filter(({ state }) => state !== 'deleted');
  const inUse = there.filter(isInUse);
  return inUse.length > 0 ? inUse : there.filter(isRestoring);
}

function isRestoring({ tags, state }: Home): boolean {
  return tags[tagKeys.phase] === 'restoring' && state !== 'error';
}

/** The record that a binding begins with; a uid is minted where none is adopted. */
export function firstRecord(
  binding: Binding,
  newUid: () => string,
  now: Instant,
): DevInstanceRecord {
  const { name, effective, adopt } = binding;
  const base = { name, owner: effective.owner.name, effective };
  if (adopt === undefined) return { ...base, uid: newUid(), ordinal: 0, homeWasReady: false };
  const { uid, ordinal, machineId, homeId, az, homeWasReady } = adopt;
  return {
    ...base,
    uid,
    ordinal,
    homeWasReady,
    ...(machineId === undefined ? {} : { machineId }),
    ...(homeId === undefined ? {} : { homeId, homeSince: now }),
    ...(az === undefined ? {} : { az }),
  };
}

function bindingTrouble(
  world: World,
  spec: EffectiveSpec,
  tagged: readonly Tagged[],
): Omit<Hold, 'name'> | undefined {
  if (spec.lifecycle !== 'active' && tagged.length === 0) {
    return {
      reason: spec.lifecycle === 'suspended' ? 'Suspended' : 'Retired',
      message: `its spec says lifecycle: ${spec.lifecycle}, so nothing is made`,
      remedy: 'set lifecycle: active to create it',
    };
  }
  if (isUnread(world.observed, 'machines') || isUnread(world.observed, 'homes')) {
    const message = 'the account could not be read whole, so nothing new is made';
    return { reason: 'ReadFailed', message, remedy: 'see the failed read' };
  }
  const uids = new Set(tagged.map((resource) => resource.tags[tagKeys.uid]));
  const owners = new Set(tagged.map((resource) => resource.tags[tagKeys.owner]));
  if (tagged.length === 0) return undefined;
  if (uids.size === 1 && !uids.has(undefined) && owners.size === 1 && owners.has(spec.owner.name)) {
    return undefined;
  }
  return {
    reason: 'IdentityConflict',
    message: `machines or homes tagged ${spec.name} exist with uid ${[...uids].join(', ')} and owner ${[...owners].join(', ')}, the spec names ${spec.owner.name}`,
    remedy: 'take the devinstance: tags off those that do not belong to it, or use another name',
  };
}

/** A uid belongs to one name for ever, and to one home: where that is in doubt nothing is adopted. */
function claimTrouble(
  world: World,
  claim: {
    readonly spec: EffectiveSpec;
    readonly tagged: readonly Tagged[];
    readonly homes: readonly Home[];
    readonly index: ResourceIndex;
  },
): Omit<Hold, 'name'> | undefined {
  const { spec, tagged, homes, index } = claim;
  const uid = tagged[0]?.tags[tagKeys.uid];
  if (uid === undefined) return undefined;
  const conflict = (message: string, remedy: string) =>
    ({ reason: 'IdentityConflict', message, remedy }) as const;
  if (homes.length > 1) {
    return conflict(
      `${homes.map(({ id }) => id).join(' and ')} are both tagged as the home of ${spec.name}`,
      'take the devinstance: tags off the one that is not its home',
    );
  }
  const bound = [...world.records.values()].find((record) => record.uid === uid);
  const others = [
    ...(index.machinesByUid.get(uid) ?? []).filter(isLive),
    ...(index.homesByUid().get(uid) ?? []),
  ].map((resource) => resource.tags[tagKeys.devInstance]);
  const other = bound?.name ?? others.find((name) => name !== spec.name);
  if (other === undefined) return undefined;
  return conflict(
    `what is tagged ${spec.name} carries uid ${uid}, which belongs to ${other}`,
    `restore the devinstance:name tags to ${other}, or take the devinstance: tags off`,
  );
}

function verdict(
  world: World,
  spec: EffectiveSpec,
  binding: Binding | undefined,
  trouble: Omit<Hold, 'name'> | undefined,
): FirstVerdict {
  const image = world.observed.images.get(imageKey(spec));
  const duty = dutyAt(spec.schedule, {}, world.now);
  const isAdoption = binding?.adopt !== undefined;
  const change: Change = {
    name: spec.name,
    owner: spec.owner.name,
    kind: isAdoption ? 'adopt' : 'create',
    reasons: [isAdoption ? 'record_missing' : 'spec_new'],
    details: isAdoption ? adoptionDetails(binding) : creationDetails(spec, image, duty),
    ...(trouble === undefined ? { at: 'now' as const } : { withheldBy: trouble.reason }),
  };
  const status: Status = {
    name: spec.name,
    owner: spec.owner.name,
    className: spec.className,
    sync: 'OutOfSync',
    health: trouble === undefined ? 'Progressing' : 'Degraded',
    phase: 'New',
    instanceType: spec.instanceType,
    timezone: spec.schedule.timezone,
    duty,
    ...(trouble === undefined ? {} : { message: trouble.message }),
  };
  const holds = trouble === undefined ? [] : [{ name: spec.name, ...trouble }];
  return { binding, changes: [change], holds, status };
}

function adoptionDetails(binding: Binding | undefined): readonly string[] {
  const adopt = binding?.adopt;
  const machine = adopt?.machineId === undefined ? 'no machine' : `machine ${adopt.machineId}`;
  const home = adopt?.homeId === undefined ? 'no home' : `home ${adopt.homeId}`;
  return [`the ledger has no record of it: take over ${machine} and ${home} by their tags`];
}

/** What AWS's side of the world does until told otherwise, for every process alike. */
export interface StoredConditions {
  /** Zones whose resources cannot be described. */
  readonly sickZones: string[];
  readonly quotas: Partial<Record<QuotaName, number>>;
  /** KMS keys that encrypt nothing: disabled, deleted, or not ours to use. */
  readonly unusableKeys: string[];
  /** What becomes of the next resources of a kind, first come first served. */
  readonly fates: {
    readonly launch: LaunchFate[];
    readonly volume: Fate[];
    readonly snapshot: Fate[];
  };
}

export type QuotaName = 'instances' | 'vcpus' | 'volumeGib' | 'pendingSnapshots';

/** It ends in `error`, or never leaves its first state. */
export type Fate = 'fails' | 'sticks';

/**
 * What is wrong with every boot of a machine: `unbootable`, its operating system never comes up;
 * `home-fails`, its host cannot mount any home and says so.
 */
export type LaunchFlaw = 'unbootable' | 'home-fails';

/**
 * A launch stays `pending`, runs with a flaw, or succeeds and then dies, which says why in its
 * StateReason (UG23, BM).
 */
export type LaunchFate = 'sticks' | LaunchFlaw | LaunchDeath;

type LaunchDeath =
  | 'Client.VolumeLimitExceeded'
  | 'Client.InternalError'
  | 'Client.InvalidSnapshot.NotFound'
  | 'Server.InternalError'
  | 'Server.InsufficientInstanceCapacity';

/** Passing states in which a resource can stay for ever. */
export type InstanceStick = 'pending' | 'stopping' | 'shutting-down';
export type VolumeStick = 'creating' | 'attaching' | 'detaching' | 'busy';

/** How the world is while nobody has said anything. */
export function noConditions(): StoredConditions {
  return {
    sickZones: [],
    quotas: {},
    unusableKeys: [],
    fates: { launch: [], volume: [], snapshot: [] },
  };
}

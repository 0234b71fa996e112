import type { Action } from './action.ts';
import type { EffectiveSpec } from './desired.ts';
import type { Instant } from './instant.ts';
import type { ChannelRetry } from './rollout/channel-action.ts';
import type { Completion, DeniedRevision, PastRollout, Rollout } from './rollout/rollout.ts';

/**
 * The durable note written before a mutation. A step that is still there at the next pass was
 * interrupted: it is found done in what is observed, or replayed as it stands.
 */
export interface Step {
  readonly action: Action;
  readonly at: Instant;
}

/** How often an action of one kind failed in a row. No new attempt before `notBefore`. */
export interface Retry {
  readonly actionKind: Action['kind'];
  readonly attempts: number;
  readonly notBefore: Instant;
  readonly code: string;
  readonly message: string;
  readonly capacity: boolean;
  /** What a person can do about it; none where the end is unknown. */
  readonly remedy?: string;
}

/** Where the image of a machine was named: by the channel's parameter, its pin, or the spec itself. */
export type ImageSource = 'follow' | 'pin' | 'id';

/** A revision of an image, as it was resolved once for one machine. */
export interface PinnedImage {
  readonly imageId: string;
  /** For people; empty where the image has none. */
  readonly name: string;
  readonly source: ImageSource;
  /** Of the SSM parameter, where that named it. */
  readonly parameterVersion?: number;
}

/** What of a spec a machine is made of for good: a change in any of it takes a new one. */
export type MachineSpec = Pick<
  EffectiveSpec,
  | 'rootVolume'
  | 'securityGroups'
  | 'instanceProfile'
  | 'kmsKeyId'
  | 'owner'
  | 'environment'
  | 'efsMounts'
  | 'aptMirror'
>;

/** What makes a machine what it is, beside its type: a difference in it takes a new machine. */
export interface MachineTarget {
  readonly image: PinnedImage;
  readonly specHash: string;
}

/** One machine on its way to take another's home and duty over (decision 6). */
export interface Replacement {
  readonly since: Instant;
  /** The machine that had the home when it began. */
  readonly oldId: string;
  readonly target: MachineTarget;
  /** Stable words, as in the plan's change: `ami_superseded`, `spec_machine`, `rollback`. */
  readonly reasons: readonly string[];
  /** The person's request to go back that it carries out. */
  readonly requestId?: string;
  /** It goes back to what it had, as its rollout failed or was taken back: no duty ends it. */
  readonly isUrgent?: true;
  /** The other machine is the one kept from an earlier replacement: it is never terminated here. */
  readonly isKept?: true;
  /** Whether the old machine was on, and so was stopped for it. */
  readonly wasOn: boolean;
  /** What was wanted of the machine as it began: a duty that begins later ends it. */
  readonly dutyAtStart: 'running' | 'stopped';
  readonly snapshotId?: string;
  readonly snapshotAt?: Instant;
  readonly newId?: string;
  /** The boot that a kept machine was last seen ready in: its report says nothing of a new start. */
  readonly formerBootId?: string;
  readonly madeFrom?: MachineSpec;
  /** When the new machine was launched or started: from then on it has `readyWithin`. */
  readonly launchedAt?: Instant;
  /** When the home left the old machine: the point of no return. */
  readonly detachedAt?: Instant;
  /** When the new machine was first seen with the home: from then on it has a while to be ready. */
  readonly arrivedAt?: Instant;
  /** Since when the new machine is ready with the home. */
  readonly readyAt?: Instant;
  /** When the new machine was terminated, it being given up. */
  readonly endedAt?: Instant;
  /** It was given up, and home and duty go back to the old machine. */
  readonly back?: {
    readonly since: Instant;
    /** For people: `its window began`. */
    readonly reason: string;
    /** What keeps it from being tried again at once; undefined for a change of mind. */
    readonly failure?: SetbackCause;
  };
}

/** `capacity`: AWS had none for it; `unready`: it did not become ready in time, or died. */
export type SetbackCause = 'capacity' | 'unready';

/** A machine that was replaced, kept stopped for a while so that home and duty can return to it. */
export interface KeptMachine {
  readonly machineId: string;
  readonly image: PinnedImage | undefined;
  readonly specHash: string | undefined;
  readonly madeFrom?: MachineSpec;
  readonly bootId?: string;
  readonly since: Instant;
  /** Why it was replaced, as in the plan's change. */
  readonly reasons: readonly string[];
  /** Until when it is kept (`rollbackWindow`). */
  readonly until: Instant;
  /** Made of the home as it was replaced: complete before this machine goes. */
  readonly snapshotId?: string;
  readonly snapshotAt?: Instant;
  /** When it was terminated. */
  readonly endedAt?: Instant;
}

/** What a person rolled back from: not made again until git or a newer version says otherwise. */
export interface Denial {
  readonly at: Instant;
  readonly actor: string;
  readonly image?: PinnedImage;
  readonly specHash?: string;
}

/** A replacement that failed, and when the same may be tried again. */
export interface Setback {
  readonly target: MachineTarget;
  readonly cause: SetbackCause;
  readonly at: Instant;
  readonly reason: string;
  readonly notBefore: Instant;
}

/** What the ledger keeps of one image channel. */
export interface ChannelRecord {
  readonly name: string;
  /** The last revision whose rollout came to its end: what new DevInstances begin with. */
  readonly completed?: Completion;
  /** Those before it that were not taken back, newest first. */
  readonly former?: readonly Completion[];
  /** The last rollout, under way or over. */
  readonly rollout?: Rollout;
  /** Those before it, newest first. */
  readonly history?: readonly PastRollout[];
  readonly denied?: readonly DeniedRevision[];
  /** People's requests that were carried out or refused, until the ledger knows that they ended. */
  readonly answered?: readonly {
    readonly requestId: string;
    readonly result: 'done' | 'refused';
    readonly message: string;
  }[];
  /** The image whose age was told of. */
  readonly ageToldOf?: string;
  /** Image Builder's machines that people were told of. */
  readonly buildersToldOf?: readonly string[];
  readonly retries?: readonly ChannelRetry[];
}

/** What the ledger keeps of one DevInstance. */
export interface DevInstanceRecord {
  readonly name: string;
  /** Bound to the name once; tagged on machine and home. */
  readonly uid: string;
  readonly owner: string;
  /** The last spec that was valid: in force while the file is broken or gone. */
  readonly effective: EffectiveSpec;
  /** Counts launches: the current or last machine's `devinstance:ordinal`; 0 before the first. */
  readonly ordinal: number;
  readonly machineId?: string;
  readonly homeId?: string;
  readonly homeSince?: Instant;
  /** Set with the home: where every later machine must be. */
  readonly az?: string;
  /** True once a machine was ready with this home: permission to format is gone for good. */
  readonly homeWasReady: boolean;
  /** True from the adoption or restoring of a first home until a machine was ready with it. */
  readonly awaitsFirstReady?: boolean;
  /** A home that another DevInstance took over: no empty one is made in its place. */
  readonly formerHome?: { readonly homeId: string; readonly takenBy: string };
  /** The last power state this controller brought about or took note of, and who did it. */
  readonly power?: {
    readonly state: 'running' | 'stopped';
    readonly at: Instant;
    /** `aws`: the hardware or a scheduled event did it, so it is mended like a failure. */
    readonly by: 'controller' | 'person' | 'aws';
    /** The controller's own stop that keeps it off until its next window, as a person's does. */
    readonly rest?: 'idle' | 'max-uptime';
  };
  /** Since when it is up, stops for a change left out; not known while it is off. */
  readonly upSince?: Instant;
  /** The type it last ran as: what a start without capacity falls back to first. */
  readonly ranAs?: string;
  /** A type taken for lack of capacity: no drift until the next stop. */
  readonly standInType?: string;
  /** A start while its schedule was off: it may run for the schedule's `manualStart.hold`. */
  readonly manualStart?: {
    readonly at: Instant;
    /** `creation`: made while its schedule was off, which counts as started by hand. */
    readonly cause: 'person' | 'creation';
  };
  /** Until when somebody asked for it to be on: only then does idleness begin to count. */
  readonly askedUntil?: Instant;
  /** The scheduled stop that its owner was told of beforehand. */
  readonly noticeOf?: Instant;
  /** Since when the machine should be on its way to ready; cleared when it is, or is off. */
  readonly becomingReadySince?: Instant;
  /** When the spec was first seen gone from git. */
  readonly orphanedAt?: Instant;
  /** Begun by `lifecycle: retired`, forgotten where git takes that back. */
  readonly retirement?: {
    readonly since: Instant;
    /** Made of the home after the machine was stopped for good. */
    readonly snapshotId?: string;
    readonly snapshotAt?: Instant;
    readonly terminatedAt?: Instant;
    /** The machine is gone and the home, if there was one, is released. */
    readonly isComplete?: boolean;
  };
  /** A new home on its way from a snapshot, at a person's request. */
  readonly restore?: {
    readonly requestId: string;
    readonly snapshotId: string;
    readonly at: Instant;
    /** The new volume, once it is made. */
    readonly homeId?: string;
  };
  /** The snapshot that was made for a person's request. */
  readonly requestedSnapshot?: {
    readonly requestId: string;
    readonly snapshotId: string;
    readonly at: Instant;
  };
  /** Since when the home is on its way off its stopped machine. */
  readonly detachingSince?: Instant;
  /** What the current machine was made of, where this controller made it. */
  readonly image?: PinnedImage;
  readonly madeFrom?: MachineSpec;
  /** What the machine before the current one was made of: where `rollback` leads. */
  readonly previous?: { readonly image: PinnedImage; readonly specHash: string | undefined };
  /** Since when another instance type is wanted than the running machine has. */
  readonly typeWantedSince?: Instant;
  readonly replacement?: Replacement;
  readonly kept?: KeptMachine;
  readonly denial?: Denial;
  readonly setback?: Setback;
  /** Since when the machine has been behind what it should be. */
  readonly behind?: { readonly since: Instant; readonly target: MachineTarget };
  /** The snapshots that its replacements made and that are still there, oldest first. */
  readonly replacementSnapshots?: readonly string[];
  /** The last of them, where it still holds all that is in the home: nothing ran since. */
  readonly freshSnapshot?: { readonly snapshotId: string; readonly at: Instant };
  /** A person's request that is carried out, or cannot be, and what to say of it. */
  readonly answered?: {
    readonly requestId: string;
    readonly result: 'done' | 'refused';
    readonly message: string;
  };
  /** The boot of the current machine that was last seen ready, where its host reports. */
  readonly bootId?: string;
  /** The boot before the start that is under way: its report says nothing of that. */
  readonly formerBootId?: string;
  readonly step?: Step;
  /** One for each kind of action that failed; cleared by its success. */
  readonly retries?: readonly Retry[];
  /** The holds that stand, by reason, and since when: so that each is told once. */
  readonly holds?: readonly { readonly reason: string; readonly since: Instant }[];
  /** A machine of this DevInstance that was found terminated or gone, and told of. */
  readonly goneMachineId?: string;
}

/** The marker that ties a ledger to one fleet in one account and region (decision 1). */
export interface Marker {
  readonly fleet: string;
  readonly account: string;
  readonly region: string;
}

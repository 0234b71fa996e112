import type { Action } from './action.ts';
import type { EffectiveSpec } from './desired.ts';
import type { Instant } from './instant.ts';

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

import type { Action } from '../action.ts';
import type { DesiredFleet, Duty, EffectiveSpec } from '../desired.ts';
import type { FleetEvent } from '../event.ts';
import type { Instant } from '../instant.ts';
import type { Observed } from '../observed.ts';
import type { ChannelRecord, DevInstanceRecord } from '../record.ts';
import type { LedgerRequest } from '../request.ts';
import type { ChannelAction } from '../rollout/channel-action.ts';
import type { RolloutStatus } from '../rollout/rollout-status.ts';
import type { Override } from '../schedule/schedule-memory.ts';

/** Everything a plan depends on. Equal worlds give equal plans. */
export interface World {
  readonly desired: DesiredFleet;
  readonly records: ReadonlyMap<string, DevInstanceRecord>;
  /** What the ledger knows of image channels, by name. */
  readonly channels: ReadonlyMap<string, ChannelRecord>;
  /** What people asked for and nothing came of yet, oldest first; expired ones included. */
  readonly requests: readonly LedgerRequest[];
  readonly observed: Observed;
  readonly now: Instant;
  /** The command line's `--observe`: whatever the Fleet says, nothing is acted on. */
  readonly observeOnly: boolean;
}

export type ChangeKind =
  | 'create'
  | 'adopt'
  | 'recover'
  | 'start'
  | 'stop'
  | 'change'
  | 'replace'
  | 'snapshot'
  | 'restore'
  | 'retire'
  | 'orphan';

/** One thing that a DevInstance still needs, as people and pull requests are shown it. */
export interface Change {
  readonly name: string;
  readonly owner: string;
  readonly kind: ChangeKind;
  /** Stable words: `spec_new`, `spec_instance_type`, `schedule`, `machine_gone`, `file_removed`, … */
  readonly reasons: readonly string[];
  /** One line each, for people: `home 100 -> 150 GiB, online`. */
  readonly details: readonly string[];
  /** `now`, or the moment it is due; undefined where nothing says when (see `note`). */
  readonly at?: 'now' | Instant;
  /** For people: what the moment depends on. */
  readonly note?: string;
  /** The hold or interlock that withholds it, or `ObserveMode`. */
  readonly withheldBy?: string;
  /** The wave of the rollout that brings it, counted from 1. */
  readonly wave?: { readonly name: string; readonly position: number; readonly count: number };
}

/** The named reason why a step is not taken. */
export interface Hold {
  readonly name: string;
  readonly reason: HoldReason;
  readonly message: string;
  readonly remedy: string;
}

export type HoldReason =
  | 'AdoptionRefused'
  | 'BackingOff'
  | 'HomeAwaited'
  | 'HomeElsewhere'
  | 'HomeError'
  | 'HomeMissing'
  | 'HomeModifying'
  | 'HomeShrinkRefused'
  | 'IdentityConflict'
  | 'ImageExpired'
  | 'ImageUnusable'
  | 'InterlockDisrupted'
  | 'InterlockEmptySource'
  | 'InterlockUnhealthy'
  | 'InvalidSpec'
  | 'MachineMissing'
  | 'NeverOff'
  | 'NoSubnet'
  | 'NotReady'
  | 'OwnerChanged'
  | 'PlanFailed'
  | 'ReadFailed'
  | 'ReplacementFailed'
  | 'RestoreRefused'
  | 'Retired'
  | 'RolledBack'
  | 'SecondMachine'
  | 'SnapshotFailed'
  | 'StuckCreating'
  | 'StuckDetaching'
  | 'StuckPending'
  | 'StuckSnapshot'
  | 'StuckStopping'
  | 'StuckTerminating'
  | 'Suspended'
  | 'TypeRefused'
  | 'TypeUnusable'
  | 'UnknownState'
  | 'UpgradeNever';

/** A fleet-level brake: what it saw, its limit, and how to proceed deliberately. */
export interface Interlock {
  readonly reason: 'InterlockEmptySource' | 'InterlockDisrupted' | 'InterlockUnhealthy';
  readonly message: string;
  readonly remedy: string;
}

/** A name that gets its uid in this pass: none yet, or the one that its tagged resources carry. */
export interface Binding {
  readonly name: string;
  readonly effective: EffectiveSpec;
  readonly adopt?: {
    readonly uid: string;
    readonly ordinal: number;
    readonly machineId?: string;
    readonly homeId?: string;
    readonly az?: string;
    /** False where a machine still carries the permission to format this home. */
    readonly homeWasReady: boolean;
  };
}

/** A request that nothing more is done for, and what came of it. */
export interface RequestEnding {
  readonly requestId: string;
  /** The DevInstance. */
  readonly name: string;
  readonly result: 'done' | 'refused';
  /** For people. */
  readonly message: string;
}

/** A stop that lies ahead, of which people are told once. */
export interface Notice {
  readonly name: string;
  /** When it is due: equal for every pass that tells of the same stop. */
  readonly at: Instant;
  readonly stopAt: Instant;
  /** For people, with the command that puts it off. */
  readonly message: string;
}

/** Something AWS is still doing: the next pass looks again. */
export interface Waiting {
  readonly name: string;
  readonly what: string;
}

/** A scheduled change of state that lies ahead. Not an action. */
export interface Transition {
  readonly name: string;
  readonly at: Instant;
  readonly state: 'running' | 'stopped';
  readonly reason: string;
}

export type Phase =
  | 'New'
  | 'Creating'
  | 'Starting'
  | 'Running'
  | 'Stopping'
  | 'Stopped'
  | 'Changing'
  | 'Replacing'
  | 'RollingBack'
  | 'Recovering'
  | 'Retiring'
  | 'Retired'
  | 'Orphaned'
  | 'Gone'
  | 'Unknown';

/** One line of `get`: what is, beside what should be. */
export interface Status {
  readonly name: string;
  readonly owner: string;
  readonly className: string;
  readonly sync: 'Synced' | 'OutOfSync' | 'Unknown';
  readonly health: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing';
  readonly phase: Phase;
  readonly instanceType: string;
  readonly machineId?: string;
  readonly imageId?: string;
  readonly homeId?: string;
  readonly homeSizeGib?: number;
  readonly az?: string;
  /** Of its schedule: what `duty.until` is shown in. */
  readonly timezone: string;
  readonly duty?: Pick<Duty, 'state' | 'reason' | 'until'> &
    Partial<Pick<Duty, 'rule' | 'since' | 'next' | 'enforced' | 'requestId'>>;
  /** The command that set the end of its duty, where a person's did. */
  readonly endSetBy?: Override['command'];
  readonly message?: string;
}

/** What to do now, what is withheld and why, and when to look again. A plain value. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly interlocks: readonly Interlock[];
  readonly bindings: readonly Binding[];
  /** Records whose facts changed: written before anything is done. */
  readonly memos: readonly DevInstanceRecord[];
  /** Image channels whose facts changed: written before anything is done. */
  readonly channelMemos: readonly ChannelRecord[];
  /** What people are told of image channels: before the memos that say so. */
  readonly channelNews: readonly FleetEvent[];
  /** What image channels need; each may be done again without harm. */
  readonly channelActions: readonly ChannelAction[];
  /** Each image channel with its rollout, by name. */
  readonly rollouts: readonly RolloutStatus[];
  /** At most one for each DevInstance, in the order in which they are performed. */
  readonly actions: readonly Action[];
  /** Requests that are over, to be noted in the ledger. */
  readonly endings: readonly RequestEnding[];
  /** Stops ahead that people are to be told of now. */
  readonly notices: readonly Notice[];
  /** What people asked for that is in force: overrides and suspensions, by instant. */
  readonly inForce: readonly LedgerRequest[];
  readonly waiting: readonly Waiting[];
  readonly transitions: readonly Transition[];
  readonly statuses: readonly Status[];
  readonly wakeAt?: Instant;
}

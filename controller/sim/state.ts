import type { InstanceStateName } from '@aws-sdk/client-ec2';
import type { HostReport } from '../core/observed.ts';
import {
  type InstanceStick,
  type LaunchFlaw,
  noConditions,
  type StoredConditions,
  type VolumeStick,
} from './stored-conditions.ts';
import type { Lagging } from './visibility.ts';

/** The version of the stored document; a reader refuses a newer one. */
export const schemaVersion = 1;

/** Whose act a call is: the program under watch, or a person with the console. */
export type Actor = 'controller' | 'person';

/**
 * Everything the simulated account knows, as one JSON document. Instants are milliseconds since the
 * epoch. Transitions are stored with the instant at which they settle, so that a read derives every
 * state from the document and the virtual now, and never writes.
 */
export interface AccountState {
  readonly schemaVersion: number;
  readonly account: string;
  readonly region: string;
  /** Whose tags the images carry that the account is seeded with, and later ones. */
  fleet?: string;
  /** How far the virtual clock runs ahead of the wall clock. */
  offsetMs: number;
  /** Counts everything that was given an id, so that equal histories give equal ids. */
  sequence: number;
  readonly instances: Record<string, SimInstance>;
  readonly volumes: Record<string, SimVolume>;
  readonly snapshots: Record<string, SimSnapshot>;
  readonly images: Record<string, SimImage>;
  readonly subnets: Record<string, SimSubnet>;
  readonly securityGroups: Record<string, SimSecurityGroup>;
  readonly parameters: Record<string, SimParameterVersion[]>;
  /** By `RunInstances/eu-west-1a/TOKEN`: tokens of calls that name a zone hold in that zone. */
  readonly tokens: Record<string, { readonly fingerprint: string; readonly ids: string[] }>;
  /** By `eu-west-1a/t3.xlarge`: how many more machines fit; absent means plenty. */
  readonly capacity: Record<string, number>;
  /** `eu-west-1a/t3.xlarge` of types that the zone does not have at all. */
  readonly unsupported: string[];
  readonly conditions: StoredConditions;
  readonly violations: Violation[];
}

/** Something that a safety invariant forbids, and the call that brought it about. */
export interface Violation {
  readonly rule: 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S8' | 'S10' | 'S11';
  readonly message: string;
  readonly action: string;
  readonly at: number;
}

/** A change of state under way: `passing` until `settlesAt`, `settled` from then on. */
export interface PowerTransition {
  readonly passing: InstanceStateName;
  readonly settled: InstanceStateName;
  readonly since: number;
  readonly settlesAt: number;
}

export interface SimInstance extends Lagging {
  readonly id: string;
  readonly reservationId: string;
  readonly imageId: string;
  readonly architecture: string;
  type: string;
  readonly az: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp: string;
  readonly securityGroups: string[];
  readonly instanceProfileArn?: string | undefined;
  readonly userData?: string | undefined;
  readonly metadata: SimMetadataOptions;
  readonly shutdownBehaviour: 'stop' | 'terminate';
  readonly clientToken: string;
  readonly rootDeviceName: string;
  tags: Record<string, string>;
  /** The last launch or start. */
  launchedAt: number;
  power: PowerTransition;
  reason?: { readonly code: string; readonly message: string } | undefined;
  transitionReason: string;
  /** Who launched or last started it: a person's start is not the controller's fault. */
  poweredBy: Actor;
  /** Volumes that were attached at some time; the volume's own attachment decides. */
  readonly volumeIds: string[];
  boot: SimBoot;
  /** What its host reported last before the present boot. */
  lastReport?: HostReport | undefined;
  /** Who was logged in last, in which boot, and when they left. */
  use?: { readonly bootId: string; readonly until?: number } | undefined;
  /** Its host tells nothing more of its use. */
  silentSince?: number | undefined;
  impaired: boolean;
  /** Of its image or type: in every boot. */
  readonly flaw?: LaunchFlaw | undefined;
  /** Of its image: how long after each boot its status check begins to fail. */
  readonly failsAfterMs?: number | undefined;
  /** Whether the API refuses to stop or to terminate it. */
  protection?: { readonly stop: boolean; readonly terminate: boolean } | undefined;
  sticks?: readonly InstanceStick[] | undefined;
}

export interface SimMetadataOptions {
  readonly httpTokens: 'optional' | 'required';
  readonly hopLimit: number;
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly instanceTags: 'enabled' | 'disabled';
}

/** One boot of a machine's host: what it does, and when, as far as is known now. */
export interface SimBoot {
  readonly id: string;
  readonly count: number;
  /** When the host reports for the first time in it; absent in older documents. */
  readonly heardAt?: number | undefined;
  /** When the operating system is up and looks for its home; `never` where it cannot come up. */
  readonly upAt: number;
  home?: SimMount | undefined;
}

export interface SimMount {
  readonly volumeId: string;
  /** Names the conditions this was planned from, so that unrelated changes do not move it. */
  readonly cause: string;
  readonly at: number;
  readonly outcome: 'formats' | 'mounts' | 'fails';
  readonly reason?: string | undefined;
  /** Ready from then on, if it did not fail. */
  readonly readyAt: number;
}

export interface SimAttachment {
  readonly instanceId: string;
  readonly deviceName: string;
  deleteOnTermination: boolean;
  readonly since: number;
  attachedAt: number;
  detachingAt?: number | undefined;
  /** Undefined while detaching means busy: the host still has it mounted. */
  detachedAt?: number | undefined;
}

export interface SimModification {
  readonly from: VolumeShape;
  readonly to: VolumeShape;
  readonly since: number;
  /** The new size is usable from then on. */
  readonly optimizingAt: number;
  readonly completedAt: number;
}

export interface VolumeShape {
  readonly sizeGib: number;
  readonly type: string;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
}

/** What is on a disk: enough to tell whose data it is and whether it survived. */
export interface DiskContent {
  /** New with each format. */
  readonly marker: string;
  readonly writtenBy: string;
  readonly at: number;
  /** False where the file system's signature was lost although the data is there. */
  readonly signature: boolean;
}

export interface SimVolume extends Lagging {
  readonly id: string;
  readonly az: string;
  /** As created or as the last modification over left it; `shapeOf` says what holds now. */
  shape: VolumeShape;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly snapshotId?: string | undefined;
  readonly multiAttach: boolean;
  readonly createdAt: number;
  availableAt: number;
  /** In `error` from then on. */
  brokenAt?: number | undefined;
  /** When DeleteVolume was called. */
  deletingAt?: number | undefined;
  deletedAt?: number | undefined;
  tags: Record<string, string>;
  /** Created as a home: the ghost's own memory, whatever becomes of the tags. */
  readonly bornHome: boolean;
  attachment?: SimAttachment | undefined;
  modification?: SimModification | undefined;
  modifiedAt: number[];
  content?: DiskContent | undefined;
  sticks?: readonly VolumeStick[] | undefined;
}

export interface SimSnapshot extends Lagging {
  readonly id: string;
  readonly volumeId: string;
  readonly sizeGib: number;
  readonly description: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly startedAt: number;
  completedAt: number;
  /** True where it ends in `error` instead. */
  readonly fails?: boolean | undefined;
  /** When DeleteSnapshot was called. */
  deletingAt?: number | undefined;
  tags: Record<string, string>;
  readonly content?: DiskContent | undefined;
}

export interface SimImage extends Lagging {
  readonly id: string;
  readonly name: string;
  readonly architecture: string;
  readonly rootDeviceName: string;
  readonly rootSnapshotId: string;
  readonly rootSnapshotGib: number;
  readonly ownerId: string;
  readonly createdAt: number;
  readonly state: 'available' | 'pending' | 'failed';
  /** EBS volumes that a launch makes beside the root. */
  readonly extraDevices?: readonly { readonly deviceName: string; readonly sizeGib: number }[];
  /** In every boot of every machine made of it. */
  readonly flaw?: LaunchFlaw;
  /** How long after each boot the status check of a machine made of it begins to fail. */
  readonly failsAfterMinutes?: number;
  /** When DeregisterImage was called: nobody sees it from then on, but its machines. */
  deregisteredAt?: number;
  tags: Record<string, string>;
}

export interface SimSubnet {
  readonly id: string;
  readonly az: string;
  readonly vpcId: string;
  /** Counts subnets: the third part of its addresses. */
  readonly index: number;
  nextHost: number;
  /** How many addresses it has for instances; absent means plenty. */
  size?: number | undefined;
}

export interface SimSecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
}

export interface SimParameterVersion {
  readonly value: string;
  readonly type: string;
  readonly dataType: string;
  readonly modifiedAt: number;
}

/** An account with nothing in it. */
export function emptyAccount(account: string, region: string): AccountState {
  return {
    schemaVersion,
    account,
    region,
    offsetMs: 0,
    sequence: 0,
    instances: {},
    volumes: {},
    snapshots: {},
    images: {},
    subnets: {},
    securityGroups: {},
    parameters: {},
    tokens: {},
    capacity: {},
    unsupported: [],
    conditions: noConditions(),
    violations: [],
  };
}

import type { Instant } from './instant.ts';

export type MachineState =
  | 'pending'
  | 'running'
  | 'shutting-down'
  | 'terminated'
  | 'stopping'
  | 'stopped'
  /** A state this version does not know: nothing is done to it. */
  | 'unknown';

/** Whether a machine runs or is about to; one that is not there does not. */
export function isOn(state: MachineState | undefined): boolean {
  return state === 'running' || state === 'pending';
}

/** An EC2 instance that carries the fleet's tag, or that the ledger names, as it was read. */
export interface Machine {
  readonly id: string;
  readonly state: MachineState;
  /** Why it is in its state, as EC2 says: `Client.UserInitiatedShutdown`. */
  readonly stateReason?: { readonly code: string; readonly message: string };
  readonly type: string;
  /** Of its image, for ever: `x86_64`, `arm64`. Undefined where the answer does not say it. */
  readonly architecture?: string;
  readonly imageId: string;
  readonly az: string;
  readonly subnetId?: string;
  readonly privateIp?: string;
  /** The last launch or start. moto does not renew it on start. */
  readonly launchedAt: Instant;
  /** When a call of the API last stopped it, to the second, where EC2 says so. */
  readonly stoppedAt?: Instant;
  readonly tags: Readonly<Record<string, string>>;
  /** The block-device mapping, root included. */
  readonly devices: readonly MachineDevice[];
  readonly rootDeviceName?: string;
  /** The worse of EC2's two status checks; `none` where the machine is not running or none was read. */
  readonly checks: 'ok' | 'initializing' | 'impaired' | 'none';
}

export interface MachineDevice {
  readonly deviceName: string;
  readonly volumeId: string;
  readonly deleteOnTermination: boolean;
}

export type VolumeState =
  | 'creating'
  | 'available'
  | 'in-use'
  | 'deleting'
  | 'deleted'
  | 'error'
  | 'unknown';

/** An EBS volume that carries role=home and the fleet's tag, or that the ledger names, as it was read. */
export interface Home {
  readonly id: string;
  readonly state: VolumeState;
  readonly az: string;
  readonly sizeGib: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted: boolean;
  /** Whether several machines may attach it at once, which a home must never allow. */
  readonly multiAttach: boolean;
  readonly createdAt: Instant;
  readonly tags: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly instanceId: string;
    readonly deviceName: string;
    readonly state: 'attaching' | 'attached' | 'detaching' | 'detached' | 'busy' | 'unknown';
  }[];
  /** A ModifyVolume that is not over: `modifying` until the size is usable, then `optimizing`. */
  readonly modifying?: 'modifying' | 'optimizing';
}

/** An EBS snapshot, as it was read. */
export interface Snapshot {
  readonly id: string;
  readonly state: 'pending' | 'completed' | 'error' | 'unknown';
  /** The volume it was made of, which may be gone. */
  readonly volumeId: string;
  readonly sizeGib: number;
  readonly startedAt: Instant;
  readonly encrypted: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A subnet of some class, as it was read. */
export interface Subnet {
  readonly id: string;
  readonly az: string;
}

/** What a channel (or a DevInstance's own image id) resolves to now, or why it cannot be used. */
export type ImageReading =
  | {
      readonly usable: true;
      readonly imageId: string;
      readonly imageName: string;
      /** Of the SSM parameter; undefined for a pin or an own image. */
      readonly parameterVersion?: number;
      readonly architecture: string;
      readonly rootDeviceName: string;
      readonly rootSnapshotGib: number;
      readonly createdAt: Instant;
      /** Of its `devinstance:channel` tag, where it carries this fleet's. */
      readonly channel?: string;
      /** Of its `devinstance:phase` tag: `completed`, `denied`. */
      readonly phase?: string;
    }
  | { readonly usable: false; readonly reason: string; readonly remedy: string };

/** An AMI of a channel, whether or not anything names it. */
export interface ChannelImage {
  readonly imageId: string;
  readonly name: string;
  /** Of its `devinstance:channel` tag. */
  readonly channel: string;
  /** Of its `devinstance:phase` tag. */
  readonly phase?: string;
  /** As EC2 says: `available`, `pending`, `failed`, … */
  readonly state: string;
  readonly createdAt: Instant;
}

/** A machine that EC2 Image Builder made to build or test an image. */
export interface Builder {
  readonly machineId: string;
  readonly launchedAt: Instant;
  /** Of its `devinstance:channel` tag, where it has one. */
  readonly channel?: string;
}

/** What AWS says of an instance type. One that it does not know has no architecture at all. */
export interface InstanceTypeReading {
  readonly architectures: readonly string[];
}

/** What the host inside a machine says of itself. Advisory: never grounds for destruction. */
export interface HostReport {
  readonly machineId: string;
  readonly bootId: string;
  readonly specHash: string;
  readonly phase: 'booting' | 'home' | 'ready' | 'failed';
  readonly reason?: string;
}

/** Whether somebody uses a machine, by its host's own account; moments are the receiver's. */
export interface Activity {
  readonly machineId: string;
  /** When it was last heard of. */
  readonly at: Instant;
  /** Since when nobody is there; undefined while somebody is. */
  readonly idleSince?: Instant;
}

/** A read that failed or came back partial: what it would have said is unknown, never absent. */
export interface ReadFailure {
  readonly what:
    | 'machines'
    | 'homes'
    | 'snapshots'
    | 'checks'
    | 'subnets'
    | 'images'
    | 'channel-images'
    | 'builders'
    | 'types'
    | 'reports'
    | 'activity';
  readonly message: string;
  readonly remedy: string;
}

/** Whether what was not read bears on some DevInstance. The rest is told, and nothing waits for it. */
export function concernsMachines({ what }: ReadFailure): boolean {
  return what !== 'channel-images' && what !== 'builders';
}

/** The account as one pass read it. */
export interface Observed {
  readonly machines: readonly Machine[];
  readonly homes: readonly Home[];
  /** By id: those that were asked for. */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  /** Ids that the ledger or a tag names and that both the listing and a read by id did not find. */
  readonly absent: ReadonlySet<string>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  /** By channel name, and by image id for DevInstances with an own image. */
  readonly images: ReadonlyMap<string, ImageReading>;
  /** By name. A type that is not in it was not read: nothing is said of it. */
  readonly instanceTypes: ReadonlyMap<string, InstanceTypeReading>;
  /**
   * What the `publish.stable` parameter of a channel names, by channel, of those asked for; left out
   * where the parameter does not exist or could not be read. Without a version: that of another
   * parameter says nothing.
   */
  readonly stableImages: ReadonlyMap<string, ImageReading>;
  /**
   * What the parameters of the channels hold, by name: null where there is none. One that could not
   * be read is left out.
   */
  readonly published: ReadonlyMap<string, string | null>;
  /** The images of this account with the tags of this fleet and a channel; undefined where unread. */
  readonly channelImages: readonly ChannelImage[] | undefined;
  /** Image Builder's machines that are not terminated; undefined where unread. */
  readonly builders: readonly Builder[] | undefined;
  /** By machine id; undefined where this account's hosts have nowhere to report. */
  readonly reports: ReadonlyMap<string, HostReport> | undefined;
  /** By machine id; undefined where nobody tells. A machine that is not in it is not known to be idle. */
  readonly activity: ReadonlyMap<string, Activity> | undefined;
  readonly failures: readonly ReadFailure[];
}

/** What an Observer is asked to look at beyond the resources that carry the fleet's tag. */
export interface Interest {
  /** The account that `identity()` named: whose images count as `self`. */
  readonly account: string;
  readonly fleet: string;
  readonly machineIds: readonly string[];
  readonly homeIds: readonly string[];
  readonly snapshotIds: readonly string[];
  readonly subnetIds: readonly string[];
  readonly channels: readonly import('./desired.ts').ResolvedChannel[];
  /** The channels whose `publish.stable` is to be read: of those nothing is in the ledger yet. */
  readonly stableOf: readonly string[];
  readonly imageIds: readonly string[];
  readonly instanceTypes: readonly string[];
}

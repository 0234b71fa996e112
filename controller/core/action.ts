import type { PinnedImage } from './record.ts';

/** Everything a RunInstances call says, frozen before it is made, so that a replay says the same. */
export interface LaunchRequest {
  /** At most 64 ASCII characters; scoped to the subnet's zone. */
  readonly clientToken: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly securityGroups: readonly string[];
  readonly instanceProfile?: string;
  readonly rootDeviceName: string;
  readonly rootSizeGib: number;
  readonly rootType: string;
  readonly kmsKeyId?: string;
  /** Plain text; the adapter encodes it. */
  readonly userData: string;
  readonly machineTags: Readonly<Record<string, string>>;
  readonly rootTags: Readonly<Record<string, string>>;
}

/** Everything a CreateVolume call says. Encryption is always on. */
export interface CreateHomeRequest {
  readonly clientToken: string;
  readonly az: string;
  /** Whose data the new volume begins with; undefined for an empty one. */
  readonly snapshotId?: string;
  readonly sizeGib: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly kmsKeyId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * `duty` is the schedule or a person's override, `change` whatever needs it off for a while, `beside`
 * that it is not the machine that has the duty: one that is coming, going or kept.
 */
export type StopCause =
  | 'duty'
  | 'idle'
  | 'max-uptime'
  | 'change'
  | 'orphaned'
  | 'retired'
  | 'beside';

/** What a snapshot of a home is for. */
export type SnapshotPurpose = 'request' | 'retirement' | 'replacement';

/** One mutation of the account. Each carries all that the adapter needs and nothing else. */
export type Action =
  | {
      readonly kind: 'launch';
      readonly name: string;
      readonly request: LaunchRequest;
      /** What it is made of, as it is remembered. */
      readonly image?: PinnedImage;
      /** The machine beside which it comes up, to take its place; undefined where there is none. */
      readonly beside?: string;
    }
  | { readonly kind: 'create-home'; readonly name: string; readonly request: CreateHomeRequest }
  | {
      readonly kind: 'attach-home';
      readonly name: string;
      readonly machineId: string;
      readonly homeId: string;
      readonly deviceName: string;
    }
  /** Sets DeleteOnTermination=false on the home's mapping. */
  | {
      readonly kind: 'protect-home';
      readonly name: string;
      readonly machineId: string;
      readonly deviceName: string;
    }
  /** Takes a volume that is there for a home, if it still carries the tags under which it was chosen. */
  | {
      readonly kind: 'adopt-home';
      readonly name: string;
      readonly homeId: string;
      readonly az: string;
      /** The volume's own devinstance tags as the plan saw them. */
      readonly chosenBy: Readonly<Record<string, string>>;
      readonly tags: Readonly<Record<string, string>>;
    }
  /** Only from a machine that is read as stopped right before. */
  | {
      readonly kind: 'detach-home';
      readonly name: string;
      readonly machineId: string;
      /** The uid in the machine's tags: another DevInstance's where its home is taken over. */
      readonly machineUid: string;
      readonly homeId: string;
    }
  | {
      readonly kind: 'snapshot-home';
      readonly name: string;
      readonly homeId: string;
      readonly purpose: SnapshotPurpose;
      /** The person's request it is for; there where that is its purpose. */
      readonly requestId?: string;
      readonly description: string;
      /** CreateSnapshot has no token of its own: the `devinstance:token` in these finds a repeated one. */
      readonly tags: Readonly<Record<string, string>>;
    }
  /** A second home beside the one there is, to take its place. */
  | {
      readonly kind: 'restore-home';
      readonly name: string;
      readonly requestId: string;
      readonly request: CreateHomeRequest;
    }
  /** Only a machine without a home: all of it is read by id right before. */
  | {
      readonly kind: 'terminate';
      readonly name: string;
      readonly machineId: string;
      readonly uid: string;
      /** Undefined where there never was one. */
      readonly homeId?: string;
      /**
       * The machine that must be read as the home's only holder right before; undefined where the
       * home must be read as available.
       */
      readonly holder?: string;
      /** It never held the home, so that it need not be stopped first. */
      readonly neverHeldHome?: true;
    }
  /** A snapshot that a replacement made, once newer ones are enough. */
  | {
      readonly kind: 'delete-snapshot';
      readonly name: string;
      readonly snapshotId: string;
    }
  | {
      readonly kind: 'tag';
      readonly name: string;
      readonly resourceId: string;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'start'; readonly name: string; readonly machineId: string }
  | {
      readonly kind: 'stop';
      readonly name: string;
      readonly machineId: string;
      /** What it is stopped for: tells what is remembered of the time before. */
      readonly cause: StopCause;
    }
  | {
      readonly kind: 'set-type';
      readonly name: string;
      readonly machineId: string;
      readonly instanceType: string;
    }
  | {
      readonly kind: 'modify-home';
      readonly name: string;
      readonly homeId: string;
      readonly sizeGib: number;
      readonly type: string;
      readonly iops?: number;
      readonly throughput?: number;
    };

/** How a mutation ended, after its errors were classified once (`controller/aws/errors.ts`). */
export type Outcome =
  | {
      readonly result: 'done';
      readonly machineId?: string;
      readonly homeId?: string;
      readonly snapshotId?: string;
      readonly az?: string;
    }
  /** AWS refused: nothing happened. A new attempt may differ. */
  | {
      readonly result: 'refused';
      readonly code: string;
      readonly message: string;
      readonly capacity: boolean;
      readonly remedy: string;
    }
  /** Unknown whether it took effect (time-out, 5xx, lost connection): the step stays and is replayed. */
  | { readonly result: 'unknown'; readonly code: string; readonly message: string }
  /** Not sent: out of time, out of lease, or throttled before sending. */
  | { readonly result: 'not-sent'; readonly message: string };

import type { Instant } from './instant.ts';
import type { WaveSpec } from './rollout/rollout.ts';
import type { SpecSources } from './spec/sources.ts';

/** A window of local time; `end <= start` means the next date. Days as `mon`, `mon-fri`, `sun#2`, `fri#L`. */
export interface ScheduleWindow {
  readonly days: readonly string[];
  /** `HH:MM`, 00:00 to 23:59. */
  readonly start: string;
  /** `HH:MM`, 00:01 to 24:00. */
  readonly end: string;
}

/** A date (of the window's start, in the schedule's zone) whose windows differ from the week's. */
export type ScheduleException =
  | { readonly date: string; readonly closed: true }
  | {
      readonly date: string;
      readonly windows: readonly { readonly start: string; readonly end: string }[];
    };

/** When a machine runs, without behaviour: what `dutyAt` and the preview need. */
export interface ScheduleTimes {
  /** IANA name as written in the file. */
  readonly timezone: string;
  readonly mode?: 'always' | 'never';
  readonly windows: readonly ScheduleWindow[];
  readonly exceptions: readonly ScheduleException[];
}

/** How the controller treats people's own starts and stops, and what it may do by itself. */
export interface ScheduleBehaviour {
  readonly actions: 'both' | 'start-only' | 'stop-only';
  /** How long a machine started by hand outside its windows may run. */
  readonly manualStartHoldMinutes: number;
  readonly manualStop: 'until-next-window' | 'restart';
  readonly idleStopAfterMinutes?: number;
  readonly maxUptimeMinutes?: number;
  readonly notifyBeforeMinutes: number;
  readonly readyByMaxLeadMinutes?: number;
}

export interface ResolvedSchedule extends ScheduleTimes, ScheduleBehaviour {
  /** Where it comes from, for people: a Schedule's name, `inline`, `always` or `never`. */
  readonly source: string;
}

export interface ResolvedDeveloper {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly shell: string;
  readonly groups: readonly string[];
  readonly dataMount?: string;
  readonly timezone?: string;
}

export interface ResolvedHomeVolume {
  readonly sizeGib: number;
  readonly maxSizeGib: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
  /** Read only when the home is created. */
  readonly from?: { readonly volumeId: string } | { readonly snapshotId: string };
}

/** One machine as git asks for it: DevInstance over class, with its developer and schedule filled in. */
export interface EffectiveSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: ResolvedDeveloper;
  readonly className: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly instanceProfile?: string;
  readonly instanceType: string;
  /** Types to try, in order, where the first has no capacity. */
  readonly fallbackTypes: readonly string[];
  readonly rootVolume: { readonly sizeGib: number; readonly type: string };
  readonly homeVolume: ResolvedHomeVolume;
  readonly schedule: ResolvedSchedule;
  readonly image:
    | { readonly channel: string }
    | { readonly id: string; readonly allowExpired: boolean };
  readonly upgrade: {
    readonly when: 'off-hours' | 'window' | 'next-start' | 'any-time' | 'never';
    readonly window?: ScheduleTimes;
  };
  readonly lifecycle: 'active' | 'suspended' | 'retired';
  readonly environment: Readonly<Record<string, string>>;
  readonly efsMounts: readonly {
    readonly fileSystemId: string;
    readonly path: string;
    readonly access: 'read-only' | 'read-write';
  }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly kmsKeyId?: string;
  readonly readyWithinMinutes: number;
  readonly rollbackWindowMinutes: number;
  readonly keepHomeSnapshots: number;
  /** The longest override that a person may ask for. */
  readonly maxOverrideMinutes: number;
  readonly aptMirror?: string;
}

export interface ResolvedChannel {
  readonly name: string;
  readonly architecture: 'x86_64' | 'arm64';
  /** The SSM parameter that names the newest golden AMI. */
  readonly follow: string;
  readonly pin?: string;
  /** The SSM parameters that the controller writes on completion. */
  readonly publish?: { readonly stable?: string; readonly previous?: string };
  /** How long an active session may put a new revision off, and a wave may wait for its machines. */
  readonly deadlineMinutes: number;
  /** In order; machines that none of them has follow in a last one. */
  readonly waves: readonly WaveSpec[];
  /** Replacements at the same time. */
  readonly maxConcurrent: number;
  /** How many failed machines stop a rollout. */
  readonly abortOnFailures: number;
  /** The age from which an image launches nothing new; no limit where undefined. */
  readonly bestBeforeMinutes?: number;
  /** How many of its newest images are kept. */
  readonly keep: number;
  /** The age of the followed image from which people are alerted. */
  readonly ageAlertMinutes?: number;
  /** `self` or account ids. */
  readonly allowedOwners: readonly string[];
}

export interface FleetSettings {
  readonly name: string;
  readonly region: string;
  readonly account?: string;
  readonly mode: 'observe' | 'enforce';
  /** Where present, only DevInstances with all these labels are acted on. */
  readonly enforceFor?: Readonly<Record<string, string>>;
  readonly maxDisruptedPercent: number;
  readonly maxUnhealthyPercent: number;
}

/** A mistake in the specs, located for a person. Lines and columns are 1-based. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** Stable and greppable: `E_FILE`, `E_ENCODING`, `E_YAML`, `E_REFERENCE`, `E_SCHEMA`, `E_VALUE`, `E_GUARD`, `W_…`. */
  readonly code: string;
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
}

/** What a tree of specs asks for. */
export interface DesiredFleet {
  readonly fleet: FleetSettings;
  readonly channels: ReadonlyMap<string, ResolvedChannel>;
  readonly devInstances: ReadonlyMap<string, EffectiveSpec>;
  /**
   * DevInstances that a file names but whose spec, or a class, schedule, developer or channel it
   * refers to, is invalid: present, on their last effective spec. Name to the problem's one-line text.
   */
  readonly invalid: ReadonlyMap<string, string>;
  /**
   * Why the tree could not be read completely (a linked folder, too many files): a DevInstance that
   * no file names may be in the part that is missing, so it counts as present.
   */
  readonly incomplete?: string;
  /** Where to locate what only the account or the ledger shows; there where files were read. */
  readonly sources?: SpecSources;
}

/** The result of reading a tree: `desired` is missing where no usable Fleet was found. */
export interface ParsedSpecs {
  readonly desired: DesiredFleet | undefined;
  readonly problems: readonly Problem[];
  /** How many spec files were read. */
  readonly files: number;
}

/** One file as a source hands it to the parser; content problems are the parser's to find. */
export type SpecFile =
  | { readonly path: string; readonly bytes: Uint8Array }
  /** What could not be read as a plain file, with the reason (symlink, FIFO, directory, too large). */
  | { readonly path: string; readonly refused: string };

/** What decides whether a machine is on: the schedule itself, what people did, or a limit. */
export type DutyRule =
  | 'always'
  | 'never'
  | 'window'
  | 'early-start'
  | 'exception'
  | 'off-hours'
  | 'manual-start'
  | 'manual-stop'
  | 'override'
  | 'idle'
  | 'max-uptime';

/** What is wanted of a machine, and why. */
interface Wanted {
  readonly state: 'running' | 'stopped';
  readonly rule: DutyRule;
  /** For people, lower case, without a full stop: `window mon-fri 08:00-19:00 Europe/Madrid`. */
  readonly reason: string;
  /**
   * False where the schedule's `actions` leave this state to people (a stop under `start-only`, a
   * start under `stop-only`): the machine stays as it is, and nothing is started or stopped for it.
   */
  readonly enforced: boolean;
}

/** A change of duty that lies ahead. */
export interface DutyChange extends Wanted {
  readonly at: Instant;
}

/** What is wanted of a machine at a moment. */
export interface Duty extends Wanted {
  /** Since when the rule decides so; undefined where it always did. */
  readonly since?: Instant;
  /** When the state next changes, or is left to people no more; undefined where it never does. */
  readonly until?: Instant;
  /** What it changes to at `until`. */
  readonly next?: DutyChange;
  /** Where the rule stands in the schedule, as keys from its top: `['windows', '0']`. */
  readonly field?: readonly string[];
  /** The person's request behind an override. */
  readonly requestId?: string;
}

// Generated from crd-schema by `npm run generate`. Do not edit.

/**
 * When the machine runs. They may overlap.
 *
 * @minItems 1
 * @maxItems 32
 */
export type Windows = Window[];
/**
 * Dates that differ from the week.
 *
 * @maxItems 400
 */
export type Exceptions = ScheduleExceptionSpec[];

/**
 * The manifest of each kind.
 */
export interface ManifestByKind {
  DevInstance: DevInstance;
  DevInstanceClass: DevInstanceClass;
  Developer: Developer;
  Schedule: Schedule;
  ImageChannel: ImageChannel;
  Fleet: Fleet;
}
/**
 * One developer machine. Every field but owner and class has a default in its class.
 */
export interface DevInstance {
  /**
   * The version of the format.
   */
  apiVersion: 'devinstance.io/v1alpha1';
  /**
   * The kind of this file: DevInstance.
   */
  kind: 'DevInstance';
  metadata: Metadata;
  spec: DevInstanceSpec;
}
export interface Metadata {
  /**
   * Equal to the file's name without its ending.
   */
  name: string;
  labels?: Labels;
}
/**
 * Names and values to select by. At most 32.
 */
export interface Labels {
  [k: string]: string;
}
export interface DevInstanceSpec {
  /**
   * The name of a Developer. It never changes: a change is refused.
   */
  owner: string;
  /**
   * The name of a DevInstanceClass.
   */
  class: string;
  /**
   * One of the types that the class allows. Default: that of the class.
   */
  instanceType?: string;
  rootVolume?: RootVolume;
  homeVolume?: HomeVolume;
  schedule?: ScheduleReference;
  image?: ImageReference;
  upgrade?: Upgrade;
  /**
   * active; suspended: nothing is done to it; retired: the machine may be terminated, the home stays. Default: active.
   */
  lifecycle?: 'active' | 'suspended' | 'retired';
  environment?: Environment;
}
/**
 * The system disk. It is replaced with the machine.
 */
export interface RootVolume {
  /**
   * Whole GiB, 8 to 16384.
   */
  sizeGiB?: number;
  /**
   * The EBS volume type.
   */
  type?: 'gp3' | 'gp2';
}
/**
 * The disk with the owner's data. It is kept for ever.
 */
export interface HomeVolume {
  /**
   * Whole GiB. A home can grow, never shrink.
   */
  sizeGiB?: number;
  /**
   * The EBS volume type.
   */
  type?: 'gp3' | 'gp2' | 'io1' | 'io2';
  /**
   * Provisioned operations a second: gp3, io1 and io2 only.
   */
  iops?: number;
  /**
   * MiB a second: gp3 only.
   */
  throughput?: number;
  from?: HomeOrigin;
}
/**
 * What the home is made from. Read only when it is created.
 */
export interface HomeOrigin {
  /**
   * The volume that becomes the home.
   */
  volumeId?: string;
  /**
   * The snapshot that the home is restored from.
   */
  snapshotId?: string;
}
/**
 * A Schedule by name (ref), a mode, or an inline schedule (timezone and windows); beside it how people's own starts and stops are treated.
 */
export interface ScheduleReference {
  /**
   * The name of a Schedule.
   */
  ref?: string;
  /**
   * Runs always, or never by itself.
   */
  mode?: 'always' | 'never';
  /**
   * An IANA time zone.
   */
  timezone?: string;
  windows?: Windows;
  exceptions?: Exceptions;
  /**
   * What the schedule may do. Default: both.
   */
  actions?: 'both' | 'start-only' | 'stop-only';
  manualStart?: ManualStart;
  /**
   * What follows when a person stops the machine inside a window. Default: until-next-window.
   */
  manualStop?: 'until-next-window' | 'restart';
  idleStop?: IdleStop;
  /**
   * The longest time without a stop, at least 1h. No limit by default.
   */
  maxUptime?: string;
  /**
   * How long before a stop the owner is told, at most 4h. Default: 30m.
   */
  notifyBefore?: string;
  readyBy?: ReadyBy;
}
export interface Window {
  /**
   * The days on which the window starts.
   *
   * @minItems 1
   * @maxItems 49
   *
   * Items: A weekday, a range of them, or the nth or last one of a month.
   */
  days: string[];
  /**
   * Local time, from "00:00" to "23:59".
   */
  start: string;
  /**
   * Local time, to "24:00". An end before the start is on the next date.
   */
  end: string;
}
export interface ScheduleExceptionSpec {
  /**
   * The local date on which a window starts.
   */
  date: string;
  /**
   * No window starts on this date.
   */
  closed?: true;
  /**
   * The windows of this date, in place of the week's.
   *
   * @minItems 1
   * @maxItems 8
   */
  windows?: ExceptionWindow[];
}
export interface ExceptionWindow {
  /**
   * Local time, from "00:00" to "23:59".
   */
  start: string;
  /**
   * Local time, to "24:00". An end before the start is on the next date.
   */
  end: string;
}
/**
 * A machine that a person starts outside its windows.
 */
export interface ManualStart {
  /**
   * How long it may run, at most 24h; 0 for not at all. Default: 4h.
   */
  hold: string | number;
}
/**
 * Stops a machine that nobody uses. Off by default.
 */
export interface IdleStop {
  /**
   * At least 15m.
   */
  after: string;
}
/**
 * Starts early so that the machine is ready when its window begins. Off by default.
 */
export interface ReadyBy {
  /**
   * How much earlier at most, up to 30m.
   */
  maxLead: string;
}
/**
 * An ImageChannel to follow (channel), or one fixed AMI (id).
 */
export interface ImageReference {
  /**
   * The name of an ImageChannel.
   */
  channel?: string;
  /**
   * An AMI.
   */
  id?: string;
  /**
   * Whether the fixed image may be older than its best-before date. Default: false.
   */
  allowExpired?: boolean;
}
/**
 * When a change that interrupts the machine may happen.
 */
export interface Upgrade {
  /**
   * Default: off-hours, while the schedule has the machine off.
   */
  when?: 'off-hours' | 'window' | 'next-start' | 'any-time' | 'never';
  /**
   * A Schedule whose windows are the upgrade windows, with when: window.
   */
  window?: string;
}
/**
 * Environment variables of the owner's shells. At most 32.
 */
export interface Environment {
  /**
   * At most 256 printable characters.
   */
  [k: string]: string;
}
/**
 * Defaults and limits that DevInstances share.
 */
export interface DevInstanceClass {
  /**
   * The version of the format.
   */
  apiVersion: 'devinstance.io/v1alpha1';
  /**
   * The kind of this file: DevInstanceClass.
   */
  kind: 'DevInstanceClass';
  metadata: Metadata;
  spec: DevInstanceClassSpec;
}
export interface DevInstanceClassSpec {
  /**
   * Where a new machine may be placed: 1 to 16 subnets.
   *
   * @minItems 1
   * @maxItems 16
   */
  subnets: string[];
  /**
   * 1 to 16 security groups.
   *
   * @minItems 1
   * @maxItems 16
   */
  securityGroups: string[];
  /**
   * The name of an IAM instance profile.
   */
  instanceProfile?: string;
  instanceTypes: InstanceTypes;
  rootVolume?: RootVolume;
  homeVolume?: ClassHomeVolume;
  image: ImageReference;
  schedule: ScheduleReference;
  upgrade?: Upgrade;
  environment?: Environment;
  /**
   * File systems to mount. At most 16.
   *
   * @maxItems 16
   */
  efsMounts?: EfsMount[];
  /**
   * Tags on everything that is made for a DevInstance. At most 30.
   */
  tags?: {
    [k: string]: string;
  };
  /**
   * The id or ARN of a KMS key. Volumes are always encrypted; default: the account's key.
   */
  kmsKeyId?: string;
  /**
   * From start to ready, 5m to 1h. Default: 15m.
   */
  readyWithin?: string;
  /**
   * How long a replaced machine is kept stopped, at most 14d. Default: 3d.
   */
  rollbackWindow?: string;
  /**
   * Snapshots of the home made by replacements that are kept, 1 to 30. Default: 3.
   */
  keepHomeSnapshots?: number;
  overrides?: Overrides;
  /**
   * The https URL of a package mirror.
   */
  aptMirror?: string;
}
/**
 * Which instance types may be used.
 */
export interface InstanceTypes {
  /**
   * The type of a DevInstance that names none.
   */
  default: string;
  /**
   * Types that a DevInstance may ask for: 1 to 64 names, with at most one * on each side of the dot.
   *
   * @minItems 1
   * @maxItems 64
   */
  allowed: string[];
  /**
   * Types to try in order where the wanted one has no capacity. At most 8.
   *
   * @maxItems 8
   *
   * Items: An EC2 instance type.
   */
  fallback?: string[];
}
/**
 * Defaults and the limit of homes.
 */
export interface ClassHomeVolume {
  /**
   * Whole GiB. A home can grow, never shrink.
   */
  sizeGiB?: number;
  /**
   * The EBS volume type.
   */
  type?: 'gp3' | 'gp2' | 'io1' | 'io2';
  /**
   * Provisioned operations a second: gp3, io1 and io2 only.
   */
  iops?: number;
  /**
   * MiB a second: gp3 only.
   */
  throughput?: number;
  /**
   * The largest home that a DevInstance may ask for. Default: 1000.
   */
  maxSizeGiB?: number;
}
export interface EfsMount {
  /**
   * An EFS file system.
   */
  fileSystemId: string;
  /**
   * Where it is mounted.
   */
  path: string;
  /**
   * Default: read-only.
   */
  access?: 'read-only' | 'read-write';
}
/**
 * What people may ask for by command.
 */
export interface Overrides {
  /**
   * The longest override, at most 31d. Default: 7d.
   */
  maxDuration?: string;
}
/**
 * A person who owns DevInstances.
 */
export interface Developer {
  /**
   * The version of the format.
   */
  apiVersion: 'devinstance.io/v1alpha1';
  /**
   * The kind of this file: Developer.
   */
  kind: 'Developer';
  metadata: DeveloperMetadata;
  spec: DeveloperSpec;
}
export interface DeveloperMetadata {
  /**
   * Equal to the file's name without its ending: the login name.
   */
  name: string;
  labels?: Labels;
}
export interface DeveloperSpec {
  /**
   * The user id on every machine, 1000 to 59999, used by nobody else.
   */
  uid: number;
  /**
   * The group id on every machine, 1000 to 59999, used by nobody else.
   */
  gid: number;
  /**
   * The login shell. Default: /bin/bash.
   */
  shell?: string;
  /**
   * Further groups. At most 16.
   *
   * @maxItems 16
   */
  groups?: string[];
  /**
   * Which mount below /mnt the link /mnt/data leads to.
   */
  dataMount?: string;
  /**
   * An IANA time zone.
   */
  timezone?: string;
  /**
   * A Slack member id.
   */
  slack?: string;
}
/**
 * When machines run: windows of local time, or a mode, with exceptions.
 */
export interface Schedule {
  /**
   * The version of the format.
   */
  apiVersion: 'devinstance.io/v1alpha1';
  /**
   * The kind of this file: Schedule.
   */
  kind: 'Schedule';
  metadata: Metadata;
  spec: ScheduleSpec;
}
export interface ScheduleSpec {
  /**
   * An IANA time zone.
   */
  timezone: string;
  windows?: Windows;
  /**
   * Runs always, or never by itself.
   */
  mode?: 'always' | 'never';
  exceptions?: Exceptions;
  /**
   * What the schedule may do. Default: both.
   */
  actions?: 'both' | 'start-only' | 'stop-only';
  manualStart?: ManualStart;
  /**
   * What follows when a person stops the machine inside a window. Default: until-next-window.
   */
  manualStop?: 'until-next-window' | 'restart';
  idleStop?: IdleStop;
  /**
   * The longest time without a stop, at least 1h. No limit by default.
   */
  maxUptime?: string;
  /**
   * How long before a stop the owner is told, at most 4h. Default: 30m.
   */
  notifyBefore?: string;
  readyBy?: ReadyBy;
}
/**
 * A line of golden AMIs, followed from an SSM parameter.
 */
export interface ImageChannel {
  /**
   * The version of the format.
   */
  apiVersion: 'devinstance.io/v1alpha1';
  /**
   * The kind of this file: ImageChannel.
   */
  kind: 'ImageChannel';
  metadata: ImageChannelMetadata;
  spec: ImageChannelSpec;
}
export interface ImageChannelMetadata {
  /**
   * Equal to the file's name without its ending.
   */
  name: string;
  labels?: Labels;
}
export interface ImageChannelSpec {
  /**
   * The processor architecture of its AMIs.
   */
  architecture: 'x86_64' | 'arm64';
  /**
   * The SSM parameter that names the newest golden AMI.
   */
  follow: string;
  publish?: Publish;
  /**
   * An AMI.
   */
  pin?: string;
  /**
   * Who may own its AMIs: 1 to 8. Default: [self].
   *
   * @minItems 1
   * @maxItems 8
   */
  allowedOwners?: string[];
  /**
   * The age from which an AMI is too old to launch. No limit by default.
   */
  bestBefore?: string;
  /**
   * How many AMIs are kept, 1 to 50. Default: 5.
   */
  keep?: number;
  /**
   * The age of the newest AMI from which an alert is raised. None by default.
   */
  ageAlert?: string;
  rollout?: Rollout;
}
/**
 * SSM parameters that the controller writes as a rollout completes. All three names differ.
 */
export interface Publish {
  /**
   * Names the AMI that was rolled out.
   */
  stable: string;
  /**
   * Names the one before it.
   */
  previous: string;
}
/**
 * How a new AMI reaches the machines.
 */
export interface Rollout {
  /**
   * 1 to 16 waves, in order; machines in none of them follow in a last one. Default: 10 % for 24h, then 100 %.
   *
   * @minItems 1
   * @maxItems 16
   */
  waves?: Wave[];
  /**
   * Replacements at the same time, 1 to 100. Default: 4.
   */
  maxConcurrent?: number;
  abortOn?: AbortOn;
  /**
   * A whole number of minutes, hours or days.
   */
  deadline?: string;
}
export interface Wave {
  /**
   * What the wave is called.
   */
  name: string;
  selector?: Selector;
  /**
   * How many of the machines that no earlier wave has, in percent, rounded up.
   */
  percent?: number;
  bake?: Bake;
}
/**
 * Labels that a DevInstance must all have to be selected.
 */
export interface Selector {
  [k: string]: string;
}
/**
 * How long the wave is watched before the next begins. Where nobody uses its machines, the rollout pauses.
 */
export interface Bake {
  /**
   * Hours that people used its machines.
   */
  usedHours?: number;
  /**
   * A whole number of minutes, hours or days.
   */
  duration?: string;
}
/**
 * What stops the rollout.
 */
export interface AbortOn {
  /**
   * Failed machines, 1 to 100. Default: 2.
   */
  failures?: number;
}
/**
 * Settings of the whole fleet. There is exactly one, in a file of any name.
 */
export interface Fleet {
  /**
   * The version of the format.
   */
  apiVersion: 'devinstance.io/v1alpha1';
  /**
   * The kind of this file: Fleet.
   */
  kind: 'Fleet';
  metadata: FleetMetadata;
  spec: FleetSpec;
}
export interface FleetMetadata {
  /**
   * The fleet's name, in tags and in the ledger's marker.
   */
  name: string;
  labels?: Labels;
}
export interface FleetSpec {
  /**
   * The AWS region.
   */
  region: string;
  /**
   * The AWS account, twelve digits in quotes. The controller acts in no other.
   */
  account?: string;
  /**
   * observe: plan, never act. Default: observe.
   */
  mode?: 'observe' | 'enforce';
  enforceFor?: Selector1;
  limits?: Limits;
  notifications?: Notifications;
}
/**
 * Labels that a DevInstance must all have to be selected.
 */
export interface Selector1 {
  [k: string]: string;
}
/**
 * When the controller asks before it goes on.
 */
export interface Limits {
  /**
   * DevInstances orphaned, retired or replaced within a day. Default: 10.
   */
  maxDisruptedPercent?: number;
  /**
   * Machines past their deadline. Default: 20.
   */
  maxUnhealthyPercent?: number;
}
export interface Notifications {
  slack?: SlackNotifications;
}
export interface SlackNotifications {
  /**
   * The SSM parameter that holds the webhook's URL; never the URL itself.
   */
  webhookParameter: string;
}

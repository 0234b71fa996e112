import type { StopCause } from '../../controller/core/action.ts';
import type {
  DesiredFleet,
  EffectiveSpec,
  ResolvedChannel,
} from '../../controller/core/desired.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { isDeleted, isGoing } from '../../controller/sim/lifecycle.ts';
import type { SimInstance, SimSnapshot, SimVolume } from '../../controller/sim/state.ts';
import { hasty, lagging, openRig, type Rig } from './rig.ts';
import { fleetSettings, makeDesired, makeSpec } from './world.ts';

/** The names that a history is about; the last one belongs to another owner. */
export const names = ['ada-01', 'ada-02', 'ada-03', 'bob-01'] as const;

const ada = makeSpec().owner;
const bob = { ...ada, name: 'bob' };

/** A fleet that lives through a history: what git says, and the account with all that is in it. */
export interface Life {
  readonly rig: Rig;
  readonly git: {
    readonly files: Map<string, EffectiveSpec>;
    readonly invalid: Set<string>;
    incomplete: boolean;
    empty: boolean;
    maxDisruptedPercent: number;
    /** The image at which the channel of all is held. */
    pin: string | undefined;
  };
  /** Volumes that people deleted: theirs to answer for. */
  readonly deletedByPeople: Set<string>;
  /** What each disk that was ever written holds, by volume. */
  readonly markers: Map<string, string>;
  /** Somebody else's machine and volume, which nobody touches. */
  readonly strangers: readonly string[];
  /** A machine of a person's own, to which homes get attached. */
  readonly ownMachine: string;
  requests: number;
  /** Every request that was put, and when it was by the controller's clock. */
  readonly asked: (LedgerRequest & { readonly putAt: number })[];
  readonly cancelled: Set<string>;
  /** Requests for names that there were not. */
  readonly refused: Set<string>;
  /** Who turned machines on and off, in order. */
  readonly powered: Powering[];
  /** By machine, the first of those that replaced one another around one home down to it. */
  readonly line: Map<string, string>;
  /** When git last changed a name's schedule. */
  readonly editedAt: Map<string, number>;
  ledgerLostAt: number | undefined;
  /** What the controller did with power against the schedules' semantics. */
  readonly wrongs: string[];
}

/** Something that turned a machine on or off. */
export interface Powering {
  readonly by: 'person' | 'controller';
  readonly kind: 'start' | 'stop' | 'shutDown' | 'terminate';
  readonly machineId: string;
  readonly uid: string;
  readonly at: number;
  readonly cause?: StopCause;
  /** It was not the machine that has the duty: one on its way to it, or kept from before. */
  readonly isBeside: boolean;
}

/** The spec that a name begins with. */
export function firstSpec(name: string): EffectiveSpec {
  return makeSpec({
    name,
    owner: name.startsWith('bob') ? bob : ada,
    rollbackWindowMinutes: 180,
    keepHomeSnapshots: 2,
  });
}

/** The owner that a name gets by mistake. */
export function otherOwner(spec: EffectiveSpec): EffectiveSpec {
  return { ...spec, owner: spec.owner.name === 'ada' ? bob : ada };
}

/** A fleet of three that is settled. */
export async function beginLife(isLagging: boolean): Promise<Life> {
  const files = new Map(
    names.filter((name) => name !== 'ada-03').map((name) => [name, firstSpec(name)]),
  );
  const rig = await openRig(makeDesired([...files.values()]), {
    delays: { ...(isLagging ? lagging : hasty), optimizePerGibMs: 5_000 },
  });
  const { people } = rig.account;
  const launch = {
    ImageId: Object.keys(rig.truth().images)[0],
    InstanceType: 't3.xlarge' as const,
    SubnetId: 'subnet-0000000a',
    MinCount: 1,
    MaxCount: 1,
  };
  const [stranger = ''] = await people.launch(launch);
  const [ownMachine = ''] = await people.launch(launch);
  const volume = await people.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 8 });
  await rig.settle();
  return {
    rig,
    git: {
      files,
      invalid: new Set(),
      incomplete: false,
      empty: false,
      maxDisruptedPercent: 100,
      pin: undefined,
    },
    deletedByPeople: new Set(),
    markers: new Map(),
    strangers: [stranger, volume],
    ownMachine,
    requests: 0,
    asked: [],
    cancelled: new Set(),
    refused: new Set(),
    powered: [],
    line: new Map(),
    editedAt: new Map(),
    ledgerLostAt: undefined,
    wrongs: [],
  };
}

/** What git's tree says as a whole. */
export function desiredOf({ git }: Life): DesiredFleet {
  const specs = [...git.files.values()].filter(({ name }) => !git.invalid.has(name));
  const invalid = new Map([...git.invalid].map((name) => [name, 'broken']));
  const fleet = {
    ...fleetSettings,
    maxDisruptedPercent: git.maxDisruptedPercent,
    maxUnhealthyPercent: 100,
  };
  const [[channel, settings] = ['', undefined]] = makeDesired([]).channels;
  const pin = git.pin === undefined ? {} : { pin: git.pin };
  const channels = new Map(settings === undefined ? [] : [[channel, { ...settings, ...pin }]]);
  if (git.empty) return makeDesired([], { fleet, channels });
  return makeDesired(specs, {
    fleet,
    channels,
    invalid,
    ...(git.incomplete ? { incomplete: 'a linked folder' } : {}),
  });
}

/** The image channel of all. */
export function channelOf({ rig }: Life): ResolvedChannel {
  const [channel] = rig.desired.channels.values();
  if (channel === undefined) throw new Error('the specs have no channel');
  return channel;
}

/** The machine whose duty a machine took over, from the first one on; itself if none. */
export function lineOf({ line }: Life, machineId: string): string {
  return line.get(machineId) ?? machineId;
}

/** Whether a machine is on its way to another one's duty, or kept after that. */
export function isBeside(
  { replacement, kept }: Pick<DevInstanceRecord, 'replacement' | 'kept'>,
  machineId: string,
): boolean {
  return machineId === replacement?.newId || machineId === kept?.machineId;
}

/** The machines of a name that are not on their way out, in the order in which they were made. */
export function machinesOf({ rig }: Life, name: string): readonly SimInstance[] {
  return Object.values(rig.truth().instances).filter(
    (machine) => machine.tags[tagKeys.devInstance] === name && !isGoing(machine),
  );
}

/** The volumes there are that are, or were, homes of a name. */
export function homesOf({ rig }: Life, name: string): readonly SimVolume[] {
  const now = Date.parse(rig.account.clock.now());
  return Object.values(rig.truth().volumes).filter(
    (volume) =>
      volume.tags[tagKeys.devInstance] === name &&
      volume.tags[tagKeys.role] === 'home' &&
      !isDeleted(volume, now),
  );
}

/** Snapshots of volumes, the images' own left out. */
export function snapshotsIn({ rig }: Life): readonly SimSnapshot[] {
  const { volumes, snapshots } = rig.truth();
  return Object.values(snapshots).filter(({ volumeId }) => volumes[volumeId] !== undefined);
}

/** One of several by a number; the last for 0. */
export function pick<T>(from: readonly T[], n: number): T | undefined {
  return from.length === 0 ? undefined : from[(from.length - 1 + n) % from.length];
}

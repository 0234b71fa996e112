import type { DesiredFleet, EffectiveSpec, FleetSettings } from '../../controller/core/desired.ts';
import type { Instant } from '../../controller/core/instant.ts';
import type { Home, Machine, Observed } from '../../controller/core/observed.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { ChannelRecord, DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { specHash } from '../../controller/core/spec-hash.ts';
import { tagKeys } from '../../controller/core/tags.ts';

/** A Monday, ten in the morning in Madrid: inside the office window. */
export const mondayMorning: Instant = '2026-11-23T09:00:00.000Z';
/** The same Monday, 21:00 in Madrid: outside. */
export const mondayNight: Instant = '2026-11-23T20:00:00.000Z';
/** Long before both. */
export const lastWeek: Instant = '2026-11-16T09:00:00.000Z';

export const fleetSettings: FleetSettings = {
  name: 'dev',
  region: 'eu-west-1',
  account: '111122223333',
  mode: 'enforce',
  maxDisruptedPercent: 10,
  maxUnhealthyPercent: 20,
};

/** A valid spec for `ada-01`, with the given fields replaced. */
export function makeSpec(over: Partial<EffectiveSpec> = {}): EffectiveSpec {
  return {
    name: 'ada-01',
    labels: {},
    owner: { name: 'ada', uid: 10001, gid: 10001, shell: '/bin/bash', groups: [] },
    className: 'standard',
    subnets: ['subnet-0000000a', 'subnet-0000000b'],
    securityGroups: ['sg-00000001'],
    instanceType: 't3.xlarge',
    fallbackTypes: [],
    rootVolume: { sizeGib: 150, type: 'gp3' },
    homeVolume: { sizeGib: 100, maxSizeGib: 1000, type: 'gp3' },
    schedule: {
      source: 'madrid-office',
      timezone: 'Europe/Madrid',
      windows: [{ days: ['mon-fri'], start: '08:00', end: '19:00' }],
      exceptions: [],
      actions: 'both',
      manualStartHoldMinutes: 240,
      manualStop: 'until-next-window',
      notifyBeforeMinutes: 30,
    },
    image: { channel: 'ubuntu-24.04' },
    upgrade: { when: 'off-hours' },
    lifecycle: 'active',
    environment: {},
    efsMounts: [],
    tags: {},
    readyWithinMinutes: 15,
    rollbackWindowMinutes: 4320,
    keepHomeSnapshots: 3,
    maxOverrideMinutes: 10_080,
    ...over,
  };
}

export const uid = 'uid-ada-01';

function identity(spec: EffectiveSpec, role: string): Record<string, string> {
  return {
    [tagKeys.fleet]: 'dev',
    [tagKeys.devInstance]: spec.name,
    [tagKeys.uid]: uid,
    [tagKeys.owner]: spec.owner.name,
    [tagKeys.role]: role,
  };
}

/** A settled machine of the spec, running and ready. */
export function makeMachine(spec: EffectiveSpec, over: Partial<Machine> = {}): Machine {
  return {
    id: 'i-00000001',
    state: 'running',
    type: spec.instanceType,
    imageId: 'ami-00000001',
    az: 'eu-west-1a',
    launchedAt: lastWeek,
    tags: {
      ...identity(spec, 'machine'),
      [tagKeys.name]: spec.name,
      [tagKeys.ordinal]: '1',
      [tagKeys.specHash]: specHash(spec),
      [tagKeys.image]: 'ami-00000001',
      [tagKeys.home]: 'vol-00000001',
    },
    devices: [{ deviceName: '/dev/sdf', volumeId: 'vol-00000001', deleteOnTermination: false }],
    checks: 'ok',
    ...over,
  };
}

/** Its home, attached to it. */
export function makeHome(spec: EffectiveSpec, over: Partial<Home> = {}): Home {
  return {
    id: 'vol-00000001',
    state: 'in-use',
    az: 'eu-west-1a',
    sizeGib: spec.homeVolume.sizeGib,
    type: 'gp3',
    iops: 3000,
    throughput: 125,
    encrypted: true,
    multiAttach: false,
    createdAt: lastWeek,
    tags: { ...identity(spec, 'home'), [tagKeys.name]: `${spec.name}-home` },
    attachments: [{ instanceId: 'i-00000001', deviceName: '/dev/sdf', state: 'attached' }],
    ...over,
  };
}

/** The record of a settled DevInstance. */
export function makeRecord(
  spec: EffectiveSpec,
  over: Partial<DevInstanceRecord> = {},
): DevInstanceRecord {
  return {
    name: spec.name,
    uid,
    owner: spec.owner.name,
    effective: spec,
    ordinal: 1,
    machineId: 'i-00000001',
    homeId: 'vol-00000001',
    homeSince: lastWeek,
    az: 'eu-west-1a',
    homeWasReady: true,
    power: { state: 'running', at: lastWeek, by: 'controller' },
    ranAs: spec.instanceType,
    ...over,
  };
}

/** An account that was read whole. */
export function makeObserved(over: Partial<Observed> = {}): Observed {
  return {
    machines: [],
    homes: [],
    snapshots: new Map(),
    absent: new Set(),
    subnets: new Map([
      ['subnet-0000000a', { id: 'subnet-0000000a', az: 'eu-west-1a' }],
      ['subnet-0000000b', { id: 'subnet-0000000b', az: 'eu-west-1b' }],
    ]),
    stableImages: new Map(),
    published: new Map(),
    channelImages: [],
    builders: [],
    images: new Map([
      [
        'ubuntu-24.04',
        {
          usable: true,
          imageId: 'ami-00000001',
          imageName: 'ubuntu-24.04-1',
          architecture: 'x86_64',
          rootDeviceName: '/dev/sda1',
          rootSnapshotGib: 8,
          createdAt: lastWeek,
        },
      ],
    ]),
    instanceTypes: new Map(
      ['t3.xlarge', 't3a.xlarge', 'm7i.xlarge'].map((name) => [
        name,
        { architectures: ['x86_64'] },
      ]),
    ),
    reports: undefined,
    activity: undefined,
    failures: [],
    ...over,
  };
}

/** A rollout that reaches every machine in one wave. */
export const atOnce = {
  waves: [{ name: 'all', percent: 100 }],
  maxConcurrent: 100,
  abortOnFailures: 2,
  keep: 5,
} as const;

/** What a tree of the given specs asks for. */
export function makeDesired(
  specs: readonly EffectiveSpec[],
  over: Partial<DesiredFleet> = {},
): DesiredFleet {
  return {
    fleet: fleetSettings,
    channels: new Map([
      [
        'ubuntu-24.04',
        {
          name: 'ubuntu-24.04',
          architecture: 'x86_64',
          follow: '/imagebuilder/dev-instances/ubuntu-24.04-x86_64/candidate',
          allowedOwners: ['self'],
          deadlineMinutes: 10_080,
          ...atOnce,
        },
      ],
    ]),
    devInstances: new Map(specs.map((spec) => [spec.name, spec])),
    invalid: new Map(),
    ...over,
  };
}

/** One settled DevInstance and its world; the parts given replace the settled ones. */
export function makeWorld(parts: {
  readonly spec?: EffectiveSpec;
  readonly desired?: DesiredFleet;
  readonly records?: readonly DevInstanceRecord[];
  readonly channels?: readonly ChannelRecord[];
  readonly requests?: readonly LedgerRequest[];
  readonly observed?: Partial<Observed>;
  readonly now?: Instant;
  readonly observeOnly?: boolean;
}): World {
  const spec = parts.spec ?? makeSpec();
  const records = parts.records ?? [makeRecord(spec)];
  return {
    desired: parts.desired ?? makeDesired([spec]),
    records: new Map(records.map((record) => [record.name, record])),
    channels: new Map((parts.channels ?? []).map((channel) => [channel.name, channel])),
    requests: parts.requests ?? [],
    observed: makeObserved({
      machines: [makeMachine(spec)],
      homes: [makeHome(spec)],
      ...parts.observed,
    }),
    now: parts.now ?? mondayMorning,
    observeOnly: parts.observeOnly ?? false,
  };
}

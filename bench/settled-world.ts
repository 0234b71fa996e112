import type { DesiredFleet, EffectiveSpec } from '../controller/core/desired.ts';
import { hourMs, type Instant, minuteMs, plusMillis } from '../controller/core/instant.ts';
import type { Home, ImageReading, Machine } from '../controller/core/observed.ts';
import { homeTags, launchTags } from '../controller/core/plan/resource-tags.ts';
import type { World } from '../controller/core/plan/world.ts';
import type { ChannelRecord, DevInstanceRecord } from '../controller/core/record.ts';
import { dutyAt } from '../controller/core/schedule/duty.ts';

/** What people did before: nothing, started every machine by hand, or stopped every one. */
export type Handling = 'none' | 'started' | 'stopped';

const image = {
  usable: true,
  imageId: 'ami-0a1b2c3d4e5f60001',
  imageName: 'ubuntu-24.04-1',
  architecture: 'x86_64',
  rootDeviceName: '/dev/sda1',
  rootSnapshotGib: 8,
  createdAt: '2026-11-01T00:00:00.000Z',
} as const satisfies ImageReading;

/** What the ledger knows of the channel: without it, every plan would begin its first rollout. */
const completed: ChannelRecord = {
  name: 'ubuntu-24.04',
  completed: { imageId: image.imageId, at: '2026-11-01T00:00:00.000Z' },
};

export interface Settlement {
  readonly now: Instant;
  readonly handling: Handling;
  /** Whether each world has specs of its own, as after every file was changed. */
  readonly areSpecsNew?: boolean;
}

/**
 * Makes the world of a fleet in which nothing is left to do at a moment. Each call of the answer
 * gives records of its own: a pass reads them anew, while specs of unchanged files stay the same.
 */
export function settledWorlds(
  desired: DesiredFleet,
  { now, handling, areSpecsNew }: Settlement,
): () => World {
  const fleet = desired.fleet.name;
  const settled = [...desired.devInstances.values()].map((spec, index) =>
    settledMachine({ fleet, spec, index, now, handling }),
  );
  const types = [...desired.devInstances.values()].flatMap((spec) => [
    spec.instanceType,
    ...spec.fallbackTypes,
  ]);
  const ledger = JSON.stringify(settled.map(({ record }) => record));
  const observed: World['observed'] = {
    machines: settled.map(({ machine }) => machine),
    homes: settled.map(({ home }) => home),
    snapshots: new Map(),
    absent: new Set(),
    subnets: new Map(),
    images: new Map([['ubuntu-24.04', image]]),
    stableImages: new Map(),
    published: new Map(),
    channelImages: [],
    builders: [],
    instanceTypes: new Map(types.map((type) => [type, { architectures: ['x86_64'] }])),
    reports: undefined,
    activity: undefined,
    failures: [],
  };
  return () => {
    const records: readonly DevInstanceRecord[] = JSON.parse(ledger);
    const specs = [...desired.devInstances.values()].map((spec) =>
      areSpecsNew ? { ...spec } : spec,
    );
    return {
      desired: { ...desired, devInstances: new Map(specs.map((spec) => [spec.name, spec])) },
      records: new Map(records.map((record) => [record.name, record])),
      channels: new Map([['ubuntu-24.04', completed]]),
      requests: [],
      observed,
      now,
      observeOnly: false,
    };
  };
}

interface Settling {
  readonly fleet: string;
  readonly spec: EffectiveSpec;
  readonly index: number;
  readonly now: Instant;
  readonly handling: Handling;
}

function settledMachine(settling: Settling): {
  readonly record: DevInstanceRecord;
  readonly machine: Machine;
  readonly home: Home;
} {
  const { fleet, spec, index, now } = settling;
  const id = String(index).padStart(17, '0');
  const [machineId, homeId, az, since] = [`i-${id}`, `vol-${id}`, 'eu-west-1a', daysBefore(now)];
  const record: DevInstanceRecord = {
    name: spec.name,
    uid: `uid-${id}`,
    owner: spec.owner.name,
    effective: spec,
    ordinal: 1,
    machineId,
    homeId,
    homeSince: since,
    az,
    homeWasReady: true,
    ranAs: spec.instanceType,
    ...handled(settling),
  };
  const isRunning = record.power?.state === 'running';
  const tags = launchTags(fleet, record, spec, { ordinal: 1, imageId: image.imageId });
  const machine: Machine = {
    id: machineId,
    state: isRunning ? 'running' : 'stopped',
    type: spec.instanceType,
    imageId: image.imageId,
    az,
    launchedAt: record.power?.at ?? since,
    tags: tags.machine,
    devices: [{ deviceName: '/dev/sdf', volumeId: homeId, deleteOnTermination: false }],
    checks: isRunning ? 'ok' : 'none',
  };
  const { sizeGib, type } = spec.homeVolume;
  const home: Home = {
    id: homeId,
    state: 'in-use',
    az,
    sizeGib,
    type,
    encrypted: true,
    multiAttach: false,
    createdAt: since,
    tags: homeTags(fleet, record, spec),
    attachments: [{ instanceId: machineId, deviceName: '/dev/sdf', state: 'attached' }],
  };
  return { record, machine, home };
}

function handled({ spec, now, handling }: Settling): Partial<DevInstanceRecord> {
  const at = plusMillis(now, -10 * minuteMs);
  switch (handling) {
    case 'none': {
      const { state } = dutyAt(spec.schedule, {}, now);
      return { power: { state, at: daysBefore(now), by: 'controller' } };
    }
    case 'started':
      return {
        power: { state: 'running', at, by: 'person' },
        manualStart: { at, cause: 'person' },
      };
    case 'stopped':
      return { power: { state: 'stopped', at, by: 'person' } };
  }
}

function daysBefore(now: Instant): Instant {
  return plusMillis(now, -72 * hourMs);
}

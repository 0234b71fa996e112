import type { DesiredFleet, EffectiveSpec } from '../../controller/core/desired.ts';
import type { Home, Machine } from '../../controller/core/observed.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  fleetSettings,
  makeDesired,
  makeHome,
  makeMachine,
  makeObserved,
  makeRecord,
  makeSpec,
  mondayMorning,
} from './world.ts';

/** A DevInstance with everything that is its own. */
export interface One {
  readonly spec: EffectiveSpec;
  readonly record: DevInstanceRecord;
  readonly machine: Machine;
  readonly home: Home;
}

/** A settled DevInstance with resources of its own. */
export function one(
  name: string,
  over: {
    readonly spec?: Partial<EffectiveSpec>;
    readonly record?: Partial<DevInstanceRecord>;
    readonly machine?: Partial<Machine>;
    readonly home?: Partial<Home>;
  } = {},
): One {
  const spec = makeSpec({ name, ...over.spec });
  const uid = `uid-${name}`;
  const [machineId, homeId] = [`i-${name}`, `vol-${name}`];
  const machine = makeMachine(spec, { id: machineId, type: 't3.xlarge' });
  const home = makeHome(spec, {
    id: homeId,
    sizeGib: 100,
    attachments: [{ instanceId: machineId, deviceName: '/dev/sdf', state: 'attached' }],
  });
  return {
    spec,
    record: makeRecord(spec, { uid, machineId, homeId, ...over.record }),
    machine: {
      ...machine,
      devices: [{ deviceName: '/dev/sdf', volumeId: homeId, deleteOnTermination: false }],
      tags: { ...machine.tags, [tagKeys.uid]: uid, [tagKeys.home]: homeId },
      ...over.machine,
    },
    home: { ...home, tags: { ...home.tags, [tagKeys.uid]: uid }, ...over.home },
  };
}

/** The world of a fleet; `present` are those that files name. */
export function worldOf(
  all: readonly One[],
  over: {
    readonly present?: readonly One[];
    readonly fleet?: Partial<DesiredFleet['fleet']>;
    readonly desired?: Partial<DesiredFleet>;
    readonly now?: string;
  } = {},
): World {
  const specs = (over.present ?? all).map(({ spec }) => spec);
  return {
    desired: makeDesired(specs, {
      fleet: { ...fleetSettings, ...over.fleet },
      ...over.desired,
    }),
    records: new Map(all.map(({ record }) => [record.name, record])),
    channels: new Map(),
    requests: [],
    observed: makeObserved({
      machines: all.map(({ machine }) => machine),
      homes: all.map(({ home }) => home),
    }),
    now: over.now ?? mondayMorning,
    observeOnly: false,
  };
}

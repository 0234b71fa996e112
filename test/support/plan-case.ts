import type { Action } from '../../controller/core/action.ts';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { plusMillis } from '../../controller/core/instant.ts';
import type { Home, HostReport, Machine, Observed } from '../../controller/core/observed.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  lastWeek,
  makeDesired,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayNight,
} from './world.ts';

export const spec = makeSpec();
export const machine = makeMachine(spec);
export const home = makeHome(spec);
export const stopped = { power: { state: 'stopped', at: lastWeek, by: 'controller' } } as const;
export const always: EffectiveSpec['schedule'] = {
  ...spec.schedule,
  source: 'always',
  mode: 'always',
  windows: [],
};
export const newcomer: Partial<DevInstanceRecord> = { homeWasReady: false };

/** What is, and what the plan for ada-01 must say then. */
export interface PlanCase {
  readonly what: string;
  readonly spec?: EffectiveSpec;
  readonly record?: DevInstanceRecord;
  readonly observed?: Partial<Observed>;
  readonly now?: string;
  /** Its file is gone. */
  readonly removed?: boolean;
  readonly action?: Partial<Action>;
  readonly holds?: readonly string[];
  readonly waiting?: boolean;
  readonly changes?: readonly string[];
}

/** A record that is bound and has nothing yet. */
export function bare(over: Partial<DevInstanceRecord> = {}): DevInstanceRecord {
  const {
    machineId: _,
    homeId: __,
    az: ___,
    homeSince: ____,
    power: _____,
    ranAs: ______,
    ...rest
  } = makeRecord(spec, { ordinal: 0, homeWasReady: false });
  return { ...rest, ...over };
}

export const bigger = makeSpec({ homeVolume: { sizeGib: 150, maxSizeGib: 1000, type: 'gp3' } });
export const smaller = makeSpec({ homeVolume: { sizeGib: 50, maxSizeGib: 1000, type: 'gp3' } });
export const otherType = makeSpec({ instanceType: 'm7i.xlarge' });
export const detached = makeHome(spec, { state: 'available', attachments: [] });
export const failing = (actionKind: Action['kind'], now = mondayNight) => ({
  actionKind,
  attempts: 3,
  notBefore: plusMillis(now, 1_000),
  code: 'Nope',
  message: 'no',
  capacity: false,
});
export const withHomeTag = (value: string) =>
  makeMachine(spec, { tags: { ...machine.tags, [tagKeys.home]: value } });
export const { [tagKeys.home]: _home, ...tagsWithoutHome } = machine.tags;

export const deadly = makeMachine(spec, {
  devices: [{ deviceName: '/dev/sdf', volumeId: 'vol-00000001', deleteOnTermination: true }],
});
export const report = (over: Partial<HostReport>): HostReport => ({
  machineId: 'i-00000001',
  bootId: 'boot-1',
  specHash: machine.tags[tagKeys.specHash] ?? '',
  phase: 'booting',
  ...over,
});
export const windowOf = (day: string, start: string, end: string) => ({
  timezone: 'Europe/Madrid',
  windows: [{ days: [day], start, end }],
  exceptions: [],
});
export const asOrphans = (one: Machine, its: Home) => ({
  machines: [{ ...one, tags: { ...one.tags, [tagKeys.phase]: 'orphaned' } }],
  homes: [{ ...its, tags: { ...its.tags, [tagKeys.phase]: 'orphaned' } }],
});

/** The world of a case: ada-01, and where its file is gone a suspended neighbour. */
export function worldOf(planCase: PlanCase): World {
  const wanted = planCase.spec ?? spec;
  const isEdited = wanted === bigger || wanted === smaller || wanted === otherType;
  const record = planCase.record ?? makeRecord(isEdited ? spec : wanted);
  const neighbour = makeSpec({ name: 'bob-01', lifecycle: 'suspended' });
  const beside = makeRecord(neighbour, { uid: 'uid-bob', machineId: 'i-bob', homeId: 'vol-bob' });
  return makeWorld({
    spec: wanted,
    ...(planCase.removed ? { desired: makeDesired([neighbour]) } : {}),
    records: planCase.removed ? [record, beside] : [record],
    observed: { machines: [machine], homes: [home], ...planCase.observed },
    ...(planCase.now === undefined ? {} : { now: planCase.now }),
  });
}

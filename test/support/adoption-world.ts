import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { Home, Machine, Observed, Snapshot } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { bare } from './plan-case.ts';
import { makeSnapshot } from './plan-said.ts';
import {
  lastWeek,
  makeDesired,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
} from './world.ts';

type From = NonNullable<EffectiveSpec['homeVolume']['from']>;
/** A spec of ada-01 that asks for a home that is there. */
export const asking = (from: From, over: Partial<EffectiveSpec> = {}) =>
  makeSpec({ homeVolume: { sizeGib: 100, maxSizeGib: 1000, type: 'gp3', from }, ...over });

/** Asks for a volume. */
export const spec = asking({ volumeId: 'vol-00000009' });
/** Asks for a snapshot. */
export const fromSnapshot = asking({ snapshotId: 'snap-00000001' });
/** The tags by which an operator gives a volume or snapshot to ada-01. */
export const given = { [tagKeys.fleet]: 'dev', [tagKeys.adopt]: 'ada-01' };
/** The volume, given. */
export const volume: Home = makeHome(spec, {
  id: 'vol-00000009',
  state: 'available',
  attachments: [],
  tags: given,
});
/** The snapshot, given. */
export const snapshot = makeSnapshot({ tags: given, volumeId: 'vol-00000007' });
/** Another DevInstance that git still asks for. */
export const living = makeSpec({ name: 'bob-01', lifecycle: 'suspended' });
/** Its record. */
export const neighbour = makeRecord(living, {
  uid: 'uid-bob',
  machineId: 'i-bob',
  homeId: 'vol-bob',
});
/** The old name of a rename: its file is gone, its record is there. */
export const former = makeRecord(makeSpec({ name: 'old-01' }), {
  uid: 'uid-old',
  machineId: 'i-old',
  homeId: 'vol-00000009',
  orphanedAt: lastWeek,
});
/** Those of the old name's home. */
export const formerTags = {
  [tagKeys.fleet]: 'dev',
  [tagKeys.devInstance]: 'old-01',
  [tagKeys.uid]: 'uid-old',
  [tagKeys.owner]: 'ada',
  [tagKeys.role]: 'home',
};
/** The machine of the old name. */
export const orphan = (over: Partial<Machine> = {}): Machine => {
  const machine = makeMachine(makeSpec({ name: 'old-01' }), {
    id: 'i-old',
    state: 'stopped',
    checks: 'none',
    ...over,
  });
  return { ...machine, tags: { ...machine.tags, [tagKeys.uid]: 'uid-old', ...over.tags } };
};
/** The volume as the old name's home, on a machine. */
export const heldBy = (
  instanceId: string,
  state: 'attached' | 'attaching' | 'detaching' | 'detached',
) =>
  ({
    ...volume,
    state: 'in-use',
    tags: formerTags,
    attachments: [{ instanceId, deviceName: '/dev/sdf', state }],
  }) as const;

/** What is there for ada-01, which has no home yet, and what its plan says. */
export interface AdoptionCase {
  readonly what: string;
  readonly spec?: EffectiveSpec;
  readonly record?: Partial<DevInstanceRecord>;
  readonly others?: readonly DevInstanceRecord[];
  readonly more?: readonly EffectiveSpec[];
  readonly machines?: readonly Machine[];
  readonly home?: Home;
  readonly snapshot?: Snapshot;
  readonly observed?: Partial<Observed>;
  readonly now?: string;
  /** Of ada-01. */
  readonly kinds?: readonly string[];
  readonly holds?: readonly (readonly [string, RegExp])[];
  readonly waiting?: string;
}

/** The plan of such a world. */
export function planOf(one: Omit<AdoptionCase, 'what'>): Plan {
  return makePlan(
    makeWorld({
      desired: makeDesired([one.spec ?? spec, living, ...(one.more ?? [])]),
      records: [bare(one.record), neighbour, ...(one.others ?? [])],
      observed: {
        machines: one.machines ?? [],
        homes: [one.home ?? volume],
        snapshots: new Map([['snap-00000001', one.snapshot ?? snapshot]]),
        absent: new Set(['i-old']),
        ...one.observed,
      },
      now: one.now ?? mondayMorning,
    }),
  );
}

/** The old name's machine has stopped. */
export const takeOver = { others: [former], machines: [orphan()] };
/** Given up by its owner. */
export const released = { ...volume, tags: { ...formerTags, [tagKeys.phase]: 'released' } };

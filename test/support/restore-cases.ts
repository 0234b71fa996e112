import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { Home, Machine, Observed, Snapshot } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest, RequestedWork } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { bare, detached, stopped, tagsWithoutHome } from './plan-case.ts';
import { makeSnapshot } from './plan-said.ts';
import {
  lastWeek,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
  mondayNight,
} from './world.ts';

/** What git asks for. */
export const spec = makeSpec();
/** The one to restore from. */
export const snapshotId = 'snap-00000001';

/** A request of grace for ada-01. */
export function asked(work: RequestedWork, over: Partial<LedgerRequest> = {}): LedgerRequest {
  const times = { at: lastWeek, expiresAt: mondayNight };
  return { id: 'req-1', name: 'ada-01', work, actor: 'grace', reason: '', ...times, ...over };
}

/** What differs from a settled machine with a restore asked for. */
export interface Given {
  readonly spec?: EffectiveSpec;
  readonly record?: DevInstanceRecord;
  readonly requests?: readonly LedgerRequest[];
  readonly machines?: readonly Machine[];
  readonly homes?: readonly Home[];
  readonly snapshot?: Snapshot | undefined;
  readonly observed?: Partial<Observed>;
}

/** A restore asked for. */
export const restoring = asked({ kind: 'restore-home', snapshotId });

/** The plan of such a world. */
export function planOf(given: Given): Plan {
  const snapshots = 'snapshot' in given ? given.snapshot : makeSnapshot();
  return makePlan(
    makeWorld({
      spec: given.spec ?? spec,
      records: [given.record ?? makeRecord(spec)],
      requests: given.requests ?? [restoring],
      observed: {
        machines: given.machines ?? [makeMachine(spec)],
        homes: given.homes ?? [makeHome(spec)],
        snapshots: new Map(snapshots === undefined ? [] : [[snapshots.id, snapshots]]),
        ...given.observed,
      },
    }),
  );
}

/** What is given, and what the plan says. */
export interface RestoreCase extends Given {
  readonly what: string;
  readonly action?: object;
  readonly refused?: RegExp;
  readonly holds?: readonly string[];
  readonly waiting?: string;
}

const { [tagKeys.uid]: _uid, [tagKeys.adopt]: _adopt, ...nobodys } = makeSnapshot().tags;
const foreign = (tags: Readonly<Record<string, string>>) =>
  makeSnapshot({ volumeId: 'vol-00000007', tags });

/** Sources of a new home, and what is said of each. */
export const beginnings: readonly RestoreCase[] = [
  {
    what: 'a snapshot of the home: the new one is made before anything else',
    action: { kind: 'restore-home', requestId: 'req-1', request: { snapshotId, az: 'eu-west-1a' } },
  },
  {
    what: 'a snapshot of the home without any tags',
    snapshot: makeSnapshot({ tags: {} }),
    action: { kind: 'restore-home' },
  },
  {
    what: 'a snapshot of an earlier home, by its uid',
    snapshot: foreign(makeSnapshot().tags),
    action: { kind: 'restore-home' },
  },
  {
    what: 'a snapshot that an operator gave, without an owner',
    snapshot: foreign({ [tagKeys.fleet]: 'dev', [tagKeys.adopt]: 'ada-01' }),
    action: { kind: 'restore-home' },
  },
  {
    what: "another fleet's snapshot",
    snapshot: foreign({ ...makeSnapshot().tags, [tagKeys.fleet]: 'prod' }),
    refused: /is no snapshot of a home of ada-01/,
  },
  {
    what: "another owner's snapshot",
    snapshot: foreign({ ...makeSnapshot().tags, [tagKeys.owner]: 'eve' }),
    refused: /is no snapshot of a home of ada-01/,
  },
  {
    what: "another DevInstance's snapshot of the same owner",
    snapshot: foreign({ ...nobodys, [tagKeys.uid]: 'uid-ada-02' }),
    refused: /is no snapshot of a home of ada-01/,
  },
  {
    what: 'a snapshot that is not there',
    snapshot: undefined,
    observed: { absent: new Set([snapshotId]) },
    refused: /does not exist/,
  },
  { what: 'a snapshot that is unread', snapshot: undefined, holds: ['ReadFailed'] },
  {
    what: 'a snapshot that is pending',
    snapshot: makeSnapshot({ state: 'pending' }),
    waiting: 'the snapshot to complete',
  },
  { what: 'a snapshot that failed', snapshot: makeSnapshot({ state: 'error' }), refused: /error/ },
  {
    what: 'before there is a home',
    record: bare({ az: 'eu-west-1a', ordinal: 1, machineId: 'i-00000001', ...stopped }),
    machines: [makeMachine(spec, { state: 'stopped', checks: 'none', tags: tagsWithoutHome })],
    homes: [],
    refused: /it has no home yet/,
  },
  {
    what: 'of a DevInstance that git retires',
    spec: makeSpec({ lifecycle: 'retired' }),
    refused: /it is retired/,
  },
];

const action = { kind: 'restore-home', name: 'ada-01', requestId: 'req-1' } as const;
const request = {
  clientToken: 'token-0',
  az: 'eu-west-1a',
  sizeGib: 100,
  type: 'gp3',
  tags: { [tagKeys.token]: 'token-0' },
};
/** The restored home. */
export const newHome: Home = {
  ...detached,
  id: 'vol-00000002',
  tags: { ...detached.tags, [tagKeys.phase]: 'restoring' },
};
/** The record of a stopped machine whose new home is made. */
export const exchanging = makeRecord(spec, {
  ...stopped,
  restore: { requestId: 'req-1', snapshotId, at: lastWeek, homeId: 'vol-00000002' },
});
/** The stopped machine. */
export const off = makeMachine(spec, { state: 'stopped', checks: 'none' });
/** The old home, released. */
export const released = { ...detached, tags: { ...detached.tags, [tagKeys.phase]: 'released' } };
const homes = [makeHome(spec), newHome];
const on = { ...exchanging, power: { state: 'running', at: lastWeek, by: 'controller' } } as const;
const just = { state: 'stopped', at: mondayMorning, by: 'controller' } as const;

/** The exchange at each of its steps, and what stands in its way. */
export const exchange: readonly RestoreCase[] = [
  {
    what: 'begun: the frozen request is sent again, even once its request has expired',
    record: makeRecord(spec, { step: { action: { ...action, request }, at: lastWeek } }),
    requests: [{ ...restoring, expiresAt: lastWeek }],
    action: { kind: 'restore-home', request },
  },
  {
    what: 'the new home unread',
    record: exchanging,
    machines: [off],
    holds: ['ReadFailed'],
  },
  {
    what: 'the new home not visible yet',
    record: {
      ...exchanging,
      restore: { requestId: 'req-1', snapshotId, at: mondayMorning, homeId: 'vol-00000002' },
    },
    machines: [off],
    observed: { absent: new Set(['vol-00000002']) },
    waiting: 'the new home to become visible',
  },
  {
    what: 'the new home being made',
    record: exchanging,
    machines: [off],
    homes: [makeHome(spec), { ...newHome, state: 'creating' }],
    waiting: 'the new home to be created',
  },
  {
    what: 'a running machine: stopped first',
    record: on,
    homes,
    action: { kind: 'stop', machineId: 'i-00000001' },
  },
  {
    what: 'a machine about to run',
    record: on,
    machines: [makeMachine(spec, { state: 'pending', checks: 'none' })],
    homes,
    waiting: 'the machine to run',
  },
  {
    what: 'a machine about to stop',
    record: { ...exchanging, power: just },
    machines: [makeMachine(spec, { state: 'stopping', checks: 'none' })],
    homes,
    waiting: 'the machine to stop',
  },
  {
    what: 'a machine that is unread',
    record: exchanging,
    machines: [],
    homes: [detached, newHome],
    holds: ['ReadFailed'],
  },
  {
    what: 'a stopped machine: the old home comes off first',
    record: exchanging,
    machines: [off],
    homes,
    action: { kind: 'detach-home', homeId: 'vol-00000001' },
  },
  {
    what: 'the old home off: it is released before the new one is active',
    record: exchanging,
    machines: [off],
    homes: [detached, newHome],
    action: { kind: 'tag', resourceId: 'vol-00000001', tags: { [tagKeys.phase]: 'released' } },
  },
  {
    what: 'the old home released: the new one becomes active',
    record: exchanging,
    machines: [off],
    homes: [released, newHome],
    action: { kind: 'tag', resourceId: 'vol-00000002', tags: { [tagKeys.phase]: 'active' } },
  },
  {
    what: 'the old home deleted: nothing to release',
    record: exchanging,
    machines: [off],
    homes: [{ ...detached, state: 'deleted' }, newHome],
    action: { kind: 'tag', resourceId: 'vol-00000002', tags: { [tagKeys.phase]: 'active' } },
  },
  {
    what: 'the old home unread',
    record: exchanging,
    machines: [off],
    homes: [newHome],
    holds: ['ReadFailed'],
  },
  {
    what: 'the old home gone',
    record: exchanging,
    machines: [off],
    homes: [newHome],
    observed: { absent: new Set(['vol-00000001']) },
    action: { kind: 'tag', resourceId: 'vol-00000002' },
  },
  {
    what: 'under way, though its request has expired',
    record: exchanging,
    requests: [{ ...restoring, expiresAt: lastWeek }],
    machines: [off],
    homes,
    action: { kind: 'detach-home', homeId: 'vol-00000001' },
  },
];

import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
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
  mondayMorning,
} from '../support/world.ts';

const spec = makeSpec();
const machine = makeMachine(spec);
const home = makeHome(spec);

/** The plan for ada-01, which the ledger has no record of. */
function planFor(observed: Partial<Observed>, wanted: EffectiveSpec = spec): Plan {
  return makePlan(makeWorld({ spec: wanted, records: [], observed }));
}

function retag<T extends { readonly tags: Readonly<Record<string, string>> }>(
  resource: T,
  tags: Readonly<Record<string, string | undefined>>,
): T {
  const all = Object.entries({ ...resource.tags, ...tags });
  return { ...resource, tags: Object.fromEntries(all.filter(([, value]) => value !== undefined)) };
}

const holdsOf = (plan: Plan) => plan.holds.map((held) => held.reason);

test('nothing carries its name: it gets a uid of its own', () => {
  const plan = planFor({ machines: [], homes: [] });
  expect(plan.bindings).toEqual([{ name: 'ada-01', effective: spec }]);
  expect(plan.changes).toMatchObject([{ kind: 'create', reasons: ['spec_new'], at: 'now' }]);
  expect(plan.statuses).toMatchObject([
    { name: 'ada-01', phase: 'New', sync: 'OutOfSync', health: 'Progressing' },
  ]);
});

test('machine and home carry its name: their uid is adopted', () => {
  const plan = planFor({});
  expect(plan.bindings).toEqual([
    {
      name: 'ada-01',
      effective: spec,
      adopt: {
        uid: 'uid-ada-01',
        ordinal: 1,
        machineId: 'i-00000001',
        homeId: 'vol-00000001',
        az: 'eu-west-1a',
        homeWasReady: true,
      },
    },
  ]);
  expect(plan.changes).toMatchObject([
    {
      kind: 'adopt',
      reasons: ['record_missing'],
      details: [
        'the ledger has no record of it: take over machine i-00000001 and home vol-00000001 by their tags',
      ],
      at: 'now',
    },
  ]);
});

test.each([
  { what: 'a home alone', machines: [], homes: [home], ordinal: 0, homeWasReady: true },
  {
    what: 'a machine alone that names no home',
    machines: [retag(machine, { [tagKeys.home]: undefined, [tagKeys.ordinal]: '4' })],
    homes: [],
    ordinal: 4,
    homeWasReady: false,
  },
  {
    what: 'a home that its machine may still format',
    machines: [retag(machine, { [tagKeys.home]: 'vol-00000001:new' })],
    homes: [home],
    ordinal: 1,
    homeWasReady: false,
  },
  {
    what: 'an orphaned home',
    machines: [],
    homes: [retag(home, { [tagKeys.phase]: 'orphaned' })],
    ordinal: 0,
    homeWasReady: true,
  },
])('$what is adopted', ({ machines, homes, ordinal, homeWasReady }) => {
  const [binding] = planFor({ machines, homes }).bindings;
  const adopt = binding?.adopt;
  expect(adopt).toMatchObject({ uid: 'uid-ada-01', ordinal, homeWasReady });
  expect(adopt?.machineId).toBe(machines[0]?.id);
  expect(adopt?.homeId).toBe(homes[0]?.id);
});

test('of two machines the one that holds the home is adopted, with the highest ordinal', () => {
  const other = retag(makeMachine(spec, { id: 'i-00000002', devices: [] }), {
    [tagKeys.ordinal]: '7',
  });
  const [binding] = planFor({ machines: [other, machine] }).bindings;
  expect(binding?.adopt).toMatchObject({ machineId: 'i-00000001', ordinal: 7 });
});

test('a home that its machine names and nobody finds is missing, not to be made again', () => {
  const plan = planFor({ homes: [], absent: new Set(['vol-00000001']) });
  expect(plan.bindings[0]?.adopt).toMatchObject({ homeId: 'vol-00000001', homeWasReady: true });
});

test.each([
  { what: 'a terminated machine', machines: [{ ...machine, state: 'terminated' as const }] },
  { what: 'a dying machine', machines: [{ ...machine, state: 'shutting-down' as const }] },
  { what: 'a machine of another fleet', machines: [retag(machine, { [tagKeys.fleet]: 'prod' })] },
  { what: 'a deleted home', homes: [{ ...home, state: 'deleted' as const }] },
  { what: 'a released home', homes: [retag(home, { [tagKeys.phase]: 'released' })] },
  { what: 'a root volume', homes: [retag(home, { [tagKeys.role]: 'root' })] },
])('$what is nobody to adopt', ({ machines = [], homes = [] }) => {
  const plan = planFor({ machines, homes });
  expect(plan.bindings).toEqual([{ name: 'ada-01', effective: spec }]);
  expect(plan.holds).toEqual([]);
});

const otherUid = { [tagKeys.uid]: 'uid-other' };
const secondHome = { ...home, id: 'vol-00000002', attachments: [] };

test.each<{ readonly what: string; readonly observed: Partial<Observed> }>([
  { what: 'two uids', observed: { homes: [retag(home, otherUid)] } },
  { what: 'two homes', observed: { homes: [home, secondHome] } },
  { what: 'two homes of two uids', observed: { homes: [home, retag(secondHome, otherUid)] } },
  { what: 'another owner', observed: { homes: [retag(home, { [tagKeys.owner]: 'eve' })] } },
  {
    what: 'another owner of both',
    observed: {
      machines: [retag(machine, { [tagKeys.owner]: 'eve' })],
      homes: [retag(home, { [tagKeys.owner]: 'eve' })],
    },
  },
  { what: 'no owner', observed: { homes: [retag(home, { [tagKeys.owner]: undefined })] } },
  {
    what: 'no uid',
    observed: { machines: [], homes: [retag(home, { [tagKeys.uid]: undefined })] },
  },
  {
    what: 'a uid that a resource of another name carries too',
    observed: {
      machines: [retag(machine, { [tagKeys.devInstance]: 'bob-01' })],
      homes: [home],
    },
  },
])('$what: nothing is bound', ({ observed }) => {
  const plan = planFor(observed);
  expect(holdsOf(plan)).toEqual(['IdentityConflict']);
  expect(plan.bindings).toEqual([]);
  expect(plan.actions).toEqual([]);
  expect(plan.changes).toMatchObject([{ withheldBy: 'IdentityConflict' }]);
  expect(plan.statuses).toMatchObject([{ health: 'Degraded' }]);
});

test('a uid that the ledger bound to another name is not given away', () => {
  const renamed = makeSpec({ name: 'ada-02' });
  const tags = { [tagKeys.devInstance]: 'ada-02' };
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([spec, renamed]),
      records: [makeRecord(spec)],
      observed: { machines: [retag(machine, tags)], homes: [retag(home, tags)] },
    }),
  );
  expect(plan.holds.map((held) => [held.name, held.reason])).toEqual([
    ['ada-01', 'IdentityConflict'],
    ['ada-02', 'IdentityConflict'],
  ]);
  expect(plan.bindings).toEqual([]);
  expect(plan.actions).toEqual([]);
});

test.each(['machines', 'homes'] as const)('%s unread: nothing new is bound', (what) => {
  const failures = [{ what, message: 'AZ down', remedy: '' }];
  const plan = planFor({ machines: [], homes: [], failures });
  expect(holdsOf(plan)).toEqual(['ReadFailed']);
  expect(plan.bindings).toEqual([]);
});

test('other parts unread: new names are bound all the same', () => {
  const failures = [{ what: 'checks' as const, message: 'AZ down', remedy: '' }];
  const plan = planFor({ machines: [], homes: [], failures });
  expect(plan.bindings).toHaveLength(1);
});

test.each([
  { lifecycle: 'suspended', reason: 'Suspended' },
  { lifecycle: 'retired', reason: 'Retired' },
] as const)('$lifecycle: nothing is made, but what is there is adopted', (c) => {
  const wanted = makeSpec({ lifecycle: c.lifecycle });
  const nothing = planFor({ machines: [], homes: [] }, wanted);
  expect(holdsOf(nothing)).toEqual([c.reason]);
  expect(nothing.bindings).toEqual([]);
  expect(planFor({}, wanted).bindings).toHaveLength(1);
});

/** ada-01 as the ledger knows it right after a first launch. */
function withoutHome(over: Partial<DevInstanceRecord> = {}): DevInstanceRecord {
  const { homeId: _, homeSince: __, az: ___, ...rest } = makeRecord(spec, { homeWasReady: false });
  return { ...rest, ...over };
}

const nameless = retag(machine, { [tagKeys.home]: undefined });

test('a home that no step of ours explains may hold data: no permission to format it', () => {
  const plan = makePlan(
    makeWorld({
      records: [withoutHome()],
      observed: { machines: [{ ...nameless, checks: 'initializing' }], homes: [home] },
    }),
  );
  expect(plan.memos).toMatchObject([{ homeId: 'vol-00000001', homeWasReady: true }]);
  expect(plan.actions).toMatchObject([
    { kind: 'tag', resourceId: 'i-00000001', tags: { [tagKeys.home]: 'vol-00000001' } },
  ]);
});

test('a home that its machine was allowed to format may still be formatted', () => {
  const fresh = retag(machine, { [tagKeys.home]: 'vol-00000001:new' });
  const unchecked = { ...fresh, checks: 'initializing' as const };
  const plan = makePlan(
    makeWorld({ records: [withoutHome()], observed: { machines: [unchecked], homes: [home] } }),
  );
  expect(plan.memos).toMatchObject([
    { homeId: 'vol-00000001', homeSince: mondayMorning, az: 'eu-west-1a', homeWasReady: false },
  ]);
  expect(plan.actions).toEqual([]);
});

test.each<{
  readonly what: string;
  readonly spec?: EffectiveSpec;
  readonly observed: Partial<Observed>;
  readonly hold: string;
}>([
  {
    what: 'two volumes carry its whole identity',
    observed: { machines: [nameless], homes: [home, secondHome] },
    hold: 'IdentityConflict',
  },
  {
    what: 'a volume carries its uid with another owner',
    observed: { machines: [nameless], homes: [retag(home, { [tagKeys.owner]: 'eve' })] },
    hold: 'IdentityConflict',
  },
  {
    what: 'homes could not be read',
    observed: {
      machines: [nameless],
      homes: [],
      failures: [{ what: 'homes', message: '', remedy: '' }],
    },
    hold: 'ReadFailed',
  },
  {
    what: 'its machine names a home that is gone',
    observed: { machines: [machine], homes: [], absent: new Set(['vol-00000001']) },
    hold: 'HomeMissing',
  },
  {
    what: 'the spec asks for an existing volume meanwhile',
    spec: makeSpec({ homeVolume: { ...spec.homeVolume, from: { volumeId: 'vol-9' } } }),
    observed: { machines: [nameless], homes: [], absent: new Set(['vol-9']) },
    hold: 'AdoptionRefused',
  },
])('no home is made where $what', ({ spec: wanted = spec, observed, hold }) => {
  const plan = makePlan(makeWorld({ spec: wanted, records: [withoutHome()], observed }));
  expect(holdsOf(plan)).toEqual([hold]);
  expect(plan.actions).toEqual([]);
});

test.each(['deleted', 'available'] as const)(
  'a volume in state %s of another uid is no home',
  (state) => {
    const other = retag({ ...secondHome, state }, state === 'available' ? otherUid : {});
    const plan = makePlan(
      makeWorld({ records: [withoutHome()], observed: { machines: [nameless], homes: [other] } }),
    );
    expect(plan.actions).toMatchObject([{ kind: 'create-home', request: { az: 'eu-west-1a' } }]);
  },
);

test.each([
  { code: 'Client.UserInitiatedShutdown', by: 'controller', starts: true },
  { code: undefined, by: 'controller', starts: true },
  { code: 'Client.InstanceInitiatedShutdown', by: 'person', starts: false },
  { code: 'Server.SpotInstanceShutdown', by: 'aws', starts: true },
])('an adopted machine found stopped in its window ($code) was stopped by $by', (c) => {
  const { power: _, ...record } = makeRecord(spec);
  const stopped = makeMachine(spec, {
    state: 'stopped',
    checks: 'none',
    launchedAt: lastWeek,
    ...(c.code === undefined ? {} : { stateReason: { code: c.code, message: '' } }),
  });
  const plan = makePlan(makeWorld({ records: [record], observed: { machines: [stopped] } }));
  expect(plan.memos).toMatchObject([{ power: { state: 'stopped', at: mondayMorning, by: c.by } }]);
  expect(plan.actions.map((action) => action.kind)).toEqual(c.starts ? ['start'] : []);
});

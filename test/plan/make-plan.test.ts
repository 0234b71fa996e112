import { expect, test } from 'vitest';
import type { Action } from '../../controller/core/action.ts';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { hourMs, plusMillis } from '../../controller/core/instant.ts';
import type { Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
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
  mondayNight,
} from '../support/world.ts';

const spec = makeSpec();
const machine = makeMachine(spec);
const home = makeHome(spec);
const stopped = { power: { state: 'stopped', at: lastWeek, by: 'controller' } } as const;
const always: EffectiveSpec['schedule'] = {
  ...spec.schedule,
  source: 'always',
  mode: 'always',
  windows: [],
};
const newcomer: Partial<DevInstanceRecord> = { homeWasReady: false };

interface Situation {
  readonly what: string;
  readonly spec?: EffectiveSpec;
  readonly record?: DevInstanceRecord;
  readonly observed?: Partial<Observed>;
  readonly now?: string;
  readonly action?: Partial<Action>;
  readonly holds?: readonly string[];
  readonly waiting?: boolean;
  readonly changes?: readonly string[];
}

function bare(over: Partial<DevInstanceRecord> = {}): DevInstanceRecord {
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

const bigger = makeSpec({ homeVolume: { sizeGib: 150, maxSizeGib: 1000, type: 'gp3' } });
const smaller = makeSpec({ homeVolume: { sizeGib: 50, maxSizeGib: 1000, type: 'gp3' } });
const otherType = makeSpec({ instanceType: 'm7i.xlarge' });
const detached = makeHome(spec, { state: 'available', attachments: [] });
const failing = (actionKind: Action['kind'], now = mondayNight) => ({
  actionKind,
  attempts: 3,
  notBefore: plusMillis(now, 1_000),
  code: 'Nope',
  message: 'no',
  capacity: false,
});
const withHomeTag = (value: string) =>
  makeMachine(spec, { tags: { ...machine.tags, [tagKeys.home]: value } });
const { [tagKeys.home]: _home, ...tagsWithoutHome } = machine.tags;

const situations: readonly Situation[] = [
  { what: 'settled and on duty: nothing', action: undefined as never },
  {
    what: 'bound, nothing made yet: launch',
    record: bare(),
    observed: { machines: [], homes: [] },
    action: { kind: 'launch' },
    changes: ['create'],
  },
  {
    what: 'machine pending: wait',
    record: makeRecord(spec, { ...newcomer, homeId: undefined as never }),
    observed: { machines: [makeMachine(spec, { state: 'pending' })], homes: [] },
    waiting: true,
    changes: ['create'],
  },
  {
    what: 'first machine runs: create the home in its zone',
    record: bare({ ordinal: 1, machineId: 'i-00000001', power: makeRecord(spec).power as never }),
    observed: { machines: [makeMachine(spec, { tags: tagsWithoutHome })], homes: [] },
    action: { kind: 'create-home' },
    changes: ['create'],
  },
  {
    what: 'home available, machine does not name it: tag first, with permission to format',
    record: makeRecord(spec, newcomer),
    observed: { machines: [makeMachine(spec, { tags: tagsWithoutHome })], homes: [detached] },
    action: { kind: 'tag', tags: { [tagKeys.home]: 'vol-00000001:new' } },
    changes: ['create'],
  },
  {
    what: 'home available and named: attach',
    record: makeRecord(spec, newcomer),
    observed: { machines: [withHomeTag('vol-00000001:new')], homes: [detached] },
    action: { kind: 'attach-home', homeId: 'vol-00000001', machineId: 'i-00000001' },
    changes: ['create'],
  },
  {
    what: 'first time ready: permission to format is withdrawn',
    record: makeRecord(spec, newcomer),
    observed: { machines: [withHomeTag('vol-00000001:new')] },
    action: { kind: 'tag', tags: { [tagKeys.home]: 'vol-00000001' } },
    changes: ['change'],
  },
  {
    what: 'home would die with its machine: protect it before anything else',
    observed: {
      machines: [
        makeMachine(spec, {
          devices: [
            { deviceName: '/dev/sdf', volumeId: 'vol-00000001', deleteOnTermination: true },
          ],
        }),
      ],
    },
    now: mondayNight,
    action: { kind: 'protect-home', deviceName: '/dev/sdf' },
    changes: ['change', 'stop'],
  },
  {
    what: 'on duty and stopped: start',
    record: makeRecord(spec, stopped),
    observed: { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] },
    action: { kind: 'start', machineId: 'i-00000001' },
    changes: ['start'],
  },
  {
    what: 'off duty and running: stop',
    now: mondayNight,
    action: { kind: 'stop', machineId: 'i-00000001' },
    changes: ['stop'],
  },
  {
    what: 'off duty and stopped: nothing',
    record: makeRecord(spec, stopped),
    observed: { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] },
    now: mondayNight,
  },
  {
    what: 'stopped by a person in its window: left alone',
    record: makeRecord(spec),
    observed: {
      machines: [
        makeMachine(spec, {
          state: 'stopped',
          checks: 'none',
          stateReason: { code: 'Client.InstanceInitiatedShutdown', message: '' },
        }),
      ],
    },
  },
  {
    what: 'stopped by AWS in its window: started again',
    observed: {
      machines: [
        makeMachine(spec, {
          state: 'stopped',
          checks: 'none',
          stateReason: { code: 'Server.ScheduledStop', message: '' },
        }),
      ],
    },
    action: { kind: 'start' },
    changes: ['start'],
  },
  {
    what: 'started by a person outside its window: left alone for the hold',
    record: makeRecord(spec, stopped),
    observed: { machines: [makeMachine(spec, { launchedAt: plusMillis(mondayNight, -60_000) })] },
    now: mondayNight,
  },
  {
    what: 'home grown in git: modified online',
    spec: bigger,
    action: { kind: 'modify-home', sizeGib: 150 },
    changes: ['change'],
  },
  {
    what: 'home still optimizing: growth waits',
    spec: bigger,
    observed: { homes: [makeHome(spec, { modifying: 'optimizing' })] },
    holds: ['HomeModifying'],
    changes: ['change'],
  },
  {
    what: 'home shrunk in git: refused',
    spec: smaller,
    holds: ['HomeShrinkRefused'],
    changes: ['change'],
  },
  {
    what: 'type changed, on duty: waits for the scheduled stop',
    spec: otherType,
    changes: ['change'],
  },
  {
    what: 'type changed, any-time: stop now',
    spec: { ...otherType, upgrade: { when: 'any-time' } },
    action: { kind: 'stop' },
    changes: ['change'],
  },
  {
    what: 'type changed and stopped: modify before the start',
    spec: otherType,
    record: makeRecord(spec, stopped),
    observed: { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] },
    action: { kind: 'set-type', instanceType: 'm7i.xlarge' },
    changes: ['change', 'start'],
  },
  {
    what: 'type changed, schedule never off: held',
    spec: { ...otherType, schedule: always },
    holds: ['NeverOff'],
    changes: ['change'],
  },
  {
    what: 'type changed, upgrade never: held',
    spec: { ...otherType, upgrade: { when: 'never' } },
    holds: ['UpgradeNever'],
    changes: ['change'],
  },
  {
    what: 'newer image: seen and held',
    observed: {
      images: new Map([
        [
          'ubuntu-24.04',
          {
            usable: true,
            imageId: 'ami-00000002',
            imageName: 'ubuntu-24.04-2',
            architecture: 'x86_64',
            rootDeviceName: '/dev/sda1',
            rootSnapshotGib: 8,
          },
        ],
      ]),
    },
    holds: ['ImageBehind'],
    changes: ['replace'],
  },
  {
    what: 'root size changed: seen and held',
    spec: makeSpec({ rootVolume: { sizeGib: 200, type: 'gp3' } }),
    holds: ['ReplacementNeeded'],
    changes: ['replace'],
  },
  {
    what: 'a tag lost: repaired',
    observed: { homes: [makeHome(spec, { tags: { ...home.tags, Name: 'mine' } })] },
    action: { kind: 'tag', resourceId: 'vol-00000001', tags: { Name: 'ada-01-home' } },
    changes: ['change'],
  },
  {
    what: 'an identity tag edited: nothing is touched',
    observed: { homes: [makeHome(spec, { tags: { ...home.tags, [tagKeys.owner]: 'eve' } })] },
    now: mondayNight,
    holds: ['IdentityConflict'],
  },
  {
    what: 'machine terminated by hand on duty: a new one around the home',
    observed: { machines: [makeMachine(spec, { state: 'terminated' })], homes: [detached] },
    action: { kind: 'launch', request: expect.objectContaining({ subnetId: 'subnet-0000000a' }) },
    changes: ['recover'],
  },
  {
    what: 'machine long gone from every listing: recovered too',
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    action: { kind: 'launch' },
    changes: ['recover'],
  },
  {
    what: 'machine terminated while off duty: recovered at the next start',
    observed: { machines: [makeMachine(spec, { state: 'terminated' })], homes: [detached] },
    now: mondayNight,
    changes: ['recover'],
  },
  {
    what: 'machine just launched and not visible yet: waited for',
    record: makeRecord(spec, {
      power: { state: 'running', at: plusMillis(mondayMorning, -60_000), by: 'controller' },
    }),
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    waiting: true,
    changes: ['recover'],
  },
  {
    what: 'machines could not be listed: nothing is launched',
    observed: {
      machines: [],
      homes: [detached],
      failures: [{ what: 'machines', message: 'AZ down', remedy: '' }],
    },
    holds: ['ReadFailed'],
    changes: ['recover'],
  },
  {
    what: 'home gone: nothing but a hold',
    observed: { homes: [], absent: new Set(['vol-00000001']) },
    holds: ['HomeMissing'],
  },
  {
    what: 'home in error',
    observed: { homes: [makeHome(spec, { state: 'error' })] },
    holds: ['HomeError'],
  },
  {
    what: 'home attached elsewhere',
    observed: {
      homes: [
        makeHome(spec, {
          attachments: [{ instanceId: 'i-99999999', deviceName: '/dev/sdf', state: 'attached' }],
        }),
      ],
    },
    holds: ['HomeElsewhere'],
  },
  {
    what: 'suspended in git: hands off, even off duty',
    spec: makeSpec({ lifecycle: 'suspended' }),
    now: mondayNight,
    holds: ['Suspended'],
  },
  {
    what: 'owner changed in git: refused, the schedule goes on',
    spec: makeSpec({ owner: { ...spec.owner, name: 'eve' } }),
    record: makeRecord(spec),
    now: mondayNight,
    action: { kind: 'stop' },
    holds: ['OwnerChanged'],
    changes: ['change', 'stop'],
  },
  {
    what: 'image of no use and no machine: held',
    record: bare(),
    observed: {
      machines: [],
      homes: [],
      images: new Map([['ubuntu-24.04', { usable: false, reason: 'gone', remedy: 'publish' }]]),
    },
    holds: ['ImageUnusable'],
    changes: ['create'],
  },
  {
    what: 'from asks for a volume: held',
    spec: makeSpec({ homeVolume: { ...spec.homeVolume, from: { volumeId: 'vol-00000009' } } }),
    record: bare(),
    observed: { machines: [], homes: [] },
    holds: ['AdoptionRefused'],
    changes: ['create'],
  },
  {
    what: 'not ready in time: reported',
    record: makeRecord(spec, { becomingReadySince: plusMillis(mondayMorning, -20 * 60_000) }),
    observed: { machines: [makeMachine(spec, { checks: 'impaired' })] },
    holds: ['NotReady'],
  },
  {
    what: 'stopping for longer than EC2 ever takes: reported',
    record: makeRecord(spec, stopped),
    observed: { machines: [makeMachine(spec, { state: 'stopping', checks: 'none' })] },
    holds: ['StuckStopping'],
  },
  {
    what: 'attaching keeps failing: the scheduled stop comes all the same',
    record: makeRecord(spec, { retries: [failing('attach-home')] }),
    observed: { homes: [detached] },
    now: mondayNight,
    action: { kind: 'stop' },
    holds: ['BackingOff'],
    waiting: true,
    changes: ['change', 'stop'],
  },
  {
    what: 'attaching keeps failing while it is stopped: not started without its home',
    record: makeRecord(spec, { ...stopped, retries: [failing('attach-home', mondayMorning)] }),
    observed: { machines: [makeMachine(spec, { state: 'stopped' })], homes: [detached] },
    holds: ['BackingOff'],
    changes: ['change'],
  },
  {
    what: 'a home that cannot be made: its machine stops when it is overdue',
    record: bare({
      ordinal: 1,
      machineId: 'i-00000001',
      power: makeRecord(spec).power as never,
      becomingReadySince: plusMillis(mondayNight, -20 * 60_000),
      retries: [failing('create-home')],
    }),
    observed: { machines: [makeMachine(spec, { tags: tagsWithoutHome })], homes: [] },
    now: mondayNight,
    action: { kind: 'stop' },
    holds: ['NotReady', 'BackingOff'],
    changes: ['create', 'stop'],
  },
  {
    what: 'machine and home in different zones: held, the scheduled stop goes on',
    observed: { homes: [makeHome(spec, { ...detached, az: 'eu-west-1b' })] },
    now: mondayNight,
    action: { kind: 'stop' },
    holds: ['HomeElsewhere'],
    changes: ['stop'],
  },
  {
    what: 'a state from the future: hands off',
    observed: { machines: [makeMachine(spec, { state: 'unknown' })] },
    holds: ['UnknownState'],
  },
];

test.each(situations)('$what', (situation) => {
  const wanted = situation.spec ?? spec;
  const record =
    situation.record ??
    makeRecord(wanted === bigger || wanted === smaller || wanted === otherType ? spec : wanted);
  const plan = makePlan(
    makeWorld({
      spec: wanted,
      records: [record],
      observed: { machines: [machine], homes: [home], ...situation.observed },
      ...(situation.now === undefined ? {} : { now: situation.now }),
    }),
  );
  expect(plan.holds.map((held) => held.reason)).toEqual(situation.holds ?? []);
  if (situation.action === undefined) expect(plan.actions).toEqual([]);
  else expect(plan.actions).toEqual([expect.objectContaining(situation.action)]);
  expect(plan.waiting.length > 0).toBe(situation.waiting ?? false);
  expect(plan.changes.map((change) => change.kind)).toEqual(situation.changes ?? []);
});

test('a name without a record is bound first and shown as a creation', () => {
  const plan = makePlan(makeWorld({ records: [], observed: { machines: [], homes: [] } }));
  expect(plan.bindings.map((binding) => binding.name)).toEqual(['ada-01']);
  expect(plan.actions).toEqual([]);
  expect(plan.changes.map((change) => [change.kind, change.at])).toEqual([['create', 'now']]);
});

test('a suspended DevInstance whose file is removed is put away like any other', () => {
  const suspended = makeSpec({ lifecycle: 'suspended' });
  const other = makeSpec({ name: 'bob-01' });
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([other]),
      records: [makeRecord(suspended), makeRecord(other, { uid: 'uid-bob' })],
      observed: { machines: [machine], homes: [home], absent: new Set() },
    }),
  );
  expect(plan.actions.filter((action) => action.name === 'ada-01')).toMatchObject([
    { kind: 'tag', tags: { [tagKeys.phase]: 'orphaned' } },
  ]);
});

test.each<[what: string, over: Partial<EffectiveSpec>, hold: string]>([
  [
    'a home to adopt',
    { homeVolume: { ...spec.homeVolume, from: { volumeId: 'vol-00000009' } } },
    'AdoptionRefused',
  ],
  ['an image that nobody knows', { image: { channel: 'ubuntu-26.04' } }, 'ImageUnusable'],
  ['a root smaller than the image', { rootVolume: { sizeGib: 4, type: 'gp3' } }, 'ImageUnusable'],
  ['a subnet that does not exist', { subnets: ['subnet-0000000f'] }, 'NoSubnet'],
])('a new name with %s is shown as what its first pass will find: held', (_, over, reason) => {
  const wanted = makeSpec(over);
  const nothing = { machines: [], homes: [] };
  const before = makePlan(makeWorld({ spec: wanted, records: [], observed: nothing }));
  expect(before.holds.map((held) => held.reason)).toEqual([reason]);
  expect(before.changes).toEqual([expect.objectContaining({ kind: 'create', withheldBy: reason })]);
  expect(before.statuses).toEqual([expect.objectContaining({ health: 'Degraded' })]);
  const bound = { ...bare(), effective: wanted };
  const after = makePlan(makeWorld({ spec: wanted, records: [bound], observed: nothing }));
  expect(after.changes).toEqual(before.changes);
});

test('another owner in git is shown as a change that is withheld', () => {
  const wanted = makeSpec({ owner: { ...spec.owner, name: 'bob' } });
  const plan = makePlan(makeWorld({ spec: wanted, records: [makeRecord(spec)] }));
  expect(plan.changes).toEqual([
    expect.objectContaining({ reasons: ['spec_owner'], withheldBy: 'OwnerChanged' }),
  ]);
});

test('a retired one is stopped by its schedule and never started, and both are said', () => {
  const retired = makeSpec({ lifecycle: 'retired' });
  const on = makePlan(makeWorld({ spec: retired, records: [makeRecord(retired)] }));
  expect(on.holds.map((held) => held.reason)).toEqual(['RetireUnsupported']);
  expect(on.changes.map((change) => change.withheldBy)).toEqual(['RetireUnsupported']);
  expect(on.transitions.map((transition) => transition.state)).toEqual(['stopped']);
  const off = makePlan(
    makeWorld({
      spec: retired,
      records: [makeRecord(retired, stopped)],
      observed: { machines: [makeMachine(retired, { state: 'stopped' })] },
    }),
  );
  expect(off.actions).toEqual([]);
  expect(off.transitions).toEqual([]);
  expect(off.holds.map((held) => held.reason)).toEqual(['RetireUnsupported']);
  expect(off.statuses.map((status) => status.duty)).toEqual([undefined]);
});

test('what lies ahead is shown of an orphan until it stops, and of a suspended one not at all', () => {
  const bob = makeSpec({ name: 'bob-01' });
  const orphan = makePlan(
    makeWorld({
      desired: makeDesired([bob]),
      records: [makeRecord(spec, { orphanedAt: mondayMorning }), makeRecord(bob, { uid: 'bob' })],
    }),
  );
  const [ada] = orphan.statuses;
  expect(ada?.duty?.until).toBe(plusMillis(mondayMorning, 4 * hourMs));
  const suspended = makeSpec({ lifecycle: 'suspended' });
  const plan = makePlan(makeWorld({ spec: suspended, records: [makeRecord(suspended)] }));
  expect(plan.statuses.map((status) => status.duty)).toEqual([undefined]);
});

test('equal worlds give equal plans', () => {
  const world = makeWorld({ now: mondayNight });
  expect(makePlan(structuredClone(world))).toEqual(makePlan(world));
});

test('what one DevInstance cannot be planned for holds that one alone', () => {
  const broken = makeSpec({
    name: 'bob-01',
    schedule: { ...spec.schedule, timezone: 'Mars/Phobos' },
  });
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([spec, broken]),
      records: [makeRecord(spec), makeRecord(broken, { uid: 'uid-bob' })],
      now: mondayNight,
    }),
  );
  expect(plan.holds.map((held) => [held.name, held.reason])).toEqual([['bob-01', 'PlanFailed']]);
  expect(plan.actions.map((action) => action.name)).toEqual(['ada-01']);
});

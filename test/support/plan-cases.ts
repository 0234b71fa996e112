import { expect } from 'vitest';
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
  mondayMorning,
  mondayNight,
} from './world.ts';

const spec = makeSpec();
const machine = makeMachine(spec);
const home = makeHome(spec);
export const stopped = { power: { state: 'stopped', at: lastWeek, by: 'controller' } } as const;
const always: EffectiveSpec['schedule'] = {
  ...spec.schedule,
  source: 'always',
  mode: 'always',
  windows: [],
};
const newcomer: Partial<DevInstanceRecord> = { homeWasReady: false };

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

const deadly = makeMachine(spec, {
  devices: [{ deviceName: '/dev/sdf', volumeId: 'vol-00000001', deleteOnTermination: true }],
});
const report = (over: Partial<HostReport>): HostReport => ({
  machineId: 'i-00000001',
  bootId: 'boot-1',
  specHash: machine.tags[tagKeys.specHash] ?? '',
  phase: 'booting',
  ...over,
});
const windowOf = (day: string, start: string, end: string) => ({
  timezone: 'Europe/Madrid',
  windows: [{ days: [day], start, end }],
  exceptions: [],
});
const asOrphans = (one: Machine, its: Home) => ({
  machines: [{ ...one, tags: { ...one.tags, [tagKeys.phase]: 'orphaned' } }],
  homes: [{ ...its, tags: { ...its.tags, [tagKeys.phase]: 'orphaned' } }],
});

export const planCases: readonly PlanCase[] = [
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
    what: 'a state from the future: not even a tag is mended',
    observed: {
      machines: [makeMachine(spec, { state: 'unknown', tags: { ...machine.tags, Name: 'mine' } })],
    },
    holds: ['UnknownState'],
  },
  {
    what: 'machine and home in different zones: not started without its home',
    record: makeRecord(spec, stopped),
    observed: {
      machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })],
      homes: [makeHome(spec, { ...detached, az: 'eu-west-1b' })],
    },
    holds: ['HomeElsewhere'],
  },
  {
    what: 'a home in error: its machine is not started',
    record: makeRecord(spec, stopped),
    observed: {
      machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })],
      homes: [makeHome(spec, { state: 'error' })],
    },
    holds: ['HomeError'],
  },
  {
    what: 'a state from the future: hands off',
    observed: { machines: [makeMachine(spec, { state: 'unknown' })] },
    holds: ['UnknownState'],
  },
  {
    what: 'homes could not be listed, but its home was read by id: recovered all the same',
    observed: {
      machines: [makeMachine(spec, { state: 'terminated' })],
      homes: [detached],
      failures: [{ what: 'homes', message: 'AZ down', remedy: 'wait' }],
    },
    action: { kind: 'launch' },
    changes: ['recover'],
  },
  {
    what: 'its home could not be read: held, the scheduled stop goes on',
    observed: { homes: [], failures: [{ what: 'homes', message: 'AZ down', remedy: 'wait' }] },
    now: mondayNight,
    action: { kind: 'stop' },
    holds: ['ReadFailed'],
    changes: ['stop'],
  },
  {
    what: 'its machine could not be read: none is launched',
    observed: { machines: [], homes: [detached] },
    holds: ['ReadFailed'],
    changes: ['recover'],
  },
  {
    what: 'a second machine of its uid: named, and the first goes on',
    observed: {
      machines: [machine, makeMachine(spec, { id: 'i-00000002', devices: [] })],
    },
    now: mondayNight,
    action: { kind: 'stop', machineId: 'i-00000001' },
    holds: ['SecondMachine'],
    changes: ['stop'],
  },
  {
    what: 'a machine without its identity: nothing is touched',
    observed: { machines: [makeMachine(spec, { tags: {} })] },
    now: mondayNight,
    holds: ['IdentityConflict'],
  },
  {
    what: 'a home in a state from the future: held',
    observed: { homes: [makeHome(spec, { state: 'unknown' })] },
    holds: ['UnknownState'],
  },
  {
    what: 'a home in error that would die with its machine: protected all the same',
    observed: { machines: [deadly], homes: [makeHome(spec, { state: 'error' })] },
    action: { kind: 'protect-home' },
    holds: ['HomeError'],
    changes: ['change'],
  },
  {
    what: 'a home being deleted: held',
    observed: { homes: [makeHome(spec, { state: 'deleting' })] },
    holds: ['HomeError'],
  },
  {
    what: 'a home that was made a minute ago and is not visible: waited for',
    record: makeRecord(spec, { homeSince: plusMillis(mondayMorning, -60_000) }),
    observed: { homes: [], absent: new Set(['vol-00000001']) },
    waiting: true,
  },
  {
    what: 'a home that was made five minutes ago and is not visible: missing',
    record: makeRecord(spec, { homeSince: plusMillis(mondayMorning, -300_000) }),
    observed: { homes: [], absent: new Set(['vol-00000001']) },
    holds: ['HomeMissing'],
  },
  {
    what: 'a machine launched five minutes ago and not visible: gone',
    record: makeRecord(spec, {
      power: { state: 'running', at: plusMillis(mondayMorning, -300_000), by: 'controller' },
    }),
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    action: { kind: 'launch' },
    changes: ['recover'],
  },
  {
    what: 'a home held by the dead machine of before: waited for',
    observed: {
      machines: [makeMachine(spec, { state: 'shutting-down' })],
    },
    waiting: true,
    changes: ['recover'],
  },
  {
    what: 'a home that detaches: attached when it is available',
    observed: {
      homes: [makeHome(spec, { attachments: [] })],
    },
    waiting: true,
  },
  {
    what: 'a home that is attaching: waited for',
    observed: {
      homes: [
        makeHome(spec, {
          attachments: [{ instanceId: 'i-00000001', deviceName: '/dev/sdf', state: 'attaching' }],
        }),
      ],
    },
    waiting: true,
  },
  {
    what: 'a home that is being made: waited for',
    record: makeRecord(spec, newcomer),
    observed: {
      machines: [withHomeTag('vol-00000001:new')],
      homes: [makeHome(spec, { ...detached, state: 'creating' })],
    },
    waiting: true,
    changes: ['create'],
  },
  {
    what: 'a home that is being modified: waited for',
    observed: { homes: [makeHome(spec, { modifying: 'modifying' })] },
    waiting: true,
  },
  {
    what: 'iops and throughput as asked for: nothing',
    spec: makeSpec({ homeVolume: { ...spec.homeVolume, iops: 3000, throughput: 125 } }),
  },
  {
    what: 'more iops and throughput: modified',
    spec: makeSpec({ homeVolume: { ...spec.homeVolume, iops: 4000, throughput: 250 } }),
    action: { kind: 'modify-home', sizeGib: 100, iops: 4000, throughput: 250 },
    changes: ['change'],
  },
  {
    what: 'another type of volume: modified',
    spec: makeSpec({ homeVolume: { ...spec.homeVolume, type: 'gp2' } }),
    action: { kind: 'modify-home', type: 'gp2' },
    changes: ['change'],
  },
  {
    what: 'pending for longer than readyWithin: reported',
    record: makeRecord(spec, { becomingReadySince: plusMillis(mondayMorning, -900_000) }),
    observed: { machines: [makeMachine(spec, { state: 'pending', checks: 'none' })] },
    holds: ['StuckPending'],
  },
  {
    what: 'pending for a moment less: waited for',
    record: makeRecord(spec, { becomingReadySince: plusMillis(mondayMorning, -899_999) }),
    observed: { machines: [makeMachine(spec, { state: 'pending', checks: 'none' })] },
    waiting: true,
  },
  {
    what: 'stopping for ten minutes less a moment: waited for',
    record: makeRecord(spec, {
      power: { state: 'stopped', at: plusMillis(mondayMorning, -599_999), by: 'controller' },
    }),
    observed: { machines: [makeMachine(spec, { state: 'stopping', checks: 'none' })] },
    waiting: true,
  },
  {
    what: 'stopping for ten minutes: stuck',
    record: makeRecord(spec, {
      power: { state: 'stopped', at: plusMillis(mondayMorning, -600_000), by: 'controller' },
    }),
    observed: { machines: [makeMachine(spec, { state: 'stopping', checks: 'none' })] },
    holds: ['StuckStopping'],
  },
  {
    what: 'not ready yet: waited for, and said for what',
    record: makeRecord(spec, { becomingReadySince: mondayMorning }),
    observed: { reports: new Map() },
    waiting: true,
  },
  {
    what: 'the host failed: reported with its own words when time is up',
    record: makeRecord(spec, { becomingReadySince: plusMillis(mondayMorning, -900_000) }),
    observed: {
      reports: new Map([['i-00000001', report({ phase: 'failed', reason: 'no network' })]]),
    },
    holds: ['NotReady'],
  },
  {
    what: 'the host is ready, by its own word: nothing to wait for',
    observed: { reports: new Map([['i-00000001', report({ phase: 'ready' })]]) },
  },
  {
    what: 'a report of another machine than this one: not believed',
    record: makeRecord(spec, { becomingReadySince: mondayMorning }),
    observed: {
      reports: new Map([['i-00000001', report({ phase: 'ready', specHash: '1-other' })]]),
    },
    waiting: true,
  },
  {
    what: 'just stopped and still seen running: waited for',
    record: makeRecord(spec, {
      power: { state: 'stopped', at: plusMillis(mondayNight, -30_000), by: 'controller' },
    }),
    now: mondayNight,
    waiting: true,
  },
  {
    what: 'just started and still seen stopped: waited for',
    record: makeRecord(spec, {
      power: { state: 'running', at: plusMillis(mondayMorning, -30_000), by: 'controller' },
    }),
    observed: { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] },
    waiting: true,
  },
  {
    what: 'still seen running a minute after its stop: somebody started it',
    record: makeRecord(spec, {
      power: { state: 'stopped', at: plusMillis(mondayNight, -60_000), by: 'controller' },
    }),
    now: mondayNight,
  },
  {
    what: 'a creation off duty: not stopped before it is ready',
    record: makeRecord(spec, { ...newcomer, becomingReadySince: mondayNight }),
    observed: {
      machines: [
        makeMachine(spec, {
          checks: 'initializing',
          tags: { ...machine.tags, [tagKeys.home]: 'vol-00000001:new' },
        }),
      ],
    },
    now: mondayNight,
    waiting: true,
    changes: ['create'],
  },
  {
    what: 'type changed, next-start: noted for then',
    spec: { ...otherType, upgrade: { when: 'next-start' } },
    changes: ['change'],
  },
  {
    what: 'type changed, off duty and running: with the stop',
    spec: otherType,
    now: mondayNight,
    action: { kind: 'stop' },
    changes: ['change', 'stop'],
  },
  {
    what: 'type changed, upgrade window open: stop now',
    spec: { ...otherType, upgrade: { when: 'window', window: windowOf('mon', '09:00', '11:00') } },
    action: { kind: 'stop' },
    changes: ['change'],
  },
  {
    what: 'type changed, upgrade window later: noted for then',
    spec: { ...otherType, upgrade: { when: 'window', window: windowOf('tue', '03:00', '05:00') } },
    changes: ['change'],
  },
  {
    what: 'type changed, schedule never stops it: held',
    spec: { ...otherType, schedule: { ...spec.schedule, actions: 'start-only' } },
    holds: ['NeverOff'],
    changes: ['change'],
  },
  {
    what: 'a stand-in type: kept while it runs',
    record: makeRecord(spec, { standInType: 'm7i.xlarge', ranAs: 'm7i.xlarge' }),
    observed: { machines: [makeMachine(spec, { type: 'm7i.xlarge' })] },
  },
  {
    what: 'start-only off duty: left running',
    spec: makeSpec({ schedule: { ...spec.schedule, actions: 'start-only' } }),
    now: mondayNight,
  },
  {
    what: 'stop-only on duty: left stopped',
    spec: makeSpec({ schedule: { ...spec.schedule, actions: 'stop-only' } }),
    record: makeRecord(makeSpec({ schedule: { ...spec.schedule, actions: 'stop-only' } }), stopped),
    observed: { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] },
  },
  {
    what: 'retired and stopped: held, not started',
    spec: makeSpec({ lifecycle: 'retired' }),
    record: makeRecord(makeSpec({ lifecycle: 'retired' }), stopped),
    observed: { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] },
    holds: ['RetireUnsupported'],
    changes: ['change'],
  },
  {
    what: 'retired without a machine: held, none is launched',
    spec: makeSpec({ lifecycle: 'retired' }),
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    holds: ['RetireUnsupported'],
    changes: ['change'],
  },
  {
    what: 'removed: machine and home are tagged, and it is shown when it stops',
    removed: true,
    action: { kind: 'tag', resourceId: 'i-00000001', tags: { [tagKeys.phase]: 'orphaned' } },
    changes: ['orphan'],
  },
  {
    what: 'removed and tagged: runs on until its stop',
    removed: true,
    record: makeRecord(spec, { orphanedAt: plusMillis(mondayMorning, -14_399_999) }),
    observed: asOrphans(machine, home),
    changes: ['orphan'],
  },
  {
    what: 'removed four hours ago: stopped',
    removed: true,
    record: makeRecord(spec, { orphanedAt: plusMillis(mondayMorning, -14_400_000) }),
    observed: asOrphans(machine, home),
    action: { kind: 'stop' },
    changes: ['orphan'],
  },
  {
    what: 'removed an hour before its scheduled stop: stopped with it',
    removed: true,
    record: makeRecord(spec, { orphanedAt: '2026-11-23T17:00:00.000Z' }),
    observed: asOrphans(machine, home),
    now: '2026-11-23T18:00:00.000Z',
    action: { kind: 'stop' },
    changes: ['orphan'],
  },
  {
    what: 'removed, stopped and tagged: nothing is left to do, whatever else differs',
    removed: true,
    record: makeRecord(bigger, { ...stopped, orphanedAt: lastWeek }),
    observed: asOrphans(
      makeMachine(spec, {
        state: 'stopped',
        checks: 'none',
        type: 't3.small',
        imageId: 'ami-0',
        tags: { ...machine.tags, [tagKeys.image]: 'ami-0', [tagKeys.specHash]: '1-old' },
      }),
      home,
    ),
  },
  {
    what: 'removed and without a machine: none is launched',
    removed: true,
    record: makeRecord(spec, { orphanedAt: lastWeek }),
    observed: { ...asOrphans(machine, detached), machines: [], absent: new Set(['i-00000001']) },
  },
  {
    what: 'removed with its home detached: not attached any more',
    removed: true,
    record: makeRecord(spec, { ...stopped, orphanedAt: lastWeek }),
    observed: asOrphans(makeMachine(spec, { state: 'stopped', checks: 'none' }), detached),
  },
  {
    what: 'restored: said so in its tags, then started again',
    record: makeRecord(spec, { ...stopped, orphanedAt: lastWeek }),
    observed: asOrphans(makeMachine(spec, { state: 'stopped', checks: 'none' }), home),
    action: { kind: 'tag', tags: { [tagKeys.phase]: 'active' } },
    changes: ['change', 'change', 'start'],
  },
];

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

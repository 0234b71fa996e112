import { expect } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  always,
  detached,
  failing,
  machine,
  newcomer,
  otherType,
  type PlanCase,
  spec,
  stopped,
  windowOf,
} from './plan-case.ts';
import {
  lastWeek,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  mondayMorning,
  mondayNight,
} from './world.ts';

/** Cases about starts, stops and types. */
export const powerCases: readonly PlanCase[] = [
  { what: 'settled and on duty: nothing', action: undefined as never },
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
    what: 'machine terminated by hand on duty: a new one around the home',
    observed: { machines: [makeMachine(spec, { state: 'terminated' })], homes: [detached] },
    action: { kind: 'launch', request: expect.objectContaining({ subnetId: 'subnet-0000000a' }) },
    changes: ['recover'],
  },
  {
    what: 'machine terminated while off duty: recovered at the next start',
    observed: { machines: [makeMachine(spec, { state: 'terminated' })], homes: [detached] },
    now: mondayNight,
    changes: ['recover'],
  },
  {
    what: 'suspended in git: hands off, even off duty',
    spec: makeSpec({ lifecycle: 'suspended' }),
    now: mondayNight,
    holds: ['Suspended'],
  },
  {
    what: 'attaching keeps failing while it is stopped: not started without its home',
    record: makeRecord(spec, { ...stopped, retries: [failing('attach-home', mondayMorning)] }),
    observed: { machines: [makeMachine(spec, { state: 'stopped' })], homes: [detached] },
    holds: ['BackingOff'],
    changes: ['change'],
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
    what: 'another type of volume: modified',
    spec: makeSpec({ homeVolume: { ...spec.homeVolume, type: 'gp2' } }),
    action: { kind: 'modify-home', type: 'gp2' },
    changes: ['change'],
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
    what: 'retired and stopped: its home is snapshotted first',
    spec: makeSpec({ lifecycle: 'retired' }),
    record: makeRecord(makeSpec({ lifecycle: 'retired' }), stopped),
    observed: { machines: [makeMachine(spec, { state: 'stopped', checks: 'none' })] },
    action: { kind: 'snapshot-home' },
    changes: ['retire'],
  },
  {
    what: 'retired while running: stopped',
    spec: makeSpec({ lifecycle: 'retired' }),
    action: { kind: 'stop' },
    changes: ['retire'],
  },
  {
    what: 'retired without a machine: none is launched, the home is snapshotted',
    spec: makeSpec({ lifecycle: 'retired' }),
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    action: { kind: 'snapshot-home' },
    changes: ['retire'],
  },
  {
    what: 'retired, but another machine carries its uid: stopped, not terminated',
    spec: makeSpec({ lifecycle: 'retired' }),
    record: makeRecord(makeSpec({ lifecycle: 'retired' }), {
      ...stopped,
      retirement: { since: lastWeek, snapshotId: 'snap-00000001' },
    }),
    observed: {
      machines: [
        makeMachine(spec, { state: 'stopped', checks: 'none' }),
        makeMachine(spec, { id: 'i-00000002', state: 'stopped', checks: 'none' }),
      ],
      homes: [detached],
    },
    holds: ['SecondMachine'],
    changes: ['retire'],
  },
];

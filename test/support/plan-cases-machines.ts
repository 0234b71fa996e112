import { hourMs, plusMillis } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  bare,
  detached,
  home,
  machine,
  newcomer,
  type PlanCase,
  report,
  spec,
  stopped,
  withHomeTag,
} from './plan-case.ts';
import {
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  mondayMorning,
  mondayNight,
} from './world.ts';

/** Cases about machines, images and specs. */
export const machineCases: readonly PlanCase[] = [
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
    what: 'first time ready: permission to format is withdrawn',
    record: makeRecord(spec, newcomer),
    observed: { machines: [withHomeTag('vol-00000001:new')] },
    action: { kind: 'tag', tags: { [tagKeys.home]: 'vol-00000001' } },
    changes: ['change'],
  },
  {
    what: 'newer image: replaced when it is off',
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
            createdAt: '2026-11-16T09:00:00.000Z',
          },
        ],
      ]),
    },
    changes: ['replace'],
  },
  {
    what: 'root size changed: replaced when it is off',
    spec: makeSpec({ rootVolume: { sizeGib: 200, type: 'gp3' } }),
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
    what: 'machine long gone from every listing: recovered too',
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    action: { kind: 'launch' },
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
    what: 'a state from the future: not even a tag is mended',
    observed: {
      machines: [makeMachine(spec, { state: 'unknown', tags: { ...machine.tags, Name: 'mine' } })],
    },
    holds: ['UnknownState'],
  },
  {
    what: 'a state from the future: hands off',
    observed: { machines: [makeMachine(spec, { state: 'unknown' })] },
    holds: ['UnknownState'],
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
    what: 'a machine launched five minutes ago that EC2 denies: held, since a dead one would show',
    record: makeRecord(spec, {
      power: { state: 'running', at: plusMillis(mondayMorning, -300_000), by: 'controller' },
    }),
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    holds: ['MachineMissing'],
    changes: ['recover'],
  },
  {
    what: 'a machine launched an hour ago that EC2 denies: gone',
    record: makeRecord(spec, {
      power: { state: 'running', at: plusMillis(mondayMorning, -hourMs), by: 'controller' },
    }),
    observed: { machines: [], homes: [detached], absent: new Set(['i-00000001']) },
    action: { kind: 'launch' },
    changes: ['recover'],
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
];

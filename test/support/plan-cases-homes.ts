import { plusMillis } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  bare,
  bigger,
  deadly,
  detached,
  failing,
  newcomer,
  type PlanCase,
  smaller,
  spec,
  tagsWithoutHome,
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

/** Cases about homes. */
export const homeCases: readonly PlanCase[] = [
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
    what: 'from asks for a volume that does not exist: held',
    spec: makeSpec({ homeVolume: { ...spec.homeVolume, from: { volumeId: 'vol-00000009' } } }),
    record: bare(),
    observed: { machines: [], homes: [], absent: new Set(['vol-00000009']) },
    holds: ['AdoptionRefused'],
    changes: ['create'],
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
      homes: [makeHome(spec, { ...detached, state: 'creating', createdAt: mondayMorning })],
    },
    waiting: true,
    changes: ['create'],
  },
  {
    what: 'a home that is being made for ten minutes: reported',
    record: makeRecord(spec, newcomer),
    observed: {
      machines: [withHomeTag('vol-00000001:new')],
      homes: [
        makeHome(spec, {
          ...detached,
          state: 'creating',
          createdAt: plusMillis(mondayMorning, -600_000),
        }),
      ],
    },
    holds: ['StuckCreating'],
    changes: ['create'],
  },
  {
    what: 'a home that somebody else detaches: said, and left to them',
    observed: {
      homes: [
        makeHome(spec, {
          attachments: [
            { instanceId: 'i-00000001', deviceName: '/dev/sdf', state: 'detaching' as const },
          ],
        }),
      ],
    },
    holds: ['HomeElsewhere'],
    waiting: true,
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
];

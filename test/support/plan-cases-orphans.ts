import { plusMillis } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  asOrphans,
  bigger,
  detached,
  home,
  machine,
  type PlanCase,
  spec,
  stopped,
} from './plan-case.ts';
import { lastWeek, makeMachine, makeRecord, mondayMorning } from './world.ts';

/** Cases about removed and restored files. */
export const orphanCases: readonly PlanCase[] = [
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

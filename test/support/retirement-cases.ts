import { expect } from 'vitest';
import type { Action } from '../../controller/core/action.ts';
import { hourMs, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import type { Home, Machine, Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { detached, stopped } from './plan-case.ts';
import { makeSnapshot, said } from './plan-said.ts';
import {
  lastWeek,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
} from './world.ts';

/** Git retires it. */
export const spec = makeSpec({ lifecycle: 'retired' });
/** Its machine, stopped. */
export const off = makeMachine(spec, { state: 'stopped', checks: 'none' });
const gone = makeMachine(spec, { state: 'terminated', checks: 'none' });
/** Its home on it. */
export const attached = makeHome(spec);
/** A retirement that was begun. */
export const under = { since: lastWeek };
/** One with its snapshot made. */
export const snapshotted = { ...under, snapshotId: 'snap-00000001', snapshotAt: lastWeek };

/** What differs from the settled retirement, and what the plan says. */
export interface RetirementCase {
  readonly what: string;
  readonly record?: Partial<DevInstanceRecord>;
  readonly machines?: readonly Machine[];
  readonly homes?: readonly Home[];
  readonly observed?: Partial<Observed>;
  readonly now?: string;
  readonly action?: Partial<Action>;
  readonly holds?: readonly string[];
  readonly waiting?: string;
}

/** ada-01 under retirement: stopped, snapshotted, its home still attached; the parts given differ. */
export function planOf(given: Omit<RetirementCase, 'what'>, base = makeRecord(spec)): Plan {
  return makePlan(
    makeWorld({
      spec,
      records: [{ ...base, ...stopped, retirement: snapshotted, ...given.record }],
      observed: {
        machines: given.machines ?? [off],
        homes: given.homes ?? [attached],
        snapshots: new Map([['snap-00000001', makeSnapshot()]]),
        ...given.observed,
      },
      now: given.now ?? mondayMorning,
    }),
  );
}

/** Compares what a plan does, holds and waits for. */
export function expectSaid(plan: Plan, { action, holds = [], waiting }: RetirementCase): void {
  const { actions, ...rest } = said(plan);
  expect(rest).toEqual({ holds, waiting: waiting === undefined ? [] : [waiting] });
  expect(actions).toHaveLength(action === undefined ? 0 : 1);
  if (action !== undefined) expect(actions[0]).toMatchObject(action);
}

/** Part of a listing failed. */
export const unread = (what: 'machines' | 'homes') => ({
  failures: [{ what, message: 'AZ down', remedy: 'wait' }],
});
const identity = { name: 'ada-01', machineId: 'i-00000001', homeId: 'vol-00000001' };
const running = { power: { state: 'running', at: lastWeek, by: 'controller' } } as const;
const justStopped = plusMillis(mondayMorning, -30_000);
const dying = makeMachine(spec, { state: 'shutting-down', checks: 'none' });
const terminatedAt = plusMillis(mondayMorning, -10 * minuteMs);
/** Its home, off it. */
export const free = [detached];

/** A retirement at each of its steps, and what stands in its way. */
export const retirementCases: readonly RetirementCase[] = [
  {
    what: 'stopped and snapshotted: the home is detached',
    action: { ...identity, kind: 'detach-home', machineUid: 'uid-ada-01' },
  },
  {
    what: 'not snapshotted yet: nothing else before that',
    record: { retirement: under },
    action: {
      kind: 'snapshot-home',
      homeId: 'vol-00000001',
      tags: { 'devinstance:purpose': 'retirement' },
    },
  },
  {
    what: 'a snapshot on its way: nothing is detached',
    observed: {
      snapshots: new Map([
        ['snap-00000001', makeSnapshot({ state: 'pending', startedAt: mondayMorning })],
      ]),
    },
    waiting: 'the snapshot of the home to complete',
  },
  {
    what: 'home off: the machine is terminated by its identity and with its home named',
    homes: free,
    action: { ...identity, kind: 'terminate', uid: 'uid-ada-01' },
  },
  {
    what: 'home coming off: waited for',
    homes: [{ ...detached, state: 'in-use' }],
    waiting: 'the home to be detached',
  },
  {
    what: 'home detaching for ten minutes: stuck',
    record: { detachingSince: plusMillis(mondayMorning, -10 * minuteMs) },
    homes: [
      makeHome(spec, {
        attachments: [{ instanceId: 'i-00000001', deviceName: '/dev/sdf', state: 'detaching' }],
      }),
    ],
    holds: ['StuckDetaching'],
  },
  {
    what: 'home detaching for less: waited for',
    record: { detachingSince: plusMillis(mondayMorning, -10 * minuteMs + 1) },
    homes: [
      makeHome(spec, {
        attachments: [{ instanceId: 'i-00000001', deviceName: '/dev/sdf', state: 'busy' }],
      }),
    ],
    waiting: 'the home to be detached',
  },
  {
    what: 'home being attached: waited for, not detached',
    homes: [
      makeHome(spec, {
        attachments: [{ instanceId: 'i-00000001', deviceName: '/dev/sdf', state: 'attaching' }],
      }),
    ],
    waiting: 'the home to be attached',
  },
  {
    what: 'hibernated: its memory has the file system',
    machines: [{ ...off, stateReason: { code: 'Client.UserInitiatedHibernate', message: '' } }],
    holds: ['UnknownState'],
  },
  {
    what: 'read as running right after its stop: not stopped again, not detached',
    record: { power: { state: 'stopped', at: justStopped, by: 'controller' } },
    machines: [makeMachine(spec)],
    waiting: 'the machine to be seen as it was left',
  },
  {
    what: 'read as stopped right after its start: nothing is begun',
    record: { power: { state: 'running', at: justStopped, by: 'controller' } },
    waiting: 'the machine to be seen as it was left',
  },
  {
    what: 'started by a person: stopped',
    record: running,
    machines: [makeMachine(spec)],
    action: { kind: 'stop', machineId: 'i-00000001' },
  },
  {
    what: 'about to run: waited for',
    record: running,
    machines: [makeMachine(spec, { state: 'pending', checks: 'none' })],
    waiting: 'the machine to run',
  },
  {
    what: 'about to stop: waited for',
    record: { power: { state: 'stopped', at: justStopped, by: 'controller' } },
    machines: [makeMachine(spec, { state: 'stopping', checks: 'none' })],
    waiting: 'the machine to stop',
  },
  {
    what: 'machines partly unread and none seen: the home is not released',
    machines: [],
    homes: free,
    observed: unread('machines'),
    holds: ['ReadFailed'],
  },
  {
    what: 'its machine terminated but machines partly unread: the home is not released',
    machines: [gone],
    homes: free,
    observed: unread('machines'),
    holds: ['ReadFailed'],
  },
  {
    what: 'its machine denied within an hour of its last sign: the home is not released',
    record: {
      power: { state: 'stopped', at: plusMillis(mondayMorning, -hourMs + 1), by: 'person' },
    },
    machines: [],
    homes: free,
    observed: { absent: new Set(['i-00000001']) },
    holds: ['MachineMissing'],
  },
  {
    what: 'its machine denied for an hour: gone, the home is released',
    record: { power: { state: 'stopped', at: plusMillis(mondayMorning, -hourMs), by: 'person' } },
    machines: [],
    homes: free,
    observed: { absent: new Set(['i-00000001']) },
    action: { kind: 'tag', resourceId: 'vol-00000001', tags: { [tagKeys.phase]: 'released' } },
  },
  {
    what: 'its machine shutting down: waited for',
    record: { retirement: { ...snapshotted, terminatedAt: plusMillis(terminatedAt, 1) } },
    machines: [dying],
    homes: free,
    waiting: 'the machine to be terminated',
  },
  {
    what: 'its machine shutting down at a hand of somebody else: waited for',
    machines: [dying],
    homes: free,
    waiting: 'the machine to be terminated',
  },
  {
    what: 'its machine shutting down for ten minutes: stuck',
    record: { retirement: { ...snapshotted, terminatedAt } },
    machines: [dying],
    homes: free,
    holds: ['StuckTerminating'],
  },
  {
    what: "another's machine shutting down: no reason to wait",
    machines: [gone, { ...dying, id: 'i-2', tags: { ...dying.tags, [tagKeys.uid]: 'uid-bob' } }],
    homes: free,
    action: { kind: 'tag', resourceId: 'vol-00000001' },
  },
  {
    what: 'terminated by somebody before the snapshot: that comes before the release',
    record: { retirement: under },
    machines: [gone],
    homes: free,
    action: { kind: 'snapshot-home' },
  },
  {
    what: 'a launch was begun: it is brought to its end first',
    record: {
      step: { action: { kind: 'launch', name: 'ada-01', request: {} as never }, at: mondayMorning },
      retirement: snapshotted,
    },
    machines: [],
    homes: free,
    observed: { absent: new Set(['i-00000001']) },
    action: { kind: 'launch' },
  },
  {
    what: 'its machine unread by id: the home is not released',
    machines: [],
    homes: free,
    holds: ['ReadFailed'],
  },
  {
    what: 'its snapshot made just now and not visible: no second one',
    record: { retirement: { ...snapshotted, snapshotAt: mondayMorning } },
    observed: { snapshots: new Map(), absent: new Set(['snap-00000001']) },
    waiting: 'the snapshot of the home to become visible',
  },
];

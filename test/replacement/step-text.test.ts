import { expect, test } from 'vitest';
import { minuteMs, plusMillis } from '../../controller/core/instant.ts';
import type { Home, Machine } from '../../controller/core/observed.ts';
import type { DevInstanceRecord, Replacement } from '../../controller/core/record.ts';
import { successorDeadline } from '../../controller/core/replacement/handover.ts';
import { replacementStep } from '../../controller/core/replacement/step-text.ts';
import { keptMachine, replacing, spec } from '../support/rolled.ts';
import {
  makeHome,
  makeMachine,
  makeObserved,
  makeRecord,
  mondayMorning,
} from '../support/world.ts';

interface Met {
  readonly over?: Partial<Replacement>;
  readonly step?: DevInstanceRecord['step'];
  readonly old?: Partial<Machine>;
  readonly other?: Machine;
  readonly home?: Partial<Home>;
}

function situation({ over, step, old, other, home }: Met) {
  const machines = [makeMachine(spec, { state: 'stopped', checks: 'none', ...old })];
  return {
    record: makeRecord(spec, {
      replacement: replacing(over),
      ...(step === undefined ? {} : { step }),
    }),
    spec,
    home: makeHome(spec, home),
    observed: makeObserved({ machines: other === undefined ? machines : [...machines, other] }),
  };
}

const newcomer = makeMachine(spec, { id: 'i-00000002' });
const launched = { snapshotId: 'snap-1', newId: 'i-00000002', launchedAt: mondayMorning };
const detached = { ...launched, detachedAt: mondayMorning };
const returning = { isKept: true, newId: 'i-00000000', reasons: ['rollback'] } as const;
const free = { state: 'available', attachments: [] } as const;
const arrived = {
  attachments: [{ instanceId: 'i-00000002', deviceName: '/dev/sdf', state: 'attached' }],
} as const;
const detaching: DevInstanceRecord['step'] = {
  at: mondayMorning,
  action: {
    kind: 'detach-home',
    name: 'ada-01',
    machineId: 'i-00000001',
    machineUid: 'uid-ada-01',
    homeId: 'vol-00000001',
  },
};
const deadline = '2026-11-23T09:15:00.000Z';

test.each<readonly [string, Met]>([
  ['stopping i-00000001', { old: { state: 'running' } }],
  ['stopping i-00000001', { old: { state: 'stopping' } }],
  ['snapshotting the home', {}],
  ['launching beside i-00000001', { over: { snapshotId: 'snap-1' } }],
  ['starting i-00000000', { over: { ...returning, snapshotId: 'snap-1' }, other: keptMachine() }],
  [
    `waiting for the status checks of i-00000002 until <${deadline}>`,
    { over: launched, other: { ...newcomer, checks: 'initializing' } },
  ],
  ['about to move home vol-00000001 to i-00000002', { over: launched, other: newcomer }],
  [
    'moving home vol-00000001 to i-00000002, which cannot be called off',
    { over: launched, other: newcomer, step: detaching },
  ],
  [
    'moving home vol-00000001 to i-00000002, which cannot be called off',
    { over: detached, other: newcomer, home: free },
  ],
  [
    `waiting for i-00000002 to be ready until <${deadline}>`,
    { over: detached, other: newcomer, home: arrived },
  ],
  [
    'i-00000002 is ready and takes the duty',
    { over: { ...detached, readyAt: mondayMorning }, other: newcomer, home: arrived },
  ],
  [
    'going back to i-00000001: its window began',
    {
      over: { ...detached, back: { since: mondayMorning, reason: 'its window began' } },
      home: free,
    },
  ],
])('says %j', (says, met) => {
  expect(replacementStep(situation(met), (at) => `<${at}>`)).toBe(says);
});

test('without a replacement there is no step', () => {
  const none = { ...situation({}), record: makeRecord(spec) };
  expect(replacementStep(none, () => '')).toBeUndefined();
});

test.each<[what: string, over: Partial<Replacement>, deadline: string | undefined]>([
  ['before it is launched there is none', {}, undefined],
  ['it is readyWithin after the launch', launched, deadline],
  [
    'a home that moves at the last moment has five minutes more',
    { ...launched, detachedAt: deadline },
    plusMillis(deadline, 5 * minuteMs),
  ],
  [
    'one that moves early has no longer for it',
    { ...launched, detachedAt: mondayMorning },
    deadline,
  ],
])('%s', (_, over, expected) => {
  expect(successorDeadline(replacing(over), spec.readyWithinMinutes)).toBe(expected);
});

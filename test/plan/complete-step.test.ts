import { describe, expect, test } from 'vitest';
import type { Action, Outcome } from '../../controller/core/action.ts';
import { minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { applyOutcome, isCreate } from '../../controller/core/plan/apply-outcome.ts';
import { completeStep } from '../../controller/core/plan/complete-step.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { failing } from '../support/plan-case.ts';
import { lastWeek, makeRecord, makeSpec, mondayMorning } from '../support/world.ts';

const spec = makeSpec();
const at = plusMillis(mondayMorning, -minuteMs);
const homeRequest = { clientToken: 't', az: 'eu-west-1b', sizeGib: 100, type: 'gp3', tags: {} };
const of = { name: 'ada-01' } as const;
const ofHome = { ...of, homeId: 'vol-00000001' } as const;

const actions = {
  createHome: { ...of, kind: 'create-home', request: homeRequest },
  createFromSnapshot: {
    ...of,
    kind: 'create-home',
    request: { ...homeRequest, snapshotId: 'snap-00000001' },
  },
  adopt: {
    ...of,
    kind: 'adopt-home',
    homeId: 'vol-00000009',
    az: 'eu-west-1b',
    chosenBy: {},
    tags: {},
  },
  detach: { ...ofHome, kind: 'detach-home', machineId: 'i-00000001', machineUid: 'uid-ada-01' },
  snapshot: { ...ofHome, kind: 'snapshot-home', purpose: 'retirement', description: '', tags: {} },
  requested: {
    ...ofHome,
    kind: 'snapshot-home',
    purpose: 'request',
    requestId: 'req-1',
    description: '',
    tags: {},
  },
  restore: {
    ...of,
    kind: 'restore-home',
    requestId: 'req-1',
    request: { ...homeRequest, snapshotId: 'snap-00000001' },
  },
  terminate: { ...ofHome, kind: 'terminate', machineId: 'i-00000001', uid: 'uid-ada-01' },
  start: { ...of, kind: 'start', machineId: 'i-00000001' },
} as const satisfies Record<string, Action>;

/** A record whose step is to be ended, with a failure of that kind of action before. */
function stepping(action: Action, over: Partial<DevInstanceRecord> = {}): DevInstanceRecord {
  return makeRecord(spec, { step: { action, at }, retries: [failing(action.kind)], ...over });
}

function homeless(action: Action, over: Partial<DevInstanceRecord> = {}): DevInstanceRecord {
  const { homeId: _, homeSince: __, az: ___, ...rest } = stepping(action, over);
  return { ...rest, homeWasReady: false };
}

const settled = makeRecord(spec);
const { homeId: _h, homeSince: _s, az: _a, ...without } = settled;
const retirement = { since: lastWeek };

describe('what a finished step leaves behind', () => {
  test.each<[string, DevInstanceRecord, Parameters<typeof completeStep>[1], object]>([
    [
      'an empty home may be formatted',
      homeless(actions.createHome),
      { homeId: 'vol-2' },
      { ...without, homeId: 'vol-2', homeSince: at, az: 'eu-west-1b', homeWasReady: false },
    ],
    [
      'a home of a snapshot may never be formatted, and awaits its first machine',
      homeless(actions.createFromSnapshot),
      { homeId: 'vol-2' },
      {
        ...without,
        homeId: 'vol-2',
        homeSince: at,
        az: 'eu-west-1b',
        homeWasReady: true,
        awaitsFirstReady: true,
      },
    ],
    [
      'nor may an adopted one; what was lost before is over',
      homeless(actions.adopt, { formerHome: { homeId: 'vol-1', takenBy: 'bob-01' } }),
      {},
      {
        ...without,
        homeId: 'vol-00000009',
        homeSince: at,
        az: 'eu-west-1b',
        homeWasReady: true,
        awaitsFirstReady: true,
      },
    ],
    ['a detach is under way', stepping(actions.detach), {}, { ...settled, detachingSince: at }],
    [
      "a retirement's snapshot can still fail: its failures count on",
      stepping(actions.snapshot, { retirement }),
      { snapshotId: 'snap-2' },
      {
        ...settled,
        retries: [failing('snapshot-home')],
        retirement: { ...retirement, snapshotId: 'snap-2', snapshotAt: at },
      },
    ],
    [
      "a request's snapshot is none of the retirement",
      stepping(actions.requested, { retirement }),
      { snapshotId: 'snap-2' },
      {
        ...settled,
        retries: [failing('snapshot-home')],
        retirement,
        requestedSnapshot: { requestId: 'req-1', snapshotId: 'snap-2', at },
      },
    ],
    [
      'a snapshot of a retirement that was taken back leaves nothing',
      stepping(actions.snapshot),
      { snapshotId: 'snap-2' },
      { ...settled, retries: [failing('snapshot-home')] },
    ],
    [
      'a snapshot without an id leaves its failures',
      stepping(actions.snapshot, { retirement }),
      {},
      { ...settled, retries: [failing('snapshot-home')], retirement },
    ],
    [
      'a restored home does not take the place of the old one yet',
      stepping(actions.restore),
      { homeId: 'vol-2' },
      {
        ...settled,
        restore: { requestId: 'req-1', snapshotId: 'snap-00000001', at, homeId: 'vol-2' },
      },
    ],
    [
      'a terminated machine is forgotten with all that was its own',
      stepping(actions.terminate, {
        retirement,
        becomingReadySince: lastWeek,
        standInType: 't3a.xlarge',
        manualStart: { at: lastWeek, cause: 'person' },
        upSince: lastWeek,
      }),
      {},
      {
        ...without,
        homeId: settled.homeId,
        homeSince: settled.homeSince,
        az: settled.az,
        machineId: undefined,
        power: undefined,
        retirement: { ...retirement, terminatedAt: at },
      },
    ],
  ])('%s', (_, record, found, left) => {
    expect(completeStep(record, found)).toEqual(left);
  });

  test('without a step nothing changes', () => {
    expect(completeStep(settled, { homeId: 'vol-2' })).toBe(settled);
  });
});

const soon = plusMillis(at, 5 * minuteMs);
const refused = (capacity: boolean): Outcome => ({
  result: 'refused',
  code: 'Nope',
  message: 'no',
  capacity,
  remedy: '',
});
const launch = { ...of, kind: 'launch', request: {} as never } as const;

describe('a replay that is refused', () => {
  test.each<[string, Action, boolean, number, boolean]>([
    ['a launch may still appear', launch, false, -1, true],
    ['five minutes later it will not', launch, false, 0, false],
    ['nor where there is no capacity', launch, true, -1, false],
    ['a home may still appear', actions.createHome, false, -1, true],
    ['a restored home may still appear', actions.restore, false, -1, true],
    ['a snapshot may still appear', actions.snapshot, false, -1, true],
    ['a start is planned again', actions.start, false, -1, false],
    ['so is a terminate', actions.terminate, false, -1, false],
  ])('%s', (_, action, capacity, millis, stays) => {
    const now = plusMillis(soon, millis);
    const after = applyOutcome(stepping(action), refused(capacity), now, true);
    expect(after.step !== undefined).toBe(stays);
    expect(after.retries).toMatchObject([{ actionKind: action.kind, attempts: 4 }]);
    // A first attempt that is refused did nothing.
    expect(applyOutcome(stepping(action), refused(capacity), now).step).toBeUndefined();
  });
});

test('what was not sent leaves the step of a replay, and none of a first attempt', () => {
  const record = stepping(actions.createHome);
  const outcome = { result: 'not-sent', message: '' } as const;
  expect(applyOutcome(record, outcome, soon, true)).toBe(record);
  const { step: _, ...rest } = record;
  expect(applyOutcome(record, outcome, soon)).toEqual(rest);
});

test('where the end is unknown the step stays, as of now', () => {
  const outcome = { result: 'unknown', code: 'Timeout', message: '' } as const;
  const after = applyOutcome(stepping(actions.terminate), outcome, soon);
  expect(after.step).toEqual({ action: actions.terminate, at: soon });
  expect(after.retries).toMatchObject([{ actionKind: 'terminate', capacity: false }]);
});

test('what makes something is told from what does not', () => {
  const kinds = [launch, ...Object.values(actions)].filter(isCreate).map(({ kind }) => kind);
  expect([...new Set(kinds)].sort()).toEqual([
    'create-home',
    'launch',
    'restore-home',
    'snapshot-home',
  ]);
});

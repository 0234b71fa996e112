import { expect, test } from 'vitest';
import type { Action, CreateHomeRequest, LaunchRequest } from '../../controller/core/action.ts';
import { millisBetween, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { applyOutcome } from '../../controller/core/plan/apply-outcome.ts';
import { completeStep } from '../../controller/core/plan/complete-step.ts';
import { afterFailure, forget, withStep } from '../../controller/core/plan/memory.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { machineSpecOf } from '../../controller/core/replacement/machine-spec.ts';
import { lastWeek, makeRecord, makeSpec, mondayMorning, mondayNight } from '../support/world.ts';

const spec = makeSpec();
const now = plusMillis(mondayMorning, 2_000);
const name = spec.name;

const launchRequest = { instanceType: 't3.xlarge', subnetId: 'subnet-1' } as LaunchRequest;
const homeRequest = { az: 'eu-west-1b', sizeGib: 100 } as CreateHomeRequest;
const launch: Action = { kind: 'launch', name, request: launchRequest };
const createHome: Action = { kind: 'create-home', name, request: homeRequest };
const start: Action = { kind: 'start', name, machineId: 'i-1' };
const stop: Action = { kind: 'stop', name, machineId: 'i-1', cause: 'duty' };
const setType: Action = { kind: 'set-type', name, machineId: 'i-1', instanceType: 't3.xlarge' };
const others: readonly Action[] = [
  { kind: 'attach-home', name, machineId: 'i-1', homeId: 'vol-1', deviceName: '/dev/sdf' },
  { kind: 'protect-home', name, machineId: 'i-1', deviceName: '/dev/sdf' },
  { kind: 'tag', name, resourceId: 'i-1', tags: {} },
  { kind: 'modify-home', name, homeId: 'vol-1', sizeGib: 150, type: 'gp3' },
];
const all = [launch, createHome, start, stop, setType, ...others];

/** A bound record without machine and home. */
const bare: DevInstanceRecord = {
  name,
  uid: 'uid-ada-01',
  owner: 'ada',
  effective: spec,
  ordinal: 3,
  homeWasReady: false,
};
const failed = {
  attempts: 2,
  notBefore: lastWeek,
  code: 'Old',
  message: 'old',
  capacity: false,
};
const hold = {
  manualStart: { at: lastWeek, cause: 'person' },
  upSince: lastWeek,
  standInType: 'm7i.xlarge',
  becomingReadySince: lastWeek,
} as const;

test('a step is written with its action and time; only a launch counts', () => {
  for (const action of all) {
    const ordinal = action.kind === 'launch' ? 4 : 3;
    expect(withStep(bare, action, now)).toEqual({ ...bare, ordinal, step: { action, at: now } });
  }
});

const stepped = (action: Action, over: Partial<DevInstanceRecord> = {}): DevInstanceRecord => ({
  ...bare,
  ...over,
  step: { action, at: mondayMorning },
});

test('a launch that came through: the machine, since when, as what', () => {
  expect(completeStep(stepped(launch), { machineId: 'i-1' }, now)).toEqual({
    ...bare,
    machineId: 'i-1',
    power: { state: 'running', at: now, by: 'controller' },
    upSince: now,
    becomingReadySince: now,
    ranAs: 't3.xlarge',
    madeFrom: machineSpecOf(bare.effective),
  });
});

test('a launch as another type is a stand-in', () => {
  const request = { ...launchRequest, instanceType: 't3a.xlarge' };
  const record = completeStep(stepped({ ...launch, request }), {}, now);
  expect(record).toMatchObject({ ranAs: 't3a.xlarge', standInType: 't3a.xlarge' });
  expect(record).not.toHaveProperty('machineId');
});

test('a launch outside its windows counts as started by hand', () => {
  const launched = completeStep(stepped(launch), {}, mondayNight);
  expect(launched.manualStart).toEqual({ at: mondayNight, cause: 'creation' });
  expect(completeStep(stepped(launch), {}, now)).not.toHaveProperty('manualStart');
});

test('a home that was made: its id, its zone, since when', () => {
  expect(completeStep(stepped(createHome), { homeId: 'vol-1' }, now)).toEqual({
    ...bare,
    homeId: 'vol-1',
    homeSince: now,
    az: 'eu-west-1b',
  });
});

test('a start: it should be ready soon', () => {
  expect(completeStep(stepped(start), {}, now)).toEqual({
    ...bare,
    power: { state: 'running', at: now, by: 'controller' },
    upSince: now,
    becomingReadySince: now,
  });
});

test.each([
  ['duty', {}, {}],
  ['idle', { rest: 'idle' }, {}],
  ['max-uptime', { rest: 'max-uptime' }, {}],
  ['orphaned', {}, {}],
  ['retired', {}, {}],
  ['change', {}, { manualStart: hold.manualStart, upSince: hold.upSince }],
] as const)('a stop for %s: what is over, and what outlives it', (cause, rest, left) => {
  expect(completeStep(stepped({ ...stop, cause }, hold), {}, now)).toEqual({
    ...bare,
    ...left,
    // A rest counts from when it was decided on.
    power: {
      state: 'stopped',
      at: 'rest' in rest ? mondayMorning : now,
      by: 'controller',
      ...rest,
    },
  });
});

test.each([
  { set: 'm7i.large', standInType: 'm7i.large' },
  { set: 't3.xlarge', standInType: undefined },
])('type set to $set: stand-in $standInType', ({ set, standInType }) => {
  const action: Action = { kind: 'set-type', name, machineId: 'i-1', instanceType: set };
  const record = completeStep(stepped(action, { standInType: 'm7i.xlarge' }), {}, now);
  expect(record.standInType).toBe(standInType);
  expect(record).not.toHaveProperty('step');
});

test.each(others)('$kind leaves nothing behind but that it is over', (action) => {
  expect(completeStep(stepped(action, hold), {}, now)).toEqual({ ...bare, ...hold });
});

test('an effect that was found has the time at which its step was last sent', () => {
  expect(completeStep(stepped(start), {}).power?.at).toBe(mondayMorning);
});

test.each(all)('$kind that succeeds forgets its own failures and no others', (action) => {
  const own = { ...failed, actionKind: action.kind };
  const other = { ...failed, actionKind: 'tag' as const };
  const after = completeStep(stepped(action, { retries: [own] }), {}, now).retries;
  // A launch can die before it runs, so its failures count until then.
  expect(after).toEqual(action.kind === 'launch' ? [own] : undefined);
  if (action.kind === 'tag') return;
  const both = completeStep(stepped(action, { retries: [own, other] }), {}, now).retries;
  expect(both).toEqual(action.kind === 'launch' ? [own, other] : [other]);
});

test('without a step nothing is completed and no answer counts', () => {
  expect(completeStep(bare, { machineId: 'i-1' }, now)).toBe(bare);
  expect(applyOutcome(bare, { result: 'done', machineId: 'i-1' }, now)).toBe(bare);
});

const refused = {
  result: 'refused',
  code: 'UnauthorizedOperation',
  message: 'no',
  capacity: false,
  remedy: 'allow it',
} as const;
const unknown = { result: 'unknown', code: 'TimeoutError', message: 'late' } as const;
const notSent = { result: 'not-sent', message: 'out of time' } as const;

test.each(all)('$kind done: completed at the answer', (action) => {
  const found = { machineId: 'i-1', homeId: 'vol-1' };
  expect(applyOutcome(stepped(action), { result: 'done', ...found }, now)).toEqual(
    completeStep(stepped(action), found, now),
  );
});

test.each(all)('$kind not sent: as if it had never been planned', (action) => {
  expect(applyOutcome(stepped(action), notSent, now)).toEqual(bare);
  expect(applyOutcome(stepped(action), notSent, now, true)).toEqual(stepped(action));
});

test.each(all)('$kind refused: the step is over and the failure counts', (action) => {
  const record = applyOutcome(stepped(action), refused, now);
  expect(record).not.toHaveProperty('step');
  expect(record.retries?.[0]).toMatchObject({
    actionKind: action.kind,
    attempts: 1,
    code: 'UnauthorizedOperation',
    message: 'no',
    capacity: false,
  });
  expect(
    applyOutcome(stepped(action), { ...refused, capacity: true }, now).retries?.[0],
  ).toMatchObject({
    capacity: true,
  });
});

test.each(all)(
  '$kind of unknown end: the step stays, sent just now, and the failure counts',
  (action) => {
    const record = applyOutcome(stepped(action), unknown, now);
    expect(record.step).toEqual({ action, at: now });
    expect(record.retries?.[0]).toMatchObject({
      actionKind: action.kind,
      attempts: 1,
      code: 'TimeoutError',
      capacity: false,
    });
  },
);

test.each([
  { action: launch, afterMs: 0, capacity: false, stays: true },
  { action: createHome, afterMs: 5 * minuteMs - 1, capacity: false, stays: true },
  { action: launch, afterMs: 5 * minuteMs, capacity: false, stays: false },
  { action: launch, afterMs: 0, capacity: true, stays: false },
  { action: start, afterMs: 0, capacity: false, stays: false },
  { action: setType, afterMs: 0, capacity: false, stays: false },
])(
  'a replayed $action.kind refused after $afterMs ms (capacity $capacity): its step stays $stays',
  ({ action, afterMs, capacity, stays }) => {
    const at = plusMillis(mondayMorning, afterMs);
    const record = applyOutcome(stepped(action), { ...refused, capacity }, at, true);
    expect(record.step).toEqual(stays ? { action, at: mondayMorning } : undefined);
    expect(record.retries?.[0]?.attempts).toBe(1);
  },
);

const failure = { code: 'C', message: 'm', capacity: false };

test('waiting doubles from one second to five minutes, at least half of it', () => {
  let record = bare;
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 40; attempt += 1) {
    record = afterFailure(record, 'start', failure, now);
    expect(record.retries?.[0]?.attempts).toBe(attempt);
    waits.push(millisBetween(now, record.retries?.[0]?.notBefore ?? ''));
  }
  waits.forEach((wait, position) => {
    const full = Math.min(300_000, 1_000 * 2 ** position);
    expect(wait).toBeGreaterThanOrEqual(full / 2);
    expect(wait).toBeLessThanOrEqual(full);
  });
  expect(new Set(waits.slice(12)).size).toBeGreaterThan(20);
});

test('the wait depends on uid and attempt alone: machines spread, equal worlds agree', () => {
  const waitOf = (record: DevInstanceRecord) =>
    afterFailure(record, 'start', failure, now).retries?.[0]?.notBefore;
  expect(waitOf(bare)).toBe(waitOf(makeRecord(spec, { uid: bare.uid })));
  expect(waitOf(bare)).not.toBe(waitOf({ ...bare, uid: 'uid-other' }));
});

test('each kind of action counts its own failures', () => {
  const record = afterFailure(afterFailure(bare, 'start', failure, now), 'tag', failure, now);
  expect(record.retries).toMatchObject([
    { actionKind: 'start', attempts: 1 },
    { actionKind: 'tag', attempts: 1 },
  ]);
});

test('forgetting takes away what is named and leaves the original alone', () => {
  const record = { ...bare, ...hold };
  expect(forget(record, 'standInType', 'manualStart', 'upSince')).toEqual({
    ...bare,
    becomingReadySince: lastWeek,
  });
  expect(record).toEqual({ ...bare, ...hold });
});

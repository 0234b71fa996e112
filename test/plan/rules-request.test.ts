import { describe, expect, test } from 'vitest';
import type { Observed, Snapshot } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { bare, detached, stopped } from '../support/plan-case.ts';
import { makeSnapshot, said } from '../support/plan-said.ts';
import {
  asked,
  beginnings,
  exchange,
  exchanging,
  newHome,
  off,
  planOf,
  released,
  restoring,
  snapshotId,
  spec,
} from '../support/restore-cases.ts';
import {
  lastWeek,
  makeDesired,
  makeHome,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
} from '../support/world.ts';

test.each(beginnings)('restoring from $what', (one) => {
  const plan = planOf(one);
  const restores = plan.actions.filter(({ kind }) => kind === 'restore-home');
  expect(restores).toHaveLength(one.action === undefined ? 0 : 1);
  if (one.action !== undefined) expect(restores[0]).toMatchObject(one.action);
  expect(plan.endings.map(({ result }) => result)).toEqual(one.refused ? ['refused'] : []);
  if (one.refused) expect(plan.endings[0]?.message).toMatch(one.refused);
  expect(said(plan).holds).toEqual(one.holds ?? []);
  expect(said(plan).waiting).toEqual(one.waiting === undefined ? [] : [one.waiting]);
});

test('a removed DevInstance is given no new home', () => {
  const living = makeSpec({ name: 'bob-01', lifecycle: 'suspended' });
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([living]),
      records: [
        makeRecord(spec, { orphanedAt: lastWeek }),
        makeRecord(living, { uid: 'uid-bob', machineId: 'i-bob', homeId: 'vol-bob' }),
      ],
      requests: [restoring],
      observed: { snapshots: new Map([[snapshotId, makeSnapshot()]]) },
    }),
  );
  expect(plan.endings).toMatchObject([
    { result: 'refused', message: expect.stringContaining('its file is gone') },
  ]);
});

test.each(exchange)('exchanging homes: $what', (one) => {
  const plan = planOf(one);
  expect(plan.actions).toHaveLength(one.action === undefined ? 0 : 1);
  if (one.action !== undefined) expect(plan.actions[0]).toMatchObject(one.action);
  expect(said(plan).holds).toEqual(one.holds ?? []);
  expect(said(plan).waiting).toEqual(one.waiting === undefined ? [] : [one.waiting]);
  expect(plan.endings).toEqual([]);
});

test('both tagged, the record names the new home from then on', () => {
  const active = { ...newHome, tags: { ...newHome.tags, [tagKeys.phase]: 'active' } };
  const record = { ...exchanging, homeWasReady: false };
  const plan = planOf({ record, machines: [off], homes: [released, active] });
  const { restore: _, ...rest } = exchanging;
  expect(plan.memos).toEqual([
    {
      ...rest,
      homeId: 'vol-00000002',
      homeSince: mondayMorning,
      az: 'eu-west-1a',
      homeWasReady: true,
    },
  ]);
  expect(plan.endings).toMatchObject([{ requestId: 'req-1', result: 'done' }]);
  expect(plan.actions).toEqual([]);
});

test('a new home that failed is given up, the old one stays', () => {
  const record = exchanging;
  const plan = planOf({
    record,
    machines: [off],
    homes: [makeHome(spec), { ...newHome, state: 'error' }],
  });
  expect(plan.endings).toMatchObject([{ requestId: 'req-1', result: 'refused' }]);
  expect(plan.memos[0]).not.toHaveProperty('restore');
  expect(plan.memos[0]?.homeId).toBe('vol-00000001');
  expect(said(plan).holds).toContain('RestoreRefused');
});

describe('a snapshot asked for', () => {
  const requests = [asked({ kind: 'snapshot-home' })];
  const made = { requestId: 'req-1', snapshotId, at: lastWeek };

  test('is made under its request', () => {
    expect(planOf({ requests }).actions).toMatchObject([
      {
        kind: 'snapshot-home',
        homeId: 'vol-00000001',
        requestId: 'req-1',
        tags: { 'devinstance:purpose': 'request' },
      },
    ]);
  });

  test('of one that was made for another request is made anew', () => {
    const record = makeRecord(spec, { requestedSnapshot: { ...made, requestId: 'req-2' } });
    const open = [...requests, asked({ kind: 'snapshot-home' }, { id: 'req-2' })];
    expect(planOf({ record, requests: open }).actions).toMatchObject([{ requestId: 'req-1' }]);
  });

  test('that was begun is asked for in the very same words, and only if it is this one', () => {
    const purpose = 'request' as const;
    const action = {
      kind: 'snapshot-home',
      name: 'ada-01',
      homeId: 'vol-00000001',
      purpose,
    } as const;
    const begun = { ...action, requestId: 'req-1', description: 'frozen', tags: {} };
    const under = (requestId: string) =>
      makeRecord(spec, { step: { action: { ...begun, requestId }, at: lastWeek } });
    const open = [...requests, asked({ kind: 'snapshot-home' }, { id: 'req-2' })];
    expect(planOf({ record: under('req-1'), requests: open }).actions).toEqual([begun]);
    const [other] = planOf({ record: under('req-2'), requests: open }).actions;
    expect(other).toMatchObject({ requestId: 'req-1' });
  });

  test('once complete ends, and is forgotten', () => {
    const record = makeRecord(spec, { requestedSnapshot: made });
    const plan = planOf({ record, requests });
    expect(plan.endings).toMatchObject([{ requestId: 'req-1', result: 'done' }]);
    expect(plan.memos[0]).not.toHaveProperty('requestedSnapshot');
    expect(plan.actions).toEqual([]);
  });

  test.each<[string, Snapshot | undefined, Partial<Observed>, string, readonly string[]]>([
    ['unread', undefined, {}, lastWeek, ['ReadFailed']],
    ['not visible yet', undefined, { absent: new Set([snapshotId]) }, mondayMorning, []],
    ['in a state to come', makeSnapshot({ state: 'unknown' }), {}, lastWeek, ['UnknownState']],
    ['pending for hours', makeSnapshot({ state: 'pending' }), {}, lastWeek, ['StuckSnapshot']],
  ])('that is %s is not made again', (_, snapshot, observed, at, holds) => {
    const record = makeRecord(spec, { requestedSnapshot: { ...made, at } });
    const plan = planOf({ record, requests, snapshot, observed });
    expect(plan.actions).toEqual([]);
    expect(said(plan).holds).toEqual(holds);
  });

  test('that is gone is made again and said so', () => {
    const record = makeRecord(spec, { requestedSnapshot: made });
    const observed = { absent: new Set([snapshotId]) };
    const plan = planOf({ record, requests, snapshot: undefined, observed });
    expect(plan.actions).toMatchObject([{ kind: 'snapshot-home', requestId: 'req-1' }]);
    expect(said(plan).holds).toEqual(['SnapshotFailed']);
  });

  test('that failed is counted, and made again only after a while', () => {
    const record = makeRecord(spec, { requestedSnapshot: made });
    const plan = planOf({ record, requests, snapshot: makeSnapshot({ state: 'error' }) });
    expect(plan.actions).toEqual([]);
    expect(said(plan).holds).toEqual(['BackingOff']);
    expect(plan.memos).toMatchObject([{ retries: [{ actionKind: 'snapshot-home', attempts: 1 }] }]);
    expect(plan.memos[0]).not.toHaveProperty('requestedSnapshot');
  });

  test('of a home that is being made waits for it; without a home it is refused', () => {
    const creating = makeHome(spec, { ...detached, state: 'creating', createdAt: mondayMorning });
    expect(planOf({ requests, homes: [creating] }).actions).toEqual([]);
    const homeless = bare({ ordinal: 1, machineId: 'i-00000001', ...stopped });
    const plan = planOf({ requests, record: homeless, machines: [off], homes: [] });
    expect(plan.endings).toMatchObject([{ result: 'refused', message: 'it has no home yet' }]);
  });
});

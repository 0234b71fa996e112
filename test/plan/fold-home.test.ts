import { describe, expect, test } from 'vitest';
import type { Home, Observed } from '../../controller/core/observed.ts';
import {
  foldLostHome,
  foldRequests,
  foldRetirement,
} from '../../controller/core/plan/fold-home.ts';
import { neighboursOf } from '../../controller/core/plan/neighbours.ts';
import { indexResources } from '../../controller/core/plan/situation.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { detached } from '../support/plan-case.ts';
import { makeSnapshot } from '../support/plan-said.ts';
import {
  lastWeek,
  makeHome,
  makeMachine,
  makeObserved,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
  mondayNight,
} from '../support/world.ts';

const spec = makeSpec();
const retired = makeSpec({ lifecycle: 'retired' });
const record = makeRecord(spec);
const home = makeHome(spec);
const others = makeRecord(makeSpec({ name: 'bob-01' }), { uid: 'uid-bob' });

describe('a home that another DevInstance has by now', () => {
  const fold = (tags: Readonly<Record<string, string>>, holder?: DevInstanceRecord) => {
    const taken = { ...home, tags };
    const world = makeWorld({
      records: holder === undefined ? [record] : [record, holder],
      observed: { homes: [taken] },
    });
    const index = indexResources('dev', world.observed);
    return foldLostHome(record, index, neighboursOf(world, undefined));
  };
  const tagsOf = (uid: string) => ({ ...home.tags, [tagKeys.uid]: uid });

  test('by its tags and the ledger is forgotten, with its zone, and told of', () => {
    const { homeId: _, homeSince: __, az: ___, ...rest } = record;
    expect(fold(tagsOf('uid-bob'), others)).toEqual({
      ...rest,
      formerHome: { homeId: 'vol-00000001', takenBy: 'bob-01' },
    });
  });

  test.each<[string, Readonly<Record<string, string>>, DevInstanceRecord | undefined]>([
    ['by its tags alone', tagsOf('uid-eve'), others],
    ['by its tags, while nobody else has it', tagsOf('uid-bob'), undefined],
    ['by the ledger alone', home.tags, others],
    ['by neither, its uid being gone', {}, others],
  ])('%s stays its own', (_, tags, holder) => {
    expect(fold(tags, holder)).toBe(record);
  });
});

const request: LedgerRequest = {
  id: 'req-1',
  name: 'ada-01',
  work: { kind: 'snapshot-home' },
  actor: 'ada',
  reason: '',
  at: lastWeek,
  expiresAt: mondayNight,
};

describe('what was made for a request', () => {
  const made = { requestId: 'req-1', snapshotId: 'snap-1', at: lastWeek };
  const step = (requestId?: string) => ({
    at: lastWeek,
    action: {
      kind: 'snapshot-home' as const,
      name: 'ada-01',
      homeId: 'vol-00000001',
      purpose: requestId === undefined ? ('retirement' as const) : ('request' as const),
      description: '',
      tags: {},
      ...(requestId === undefined ? {} : { requestId }),
    },
  });
  const foldWith = (busy: DevInstanceRecord, requests: readonly LedgerRequest[]) => {
    const world = makeWorld({ requests });
    return foldRequests(busy, neighboursOf(world, undefined), world);
  };

  test('is kept while that is open', () => {
    const busy = { ...record, requestedSnapshot: made, step: step('req-1') };
    expect(foldWith(busy, [request])).toBe(busy);
  });

  test('is forgotten once that is over, and its call is not repeated', () => {
    const busy = { ...record, requestedSnapshot: made, step: step('req-1') };
    expect(foldWith(busy, [])).toEqual(record);
  });

  test("a retirement's call and those of another kind go on", () => {
    const retiring = { ...record, step: step() };
    expect(foldWith(retiring, [])).toBe(retiring);
    const action = {
      kind: 'stop',
      name: 'ada-01',
      machineId: 'i-00000001',
      cause: 'duty',
    } as const;
    const stopping = { ...record, step: { at: lastWeek, action } };
    expect(foldWith(stopping, [])).toBe(stopping);
  });

  test('an open request counts until it expires, the oldest first', () => {
    const second = { ...request, id: 'req-2' };
    const of = (now: string, requests = [request, second]) =>
      neighboursOf(makeWorld({ requests, now }), undefined);
    expect(of(mondayMorning).requestOf('ada-01')?.id).toBe('req-1');
    expect(of(mondayMorning).requestOf('bob-01')).toBeUndefined();
    expect(of(mondayNight).requestOf('ada-01')).toBeUndefined();
    expect(of(mondayNight).isOpen('req-1')).toBe(true);
  });
});

type Seen = Parameters<typeof foldRetirement>[1];

const stopped = makeMachine(retired, { state: 'stopped', checks: 'none' });
const begun = { since: lastWeek };
const snapshotted = { ...begun, snapshotId: 'snap-00000001', snapshotAt: lastWeek };
const released: Home = { ...detached, tags: { ...detached.tags, [tagKeys.phase]: 'released' } };

function fold(retirement: DevInstanceRecord['retirement'], seen: Partial<Seen>, over = {}) {
  const before = makeRecord(retired, { ...(retirement && { retirement }), ...over });
  const observed: Observed = makeObserved({
    snapshots: new Map([['snap-00000001', makeSnapshot()]]),
  });
  const whole = { spec: retired, standing: { kind: 'wanted' }, machine: stopped } as const;
  const rest = { former: 'none', home: detached, observed, now: mondayMorning } as const;
  return foldRetirement(before, { ...whole, ...rest, ...seen });
}

describe('a retirement', () => {
  test.each<[string, DevInstanceRecord['retirement'], Partial<Seen>, object | undefined]>([
    ['goes on', snapshotted, {}, snapshotted],
    ['taken back is forgotten', snapshotted, { spec }, undefined],
    [
      'goes on while an invalid file says otherwise',
      snapshotted,
      { spec, standing: { kind: 'kept', reason: 'InvalidSpec', message: '' } },
      snapshotted,
    ],
    [
      'loses its snapshot to a running machine',
      snapshotted,
      { machine: makeMachine(retired) },
      begun,
    ],
    [
      'loses its snapshot to a machine about to run',
      snapshotted,
      { machine: makeMachine(retired, { state: 'pending' }) },
      begun,
    ],
    [
      'that was complete begins anew where there is a machine after all',
      { ...snapshotted, isComplete: true },
      {},
      begun,
    ],
    [
      'is complete once the machine is gone and the home released',
      snapshotted,
      { machine: undefined, former: 'terminated', home: released },
      { ...snapshotted, isComplete: true },
    ],
    [
      'is not while the home is not released',
      snapshotted,
      { machine: undefined, former: 'terminated' },
      snapshotted,
    ],
    [
      'is not while the machine is unread',
      snapshotted,
      { machine: undefined, former: 'unread', home: released },
      snapshotted,
    ],
    ['is not while there is a machine', snapshotted, { home: released }, snapshotted],
  ])('%s', (_, retirement, seen, left) => {
    expect(fold(retirement, seen).retirement).toEqual(left);
  });

  const step = (kind: 'snapshot-home' | 'stop', requestId?: string) => ({
    at: lastWeek,
    action: {
      kind,
      name: 'ada-01',
      purpose: requestId === undefined ? 'retirement' : 'request',
      ...(requestId === undefined ? {} : { requestId }),
    } as never,
  });
  const gone = { machine: undefined, former: 'terminated', home: released } as const;

  test('is complete without a home where there never was one, and not before its step ended', () => {
    expect(fold(begun, { ...gone, home: undefined }, { homeId: undefined }).retirement).toEqual({
      ...begun,
      isComplete: true,
    });
    expect(fold(snapshotted, gone, { step: step('stop') }).retirement).toEqual(snapshotted);
  });

  test('taken back takes its snapshot call along, and no other', () => {
    expect(fold(begun, { spec }, { step: step('snapshot-home') }).step).toBeUndefined();
    expect(fold(begun, { spec }, { step: step('snapshot-home', 'req-1') }).step).toBeDefined();
    expect(fold(begun, { spec }, { step: step('stop') }).step).toBeDefined();
  });

  test('whose snapshot failed waits before the next', () => {
    const snapshots = new Map([['snap-00000001', makeSnapshot({ state: 'error' })]]);
    const after = fold(snapshotted, { observed: makeObserved({ snapshots }) });
    expect(after.retirement).toEqual(begun);
    expect(after.retries).toMatchObject([{ actionKind: 'snapshot-home', code: 'SnapshotError' }]);
  });
});

test('where nothing retires or detaches the record is the very same', () => {
  const seen = { spec, standing: { kind: 'wanted' }, machine: makeMachine(spec) } as const;
  const rest = {
    former: 'none',
    home: detached,
    observed: makeObserved(),
    now: mondayMorning,
  } as const;
  expect(foldRetirement(record, { ...seen, ...rest })).toBe(record);
});

describe('a detach', () => {
  const on = (state: 'attached' | 'detaching' | 'detached') =>
    makeHome(spec, {
      attachments: [{ instanceId: 'i-00000001', deviceName: '/dev/sdf', state }],
    });
  const from = makeSpec({ homeVolume: { ...spec.homeVolume, from: { volumeId: 'vol-9' } } });

  test.each<[string, Partial<Seen>, boolean]>([
    ['goes on while the home is attached', { home: on('attached') }, true],
    ['goes on while it comes off', { home: on('detaching') }, true],
    ['is over once it is off', { home: on('detached') }, false],
    ['is over once it is attached nowhere', { home: detached }, false],
    [
      'goes on for a home that is taken over',
      {
        home: undefined,
        spec: from,
        observed: makeObserved({ homes: [{ ...on('detaching'), id: 'vol-9' }] }),
      },
      true,
    ],
    [
      'is over with the one that was to be taken over',
      { home: undefined, spec: from, observed: makeObserved({ homes: [] }) },
      false,
    ],
  ])('%s', (_, seen, isKept) => {
    const after = fold(undefined, seen, { detachingSince: lastWeek });
    expect(after.detachingSince).toBe(isKept ? lastWeek : undefined);
  });
});

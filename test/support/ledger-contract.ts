import { expect, test } from 'vitest';
import type { Marker } from '../../controller/core/record.ts';
import {
  type LeaseItem,
  type Ledger,
  LedgerConflict,
  OperatorError,
} from '../../controller/ports.ts';
import { sampleChannel, testChannels } from './ledger-channel-contract.ts';
import { sampleEvent, sampleRequest, testEvents, testRequests } from './ledger-history-contract.ts';
import { sampleRecord } from './sample-record.ts';

export const ours: Marker = { fleet: 'dev', account: '111122223333', region: 'eu-west-1' };

/** Opens one store as two processes would: two ledgers over the same memory, which is new. */
export type OpenTwice = () => Promise<readonly [one: Ledger, other: Ledger]>;

/** What every ledger does. */
export function testLedger(openTwice: OpenTwice): void {
  const openReady = async () => {
    const both = await openTwice();
    await both[0].init(ours);
    return both;
  };
  testMarker(openReady);
  testRecords(openReady);
  testConflicts(openReady);
  testChannels(openReady);
  testLease(openReady);
  testRequests(openReady);
  testEvents(openReady);
}

function testMarker(openReady: OpenTwice): void {
  test('init writes the marker once, and another process sees it', async () => {
    const [one, other] = await openReady();
    expect(await other.marker()).toEqual(ours);
    expect(await other.init(ours)).toBe('already-there');
    expect(await one.marker()).toEqual(ours);
  });

  test.each<Partial<Marker>>([
    { fleet: 'prod' },
    { account: '999988887777' },
    { region: 'us-east-1' },
  ])('init refuses a ledger of another fleet: %o', async (difference) => {
    const [ledger] = await openReady();
    const theirs = { ...ours, ...difference };
    const error = await ledger.init(theirs).catch((caught) => caught);
    expect(error).toBeInstanceOf(OperatorError);
    for (const word of [...Object.values(ours), ...Object.values(theirs)]) {
      expect(error.message).toContain(word);
    }
    expect(error.message).toContain(ledger.description.replace(/^\w+:/, ''));
    expect(await ledger.marker()).toEqual(ours);
  });

  test('init keeps what is in the ledger', async () => {
    const [ledger] = await openReady();
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    await ledger.init(ours);
    expect(await ledger.records()).toHaveLength(1);
  });
}

function testRecords(openReady: OpenTwice): void {
  test('a new ledger has no records and no lease', async () => {
    const [ledger] = await openReady();
    expect(await ledger.records()).toEqual([]);
    expect(await ledger.lease()).toBeUndefined();
  });

  test('a record comes back exactly as it was written', async () => {
    const [one, other] = await openReady();
    const record = sampleRecord('ada-01');
    expect(await one.putRecord(record, 0, 1)).toStrictEqual({ record, version: 1 });
    expect(await other.records()).toStrictEqual([{ record, version: 1 }]);
  });

  test('a field that is no longer in the record is gone', async () => {
    const [ledger] = await openReady();
    const { step: _done, ...without } = sampleRecord('ada-01');
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    await ledger.putRecord(without, 1, 1);
    expect(await ledger.records()).toStrictEqual([{ record: without, version: 2 }]);
  });

  test('records come by name, whatever the order of the writes', async () => {
    const [ledger] = await openReady();
    for (const name of ['bob-2', 'ada-1', 'bob-10', 'constructor']) {
      await ledger.putRecord(sampleRecord(name), 0, 1);
    }
    const names = (await ledger.records()).map(({ record }) => record.name);
    expect(names).toEqual(['ada-1', 'bob-10', 'bob-2', 'constructor']);
  });

  test('changing what was read or written changes nothing in the ledger', async () => {
    const [ledger] = await openReady();
    const record = sampleRecord('ada-01');
    await ledger.putRecord(record, 0, 1);
    Object.assign(record, { ordinal: 7 });
    const [read] = await ledger.records();
    Object.assign(read?.record ?? {}, { ordinal: 8 });
    expect((await ledger.records())[0]?.record.ordinal).toBe(1);
  });
}

function testConflicts(openReady: OpenTwice): void {
  test.each([
    { situation: 'none is there, a version is expected', versions: 0, over: 1 },
    { situation: 'one is there, none is expected', versions: 1, over: 0 },
    { situation: 'a later one is there', versions: 2, over: 1 },
    { situation: 'an earlier one is there', versions: 1, over: 2 },
  ])('a write conflicts where $situation', async ({ versions, over }) => {
    const [ledger] = await openReady();
    for (let version = 0; version < versions; version++) {
      await ledger.putRecord(sampleRecord('ada-01', version), version, 1);
    }
    const before = await ledger.records();
    const write = ledger.putRecord(sampleRecord('ada-01', 99), over, 1);
    await expect(write).rejects.toBeInstanceOf(LedgerConflict);
    expect(await ledger.records()).toEqual(before);
  });

  test.each([
    { epoch: 6, wins: false },
    { epoch: 7, wins: true },
    { epoch: 8, wins: true },
  ])('after a write in epoch 7 one in epoch $epoch wins: $wins', async ({ epoch, wins }) => {
    const [one, other] = await openReady();
    await one.putRecord(sampleRecord('ada-01', 1), 0, 7);
    const error = await other.putRecord(sampleRecord('ada-01', 2), 1, epoch).catch((e) => e);
    expect(error instanceof LedgerConflict).toBe(!wins);
    expect((await one.records())[0]?.record.ordinal).toBe(wins ? 2 : 1);
  });

  test('of two that write over the same version one wins', async () => {
    const [one, other] = await openReady();
    await one.putRecord(sampleRecord('ada-01', 0), 0, 1);
    const outcomes = await Promise.allSettled([
      one.putRecord(sampleRecord('ada-01', 1), 1, 1),
      other.putRecord(sampleRecord('ada-01', 2), 1, 1),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled') + 1;
    expect((await one.records())[0]).toMatchObject({ version: 2, record: { ordinal: winner } });
  });

  test('two that count in one record, again after each conflict, lose no count', async () => {
    const [one, other] = await openReady();
    await one.putRecord(sampleRecord('ada-01', 0), 0, 1);
    await Promise.all([countUp(one, 50), countUp(other, 50)]);
    const [counted] = await one.records();
    expect(counted).toMatchObject({ version: 101, record: { ordinal: 100 } });
  });
}

/** Counts in the only record, again after each conflict. */
export async function countUp(ledger: Ledger, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const [found] = await ledger.records();
    if (found === undefined) throw new Error('the record is gone');
    const { record, version } = found;
    try {
      await ledger.putRecord({ ...record, ordinal: record.ordinal + 1 }, version, 1);
      done++;
    } catch (error) {
      if (!(error instanceof LedgerConflict)) throw error;
    }
  }
}

const item = (nonce: string, epoch = 1): LeaseItem => ({
  holder: 'laptop pid 1',
  nonce,
  epoch,
  ttlMs: 15_000,
});

function testLease(openReady: OpenTwice): void {
  test('a lease is written over the nonce that is there, and no other', async () => {
    const [one, other] = await openReady();
    expect(await one.putLease(item('b'), 'a')).toBe(false);
    expect(await one.lease()).toBeUndefined();
    expect(await one.putLease(item('a'), undefined)).toBe(true);
    expect(await other.putLease(item('b'), undefined)).toBe(false);
    expect(await other.putLease(item('c'), 'b')).toBe(false);
    expect(await other.lease()).toStrictEqual(item('a'));
    expect(await other.putLease(item('d', 2), 'a')).toBe(true);
    expect(await one.lease()).toStrictEqual(item('d', 2));
  });

  test('of two that take a free lease one gets it', async () => {
    const [one, other] = await openReady();
    const got = await Promise.all([
      one.putLease(item('a'), undefined),
      other.putLease(item('b'), undefined),
    ]);
    expect([...got].sort()).toEqual([false, true]);
    expect((await one.lease())?.nonce).toBe(got[0] ? 'a' : 'b');
  });

  test('marker, lease and records stand side by side', async () => {
    const [ledger] = await openReady();
    await ledger.putLease(item('a'), undefined);
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    await ledger.putLease(item('b'), 'a');
    expect(await ledger.marker()).toEqual(ours);
    expect(await ledger.records()).toHaveLength(1);
    expect((await ledger.lease())?.nonce).toBe('b');
  });
}

/** What every ledger does that can be missing: the store is not there yet. */
export function testMissingLedger(open: () => Promise<Ledger>): void {
  const end = { at: '2026-03-02T07:05:00.000Z', result: 'done', message: '' } as const;
  test.each<[string, (ledger: Ledger) => Promise<unknown>]>([
    ['marker', (ledger) => ledger.marker()],
    ['records', (ledger) => ledger.records()],
    ['lease', (ledger) => ledger.lease()],
    ['putRecord', (ledger) => ledger.putRecord(sampleRecord('ada-01'), 0, 1)],
    ['putRecord over one', (ledger) => ledger.putRecord(sampleRecord('ada-01'), 3, 1)],
    ['channels', (ledger) => ledger.channels()],
    ['putChannel', (ledger) => ledger.putChannel(sampleChannel('ubuntu'), 1)],
    ['requests', (ledger) => ledger.requests()],
    ['putRequest', (ledger) => ledger.putRequest(sampleRequest('r1'))],
    ['endRequest', (ledger) => ledger.endRequest('r1', end)],
    ['events', (ledger) => ledger.events()],
    ['events of one', (ledger) => ledger.events('ada-01')],
    ['putEvents', (ledger) => ledger.putEvents([sampleEvent('ada-01')])],
    ['putLease', (ledger) => ledger.putLease(item('a'), undefined)],
  ])('without a store %s says so, and makes none', async (_name, use) => {
    const ledger = await open();
    const error = await use(ledger).catch((caught: unknown) => caught);
    if (!(error instanceof OperatorError)) throw error;
    expect(error.message).toContain(ledger.description.replace(/^\w+:/, ''));
    expect(error.remedy).toContain(`ledger init --ledger ${ledger.description}`);
    await expect(ledger.marker()).rejects.toBeInstanceOf(OperatorError);
    expect(await ledger.init(ours)).toBe('created');
  });
}

import { expect, test } from 'vitest';
import type { FleetEvent } from '../../controller/core/event.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import type { OpenTwice } from './ledger-contract.ts';
import { sampleRecord } from './sample-record.ts';

/** A request that expires an hour after it was made. */
export function sampleRequest(id: string, given: Partial<LedgerRequest> = {}): LedgerRequest {
  return {
    id,
    name: 'ada-01',
    work: { kind: 'snapshot-home' },
    actor: 'grace@example.com',
    reason: 'before the ünïcode "upgrade"',
    at: '2026-03-02T07:00:00.000Z',
    expiresAt: '2026-03-02T08:00:00.000Z',
    ...given,
  };
}

export function sampleEvent(name: string, given: Partial<FleetEvent> = {}): FleetEvent {
  return {
    name,
    at: '2026-03-02T07:00:00.000Z',
    type: 'Normal',
    reason: 'HomeAttached',
    message: 'home vol-1 attached to i-1',
    ...given,
  };
}

const ended = { at: '2026-03-02T07:05:00.000Z', result: 'done', message: 'snap-1' } as const;

/** What every ledger does with people's requests. */
export function testRequests(openReady: OpenTwice): void {
  test('a request comes back exactly as it was written, to every process', async () => {
    const [one, other] = await openReady();
    expect(await one.requests()).toEqual([]);
    await one.putRequest(sampleRequest('r1'));
    expect(await other.requests()).toStrictEqual([sampleRequest('r1')]);
  });

  test('requests come by instant, then id, whatever the order of the writes', async () => {
    const [ledger] = await openReady();
    const late = { at: '2026-03-02T07:00:00.001Z' };
    await ledger.putRequest(sampleRequest('a-late', late));
    for (const id of ['c', 'b']) await ledger.putRequest(sampleRequest(id));
    expect((await ledger.requests()).map(({ id }) => id)).toEqual(['b', 'c', 'a-late']);
  });

  test('a request ends once, and says so', async () => {
    const [one, other] = await openReady();
    await one.putRequest(sampleRequest('r1'));
    await one.putRequest(sampleRequest('r2'));
    expect(await other.endRequest('r1', ended)).toBe(true);
    expect(await one.endRequest('r1', { ...ended, result: 'refused' })).toBe(false);
    expect(await one.requests()).toStrictEqual([
      sampleRequest('r1', { ended }),
      sampleRequest('r2'),
    ]);
  });

  test('of two that end a request at once one does', async () => {
    const [one, other] = await openReady();
    await one.putRequest(sampleRequest('r1'));
    const did = await Promise.all([one.endRequest('r1', ended), other.endRequest('r1', ended)]);
    expect([...did].sort()).toEqual([false, true]);
  });

  test('ending a request that is not there changes nothing', async () => {
    const [ledger] = await openReady();
    expect(await ledger.endRequest('r1', ended)).toBe(false);
    expect(await ledger.requests()).toEqual([]);
  });

  test('an expired request is kept for a day, so that its end can be read', async () => {
    const [ledger] = await openReady();
    await ledger.putRequest(sampleRequest('old'));
    const at = '2026-03-03T08:00:00.000Z';
    await ledger.putRequest(sampleRequest('new', { at, expiresAt: '2026-03-03T09:00:00.000Z' }));
    expect((await ledger.requests()).map(({ id }) => id)).toEqual(['old', 'new']);
  });
}

/** What every ledger does with events. */
export function testEvents(openReady: OpenTwice): void {
  test('events come back exactly as written, oldest first, of one DevInstance or of all', async () => {
    const [one, other] = await openReady();
    expect(await one.events()).toEqual([]);
    expect(await one.events('constructor')).toEqual([]);
    const second = sampleEvent('ada-1', { at: '2026-03-02T07:00:01.000Z' });
    const third = sampleEvent('ada-10', { at: '2026-03-02T07:00:02.000Z' });
    const first = sampleEvent('ada-10');
    await one.putEvents([second, third]);
    await one.putEvents([first]);
    expect(await other.events()).toStrictEqual([first, second, third]);
    expect(await other.events('ada-1')).toStrictEqual([second]);
    expect(await other.events('ada-10')).toStrictEqual([first, third]);
  });

  test('several events of one moment are all kept', async () => {
    const [ledger] = await openReady();
    const different = [
      sampleEvent('ada-1'),
      sampleEvent('ada-1', { type: 'Warning' }),
      sampleEvent('ada-1', { reason: 'Ready' }),
      sampleEvent('ada-1', { message: 'home vol-2 attached to i-1' }),
      sampleEvent('bob-1'),
    ];
    await ledger.putEvents(different);
    const found = await ledger.events();
    expect(found).toHaveLength(5);
    expect(found).toEqual(expect.arrayContaining(different));
  });

  test('an event that is written again, also in the same breath, is there once', async () => {
    const [ledger] = await openReady();
    await ledger.putEvents([sampleEvent('ada-1'), sampleEvent('ada-1')]);
    await ledger.putEvents([sampleEvent('ada-1')]);
    expect(await ledger.events('ada-1')).toStrictEqual([sampleEvent('ada-1')]);
  });

  test('many events are written at once', async () => {
    const [ledger] = await openReady();
    const names = Array.from({ length: 60 }, (_, index) => `ada-${index}`);
    await ledger.putEvents(names.map((name) => sampleEvent(name)));
    expect(new Set((await ledger.events()).map(({ name }) => name))).toEqual(new Set(names));
  });

  test('no events are no write', async () => {
    const [ledger] = await openReady();
    await ledger.putEvents([]);
    expect(await ledger.events()).toEqual([]);
  });

  test('records, requests and events stand side by side', async () => {
    const [ledger] = await openReady();
    await ledger.putEvents([sampleEvent('ada-01')]);
    await ledger.putRequest(sampleRequest('r1'));
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    expect(await ledger.records()).toHaveLength(1);
    expect(await ledger.requests()).toHaveLength(1);
    expect(await ledger.events()).toHaveLength(1);
  });
}

import { expect, test } from 'vitest';
import { inOrder, isEventKept, sortEvents } from '../../controller/core/event.ts';
import { sampleEvent } from '../support/ledger-history-contract.ts';

const at = (millis: number) => new Date(Date.parse('2026-03-02T07:00:00Z') + millis).toISOString();

test('events of one moment get moments of their own, in their order, for each DevInstance', () => {
  const events = [
    sampleEvent('ada-01', { reason: 'Z', at: at(5) }),
    sampleEvent('bob-01', { reason: 'Z', at: at(5) }),
    sampleEvent('ada-01', { reason: 'Y', at: at(5) }),
    sampleEvent('ada-01', { reason: 'X', at: at(6) }),
    sampleEvent('ada-01', { reason: 'W', at: at(100) }),
    sampleEvent('ada-01', { reason: 'V', at: at(50) }),
  ];
  const spread = inOrder(events);
  expect(spread.map((event) => [event.name, event.reason, event.at])).toEqual([
    ['ada-01', 'Z', at(5)],
    ['bob-01', 'Z', at(5)],
    ['ada-01', 'Y', at(6)],
    ['ada-01', 'X', at(7)],
    ['ada-01', 'W', at(100)],
    ['ada-01', 'V', at(101)],
  ]);
  const reasons = sortEvents(spread)
    .filter(({ name }) => name === 'ada-01')
    .map(({ reason }) => reason);
  expect(reasons).toEqual(['Z', 'Y', 'X', 'W', 'V']);
});

test('an event is kept for thirty days', () => {
  const event = sampleEvent('ada-01');
  expect(isEventKept(event, '2026-04-01T07:00:00.000Z')).toBe(true);
  expect(isEventKept(event, '2026-04-01T07:00:00.001Z')).toBe(false);
});

import { describe, expect, test } from 'vitest';
import { hourMs, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { everyName, isAskedAnew, type LedgerRequest } from '../../controller/core/request.ts';
import {
  fleetSettings,
  makeDesired,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
} from '../support/world.ts';

const spec = makeSpec();
const now = mondayMorning;
const ago = (minutes: number) => plusMillis(now, -minutes * minuteMs);

function request(over: Partial<LedgerRequest> = {}): LedgerRequest {
  return {
    id: 'req-1',
    name: 'ada-01',
    work: { kind: 'override', state: 'running', command: 'extend' },
    actor: 'ada',
    reason: 'release',
    at: ago(60),
    expiresAt: plusMillis(now, 4 * hourMs),
    ...over,
  };
}

const stop = { kind: 'override', state: 'stopped', command: 'stop' } as const;
const suspend = { kind: 'suspend' } as const;

function planWith(requests: readonly LedgerRequest[], record: Partial<DevInstanceRecord> = {}) {
  return makePlan(makeWorld({ records: [makeRecord(spec, record)], requests }));
}

describe('what ends a request that stands', () => {
  test.each<[string, readonly LedgerRequest[], Partial<DevInstanceRecord>, readonly string[]]>([
    ['nothing, while its time runs', [request()], {}, []],
    [
      'its time, to the millisecond',
      [request({ expiresAt: now })],
      {},
      [`req-1 done the extend by ada ended at ${now}`],
    ],
    ['its time and not a millisecond less', [request({ expiresAt: plusMillis(now, 1) })], {}, []],
    [
      'a newer one, though that is over already',
      [
        request(),
        request({ id: 'req-2', work: stop, actor: 'bob', at: ago(30), expiresAt: ago(5) }),
      ],
      {},
      [
        'req-1 done the extend by ada was replaced by a newer one by bob',
        `req-2 done the stop by bob ended at ${ago(5)}`,
      ],
    ],
    [
      'of two at the same instant, the one with the later id',
      [request(), request({ id: 'req-2', work: stop })],
      {},
      ['req-1 done the extend by ada was replaced by a newer one by ada'],
    ],
    [
      'no newer one of another DevInstance',
      [request(), request({ id: 'req-2', name: 'bob-01', at: ago(5) })],
      {},
      ['req-2 refused there is no DevInstance bob-01'],
    ],
    [
      'a person who stopped the machine after it was asked for',
      [request()],
      { power: { state: 'stopped', at: ago(59), by: 'person' } },
      [`req-1 done the extend by ada ended, as the machine was stopped at ${ago(59)}`],
    ],
    [
      'no stop from before it was asked for',
      [request()],
      { power: { state: 'stopped', at: ago(60), by: 'person' } },
      [],
    ],
    [
      'no stop of our own',
      [request()],
      { power: { state: 'stopped', at: ago(30), by: 'controller' } },
      [],
    ],
    ['no stop by AWS', [request()], { power: { state: 'stopped', at: ago(30), by: 'aws' } }, []],
    [
      'a rest that the controller gave it',
      [request()],
      { power: { state: 'stopped', at: ago(30), by: 'controller', rest: 'idle' } },
      [`req-1 done the extend by ada ended, as the machine was stopped at ${ago(30)}`],
    ],
    [
      'no stop where its schedule restarts',
      [request()],
      {
        power: { state: 'stopped', at: ago(30), by: 'person' },
        effective: { ...spec, schedule: { ...spec.schedule, manualStop: 'restart' } },
      },
      [],
    ],
    [
      'no stop where it was to be off',
      [request({ work: stop })],
      { power: { state: 'stopped', at: ago(30), by: 'person' } },
      [],
    ],
    ['a suspension: its time alone', [request({ work: suspend })], {}, []],
    [
      'a suspension: its time',
      [request({ work: suspend, name: everyName, expiresAt: ago(1) })],
      {},
      [`req-1 done suspension ended at ${ago(1)}`],
    ],
  ])('%s', (_, requests, record, expected) => {
    const { endings } = planWith(requests, record);
    expect(
      endings.map(({ requestId, result, message }) => `${requestId} ${result} ${message}`),
    ).toEqual(expected);
  });

  test('nothing where the fleet is only observed', () => {
    const over = [request({ expiresAt: ago(1) })];
    const desired = makeDesired([spec], { fleet: { ...fleetSettings, mode: 'observe' } });
    const world = makeWorld({ records: [makeRecord(spec)], requests: over });
    expect(makePlan({ ...world, desired }).endings).toEqual([]);
    expect(makePlan({ ...world, observeOnly: true }).endings).toEqual([]);
    expect(makePlan(world).endings).toHaveLength(1);
  });
});

test('in force are overrides and suspensions that stand, by instant', () => {
  const plan = planWith([
    request({ id: 'old', at: ago(90) }),
    request({ id: 'new' }),
    request({ id: 'over', work: suspend, expiresAt: now }),
    request({ id: 'all', name: everyName, work: suspend }),
    request({ id: 'work', work: { kind: 'snapshot-home' } }),
    request({ id: 'nobody', name: 'nobody-01', work: suspend }),
  ]);
  expect(plan.inForce.map(({ id }) => id)).toEqual(['new', 'all']);
});

describe('whether a DevInstance is asked for something else meanwhile', () => {
  const ended = { at: now, result: 'done', message: '' } as const;
  test.each<[string, readonly LedgerRequest[], readonly LedgerRequest[], boolean]>([
    ['nothing changed', [request()], [request()], false],
    ['one more', [], [request()], true],
    ['one for all', [], [request({ name: everyName })], true],
    ['one for another', [], [request({ name: 'bob-01' })], false],
    ['one ended', [request()], [request({ ended })], true],
    ['one that had ended before', [], [request({ ended })], false],
    ['one in place of another', [request()], [request({ id: 'req-2' })], true],
    [
      'the same two in another order',
      [request(), request({ id: 'req-2' })],
      [request({ id: 'req-2' }), request()],
      false,
    ],
  ])('%s', (_, before, after, expected) => {
    expect(isAskedAnew('ada-01', before, after)).toBe(expected);
  });
});

import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { hourMs, plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { adoptionCases } from '../support/adoption-cases.ts';
import {
  asking,
  former,
  given,
  heldBy,
  living,
  neighbour,
  orphan,
  planOf,
  spec,
  takeOver,
  volume,
} from '../support/adoption-world.ts';
import { bare } from '../support/plan-case.ts';
import { said } from '../support/plan-said.ts';
import {
  lastWeek,
  makeDesired,
  makeMachine,
  makeRecord,
  makeWorld,
  mondayMorning,
  mondayNight,
} from '../support/world.ts';

test.each(adoptionCases)('$what', (one) => {
  const plan = planOf(one);
  const own = plan.actions.filter(({ name }) => name === 'ada-01');
  expect(own.map(({ kind }) => kind)).toEqual(one.kinds ?? []);
  const holds = plan.holds.filter(({ name }) => name === 'ada-01');
  const expected = one.holds ?? [];
  expect(holds.map(({ reason }) => reason)).toEqual(expected.map(([reason]) => reason));
  for (const [index, [, message]] of expected.entries()) {
    expect(holds[index]?.message).toMatch(message);
  }
  const waiting = plan.waiting.filter(({ name }) => name === 'ada-01');
  expect(waiting.map(({ what }) => what)).toEqual(one.waiting === undefined ? [] : [one.waiting]);
});

test('it is adopted by the tags that were seen, and by no others', () => {
  const home = { ...volume, tags: { ...given, 'cost-center': 'dev' } };
  expect(planOf({ home }).actions).toMatchObject([
    {
      homeId: 'vol-00000009',
      az: 'eu-west-1a',
      chosenBy: given,
      tags: { [tagKeys.uid]: 'uid-ada-01', [tagKeys.owner]: 'ada', [tagKeys.phase]: 'active' },
    },
  ]);
  expect(planOf({ home }).actions[0]).not.toHaveProperty(['chosenBy', 'cost-center']);
});

test('it is taken off the machine under the uid of that machine', () => {
  const plan = planOf({ ...takeOver, home: heldBy('i-old', 'attached') });
  const own = plan.actions.filter(({ name }) => name === 'ada-01');
  expect(own).toMatchObject([{ kind: 'detach-home', machineId: 'i-old', machineUid: 'uid-old' }]);
});

test('while the removed machine runs the taker waits for its last stop and wakes then', () => {
  const orphanedAt = plusMillis(mondayNight, -hourMs);
  const power = { state: 'running', at: lastWeek, by: 'person' } as const;
  const plan = planOf({
    others: [{ ...former, orphanedAt, power }],
    machines: [orphan({ state: 'running', checks: 'ok' })],
    home: heldBy('i-old', 'attached'),
    now: mondayMorning,
  });
  expect(plan.holds.map(({ name, reason }) => [name, reason])).toContainEqual([
    'ada-01',
    'HomeAwaited',
  ]);
  expect(plan.wakeAt).toBeDefined();
  expect(plan.actions.map(({ kind }) => kind)).not.toContain('detach-home');
});

test('two that ask for one volume: neither gets it', () => {
  const second = asking({ volumeId: 'vol-00000009' }, { name: 'ada-02' });
  const { actions, holds } = said(planOf({ more: [second] }));
  expect(actions.filter(({ kind }) => kind === 'adopt-home')).toEqual([]);
  expect(holds.filter((reason) => reason === 'AdoptionRefused')).toHaveLength(2);
});

test.each<[string, Partial<EffectiveSpec>, Partial<DevInstanceRecord>]>([
  ['is retired', { lifecycle: 'retired' }, {}],
  ['has its own home', {}, { homeId: 'vol-00000008' }],
])('one that %s is no rival for the volume', (_, over, has) => {
  const second = asking({ volumeId: 'vol-00000009' }, { name: 'ada-02', ...over });
  const record = { ...bare({ uid: 'uid-2', ...has }), name: 'ada-02' };
  const plan = planOf({ more: [second], others: [record] });
  const own = plan.actions.filter(({ name }) => name === 'ada-01');
  expect(own.map(({ kind }) => kind)).toEqual(['adopt-home']);
});

test('one that has a home reads from no more', () => {
  const settled = makeRecord(spec);
  const plan = makePlan(makeWorld({ spec, records: [settled] }));
  expect(said(plan)).toEqual({ actions: [], holds: [], waiting: [] });
});

test('suspended, retired or removed, nothing is adopted', () => {
  for (const lifecycle of ['suspended', 'retired'] as const) {
    const plan = planOf({ spec: { ...spec, lifecycle } });
    expect(plan.actions.map(({ kind }) => kind)).not.toContain('adopt-home');
  }
  const plan = makePlan(
    makeWorld({
      desired: makeDesired([living]),
      records: [bare({ effective: spec, orphanedAt: lastWeek }), neighbour],
      observed: { machines: [], homes: [volume] },
    }),
  );
  expect(plan.actions).toEqual([]);
  expect(plan.holds.map(({ name }) => name)).not.toContain('ada-01');
});

test('a machine that waits for its home still stops when its schedule says so', () => {
  const machine = makeMachine(spec, { devices: [] });
  const record = {
    ordinal: 1,
    machineId: 'i-00000001',
    becomingReadySince: plusMillis(mondayNight, -hourMs),
    power: { state: 'running', at: lastWeek, by: 'controller' },
  } as const;
  const plan = planOf({
    record,
    machines: [machine],
    home: { ...volume, tags: {} },
    now: mondayNight,
  });
  expect(said(plan).holds).toContain('AdoptionRefused');
  expect(plan.actions.map(({ kind }) => kind)).toEqual(['stop']);
});

test('a home whose making was begun is made, whatever its source has come to', () => {
  const request = { clientToken: 't', az: 'eu-west-1a', sizeGib: 100, type: 'gp3', tags: {} };
  const action = { kind: 'create-home', name: 'ada-01', request } as const;
  const { [tagKeys.home]: _, ...tags } = makeMachine(spec).tags;
  const plan = planOf({
    record: { ordinal: 1, machineId: 'i-00000001', step: { action, at: lastWeek } },
    machines: [makeMachine(spec, { tags, devices: [] })],
    home: { ...volume, tags: {} },
  });
  expect(said(plan).actions).toMatchObject([{ kind: 'create-home', request }]);
});

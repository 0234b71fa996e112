import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import type { Observed, ReadFailure } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { bare, bigger, home, smaller, spec, worldOf } from '../support/plan-case.ts';
import { told, toldBy } from '../support/told.ts';
import { lastWeek, makeMachine, makeRecord, makeSpec, mondayMorning } from '../support/world.ts';

const failure = (what: ReadFailure['what']) => ({ what, message: '', remedy: '' }) as const;

describe('the holds that a record notes', () => {
  test('a hold is told when it appears, kept with its moment, and told when it is over', () => {
    const held = toldBy(worldOf({ what: '', spec: smaller }));
    expect(held.told).toEqual([
      'Normal SpecChanged: homeVolume.sizeGib 100 -> 50',
      expect.stringMatching(/^Warning HomeShrinkRefused: .+ -> .+/),
    ]);
    const record = held.world.records.get('ada-01');
    expect(record?.holds).toEqual([{ reason: 'HomeShrinkRefused', since: mondayMorning }]);
    const later = { ...held.world, now: plusMillis(mondayMorning, 60_000) };
    expect(makePlan(later).memos).toEqual([]);
    const records = [...held.world.records.values()];
    const mended = {
      ...worldOf({ what: '' }),
      records: new Map([['ada-01', records[0] ?? bare()]]),
    };
    const cleared = toldBy(mended);
    expect(cleared.told).toEqual([
      'Normal SpecChanged: homeVolume.sizeGib 50 -> 100',
      'Normal HoldCleared: HomeShrinkRefused is over',
    ]);
    expect(cleared.world.records.get('ada-01')?.holds).toBeUndefined();
  });

  test('a second hold keeps the moment of the first', () => {
    const record = makeRecord(spec, { holds: [{ reason: 'HomeMissing', since: lastWeek }] });
    const world = worldOf({
      what: '',
      record,
      observed: { homes: [], absent: new Set([home.id]) },
      spec: makeSpec({ owner: { ...spec.owner, name: 'eve' } }),
    });
    const after = toldBy({ ...world, records: new Map([['ada-01', record]]) });
    expect(after.world.records.get('ada-01')?.holds).toEqual([
      { reason: 'HomeMissing', since: lastWeek },
      { reason: 'OwnerChanged', since: mondayMorning },
    ]);
    expect(after.told).toEqual([expect.stringMatching(/^Warning OwnerChanged: /)]);
  });

  describe('a hold that a pass could not look for stands as it was', () => {
    const holds = [{ reason: 'ImageBehind', since: lastWeek }];
    const before = makeRecord(spec, { holds });

    test.each<[string, Partial<Observed>]>([
      ['while its machine stops', { machines: [makeMachine(spec, { state: 'stopping' })] }],
      ['where images could not be read', { images: new Map(), failures: [failure('images')] }],
      ['where homes could not be read', { homes: [], failures: [failure('homes')] }],
    ])('%s', (_what, observed) => {
      const record = {
        ...before,
        power: { state: 'stopped', at: mondayMorning, by: 'controller' } as const,
      };
      const isRunning = observed.machines === undefined;
      const world = worldOf({ what: '', record: isRunning ? before : record, observed });
      const after = toldBy(world);
      expect(after.told).toEqual([]);
      expect(after.world.records.get('ada-01')?.holds).toEqual(holds);
    });

    test.each<[string, readonly ReadFailure[]]>([
      ['all was looked at', []],
      ['what no machine stands on could not be', [failure('channel-images'), failure('builders')]],
    ])('and is over once %s', (_what, failures) => {
      expect(told(worldOf({ what: '', record: before, observed: { failures } }))).toEqual([
        'Normal HoldCleared: ImageBehind is over',
      ]);
    });
  });

  test('a hold that waits for its moment is no warning', () => {
    const suspended = makeSpec({ lifecycle: 'suspended' });
    expect(told(worldOf({ what: '', spec: suspended }))).toEqual([
      expect.stringMatching(/^Normal Suspended: /),
    ]);
  });

  test.each([
    {
      what: 'a failed read',
      planCase: { observed: { homes: [], failures: [{ what: 'homes', message: '', remedy: '' }] } },
      reason: 'ReadFailed',
    },
    {
      what: 'a retry that backs off',
      planCase: {
        spec: bigger,
        record: makeRecord(bigger, {
          retries: [
            {
              actionKind: 'modify-home',
              attempts: 3,
              notBefore: plusMillis(mondayMorning, 1_000),
              code: 'Nope',
              message: 'no',
              capacity: false,
            },
          ],
        }),
      },
      reason: 'BackingOff',
    },
  ] as const)('$what is held but not noted', ({ what, planCase, reason }) => {
    const world = worldOf({ what, ...planCase });
    const plan = makePlan(world);
    expect(plan.holds.map((held) => held.reason)).toEqual([reason]);
    expect(plan.memos).toEqual([]);
  });
});

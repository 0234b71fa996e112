import { describe, expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { ChannelRecord } from '../../controller/core/record.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import { one } from '../support/fleet-world.ts';
import { keptRecord } from '../support/rolled.ts';
import {
  beginnersOf,
  begun,
  madeOf,
  newest,
  next,
  off,
  older,
  pinnedTo,
  readingOf,
  rolloutOf,
  rolloutWorld,
  type Setting,
  was,
  waveOf,
} from '../support/rollout-world.ts';
import { lastWeek, mondayMorning } from '../support/world.ts';

const waves = [begun('canary', ['a']), waveOf('half', ['b']), waveOf('rest', ['c'])];
const watched = [
  begun('canary', ['a'], { updated: ['a'], doneAt: lastWeek, bake: { minutes: 14_400 } }),
];

function changesOf(setting: Setting, all = [off('a'), off('b'), off('c')]) {
  const { changes } = makePlan(rolloutWorld(all, setting));
  return changes.map(({ name, at, note, wave, withheldBy }) => ({
    name,
    at,
    note,
    wave,
    withheldBy,
  }));
}

describe('the turn of each machine', () => {
  test('is shown with its wave, and comes after the wave before', () => {
    expect(changesOf({ record: { rollout: rolloutOf(waves) } })).toEqual([
      {
        name: 'a',
        at: 'now',
        note: 'it is off',
        wave: { name: 'canary', position: 1, count: 3 },
        withheldBy: undefined,
      },
      {
        name: 'b',
        at: undefined,
        note: 'after wave canary; then at once: it is off',
        wave: { name: 'half', position: 2, count: 3 },
        withheldBy: undefined,
      },
      {
        name: 'c',
        at: undefined,
        note: 'after wave half; then at once: it is off',
        wave: { name: 'rest', position: 3, count: 3 },
        withheldBy: undefined,
      },
    ]);
  });

  test('is shown with the end of the bake before it, in the next wave alone', () => {
    const all = [off('a', madeOf(next)), off('b'), off('c')];
    const rollout = rolloutOf([...watched, waveOf('half', ['b']), waveOf('rest', ['c'])]);
    const ats = changesOf({ record: { rollout } }, all).map(({ name, at }) => [name, at]);
    expect(ats).toEqual([
      ['b', '2026-11-26T09:00:00.000Z'],
      ['c', undefined],
    ]);
  });

  test('has come for nobody while it is paused, and that is said of all', () => {
    const rollout = rolloutOf(waves, {
      state: 'Paused',
      paused: { since: lastWeek, actor: 'kim' },
    });
    expect(changesOf({ record: { rollout } }).map(({ withheldBy }) => withheldBy)).toEqual([
      'RolloutPaused',
      'RolloutPaused',
      'RolloutPaused',
    ]);
    expect(beginnersOf(rolloutWorld([off('a')], { record: { rollout } }))).toEqual([]);
  });
});

const halted = ['Degraded', 'Aborted'] as const;

describe.each(halted)('a rollout that is %s', (state) => {
  const rollout = rolloutOf(waves, {
    state,
    failures: [{ name: 'a', at: lastWeek, reason: 'no' }],
  });
  const kept = { kept: keptRecord({ image: pinnedTo(older) }) };

  test('begins nothing', () => {
    expect(beginnersOf(rolloutWorld([off('b'), off('c')], { record: { rollout } }))).toEqual([]);
  });

  test('leaves those alone that are well', () => {
    const all = [off('b', madeOf(next))];
    expect(beginnersOf(rolloutWorld(all, { record: { rollout } }))).toEqual([]);
  });

  test('gives up what is under way before the home has left', () => {
    const target = {
      image: pinnedTo(next),
      specHash: off('b').machine.tags['devinstance:spec-hash'] ?? '',
    };
    const replacement = {
      since: '2026-11-23T19:59:00.000Z',
      oldId: 'i-b',
      target,
      reasons: ['ami_superseded'],
      wasOn: false,
      dutyAtStart: 'stopped',
    } as const;
    const all = [off('b', { record: { replacement } })];
    const { memos } = makePlan(rolloutWorld(all, { record: { rollout } }));
    expect(memos[0]?.replacement?.back?.reason).toBe(
      `its rollout has come to a halt (Rollout${state})`,
    );
  });

  test.each<[what: string, record: object, imageId: string]>([
    ['what was kept', kept, older],
    ['what it had before', { previous: { image: pinnedTo(older), specHash: 'x' } }, older],
    ['what was completed', {}, was],
  ])('takes what failed back to %s, at once though it is on', (_, known, imageId) => {
    const all = [one('a', madeOf(next, { record: { image: pinnedTo(next), ...known } }))];
    const world = rolloutWorld(all, { record: { rollout }, now: mondayMorning });
    const { changes } = makePlan(world);
    expect(changes).toMatchObject([
      { name: 'a', at: 'now', reasons: ['rollback'], note: `it failed with ${next}` },
    ]);
    expect(changes[0]?.details[0]).toContain(imageId);
  });

  test('makes what failed and is lost of what it had before', () => {
    const { spec, record, home, machine } = off('a', madeOf(next));
    const previous = { image: pinnedTo(older), specHash: 'x' };
    const world = rolloutWorld([{ spec, home, machine, record: { ...record, previous } }], {
      record: { rollout },
      now: mondayMorning,
    });
    const bare = {
      ...world.observed,
      machines: [],
      homes: [{ ...home, state: 'available' as const, attachments: [] }],
      absent: new Set(['i-a']),
    };
    const { actions } = makePlan({ ...world, observed: bare });
    expect(actions).toMatchObject([{ kind: 'launch', image: { imageId: older } }]);
  });

  test('keeps a change of a spec from nobody', () => {
    const rootVolume = { sizeGib: 200, type: 'gp3' } as const;
    const { spec } = one('b', { spec: { rootVolume } });
    const all = [{ ...one('b'), spec }];
    const world = rolloutWorld(all, { record: { rollout }, now: mondayMorning });
    expect(makePlan(world).changes).toMatchObject([{ name: 'b', reasons: ['spec_machine'] }]);
    expect(makePlan(world).changes[0]).not.toHaveProperty('withheldBy');
  });
});

describe('what was taken back', () => {
  const denied = [{ imageId: next, at: lastWeek, actor: 'kim', reason: '' }];
  const undone = rolloutOf(waves, { state: 'Undone', endedAt: lastWeek });
  const later = (over: Partial<Rollout>) =>
    rolloutOf([begun('first', ['z']), waveOf('rest', ['a'])], {
      number: 2,
      revision: pinnedTo(newest),
      ...over,
    });
  const images = { named: readingOf(newest) };
  const settings: readonly [what: string, setting: Setting][] = [
    ['nothing else goes on', { record: { rollout: undone, denied } }],
    ['a newer one is under way', { ...images, record: { rollout: later({}), denied } }],
    [
      'a newer one is paused',
      {
        ...images,
        record: { rollout: later({ state: 'Paused', paused: { since: lastWeek } }), denied },
      },
    ],
    [
      'a newer one is degraded',
      { ...images, record: { rollout: later({ state: 'Degraded' }), denied } },
    ],
    [
      'a newer one is aborted',
      { ...images, record: { rollout: later({ state: 'Aborted' }), denied } },
    ],
  ];

  describe.each(settings)('while %s', (_, setting) => {
    test('is left at once by a machine that is off', () => {
      const world = rolloutWorld([off('a', madeOf(next)), off('z')], setting);
      const mine = makePlan(world).changes.find(({ name }) => name === 'a');
      expect(mine).toMatchObject({
        at: 'now',
        reasons: ['rollback'],
        note: `${next} was taken back`,
      });
      expect(beginnersOf(world)).toContain('a');
    });

    test('is left by a machine that is on at its next stop', () => {
      const world = rolloutWorld([one('a', madeOf(next)), off('z')], {
        ...setting,
        now: mondayMorning,
      });
      const mine = makePlan(world).changes.find(({ name }) => name === 'a');
      expect(mine).toMatchObject({ at: '2026-11-23T18:00:00.000Z', reasons: ['rollback'] });
      expect(beginnersOf(world)).not.toContain('a');
    });

    test('is left at once by a machine that is on and not ready', () => {
      const stuck = one(
        'a',
        madeOf(next, {
          machine: { checks: 'impaired' },
          record: { image: pinnedTo(next), becomingReadySince: '2026-11-23T08:45:00.000Z' },
        }),
      );
      expect(
        beginnersOf(rolloutWorld([stuck, off('z')], { ...setting, now: mondayMorning })),
      ).toContain('a');
    });

    test('is not launched again where its machine is lost', () => {
      const lost = off('a', madeOf(next));
      const world = rolloutWorld([lost, off('z')], { ...setting, now: mondayMorning });
      const observed = {
        ...world.observed,
        machines: world.observed.machines.filter(({ id }) => id !== 'i-a'),
        homes: [{ ...lost.home, state: 'available' as const, attachments: [] }, off('z').home],
        absent: new Set(['i-a']),
      };
      const launches = makePlan({ ...world, observed }).actions.filter(({ name }) => name === 'a');
      expect(launches).toMatchObject([{ kind: 'launch', image: { imageId: was } }]);
    });
  });
});

describe('one that is in no wave', () => {
  const record: Partial<ChannelRecord> = { rollout: rolloutOf([begun('all', ['a'])]) };
  test('follows what was completed last', () => {
    expect(changesOf({ record }, [off('a'), off('new', madeOf(older))])).toMatchObject([
      { name: 'a' },
      { name: 'new', at: 'now' },
    ]);
  });

  test('keeps what is rolled out, where it was made of that', () => {
    const all = [off('a'), off('new', madeOf(next))];
    expect(changesOf({ record }, all).map(({ name }) => name)).toEqual(['a']);
  });
});

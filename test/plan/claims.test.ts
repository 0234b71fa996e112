import { expect, test } from 'vitest';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  lastWeek,
  makeDesired,
  makeHome,
  makeMachine,
  makeRecord,
  makeSpec,
  makeWorld,
} from '../support/world.ts';

test('a restored home takes its place although the old one was taken over meanwhile', () => {
  const spec = makeSpec();
  const { homeId: _taken, homeSince: _since, ...rest } = makeRecord(spec);
  const restore = { requestId: 'req-1', snapshotId: 'snap-1', at: lastWeek, homeId: 'vol-2' };
  const home = makeHome(spec, { id: 'vol-2', state: 'available', attachments: [] });
  const restored = { ...home, tags: { ...home.tags, [tagKeys.phase]: 'restoring' } };
  const formerHome = { homeId: 'vol-00000001', takenBy: 'ada-02' };
  const plan = makePlan(
    makeWorld({
      records: [{ ...rest, formerHome, restore }],
      observed: { machines: [makeMachine(spec, { state: 'stopped' })], homes: [restored] },
    }),
  );
  expect(plan.holds).toEqual([]);
  expect(plan.actions).toEqual([
    { kind: 'tag', name: 'ada-01', resourceId: 'vol-2', tags: { [tagKeys.phase]: 'active' } },
  ]);
});

test('the claim of a spec that is invalid by now counts: neither of two gets the volume', () => {
  const volume = makeHome(makeSpec({ name: 'ada-03' }), { state: 'available', attachments: [] });
  const released = { ...volume, tags: { ...volume.tags, [tagKeys.phase]: 'released' } };
  const homeVolume = { ...makeSpec().homeVolume, from: { volumeId: released.id } };
  const specs = ['ada-01', 'ada-02'].map((name) => makeSpec({ name, homeVolume }));
  const records = specs.map((spec) => {
    const { homeId, homeSince, machineId, az, power, ...rest } = makeRecord(spec);
    return { ...rest, uid: `uid-${spec.name}`, ordinal: 0, homeWasReady: false };
  });
  const invalid = new Map([['ada-01', 'broken']]);
  const plan = makePlan(
    makeWorld({
      records,
      desired: makeDesired(specs.slice(1), { invalid }),
      observed: { machines: [], homes: [released] },
    }),
  );
  expect(plan.actions).toEqual([]);
  expect(plan.holds.filter(({ reason }) => reason === 'AdoptionRefused')).toHaveLength(2);
});

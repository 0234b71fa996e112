import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { Machine, Observed } from '../../controller/core/observed.ts';
import type { Standing } from '../../controller/core/plan/situation.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import {
  denialFrom,
  type RollbackOffer,
  type RollbackSituation,
  rollbackOffer,
} from '../../controller/core/replacement/rollback-offer.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  hash,
  keptMachine,
  keptRecord,
  newImage,
  nextImage,
  oldImage,
  otherHash,
  replacing,
  spec,
} from '../support/rolled.ts';
import { makeMachine, makeObserved, makeRecord, mondayMorning } from '../support/world.ts';

interface Met {
  readonly record?: Partial<DevInstanceRecord>;
  readonly spec?: Partial<EffectiveSpec>;
  readonly standing?: Standing;
  readonly machine?: Machine | 'none';
  /** As it is found; `none` where it is not. */
  readonly kept?: Partial<Machine> | 'none';
  readonly observed?: Partial<Observed>;
}

/** A machine of the new image whose predecessor is kept, and what is different from that. */
function situation(met: Met = {}): RollbackSituation {
  const machine = met.machine === 'none' ? undefined : (met.machine ?? makeMachine(spec));
  const kept = met.kept === 'none' ? [] : [keptMachine(met.kept)];
  const before = { image: oldImage, specHash: hash };
  return {
    record: makeRecord(spec, {
      image: newImage,
      kept: keptRecord(),
      previous: before,
      ...met.record,
    }),
    spec: { ...spec, ...met.spec },
    standing: met.standing ?? { kind: 'wanted' },
    machine,
    observed: makeObserved({
      machines: [...(machine === undefined ? [] : [machine]), ...kept],
      ...met.observed,
    }),
  };
}

const without = (...keys: readonly (keyof DevInstanceRecord)[]) =>
  Object.fromEntries(keys.map((key) => [key, undefined])) as Partial<DevInstanceRecord>;
const toKept: RollbackOffer = { to: 'kept', machineId: 'i-00000000', image: oldImage };
const toImage: RollbackOffer = { to: 'image', image: oldImage };
const toStay: RollbackOffer = { to: 'stay', machineId: 'i-00000001' };
const denied = { at: mondayMorning, actor: 'ada' };
const made = { ...makeMachine(spec), tags: { [tagKeys.specHash]: otherHash } };
const detaching: DevInstanceRecord['step'] = {
  at: mondayMorning,
  action: {
    kind: 'detach-home',
    name: 'ada-01',
    machineId: 'i-00000001',
    machineUid: 'uid-ada-01',
    homeId: 'vol-00000001',
  },
};
const terminating: DevInstanceRecord['step'] = {
  at: mondayMorning,
  action: { kind: 'terminate', name: 'ada-01', machineId: 'i-00000000', uid: 'uid-ada-01' },
};
const unusable = { usable: false, reason: 'ami-00000000 is gone', remedy: 'name another' } as const;
const moving = {
  refused: 'the home of ada-01 is moving in a replacement, which ends first',
  remedy: 'ask again when it has; devinstance describe ada-01 shows how far it is',
};
const twice = {
  refused: 'what ada-01 would go back to is what it was taken back from',
  remedy:
    'to have ami-00000000 all the same, write image: {id: ami-00000000} under spec in its file',
};

test.each<{ it: string; met: Met; offer: RollbackOffer }>([
  { it: 'the machine before is kept', met: {}, offer: toKept },
  {
    it: 'a kept machine of which nobody knows what it was made of',
    met: { record: { kept: keptRecord({ image: undefined, specHash: undefined }) } },
    offer: { to: 'kept', machineId: 'i-00000000' },
  },
  { it: 'a kept one that somebody started', met: { kept: { state: 'running' } }, offer: toKept },
  { it: 'a kept one that is gone', met: { kept: 'none' }, offer: toImage },
  { it: 'a kept one that is terminated', met: { kept: { state: 'terminated' } }, offer: toImage },
  {
    it: 'a kept one that is being terminated',
    met: { kept: { state: 'shutting-down' } },
    offer: toImage,
  },
  {
    it: 'a kept one whose termination was begun',
    met: { record: { step: terminating } },
    offer: toImage,
  },
  {
    it: 'a kept one that has become the current one',
    met: { machine: keptMachine(), record: { image: oldImage, ...without('previous') } },
    offer: {
      refused: 'no machine and no image of ada-01 is there to go back to',
      remedy: 'to have another image, name it in its file',
    },
  },
  { it: 'a replacement that begins', met: { record: { replacement: replacing() } }, offer: toStay },
  {
    it: 'a replacement whose machine is up, but without the home',
    met: { record: { replacement: replacing({ newId: 'i-2', launchedAt: mondayMorning }) } },
    offer: toStay,
  },
  {
    it: 'a replacement whose home is about to leave',
    met: { record: { replacement: replacing(), step: detaching } },
    offer: moving,
  },
  {
    it: 'a replacement whose home has left',
    met: { record: { replacement: replacing({ detachedAt: mondayMorning }) } },
    offer: moving,
  },
  {
    it: 'a rollback under way',
    met: { record: { replacement: replacing({ requestId: 'r', reasons: ['rollback'] }) } },
    offer: {
      refused: 'ada-01 is being taken back already',
      remedy: 'devinstance describe ada-01 shows how far it is',
    },
  },
  {
    it: 'one that was never replaced',
    met: { record: without('kept', 'previous'), kept: 'none' },
    offer: {
      refused: 'no machine and no image of ada-01 is there to go back to',
      remedy: 'to have another image, name it in its file',
    },
  },
  {
    it: 'a kept one of the image that it was taken back from',
    met: { record: { denial: { ...denied, image: oldImage } } },
    offer: twice,
  },
  {
    it: 'an image that it was taken back from',
    met: { record: { denial: { ...denied, image: oldImage } }, kept: 'none' },
    offer: twice,
  },
  {
    it: 'a kept one of the spec that it was taken back from',
    met: { record: { denial: { ...denied, specHash: hash } } },
    offer: {
      refused: 'what ada-01 would go back to is what it was taken back from',
      remedy: 'change its spec in git to have another machine',
    },
  },
  {
    it: 'a denial of something else',
    met: { record: { denial: { ...denied, image: nextImage } } },
    offer: toKept,
  },
  {
    it: 'a spec that changed, with the machine before it gone',
    met: {
      record: { image: oldImage },
      machine: makeMachine(spec, { imageId: 'ami-00000000' }),
      kept: 'none',
    },
    offer: {
      refused: 'the machine of ada-01 is of ami-00000000 as the one before it was',
      remedy: 'take the change of its spec back in git',
    },
  },
  {
    it: 'an image that cannot be used any more',
    met: { kept: 'none', observed: { images: new Map([['ami-00000000', unusable]]) } },
    offer: { refused: unusable.reason, remedy: unusable.remedy },
  },
  {
    it: 'one whose file is gone',
    met: { standing: { kind: 'orphaned' } },
    offer: {
      refused: 'the file of ada-01 is gone from the specs',
      remedy: 'restore its file to have it follow commands again',
    },
  },
  {
    it: 'a retired one',
    met: { spec: { lifecycle: 'retired' } },
    offer: {
      refused: 'ada-01 is retired by its file',
      remedy: 'set lifecycle: active in its file to take that back',
    },
  },
  {
    it: 'a suspended one',
    met: { spec: { lifecycle: 'suspended' } },
    offer: {
      refused: 'ada-01 is suspended by its file',
      remedy: 'set lifecycle: active in its file first',
    },
  },
  {
    it: 'one that is being made',
    met: { record: { homeWasReady: false } },
    offer: {
      refused: 'ada-01 is not made yet',
      remedy: 'devinstance plan shows what it waits for',
    },
  },
  {
    it: 'one without a machine',
    met: { machine: 'none' },
    offer: {
      refused: 'ada-01 has no machine',
      remedy: 'devinstance why ada-01 shows what it waits for',
    },
  },
  {
    it: 'machines that were read in part, as the kept one may be in the other',
    met: {
      kept: 'none',
      observed: { failures: [{ what: 'machines', message: 'throttled', remedy: 'wait' }] },
    },
    offer: {
      refused: 'the machines could not be read',
      remedy: 'ask again once devinstance plan can read them',
    },
  },
])('of $it', ({ met, offer }) => {
  expect(rollbackOffer(situation(met))).toEqual(offer);
});

test.each<{ it: string; met: Met; from: object }>([
  { it: 'the image', met: {}, from: { image: newImage } },
  {
    it: 'the spec',
    met: { machine: made, record: { image: oldImage }, kept: { imageId: 'ami-00000000' } },
    from: { specHash: otherHash },
  },
  { it: 'image and spec', met: { machine: made }, from: { image: newImage, specHash: otherHash } },
  {
    it: 'no spec by rules that have changed since',
    met: { machine: made, record: { kept: keptRecord({ specHash: '0-abc' }) } },
    from: { image: newImage },
  },
  {
    it: 'the spec by the tag of the kept machine, where the ledger does not know it',
    met: { machine: made, record: { kept: keptRecord({ image: undefined, specHash: undefined }) } },
    from: { image: newImage, specHash: otherHash },
  },
  {
    it: 'only the image, where the machine is gone: another is made by the spec in force',
    met: { machine: made, kept: 'none' },
    from: { image: newImage },
  },
  {
    it: 'the image that a replacement was going to',
    met: { record: { replacement: replacing() } },
    from: { image: nextImage },
  },
  {
    it: 'the spec that a replacement was going to',
    met: {
      record: {
        replacement: replacing({ target: { image: newImage, specHash: otherHash } }),
      },
    },
    from: { specHash: otherHash },
  },
  { it: 'nothing, where nothing is offered', met: { machine: 'none' }, from: {} },
])('what is denied is $it', ({ met, from }) => {
  expect(denialFrom(situation(met), 'ada', mondayMorning)).toEqual({ ...denied, ...from });
});

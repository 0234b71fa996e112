import type { Machine } from '../../controller/core/observed.ts';
import type { KeptMachine, PinnedImage, Replacement } from '../../controller/core/record.ts';
import { specHash } from '../../controller/core/spec-hash.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { lastWeek, makeMachine, makeSpec, mondayMorning } from './world.ts';

/** What a machine was made of before its last replacement. */
export const oldImage: PinnedImage = {
  imageId: 'ami-00000000',
  name: 'ubuntu-24.04-0',
  source: 'follow',
  parameterVersion: 40,
};

/** What it is made of now. */
export const newImage: PinnedImage = {
  imageId: 'ami-00000001',
  name: 'ubuntu-24.04-1',
  source: 'follow',
  parameterVersion: 41,
};

/** What its channel may name next. */
export const nextImage: PinnedImage = {
  imageId: 'ami-00000002',
  name: 'ubuntu-24.04-2',
  source: 'follow',
  parameterVersion: 42,
};

export const spec = makeSpec();
export const hash = specHash(spec);
/** Of the same rules, but another spec. */
export const otherHash = specHash(makeSpec({ rootVolume: { sizeGib: 200, type: 'gp3' } }));

/** The machine that a replacement left behind, stopped and without the home. */
export function keptMachine(over: Partial<Machine> = {}): Machine {
  const machine = makeMachine(spec);
  return {
    ...machine,
    id: 'i-00000000',
    state: 'stopped',
    checks: 'none',
    imageId: oldImage.imageId,
    devices: [],
    ...over,
    tags: { ...machine.tags, [tagKeys.ordinal]: '0', ...over.tags },
  };
}

/** What the ledger says of it. */
export function keptRecord(over: Partial<KeptMachine> = {}): KeptMachine {
  return {
    machineId: 'i-00000000',
    image: oldImage,
    specHash: hash,
    since: lastWeek,
    reasons: ['ami_superseded'],
    until: '2026-11-26T09:00:00.000Z',
    snapshotId: 'snap-00000001',
    snapshotAt: lastWeek,
    ...over,
  };
}

/** The settled machine on its way to be replaced by one of the next image. */
export function replacing(over: Partial<Replacement> = {}): Replacement {
  return {
    since: mondayMorning,
    oldId: 'i-00000001',
    target: { image: nextImage, specHash: hash },
    reasons: ['ami_superseded'],
    wasOn: true,
    dutyAtStart: 'running',
    ...over,
  };
}

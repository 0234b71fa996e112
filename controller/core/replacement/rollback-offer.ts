import type { Instant } from '../instant.ts';
import type { Machine } from '../observed.ts';
import { isBeingCreated } from '../plan/creating.ts';
import { isLive, isUnread, type Situation } from '../plan/situation.ts';
import type { Denial, KeptMachine, PinnedImage, Replacement } from '../record.ts';
import { isComparableHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';

/** Where a rollback leads now, or why there is none and what to do. */
export type RollbackOffer =
  /** Home and duty return to the machine that was kept. */
  | { readonly to: 'kept'; readonly machineId: string; readonly image?: PinnedImage }
  /** That machine is gone: one of its image is launched and takes the home over. */
  | { readonly to: 'image'; readonly image: PinnedImage }
  /** A replacement that has not moved the home is given up: home and duty stay where they are. */
  | { readonly to: 'stay'; readonly machineId: string }
  | { readonly refused: string; readonly remedy: string };

type Refusal = Extract<RollbackOffer, { refused: string }>;

/** What a rollback depends on. */
export type RollbackSituation = Pick<
  Situation,
  'record' | 'spec' | 'standing' | 'machine' | 'observed'
>;

/** Where `rollback` would lead. What a person asked for in a request is judged anew when it is taken up. */
export function rollbackOffer(situation: RollbackSituation): RollbackOffer {
  const refusal = refusalOf(situation);
  if (refusal !== undefined) return refusal;
  const { replacement } = situation.record;
  return replacement === undefined ? wayBack(situation) : wayOut(situation, replacement);
}

/** Why nothing of it is taken back, wherever that would lead. */
function refusalOf({ record, spec, standing, machine, observed }: RollbackSituation) {
  const { name } = record;
  if (standing.kind === 'orphaned') {
    const remedy = 'restore its file to have it follow commands again';
    return refuse(`the file of ${name} is gone from the specs`, remedy);
  }
  if (spec.lifecycle === 'retired') {
    const remedy = 'set lifecycle: active in its file to take that back';
    return refuse(`${name} is retired by its file`, remedy);
  }
  if (spec.lifecycle === 'suspended') {
    return refuse(`${name} is suspended by its file`, 'set lifecycle: active in its file first');
  }
  // A machine that a partial listing left out would be taken for gone.
  if (isUnread(observed, 'machines')) {
    return refuse(
      'the machines could not be read',
      'ask again once devinstance plan can read them',
    );
  }
  if (isBeingCreated(record)) {
    return refuse(`${name} is not made yet`, 'devinstance plan shows what it waits for');
  }
  if (machine === undefined) {
    return refuse(`${name} has no machine`, `devinstance why ${name} shows what it waits for`);
  }
  return undefined;
}

function refuse(refused: string, remedy: string): Refusal {
  return { refused, remedy };
}

/** Out of a replacement that is under way: possible only as long as it has not touched the home. */
function wayOut({ record }: RollbackSituation, replacement: Replacement): RollbackOffer {
  const { name, step } = record;
  const look = `devinstance describe ${name} shows how far it is`;
  if (replacement.requestId !== undefined)
    return refuse(`${name} is being taken back already`, look);
  if (replacement.detachedAt !== undefined || step?.action.kind === 'detach-home') {
    return refuse(
      `the home of ${name} is moving in a replacement, which ends first`,
      `ask again when it has; ${look}`,
    );
  }
  return { to: 'stay', machineId: replacement.oldId };
}

/** To the machine before, or else to its image. */
function wayBack(situation: RollbackSituation): RollbackOffer {
  const { record, machine, observed } = situation;
  const { kept, previous, denial, name } = record;
  const keptMachine = kept && keptAlive(situation, kept);
  if (kept !== undefined && keptMachine !== undefined) {
    const { machineId, image } = kept;
    return isKeptDenied(denial, kept, keptMachine)
      ? refuseDenied(name, denial)
      : { to: 'kept', machineId, ...(image === undefined ? {} : { image }) };
  }
  if (previous === undefined) {
    const remedy = 'to have another image, name it in its file';
    return refuse(`no machine and no image of ${name} is there to go back to`, remedy);
  }
  const { image } = previous;
  if (denial?.image?.imageId === image.imageId) return refuseDenied(name, denial);
  if (machine?.imageId === image.imageId) {
    const remedy = 'take the change of its spec back in git';
    return refuse(`the machine of ${name} is of ${image.imageId} as the one before it was`, remedy);
  }
  const reading = observed.images.get(image.imageId);
  return reading?.usable === false
    ? refuse(reading.reason, reading.remedy)
    : { to: 'image', image };
}

/** The kept machine, unless it is gone, on its way there, or has become the current one. */
function keptAlive(
  { record, machine, observed }: RollbackSituation,
  { machineId }: KeptMachine,
): Machine | undefined {
  const step = record.step?.action;
  if (step?.kind === 'terminate' && step.machineId === machineId) return undefined;
  const found = observed.machines.find(({ id }) => id === machineId);
  return found !== undefined && isLive(found) && machineId !== machine?.id ? found : undefined;
}

function isKeptDenied(denial: Denial | undefined, kept: KeptMachine, machine: Machine): boolean {
  if (denial === undefined) return false;
  const hash = hashOf(kept, machine);
  return (
    denial.image?.imageId === machine.imageId || (hash !== undefined && denial.specHash === hash)
  );
}

function hashOf(kept: KeptMachine, machine: Machine): string | undefined {
  return kept.specHash ?? machine.tags[tagKeys.specHash];
}

function refuseDenied(name: string, denial: Denial | undefined): Refusal {
  const imageId = denial?.image?.imageId;
  const remedy =
    imageId === undefined
      ? 'change its spec in git to have another machine'
      : `to have ${imageId} all the same, write image: {id: ${imageId}} under spec in its file`;
  return refuse(`what ${name} would go back to is what it was taken back from`, remedy);
}

/**
 * What must not be made again once home and duty have gone where the offer leads: what the machine
 * has, or was about to get, that its successor has not. Where nothing is offered, nothing.
 */
export function denialFrom(situation: RollbackSituation, actor: string, at: Instant): Denial {
  const offer = rollbackOffer(situation);
  return { at, actor, ...('refused' in offer ? {} : leftBehind(situation, offer)) };
}

type Way = Exclude<RollbackOffer, Refusal>;

function leftBehind(situation: RollbackSituation, way: Way): Pick<Denial, 'image' | 'specHash'> {
  const { record, machine, observed } = situation;
  const { replacement, image, kept } = record;
  const hash = machine?.tags[tagKeys.specHash];
  switch (way.to) {
    case 'stay': {
      const target = replacement?.target;
      return difference({ image: target?.image, hash: target?.specHash }, machine?.imageId, hash);
    }
    case 'kept': {
      const found = observed.machines.find(({ id }) => id === way.machineId);
      const keptHash = kept && found && hashOf(kept, found);
      return difference({ image, hash }, found?.imageId, keptHash);
    }
    case 'image':
      // It is made by the spec in force, so that of the spec nothing is taken back.
      return difference({ image, hash: undefined }, way.image.imageId, undefined);
  }
}

/** Hashes made by different rules differ without saying anything. */
function difference(
  from: { readonly image: PinnedImage | undefined; readonly hash: string | undefined },
  imageId: string | undefined,
  hash: string | undefined,
): Pick<Denial, 'image' | 'specHash'> {
  const isComparable =
    from.hash !== undefined &&
    hash !== undefined &&
    isComparableHash(from.hash) &&
    isComparableHash(hash);
  return {
    ...(from.image === undefined || from.image.imageId === imageId ? {} : { image: from.image }),
    ...(isComparable && from.hash !== hash ? { specHash: from.hash } : {}),
  };
}

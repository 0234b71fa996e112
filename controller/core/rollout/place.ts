import type { ResolvedChannel } from '../desired.ts';
import type { Instant } from '../instant.ts';
import type { Situation } from '../plan/situation.ts';
import type { Change } from '../plan/world.ts';
import type { ChannelRecord, ImageSource, PinnedImage } from '../record.ts';
import { bakeEnd } from './bake.ts';
import { type Completion, isActive, isHalted, isOver, type Rollout } from './rollout.ts';

/** What its channel has for one DevInstance: which image, and whether its turn has come. */
export interface RolloutPlace {
  /** The image that it is to have now; undefined for what it has. */
  readonly wanted: PinnedImage | undefined;
  /** What a first machine is made of: the first of these that can be launched. */
  readonly firsts: readonly PinnedImage[];
  /** Whether a replacement for its image may begin now. */
  readonly mayBegin: boolean;
  /** Why it goes back to another image than it has, outside its usual moments. */
  readonly urgency?: 'failed' | 'undone';
  /** The revision that is on its way, where its turn has not come yet. */
  readonly ahead?: {
    readonly image: PinnedImage;
    /** The wave before its own; undefined where it failed with it. */
    readonly after?: string;
    /** The earliest moment at which its turn may come, where that is known. */
    readonly at?: Instant;
  };
  readonly wave?: NonNullable<Change['wave']>;
  /** Why nothing new begins. */
  readonly withheldBy?: 'RolloutPaused' | 'RolloutDegraded' | 'RolloutAborted' | 'RolloutFailed';
}

/** A channel's record, and who may begin a replacement now. */
export interface ChannelPlaces {
  readonly channel: ResolvedChannel;
  readonly record: ChannelRecord;
  readonly starters: Pick<ReadonlySet<string>, 'has'>;
}

/** Where every DevInstance of a channel stands. Most stand where the channel rests, and share one answer. */
export function placesIn({ channel, record, starters }: ChannelPlaces) {
  const { rollout } = record;
  const rest = placeAtRest(record, channel);
  const denied = new Set(record.denied?.map(({ imageId }) => imageId));
  if (rollout === undefined || isOver(rollout)) {
    const isBarred = barredAtRest(record);
    return (situation: Situation): RolloutPlace => {
      const own = ownImageId(situation);
      if (own === undefined || own === rest.wanted?.imageId) return rest;
      if (rollout !== undefined && isBarred(situation)) {
        return { ...rest, ...wayBack(situation, rollout, { record, denied }) };
      }
      const urgency = denied.has(own) ? undone : {};
      return { ...rest, ...urgency, mayBegin: starters.has(situation.record.name) };
    };
  }
  const waves = wavesByMember(rollout);
  const failed = new Set(rollout.failures.map(({ name }) => name));
  return (situation: Situation): RolloutPlace => {
    const { name } = situation.record;
    const index = waves.get(name);
    const isFailed = failed.has(name);
    const base = { ...rest, mayBegin: starters.has(name) };
    if (isFailed) return { ...base, ...wayBack(situation, rollout, { record, denied }) };
    const isItsTurn = index !== undefined && index <= rollout.current && isActive(rollout);
    const own = ownImageId(situation) ?? '';
    // What was taken back earlier is left without waiting for a turn in what came after it.
    const isUndone = denied.has(own) && own !== rollout.revision.imageId;
    if (isUndone && !isItsTurn && own !== rest.wanted?.imageId) return { ...base, ...undone };
    if (isHalted(rollout)) return { ...base, ...stay(rollout) };
    if (index === undefined) return { ...base, ...placeOfNewcomer(situation, rollout, rest) };
    return { ...base, ...placeOfMember(rollout, index) };
  };
}

/**
 * Tells who waits for what comes next: who failed with what the channel rests on as its wave baked, and
 * who did not come up with it once more, a day after, when all others had it.
 */
function barredAtRest({ rollout, completed }: ChannelRecord): (situation: Situation) => boolean {
  const imageId = completed?.imageId;
  const endedAt = rollout?.endedAt;
  if (rollout?.state !== 'Complete' || rollout.revision.imageId !== imageId) return () => false;
  const failed = new Set(rollout.failures.map(({ name }) => name));
  return ({ record: { name, setback } }) => {
    const isSetBack = setback?.cause === 'unready' && setback.target.image.imageId === imageId;
    if (!isSetBack) return failed.has(name);
    return endedAt !== undefined && setback.at > endedAt;
  };
}

const undone = { urgency: 'undone' } as const;

/** What its machine is made of, or the one that was lost. */
function ownImageId({ machine, record }: Situation): string | undefined {
  return machine === undefined ? record.image?.imageId : machine.imageId;
}

/** By name, the index of the wave that each machine is in. */
function wavesByMember({ waves }: Rollout): ReadonlyMap<string, number> {
  return new Map(
    waves.flatMap(({ members }, index) => members.map((name) => [name, index] as const)),
  );
}

/** A revision that a channel completed, as machines remember it. */
function completedImage(
  { imageId, name = '', parameterVersion }: Completion,
  source: ImageSource,
): PinnedImage {
  return {
    imageId,
    name,
    source,
    ...(parameterVersion === undefined ? {} : { parameterVersion }),
  };
}

function placeAtRest(
  { completed, rollout }: ChannelRecord,
  { pin }: Pick<ResolvedChannel, 'pin'>,
): RolloutPlace {
  const source = pin !== undefined && pin === completed?.imageId ? 'pin' : 'follow';
  const image = completed && completedImage(completed, source);
  const onItsWay = rollout !== undefined && isActive(rollout) ? rollout : undefined;
  const firsts = [onItsWay?.isBack ? undefined : image, onItsWay?.revision];
  return { wanted: image, firsts: firsts.filter((one) => one !== undefined), mayBegin: true };
}

/** One that failed goes back to what it had, if it has not yet, and is not tried with it again. */
function wayBack(
  situation: Situation,
  { revision }: Rollout,
  { record, denied }: { readonly record: ChannelRecord; readonly denied: ReadonlySet<string> },
): Partial<RolloutPlace> & Pick<RolloutPlace, 'wanted'> {
  const { kept, previous } = situation.record;
  if (ownImageId(situation) !== revision.imageId) {
    return { wanted: undefined, ahead: { image: revision }, withheldBy: 'RolloutFailed' };
  }
  const { completed } = record;
  const known = [kept?.image, previous?.image, completed && completedImage(completed, 'follow')];
  const image = known.find(
    (one) => one !== undefined && one.imageId !== revision.imageId && !denied.has(one.imageId),
  );
  return image === undefined ? { wanted: undefined } : { wanted: image, urgency: 'failed' };
}

/** While a rollout is halted, everything stays as it is. */
function stay({ state }: Rollout): Partial<RolloutPlace> & Pick<RolloutPlace, 'wanted'> {
  const withheldBy = state === 'Aborted' ? 'RolloutAborted' : 'RolloutDegraded';
  return { wanted: undefined, mayBegin: false, withheldBy };
}

/** One that is in no wave follows what was completed last, unless it was made of the new one. */
function placeOfNewcomer(
  { machine }: Situation,
  { revision }: Rollout,
  { wanted }: RolloutPlace,
): Pick<RolloutPlace, 'wanted'> {
  return { wanted: machine?.imageId === revision.imageId ? undefined : wanted };
}

function placeOfMember(
  rollout: Rollout,
  index: number,
): Partial<RolloutPlace> & Pick<RolloutPlace, 'wanted'> {
  const { waves, current, revision, state } = rollout;
  const name = waves[index]?.name ?? '';
  const wave = { name, position: index + 1, count: waves.length };
  const paused = state === 'Paused' ? ({ withheldBy: 'RolloutPaused' } as const) : {};
  if (index <= current) return { wanted: revision, wave, ...paused };
  const after = waves[index - 1]?.name ?? '';
  const at = index === current + 1 ? bakeEnd(waves[current]) : undefined;
  const ahead = { image: revision, after, ...(at === undefined ? {} : { at }) };
  return { wanted: undefined, mayBegin: false, wave, ahead, ...paused };
}

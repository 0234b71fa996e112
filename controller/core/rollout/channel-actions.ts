import type { Outcome } from '../action.ts';
import type { ResolvedChannel } from '../desired.ts';
import { type Instant, plusMillis } from '../instant.ts';
import { retryDelayMs } from '../plan/memory.ts';
import type { World } from '../plan/world.ts';
import type { ChannelRecord } from '../record.ts';
import type { ChannelAction, ChannelRetry, ImagePhase } from './channel-action.ts';
import { imagesToDeregister } from './retention.ts';

/**
 * What is to be done for a channel: where the account differs from what the ledger says was completed
 * or taken back; and else, one after the other, the images that nothing keeps any more.
 */
export function channelActionsFor(
  world: World,
  channel: ResolvedChannel,
  record: ChannelRecord,
): readonly ChannelAction[] {
  const wanted = [...publications(world, channel, record), ...taggings(world, channel, record)];
  const due = wanted.filter((action) => !isBackingOff(record, action, world.now));
  if (due.length > 0) return due;
  const next = imagesToDeregister(world, channel, record)
    .map((imageId) => ({ kind: 'deregister-image', channel: channel.name, imageId }) as const)
    // One that somebody's own machine still needs holds up none of the others.
    .find((action) => !isBackingOff(record, action, world.now));
  return next === undefined ? [] : [next];
}

/** The controller's own parameters; `previous` first, so that both never name the same image. */
function publications(
  { observed }: World,
  { name: channel, publish = {} }: ResolvedChannel,
  { completed, former }: ChannelRecord,
): readonly ChannelAction[] {
  const wanted = [
    { parameter: publish.previous, imageId: former?.[0]?.imageId },
    { parameter: publish.stable, imageId: completed?.imageId },
  ];
  return wanted.flatMap(({ parameter, imageId }) => {
    if (parameter === undefined || imageId === undefined) return [];
    const held = observed.published.get(parameter);
    if (held === undefined || held === imageId) return [];
    return [{ kind: 'publish-image', channel, parameter, imageId } as const];
  });
}

/** AMIs of this channel alone are tagged; one that is followed from elsewhere is not ours. */
function taggings(
  { observed }: World,
  { name: channel }: ResolvedChannel,
  { completed, denied = [] }: ChannelRecord,
): readonly ChannelAction[] {
  const refused = new Set(denied.map(({ imageId }) => imageId));
  const own = (observed.channelImages ?? []).filter((image) => image.channel === channel);
  return own.flatMap(({ imageId, phase, state }) => {
    const wanted = phaseOf(imageId, { refused, completed });
    if (wanted === undefined || wanted === phase || state !== 'available') return [];
    return [{ kind: 'tag-image', channel, imageId, phase: wanted } as const];
  });
}

function phaseOf(
  imageId: string,
  known: {
    readonly refused: ReadonlySet<string>;
    readonly completed: ChannelRecord['completed'];
  },
): ImagePhase | undefined {
  // What git pinned all the same, and was completed then, is denied no more.
  if (imageId === known.completed?.imageId) return 'completed';
  return known.refused.has(imageId) ? 'denied' : undefined;
}

function isSame(retry: ChannelRetry, { kind, imageId }: ChannelAction): boolean {
  return retry.kind === kind && retry.imageId === imageId;
}

function isBackingOff({ retries = [] }: ChannelRecord, action: ChannelAction, now: Instant) {
  return retries.some((retry) => isSame(retry, action) && now < retry.notBefore);
}

/** The record after AWS answered; the same one where there is nothing to remember. */
export function afterChannelOutcome(
  record: ChannelRecord,
  action: ChannelAction,
  outcome: Outcome,
  now: Instant,
): ChannelRecord {
  const { retries = [], ...rest } = record;
  const others = retries.filter((retry) => !isSame(retry, action));
  if (outcome.result === 'not-sent') return record;
  if (outcome.result === 'done') {
    if (others.length === retries.length) return record;
    return others.length === 0 ? rest : { ...rest, retries: others };
  }
  const attempts = (retries.find((retry) => isSame(retry, action))?.attempts ?? 0) + 1;
  const delayMs = retryDelayMs(attempts, `${record.name}/${action.imageId}`);
  const { code, message } = outcome;
  const retry: ChannelRetry = {
    kind: action.kind,
    imageId: action.imageId,
    attempts,
    notBefore: plusMillis(now, delayMs),
    code,
    message,
    ...('remedy' in outcome ? { remedy: outcome.remedy } : {}),
  };
  return { ...rest, retries: [...others, retry] };
}

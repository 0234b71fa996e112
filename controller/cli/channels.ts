import type { World } from '../core/plan/world.ts';
import { placeIn } from '../core/spec/reading.ts';
import { findManifest } from '../core/spec/sources.ts';
import { OperatorError } from '../ports.ts';
import type { ChannelContext } from '../render/rollout-words.ts';
import { visible } from '../render/visible.ts';
import { hintFor } from './views.ts';

/**
 * Those of the given channels, or the one that is named. Throws OperatorError where there is none of
 * that name.
 */
export function chosenChannels<T extends { readonly channel: string }>(
  all: readonly T[],
  name: string | undefined,
): readonly T[] {
  if (name === undefined) return all;
  const chosen = all.filter(({ channel }) => channel === name);
  if (chosen.length > 0) return chosen;
  const names = all.map(({ channel }) => channel);
  const list = names.length === 0 ? 'the specs describe none' : `there is ${names.join(', ')}`;
  throw new OperatorError(`there is no image channel ${visible(name)}`, hintFor(name, names, list));
}

/** What texts about a channel say beside its status. */
export function channelContextOf({ desired, now }: World, name: string): ChannelContext {
  const { sources, channels } = desired;
  const manifest = sources && findManifest(sources, 'ImageChannel', name);
  const file =
    manifest?.spec.pin === undefined
      ? manifest?.file
      : { file: manifest.file, ...placeIn(manifest, ['spec', 'pin'], 'key') };
  return { now, spec: channels.get(name), file };
}

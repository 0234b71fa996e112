import { earliest } from '../instant.ts';
import type { Situation } from '../plan/situation.ts';
import type { Interlock, Plan, World } from '../plan/world.ts';
import { channelActionsFor } from './channel-actions.ts';
import type { ChannelOutlook } from './outlook.ts';
import { statusOf } from './status-of.ts';

/** What a plan says of image channels. */
export interface ChannelParts {
  readonly memos: Plan['channelMemos'];
  readonly news: Plan['channelNews'];
  readonly actions: Plan['channelActions'];
  readonly rollouts: Plan['rollouts'];
  readonly endings: Plan['endings'];
  readonly wakeAt: Plan['wakeAt'] | undefined;
}

/** Puts together what a plan says of image channels. Where the fleet is not acted on, nothing is done for them. */
export function channelParts(
  world: World,
  outlooks: ReadonlyMap<string, ChannelOutlook>,
  situations: readonly Situation[],
  brake: Interlock | undefined,
): ChannelParts {
  const all = [...outlooks.values()];
  // Looked up by name only where a rollout has members.
  const isAnyThere = all.some(({ record }) => record.rollout !== undefined);
  const machines = new Map(isAnyThere ? situations.map((one) => [one.record.name, one]) : []);
  const rollouts = all.map((outlook) => statusOf(world, outlook, machines));
  const wakeAt = earliest(all.map((outlook) => outlook.wakeAt));
  if (world.observeOnly || world.desired.fleet.mode === 'observe') {
    return { memos: [], news: [], actions: [], endings: [], rollouts, wakeAt };
  }
  return {
    memos: all.filter(({ stored, record }) => stored !== record).map(({ record }) => record),
    news: all.flatMap(({ news }) => news),
    // Specs that may be those of another fleet say nothing of which images are needed.
    actions:
      brake === undefined
        ? all.flatMap(({ channel, record }) => channelActionsFor(world, channel, record))
        : [],
    endings: all.flatMap(({ endings }) => endings),
    rollouts,
    wakeAt,
  };
}

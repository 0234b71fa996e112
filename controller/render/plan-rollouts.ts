import type { Plan } from '../core/plan/world.ts';
import { isHalted, isOver, type Rollout } from '../core/rollout/rollout.ts';
import type { RolloutStatus } from '../core/rollout/rollout-status.ts';
import { channelActionText } from './channel-action-text.ts';
import { adviceOn } from './rollout-advice.ts';
import { counts, countText, imageText } from './rollout-words.ts';
import { visible } from './visible.ts';

/** The channels of which a plan says something: a rollout that is not over, or something wrong. */
export function shownRollouts({ rollouts }: Pick<Plan, 'rollouts'>): readonly RolloutStatus[] {
  return rollouts.filter(({ record: { rollout }, problems }) => {
    const isGoing = rollout !== undefined && !isOver(rollout);
    return isGoing || problems.length > 0;
  });
}

/** `Progressing, wave 1 of 2 (canary), 1/2; then rest 9`; undefined where nothing is rolled out. */
export function progressText({
  record: { rollout },
  waves,
  waiting,
}: RolloutStatus): string | undefined {
  if (rollout === undefined) return undefined;
  const { state, current, reason } = rollout;
  if (isOver(rollout)) return state;
  const wave = waves[current];
  const where =
    wave === undefined
      ? ''
      : `, wave ${current + 1} of ${waves.length} (${visible(wave.name)}), ${countText(wave)}`;
  const rest = waves
    .slice(current + 1)
    .map(({ name, machines }) => `${visible(name)} ${machines.filter(counts).length}`);
  const then = rest.length === 0 ? '' : `; then ${rest.join(', ')}`;
  const newer = waiting === undefined ? '' : `; then ${imageText(waiting)}`;
  return `${state}${where}${then}${newer}${reason === undefined ? '' : `: ${visible(reason)}`}`;
}

/** What a person can do about a rollout that does not go on by itself. */
export function progressRemedies(status: RolloutStatus): readonly string[] {
  const { rollout } = status.record;
  if (rollout === undefined || !stands(rollout)) return [];
  return adviceOn(status, rollout).next;
}

function stands(rollout: Rollout): boolean {
  return rollout.state === 'Paused' || isHalted(rollout);
}

/** `ubuntu-24.04 r2 ami-…`, or the channel alone. */
export function rolloutTitle({ channel, record: { rollout } }: RolloutStatus): string {
  return rollout === undefined
    ? channel
    : `${channel} r${rollout.number} ${rollout.revision.imageId}`;
}

/** What is done for image channels beside their rollouts, a line each: with `publish …`. */
export function channelActionLines({
  channelActions,
}: Pick<Plan, 'channelActions'>): readonly string[] {
  return channelActions.map((action) => `${action.channel}  ${channelActionText(action)}`);
}

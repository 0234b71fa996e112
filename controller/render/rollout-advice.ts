import type { Rollout } from '../core/rollout/rollout.ts';
import type { RolloutStatus } from '../core/rollout/rollout-status.ts';
import { imageText } from './rollout-words.ts';
import { visible } from './visible.ts';

/** What the state of a rollout means for its machines, and what a person can type next. */
export interface Advice {
  readonly meaning: string;
  readonly next: readonly string[];
}

/** What is to be said of a rollout as it stands. */
export function adviceOn(status: RolloutStatus, rollout: Rollout): Advice {
  const { channel } = status;
  const command = (verb: string) => `devinstance rollout ${verb} ${channel}`;
  const ways = [`${command('undo')} takes every machine back`, `${command('resume')} goes on`];
  switch (rollout.state) {
    case 'Progressing':
      return {
        meaning: 'each machine gets it at a moment of its own: devinstance plan shows when',
        next: [`${command('pause')} holds it`],
      };
    case 'Baking':
      return {
        meaning: `its machines have it and are watched; then ${afterBake(rollout)}`,
        next: [`${command('promote')} does not wait for that`],
      };
    case 'Paused':
      return rollout.paused?.actor === undefined
        ? {
            meaning:
              'nothing shows yet that it works: it goes on by itself once a machine that has it is used',
            next: [`${command('promote')} does not wait for that`],
          }
        : {
            meaning: 'nothing more is replaced; what has begun goes through',
            next: [`${command('resume')} goes on`],
          };
    case 'Degraded':
      return {
        meaning: 'nothing more is replaced, and machines that failed go back to what they had',
        next: ways,
      };
    case 'Aborted':
      return { meaning: 'nothing more is replaced; machines that have it keep it', next: ways };
    case 'Complete':
      return { meaning: 'new DevInstances begin with it', next: [] };
    case 'Superseded':
      return { meaning: 'machines that have it wait for the newer one', next: [] };
    case 'Undone':
      return { meaning: undoneText(status), next: [] };
  }
}

function afterBake({ waves, current }: Rollout): string {
  const next = waves[current + 1];
  return next === undefined ? 'it is complete' : `wave ${visible(next.name)} begins`;
}

function undoneText({ record: { completed } }: RolloutStatus): string {
  const to = completed === undefined ? 'what they had' : imageText(completed);
  return `machines that have it go back to ${to}: those that failed or are off at once, the others at their next stop`;
}

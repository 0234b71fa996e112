import { machinesText } from '../core/plan/describe.ts';
import type { Completion, Rollout } from '../core/rollout/rollout.ts';
import type { MemberState, RolloutStatus } from '../core/rollout/rollout-status.ts';
import { type RolloutWork, rolloutName, waysBack } from '../core/rollout/verbs.ts';
import { pinLines } from './rollout-text.ts';
import { type ChannelContext, counts, currentWaveText, hasIt, imageText } from './rollout-words.ts';
import { visible } from './visible.ts';

/** What is said of a rollout that something was asked of just now. */
export interface RolloutRequestView extends ChannelContext {
  readonly status: RolloutStatus;
  readonly rollout: Rollout;
  readonly work: RolloutWork;
}

/** What will be: the first line says what is asked for, the others what comes of it. */
export function rolloutRequestText(view: RolloutRequestView): string {
  const { status, rollout, work } = view;
  const head = `asked to ${askedText(status.channel, rollout, work)}`;
  return [head, ...outlook(view).map((line) => `  ${line}`)].map((line) => `${line}\n`).join('');
}

/** `pause r2 of ubuntu-24.04 (ami-…)`. */
export function askedText(
  channel: string,
  rollout: Rollout,
  { verb, full, to }: RolloutWork,
): string {
  const how = full === true ? ' through all its waves' : to === undefined ? '' : ` back to ${to}`;
  return `${verb} ${rolloutName(channel, rollout)}${how}`;
}

function outlook(view: RolloutRequestView): readonly string[] {
  const { status, rollout, work } = view;
  switch (work.verb) {
    case 'pause':
      return [
        'no replacement begins any more',
        ...underWay(status, 'go through'),
        `devinstance rollout resume ${status.channel} goes on`,
      ];
    case 'resume':
      return [`${currentWaveText(rollout)} goes on`, ...forgiven(rollout)];
    case 'promote':
      return [...promotion(rollout, work.full === true), ...forgiven(rollout)];
    case 'abort':
      return abortion(status);
    case 'undo':
      return wayBack(view);
  }
}

function underWay({ waves }: RolloutStatus, what: string): readonly string[] {
  const names = namesIn(waves, 'replacing');
  return names.length === 0 ? [] : [`replacements under way ${what}: ${names.join(', ')}`];
}

function namesIn(waves: RolloutStatus['waves'], wanted: MemberState): readonly string[] {
  return waves.flatMap(({ machines }) =>
    machines.filter(({ state }) => state === wanted).map(({ name }) => name),
  );
}

function forgiven({ failures }: Rollout): readonly string[] {
  if (failures.length === 0) return [];
  const names = failures.map(({ name }) => name).join(', ');
  return [`what failed until now does not count any more: ${names}`];
}

function promotion({ state, waves, current }: Rollout, isFull: boolean): readonly string[] {
  const now = `wave ${visible(waves[current]?.name ?? '')}`;
  const rest = waves.slice(current + 1).map(({ name }) => visible(name));
  const [next] = rest;
  if (next === undefined)
    return [`it is complete once all of ${now} have it; nothing bakes any more`];
  if (isFull) {
    const names = rest.length === 1 ? `wave ${next} begins` : `waves ${rest.join(', ')} begin`;
    return [
      `${names} at once, and nothing bakes any more`,
      'each machine still waits for its own moment',
    ];
  }
  const without = state === 'Progressing' ? `all of ${now}` : `the bake of ${now}`;
  return [`wave ${next} begins without waiting for ${without}`];
}

function abortion(status: RolloutStatus): readonly string[] {
  const kept = status.waves.flatMap(({ machines }) => machines).filter(hasIt).length;
  return [
    'nothing more is replaced, and machines that failed go back to what they had',
    ...underWay(status, 'are given up unless the home has moved'),
    ...(kept === 0 ? [] : [`${machinesText(kept)} with it keep${kept === 1 ? 's' : ''} it`]),
    `devinstance rollout undo ${status.channel} takes ${kept === 1 ? 'it' : 'them'} back, devinstance rollout resume ${status.channel} goes on`,
  ];
}

function wayBack(view: RolloutRequestView): readonly string[] {
  const { status, rollout, work, spec } = view;
  const target = targetOf(status, work);
  const parameter = spec?.follow ?? 'its parameter';
  const to = target === undefined ? 'what they had' : imageText(target);
  return [
    ...whoGoesBack(status, to),
    ...underWay(status, 'are given up, or go back after it'),
    `${rollout.revision.imageId} is never rolled out again, unless git pins it`,
    `a newer image in ${parameter} begins a new rollout by itself`,
    ...(target === undefined ? [] : pinLines(target.imageId, view.file)),
  ];
}

function targetOf({ record }: RolloutStatus, { to }: RolloutWork): Completion | undefined {
  const ways = waysBack(record);
  return to === undefined ? ways[0] : ways.find(({ imageId }) => imageId === to);
}

function whoGoesBack({ waves }: RolloutStatus, to: string): readonly string[] {
  const members = waves.flatMap(({ machines }) => machines).filter(counts);
  const count = members.filter(hasIt).length;
  if (count === 0) return [`no machine has it; new DevInstances begin with ${to}`];
  const verb = count === 1 ? 'has it and goes' : 'have it and go';
  return [
    `${count} of ${machinesText(members.length)} ${verb} back to ${to}`,
    'those that failed or are off go at once, the others at their next stop',
  ];
}

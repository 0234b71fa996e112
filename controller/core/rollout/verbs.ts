import type { ChannelRecord } from '../record.ts';
import type { RequestedWork } from '../request.ts';
import { type Completion, isHalted, isOver, type Rollout, type RolloutState } from './rollout.ts';
import type { RolloutStatus } from './rollout-status.ts';

/** What a person asks of a rollout. */
export type RolloutWork = Extract<RequestedWork, { kind: 'rollout' }>;

/** Why nothing comes of what is asked for, and what to do instead. */
export interface Refusal {
  readonly message: string;
  readonly remedy: string;
}

/** What a verb depends on; what is named now only where that is known. */
export type VerbGrounds = Pick<RolloutStatus, 'channel' | 'record'> &
  Partial<Pick<RolloutStatus, 'named' | 'isPinned'>>;

/**
 * Why a verb makes no sense now; undefined where it does. A command asks before it writes the
 * request, and the controller as it takes it up: much may have happened between the two.
 */
export function refusalOf(grounds: VerbGrounds, work: RolloutWork): Refusal | undefined {
  const { channel, record } = grounds;
  const { rollout } = record;
  if (rollout === undefined) {
    return refuse(
      `${channel} has had no rollout yet`,
      'one begins by itself as soon as its parameter or pin names another image',
    );
  }
  switch (work.verb) {
    case 'pause':
      return pauseRefusal(channel, rollout);
    case 'resume':
      return resumeRefusal(channel, rollout);
    case 'promote':
      return promoteRefusal(channel, rollout);
    case 'abort':
      return abortRefusal(channel, rollout);
    case 'undo':
      return undoRefusal(grounds, rollout, work.to);
  }
}

/** The images that machines can be taken back to, the one that `undo` takes first. */
export function waysBack({
  completed,
  former,
  rollout,
  denied,
}: ChannelRecord): readonly Completion[] {
  const refused = new Set((denied ?? []).map(({ imageId }) => imageId));
  const known = [...(completed === undefined ? [] : [completed]), ...(former ?? [])];
  return known.filter(
    ({ imageId }) => imageId !== rollout?.revision.imageId && !refused.has(imageId),
  );
}

/** How people call a rollout: `r2 of ubuntu-24.04 (ami-…)`. */
export function rolloutName(
  channel: string,
  { number, revision }: Pick<Rollout, 'number' | 'revision'>,
): string {
  return `r${number} of ${channel} (${revision.imageId})`;
}

function pauseRefusal(channel: string, rollout: Rollout): Refusal | undefined {
  const { paused } = rollout;
  if (isOver(rollout)) return refuseOver(channel, rollout);
  if (isHalted(rollout)) {
    return refuse(
      `${rolloutName(channel, rollout)} ${conditions[rollout.state]}: nothing more is replaced`,
      `devinstance rollout undo ${channel} takes it back, devinstance rollout resume ${channel} goes on`,
    );
  }
  // One that waits for its machines to be used goes on by itself: a person may forbid that.
  if (rollout.state !== 'Paused' || paused?.actor === undefined) return undefined;
  return refuse(
    `${rolloutName(channel, rollout)} is paused already, by ${paused.actor}`,
    `devinstance rollout resume ${channel} ends that`,
  );
}

function resumeRefusal(channel: string, rollout: Rollout): Refusal | undefined {
  const { state, paused } = rollout;
  if (isOver(rollout)) return refuseOver(channel, rollout);
  if (state === 'Progressing' || state === 'Baking') {
    return refuse(`${rolloutName(channel, rollout)} is under way`, statusHint(channel));
  }
  if (state === 'Paused' && paused?.actor === undefined) {
    const why = rollout.reason === undefined ? '' : `, as ${rollout.reason}`;
    return refuse(
      `${rolloutName(channel, rollout)} paused by itself${why}: it goes on once one is used`,
      `devinstance rollout promote ${channel} lets the next wave begin all the same`,
    );
  }
  return undefined;
}

function promoteRefusal(channel: string, rollout: Rollout): Refusal | undefined {
  if (isOver(rollout)) return refuseOver(channel, rollout);
  if (rollout.state !== 'Aborted') return undefined;
  return refuse(
    `${rolloutName(channel, rollout)} was aborted`,
    `devinstance rollout resume ${channel} takes it up again`,
  );
}

function abortRefusal(channel: string, rollout: Rollout): Refusal | undefined {
  if (isOver(rollout)) return refuseOver(channel, rollout);
  if (rollout.state !== 'Aborted') return undefined;
  return refuse(
    `${rolloutName(channel, rollout)} is aborted already`,
    `devinstance rollout undo ${channel} takes the machines that have it back`,
  );
}

function undoRefusal(
  { channel, record, named, isPinned }: VerbGrounds,
  rollout: Rollout,
  to: string | undefined,
): Refusal | undefined {
  if (rollout.state === 'Undone') {
    return refuse(
      `${rolloutName(channel, rollout)} was taken back already`,
      `to go back further, name the image in git: pin: ami-… under spec of ImageChannel ${channel}`,
    );
  }
  const { imageId } = rollout.revision;
  if (isPinned && named?.usable && named.imageId === imageId) {
    return refuse(
      `git pins ${imageId}, so it would be rolled out again at once`,
      `change the pin in ImageChannel ${channel}: machines follow it; devinstance rollout abort ${channel} holds them meanwhile`,
    );
  }
  const ways = waysBack(record);
  if (ways.length === 0) {
    return refuse(
      `${channel} has completed no image before ${imageId} that it can go back to`,
      `name one in git: pin: ami-… under spec of ImageChannel ${channel}`,
    );
  }
  if (to === undefined || ways.some((way) => way.imageId === to)) return undefined;
  return to === imageId
    ? refuse(`${to} is what is taken back`, waysHint(ways))
    : refuse(`${channel} has not completed ${to}, or it was taken back`, waysHint(ways));
}

function waysHint(ways: readonly Completion[]): string {
  return `it can go back to ${ways.map(({ imageId }) => imageId).join(', ')}`;
}

const conditions: Readonly<Record<RolloutState, string>> = {
  Progressing: 'is under way',
  Baking: 'is under way',
  Paused: 'is paused',
  Degraded: 'has stopped, as too many machines failed',
  Aborted: 'was aborted',
  Complete: 'is complete',
  Superseded: 'gave way to a newer revision',
  Undone: 'was taken back',
};

function refuseOver(channel: string, rollout: Rollout): Refusal {
  return refuse(
    `nothing is under way: ${rolloutName(channel, rollout)} ${conditions[rollout.state]}`,
    statusHint(channel),
  );
}

function statusHint(channel: string): string {
  return `devinstance rollout status ${channel} shows it`;
}

function refuse(message: string, remedy: string): Refusal {
  return { message, remedy };
}

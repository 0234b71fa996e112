import type { Outcome } from '../action.ts';
import type { FleetEvent } from '../event.ts';
import type { Instant } from '../instant.ts';
import { machinesText } from '../plan/describe.ts';
import type { ChannelRecord } from '../record.ts';
import type { ChannelAction } from './channel-action.ts';
import {
  channelSubject,
  type PastRollout,
  type Rollout,
  type RolloutState,
  type Wave,
} from './rollout.ts';
import { pastOf } from './succession.ts';
import { rolloutName } from './verbs.ts';

type Tell = (type: FleetEvent['type'], reason: string, message: string) => FleetEvent;

/** What people are told of a channel whose record changed. */
export function rolloutNews(
  before: ChannelRecord,
  after: ChannelRecord,
  now: Instant,
): readonly FleetEvent[] {
  if (before === after) return [];
  const name = channelSubject(after.name);
  const tell: Tell = (type, reason, message) => ({ name, at: now, type, reason, message });
  const [old, rollout] = [before.rollout, after.rollout];
  const isNew = rollout?.number !== old?.number;
  const past = isNew ? after.history?.find(({ number }) => number === old?.number) : undefined;
  const completion = completionNews(before, after, { past, tell });
  const changes =
    rollout === undefined || rollout === old
      ? []
      : newsOf(isNew ? undefined : old, rollout, { channel: after.name, tell });
  if (past === undefined || past.state === old?.state) return [...changes, ...completion];
  const end = tell('Normal', stateReasons[past.state], endText(after.name, past));
  return [end, ...completion, ...changes];
}

/** How a rollout ended, in one line. */
function endText(channel: string, past: PastRollout): string {
  const { state, reason, updated, members } = past;
  const how = state === 'Complete' ? `${updated} of ${members} machines have it` : reason;
  return how === undefined ? rolloutName(channel, past) : `${rolloutName(channel, past)}: ${how}`;
}

const stateReasons: Readonly<Record<RolloutState, string>> = {
  Progressing: 'RolloutProgressing',
  Baking: 'RolloutBaking',
  Paused: 'RolloutPaused',
  Degraded: 'RolloutDegraded',
  Aborted: 'RolloutAborted',
  Complete: 'RolloutCompleted',
  Superseded: 'RolloutSuperseded',
  Undone: 'RolloutUndone',
};

function newsOf(
  old: Rollout | undefined,
  rollout: Rollout,
  { channel, tell }: { readonly channel: string; readonly tell: Tell },
): readonly FleetEvent[] {
  const events: FleetEvent[] = [];
  const name = rolloutName(channel, rollout);
  if (old === undefined) {
    const sizes = rollout.waves.map((wave) => `${wave.name} ${wave.members.length}`);
    events.push(tell('Normal', 'RolloutBegan', `${name}: ${sizes.join(', ')}`));
  }
  const known = new Set(old?.failures.map((failure) => failure.name));
  for (const failure of rollout.failures.filter((one) => !known.has(one.name))) {
    events.push(tell('Warning', 'MachineFailed', `${failure.name} in ${name}: ${failure.reason}`));
  }
  for (const [index, wave] of rollout.waves.entries()) {
    events.push(...waveNews(old?.waves[index], wave, tell));
  }
  if (old?.state !== rollout.state && isTold(rollout.state)) {
    const type = rollout.state === 'Degraded' ? 'Warning' : 'Normal';
    events.push(tell(type, stateReasons[rollout.state], endText(channel, pastOf(rollout))));
  }
  return events;
}

/** The waves tell of these by themselves. */
function isTold(state: RolloutState): boolean {
  return state !== 'Progressing' && state !== 'Baking';
}

function waveNews(old: Wave | undefined, wave: Wave, tell: Tell): readonly FleetEvent[] {
  const events: FleetEvent[] = [];
  const { name, members, updated, left } = wave;
  if (old?.startedAt === undefined && wave.startedAt !== undefined && members.length > 0) {
    events.push(tell('Normal', 'WaveBegan', `wave ${name}: ${machinesText(members.length)}`));
  }
  if (old?.doneAt === undefined && wave.doneAt !== undefined && members.length > 0) {
    const rest =
      left.length === 0 ? '' : `; not reached: ${left.map((one) => one.name).join(', ')}`;
    const what = `wave ${name}: ${updated.length} of ${members.length} have it${rest}`;
    events.push(tell('Normal', 'WaveReached', what));
  }
  if (wave.bake !== undefined && old?.endedAt === undefined && wave.endedAt !== undefined) {
    events.push(tell('Normal', 'WaveBaked', `wave ${name} has baked`));
  }
  return events;
}

function completionNews(
  before: ChannelRecord,
  { completed, rollout }: ChannelRecord,
  { past, tell }: { readonly past: PastRollout | undefined; readonly tell: Tell },
): readonly FleetEvent[] {
  if (completed === undefined || completed.imageId === before.completed?.imageId) return [];
  // A rollout that came to its end has told of it.
  const isTold = [past, rollout].some(
    (one) => one?.state === 'Complete' && one.revision.imageId === completed.imageId,
  );
  if (isTold) return [];
  const message = `new DevInstances begin with ${completed.imageId}`;
  return [tell('Normal', 'ImageCompleted', message)];
}

/** What people are told of an action for a channel: that it was done, and the first time that it was refused. */
export function channelOutcomeNews(
  {
    action,
    outcome,
    before,
    after,
  }: {
    readonly action: ChannelAction;
    readonly outcome: Outcome;
    readonly before: ChannelRecord | undefined;
    readonly after: ChannelRecord | undefined;
  },
  now: Instant,
): readonly FleetEvent[] {
  const name = channelSubject(action.channel);
  if (outcome.result === 'done') {
    const { reason, message } = doneText(action);
    return [{ name, at: now, type: 'Normal', reason, message }];
  }
  const isKnown = (record: ChannelRecord | undefined) =>
    record?.retries?.some(
      ({ kind, imageId }) => kind === action.kind && imageId === action.imageId,
    ) === true;
  if (isKnown(before) || !isKnown(after) || outcome.result === 'not-sent') return [];
  const remedy = 'remedy' in outcome ? ` -> ${outcome.remedy}` : '';
  const message = `${action.kind} ${action.imageId}: ${outcome.code}: ${outcome.message}${remedy}`;
  return [{ name, at: now, type: 'Warning', reason: 'ImageActionFailed', message }];
}

function doneText(action: ChannelAction): { readonly reason: string; readonly message: string } {
  const { imageId } = action;
  switch (action.kind) {
    case 'publish-image':
      return { reason: 'ImagePublished', message: `${action.parameter} names ${imageId}` };
    case 'tag-image':
      return { reason: 'ImageTagged', message: `${imageId} is tagged as ${action.phase}` };
    case 'deregister-image':
      return {
        reason: 'ImageDeregistered',
        message: `${imageId} and its snapshots are deleted: nothing needs it`,
      };
  }
}

import { type Instant, millisBetween, plusMillis } from '../instant.ts';
import type { RequestEnding } from '../plan/world.ts';
import type { ChannelRecord } from '../record.ts';
import type { LedgerRequest } from '../request.ts';
import { channelSubject, type DeniedRevision, type Rollout, type Wave } from './rollout.ts';
import type { RolloutStatus } from './rollout-status.ts';
import { completing, over } from './succession.ts';
import { type RolloutWork, refusalOf, waysBack } from './verbs.ts';

/** A channel's record after what people asked of it, and what is said of each request. */
export interface Answered {
  readonly record: ChannelRecord;
  readonly endings: readonly RequestEnding[];
}

/** The moment at which requests are carried out, and what the channel names then. */
type Asked = Pick<RolloutStatus, 'named' | 'isPinned'> & { readonly now: Instant };

/** Carries out what people asked of a channel's rollout, oldest first, each once. */
export function answerRequests(
  stored: ChannelRecord,
  requests: readonly LedgerRequest[],
  { named, isPinned, now }: Asked,
): Answered {
  const subject = channelSubject(stored.name);
  const asked = requests.filter(({ name }) => name === subject);
  const open = new Set(asked.map(({ id }) => id));
  const standing = stored.answered?.filter(({ requestId }) => open.has(requestId)) ?? [];
  const isSame = standing.length === stored.answered?.length;
  let record = isSame ? stored : withAnswers(stored, standing);
  for (const request of asked) {
    const { work } = request;
    if (work.kind !== 'rollout' || isAnswered(record, request)) continue;
    const { after, result, message } = answer(record, request, work, { named, isPinned, now });
    const answered = { requestId: request.id, result, message };
    record = withAnswers(after, [...(after.answered ?? []), answered]);
  }
  const endings = (record.answered ?? []).map((one) => ({ name: subject, ...one }));
  return { record, endings };
}

function isAnswered({ answered = [] }: ChannelRecord, { id }: LedgerRequest): boolean {
  return answered.some(({ requestId }) => requestId === id);
}

function withAnswers(
  record: ChannelRecord,
  answered: NonNullable<ChannelRecord['answered']>,
): ChannelRecord {
  if (answered.length === 0 && record.answered === undefined) return record;
  const { answered: _answered, ...rest } = record;
  return answered.length === 0 ? rest : { ...rest, answered };
}

function answer(
  record: ChannelRecord,
  { actor, reason, expiresAt }: LedgerRequest,
  work: RolloutWork,
  { now, ...named }: Asked,
): {
  readonly after: ChannelRecord;
  readonly result: 'done' | 'refused';
  readonly message: string;
} {
  const refused = (message: string) => ({ after: record, result: 'refused' as const, message });
  if (expiresAt <= now) return refused(`it expired at ${expiresAt}`);
  const refusal = refusalOf({ channel: record.name, record, ...named }, work);
  const { rollout } = record;
  if (refusal !== undefined || rollout === undefined) {
    return refused(
      refusal === undefined ? 'there is no rollout' : `${refusal.message}: ${refusal.remedy}`,
    );
  }
  const who = reason === '' ? actor : `${actor}: ${reason}`;
  const done = (after: ChannelRecord, message: string) => ({
    after,
    result: 'done' as const,
    message,
  });
  const name = `r${rollout.number}`;
  switch (work.verb) {
    case 'pause':
      return done({ ...record, rollout: paused(rollout, actor, who, now) }, `${name} is paused`);
    case 'resume':
      return done({ ...record, rollout: resumed(rollout, now) }, `${name} goes on`);
    case 'promote':
      return done(
        { ...record, rollout: promoted(rollout, work.full === true, now) },
        `${name} goes on without waiting`,
      );
    case 'abort':
      return done({ ...record, rollout: aborted(rollout, who) }, `${name} is aborted`);
    case 'undo':
      return done(
        undone(record, rollout, { work, actor, reason, who, now }),
        `${name} is taken back`,
      );
  }
}

function paused(rollout: Rollout, actor: string, who: string, since: Instant): Rollout {
  return { ...rollout, state: 'Paused', paused: { since, actor }, reason: `paused by ${who}` };
}

/** Goes on where it was; what failed until now does not count against it any more. */
function resumed(rollout: Rollout, now: Instant): Rollout {
  const { paused: pause, reason: _reason, ...rest } = rollout;
  const wave = rollout.waves[rollout.current];
  const waves =
    wave === undefined || pause === undefined
      ? rollout.waves
      : rollout.waves.with(rollout.current, shifted(wave, millisBetween(pause.since, now)));
  const state = wave?.doneAt === undefined ? 'Progressing' : 'Baking';
  return { ...rest, waves, state, ...forgiving(rollout) };
}

function forgiving({ failures }: Rollout): Pick<Rollout, 'forgiven'> {
  return failures.length === 0 ? {} : { forgiven: failures.length };
}

/** The time that it was paused does not bring the deadline of its wave nearer. */
function shifted(wave: Wave, millis: number): Wave {
  const { deadlineAt } = wave;
  return deadlineAt === undefined ? wave : { ...wave, deadlineAt: plusMillis(deadlineAt, millis) };
}

/** The next wave begins now, or with `full` all that are left and nothing bakes any more. */
function promoted(rollout: Rollout, isFull: boolean, now: Instant): Rollout {
  const { waves, current } = rollout;
  const last = waves.length - 1;
  const isLast = current === last;
  const next = isFull || isLast ? last : current + 1;
  const moved = waves.map((wave, index) => {
    if (index < current || (index > next && !isFull)) return wave;
    const { bake: _bake, ...unwatched } = wave;
    const base = isFull || index < next || isLast ? unwatched : wave;
    if (index < next) return { ...base, startedAt: wave.startedAt ?? now, endedAt: now };
    return base;
  });
  const { paused: _paused, reason: _reason, ...rest } = rollout;
  return { ...rest, state: 'Progressing', waves: moved, current: next, ...forgiving(rollout) };
}

function aborted(rollout: Rollout, who: string): Rollout {
  const { paused: _paused, ...rest } = rollout;
  return { ...rest, state: 'Aborted', reason: `aborted by ${who}` };
}

/** What was rolled out since the image that is gone back to is denied, and that one is in force at once. */
function undone(
  record: ChannelRecord,
  rollout: Rollout,
  asked: {
    readonly work: RolloutWork;
    readonly actor: string;
    readonly reason: string;
    readonly who: string;
    readonly now: Instant;
  },
): ChannelRecord {
  const { work, actor, reason, who, now } = asked;
  const ways = waysBack(record);
  const index = work.to === undefined ? 0 : ways.findIndex(({ imageId }) => imageId === work.to);
  const target = ways[index];
  if (target === undefined) return record;
  const leaving = [rollout.revision, ...ways.slice(0, index)];
  const known = new Set(record.denied?.map(({ imageId }) => imageId));
  const denied: DeniedRevision[] = leaving
    .filter(({ imageId }) => !known.has(imageId))
    .map(({ imageId }) => ({ imageId, at: now, actor, reason }));
  const back = record.completed?.imageId === target.imageId ? record : completing(record, target);
  return {
    ...back,
    denied: [...(record.denied ?? []), ...denied],
    rollout: over(rollout, 'Undone', `taken back to ${target.imageId} by ${who}`, now),
  };
}

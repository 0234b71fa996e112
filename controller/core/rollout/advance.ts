import type { ResolvedChannel } from '../desired.ts';
import { hourMs, type Instant, millisBetween, minuteMs, plusMillis } from '../instant.ts';
import type { ImageReading } from '../observed.ts';
import type { Situation } from '../plan/situation.ts';
import { bakeState, isBecomingReady, withUse } from './bake.ts';
import { newFailures } from './failure.ts';
import { begunWave } from './members.ts';
import { hasRevision, reachOf, withUpdated } from './reach.ts';
import { isHalted, isOver, type Rollout, type Wave } from './rollout.ts';

/** What a rollout is moved on by. */
export interface Progress {
  readonly channel: ResolvedChannel;
  /** The DevInstances of the ledger, by name. */
  readonly machines: ReadonlyMap<string, Situation>;
  /** What became of the image itself; undefined where that could not be read. */
  readonly image: ImageReading | undefined;
  readonly isExpired: boolean;
  readonly now: Instant;
}

/** Takes note of what became of a rollout's machines, and goes on to what follows from it. */
export function advanced(rollout: Rollout, progress: Progress): Rollout {
  if (isOver(rollout)) return rollout;
  const { channel, machines, now } = progress;
  const news = newFailures(rollout, machines, now);
  const failed =
    news.length === 0 ? rollout : { ...rollout, failures: [...rollout.failures, ...news] };
  const noted = withUpdated(failed, machines);
  if (isHalted(noted)) return noted;
  const halt = haltOf(noted, progress);
  if (halt !== undefined) return degraded(noted, halt);
  const reach = reachOf(noted, channel.name, machines, now);
  const isMoved = reach.waves.some((wave, index) => wave !== noted.waves[index]);
  const reached = isMoved ? { ...noted, waves: reach.waves } : noted;
  return step(reached, reach.isAwaiting, progress);
}

/** Why nothing more of it may be rolled out. */
function haltOf(
  { failures, forgiven = 0, revision, isBack }: Rollout,
  { channel, image, isExpired }: Progress,
): string | undefined {
  const { abortOnFailures } = channel;
  const count = failures.length - forgiven;
  if (count >= abortOnFailures) {
    const names = failures.slice(forgiven).map(({ name }) => name);
    return `${count} of its machines failed (${names.join(', ')}), abortOn.failures is ${abortOnFailures}`;
  }
  if (image?.usable === false) return `its image cannot be used: ${image.reason}`;
  // Who goes back may have a kept machine of it; for others it says why it is not launched.
  return isExpired && !isBack ? `image ${revision.imageId} is past its best-before` : undefined;
}

function degraded(rollout: Rollout, reason: string): Rollout {
  const { paused: _paused, ...rest } = rollout;
  return { ...rest, state: 'Degraded', reason };
}

/** The current wave, one step further if it may; again as long as steps are made. */
function step(rollout: Rollout, isAwaiting: boolean, progress: Progress): Rollout {
  const { now, channel, machines } = progress;
  const { current, waves } = rollout;
  const wave = waves[current];
  if (wave === undefined) return rollout;
  const deadlineAt = plusMillis(now, channel.deadlineMinutes * minuteMs);
  const started = begunWave(wave, now, deadlineAt);
  const done = isAwaiting || started.doneAt !== undefined ? started : { ...started, doneAt: now };
  const healthy = healthyMembers(rollout, done, machines);
  const watched = withUse(done, healthy, now);
  const next = watched === wave ? rollout : withWave(rollout, watched);
  if (isPausedByPerson(next)) return next;
  if (watched.doneAt === undefined) return moving(next, 'Progressing');
  const verdict = verdictOn(next, watched, healthy, now);
  switch (verdict.kind) {
    case 'on':
      return moving(next, 'Baking');
    case 'failed':
      return degraded(next, verdict.reason);
    case 'inconclusive':
      return next.paused === undefined
        ? { ...next, state: 'Paused', paused: { since: now }, reason: verdict.reason }
        : next;
    case 'over': {
      const ended = withWave(next, { ...watched, endedAt: now });
      if (current + 1 >= waves.length) {
        return isGoingBack(next, progress) ? moving(next, 'Baking') : ending(ended, next, now);
      }
      const begun = moving({ ...ended, current: current + 1 }, 'Progressing');
      const onward = withUpdated(begun, machines);
      const reach = reachOf(onward, channel.name, machines, now);
      return step({ ...onward, waves: reach.waves }, reach.isAwaiting, progress);
    }
  }
}

/** A failed machine goes back as long as its rollout lasts: that is waited for, if it is not stuck. */
function isGoingBack(rollout: Rollout, { machines, now }: Progress): boolean {
  return rollout.failures.some(({ name, at }) => {
    const situation = machines.get(name);
    const isOn = situation !== undefined && hasRevision(situation, rollout);
    const isMoving = situation?.record.replacement !== undefined;
    return (isOn || isMoving) && millisBetween(at, now) < hourMs;
  });
}

/** Where no machine is left that is well with it, nothing is proven, whoever forgave the failures. */
function ending(ended: Rollout, before: Rollout, now: Instant): Rollout {
  const failed = new Set(ended.failures.map(({ name }) => name));
  const isAnyWell = ended.waves.some(({ updated }) => updated.some((name) => !failed.has(name)));
  return failed.size > 0 && !isAnyWell
    ? degraded(before, 'every machine that it reached failed')
    : completed(ended, now);
}

/** Without a machine that has it there is nothing to learn from, if the wave was to be watched. */
function verdictOn(rollout: Rollout, wave: Wave, healthy: readonly Situation[], now: Instant) {
  const { waves, current, failures, forgiven = 0 } = rollout;
  if (healthy.length > 0) {
    const state = bakeState(wave, now);
    const isDoubted = state.kind === 'over' && wave.bake !== undefined;
    // One that is not ready as the bake ends has failed or is well again within `readyWithin`.
    return isDoubted && healthy.some(isBecomingReady) ? ({ kind: 'on' } as const) : state;
  }
  const counting = failures.slice(forgiven);
  const failed = counting.filter(({ name }) => wave.members.includes(name)).length;
  if (failed > 0) {
    return {
      kind: 'failed',
      reason: `every machine that wave ${wave.name} reached failed`,
    } as const;
  }
  const isLeftOver = waves.slice(current + 1).some(({ members }) => members.length > 0);
  const isEmpty = wave.members.length === 0 && !isLeftOver;
  if (wave.bake === undefined || isEmpty) return { kind: 'over' } as const;
  const what = wave.members.length === 0 ? 'has no machines' : 'reached none of its machines';
  return { kind: 'inconclusive', reason: `wave ${wave.name} ${what}` } as const;
}

function healthyMembers(
  { failures }: Rollout,
  { updated }: Wave,
  machines: ReadonlyMap<string, Situation>,
): readonly Situation[] {
  const failed = new Set(failures.map(({ name }) => name));
  return updated.flatMap((name) => {
    const situation = failed.has(name) ? undefined : machines.get(name);
    return situation === undefined ? [] : [situation];
  });
}

function withWave(rollout: Rollout, wave: Wave): Rollout {
  return { ...rollout, waves: rollout.waves.with(rollout.current, wave) };
}

function isPausedByPerson({ state, paused }: Rollout): boolean {
  return state === 'Paused' && paused?.actor !== undefined;
}

/** Under way in this state; what paused it for want of use is over. */
function moving(rollout: Rollout, state: 'Progressing' | 'Baking'): Rollout {
  if (rollout.state === state && rollout.paused === undefined) return rollout;
  const { paused: _paused, reason: _reason, ...rest } = rollout;
  return { ...rest, state };
}

function completed(rollout: Rollout, now: Instant): Rollout {
  return { ...moving(rollout, 'Progressing'), state: 'Complete', endedAt: now };
}

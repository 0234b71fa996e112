import type { Instant } from '../instant.ts';
import type { Situation } from '../plan/situation.ts';
import { hindranceOf } from '../replacement/hindrance.ts';
import { isFollower } from './members.ts';
import type { MemberNote, Rollout, Wave } from './rollout.ts';

/** Where the members of a rollout's waves, as far as they have begun, stand with its revision. */
export interface Reach {
  /** By wave, up to the current one. */
  readonly waves: readonly Wave[];
  /** Whether any member is still waited for. */
  readonly isAwaiting: boolean;
}

/** A rollout that knows which of its members have the revision by now. */
export function withUpdated(rollout: Rollout, machines: ReadonlyMap<string, Situation>): Rollout {
  const waves = rollout.waves.map((wave, index) => {
    if (index > rollout.current) return wave;
    const known = new Set(wave.updated);
    const fresh = wave.members.filter((name) => {
      const situation = known.has(name) ? undefined : machines.get(name);
      return situation !== undefined && hasRevision(situation, rollout);
    });
    return fresh.length === 0 ? wave : { ...wave, updated: [...wave.updated, ...fresh] };
  });
  const isSame = waves.every((wave, index) => wave === rollout.waves[index]);
  return isSame ? rollout : { ...rollout, waves };
}

/**
 * Looks which members have not got the revision, and which of them are not waited for: what is held
 * by more than its moment, and after the deadline whatever is not at its moment.
 */
export function reachOf(
  rollout: Rollout,
  channel: string,
  machines: ReadonlyMap<string, Situation>,
  now: Instant,
): Reach {
  const failed = new Set(rollout.failures.map(({ name }) => name));
  let isAwaiting = false;
  const waves = rollout.waves.map((wave, index) => {
    if (index > rollout.current) return wave;
    const updated = new Set(wave.updated);
    const left: MemberNote[] = [];
    for (const name of wave.members) {
      const situation = machines.get(name);
      if (situation === undefined || updated.has(name) || failed.has(name)) continue;
      if (!isFollower(situation, channel)) continue;
      const reason = reasonToLeave(situation, rollout, wave, now);
      if (reason === undefined) isAwaiting = true;
      else left.push(noteOf(wave, name, reason, now));
    }
    return withLeft(wave, left);
  });
  return { waves, isAwaiting };
}

/** Whether a machine has the revision, and nothing about that is under way. */
export function hasRevision({ machine, record }: Situation, { revision }: Rollout): boolean {
  return record.replacement === undefined && machine?.imageId === revision.imageId;
}

/** Why a wave does not wait for a machine; undefined while it does. */
function reasonToLeave(
  situation: Situation,
  { revision, waves, current }: Rollout,
  wave: Wave,
  now: Instant,
): string | undefined {
  if (situation.record.replacement !== undefined) return undefined;
  // A wave that a person promoted past has none of its own.
  const deadlineAt = wave.deadlineAt ?? waves[current]?.deadlineAt;
  const rollout = { wanted: revision, firsts: [], mayBegin: true };
  const hindrance = hindranceOf({ ...situation, rollout });
  if (hindrance.kind === 'held') return hindrance.message;
  if (deadlineAt === undefined || now < deadlineAt || hindrance.kind === 'none') return undefined;
  return `out of reach until its deadline: ${hindrance.message}`;
}

/** The note that stands keeps its moment. */
function noteOf({ left }: Wave, name: string, reason: string, at: Instant): MemberNote {
  const known = left.find((note) => note.name === name);
  return known?.reason === reason ? known : { name, at, reason };
}

function withLeft(wave: Wave, left: readonly MemberNote[]): Wave {
  const isSame =
    left.length === wave.left.length && left.every((note, index) => note === wave.left[index]);
  return isSame ? wave : { ...wave, left };
}

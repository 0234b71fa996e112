import type { Instant } from '../instant.ts';
import type { PinnedImage } from '../record.ts';

/** How long a wave is watched before the next one begins. */
export type Bake =
  /** Hours that its machines were used, all together. */
  | { readonly usedHours: number }
  /** Wall clock. */
  | { readonly minutes: number };

/** A wave as git describes it: who is in it, and how it is watched. */
export interface WaveSpec {
  readonly name: string;
  /** Machines with all these labels; or `percent`. */
  readonly selector?: Readonly<Record<string, string>>;
  /** Of the machines that no earlier wave has, rounded up. */
  readonly percent?: number;
  readonly bake?: Bake;
}

/**
 * `Progressing`: machines of the current wave get the revision. `Baking`: they have it and are
 * watched. `Paused`: by a person, or because nobody used them. `Degraded`: too many failed.
 * `Aborted`: a person gave it up. `Superseded`: another revision took over. `Undone`: taken back.
 */
export type RolloutState =
  | 'Progressing'
  | 'Baking'
  | 'Paused'
  | 'Degraded'
  | 'Aborted'
  | 'Complete'
  | 'Superseded'
  | 'Undone';

/** What became of one machine of a rollout, where it did not get the revision. */
export interface MemberNote {
  readonly name: string;
  readonly at: Instant;
  /** For people, without a full stop. */
  readonly reason: string;
}

/** A wave whose members were chosen as its rollout began, and how far it has come. */
export interface Wave {
  readonly name: string;
  readonly members: readonly string[];
  readonly bake?: Bake;
  readonly startedAt?: Instant;
  /** From then on no session, and no machine that cannot be reached, holds it up any more. */
  readonly deadlineAt?: Instant;
  /** The members that have had the revision, in the order in which they were seen with it. */
  readonly updated: readonly string[];
  /** Members that it does not wait for: held, or out of reach until its deadline. */
  readonly left: readonly MemberNote[];
  /** When nothing more was to be replaced: from then on it bakes. */
  readonly doneAt?: Instant;
  /** How long its machines were used while it baked, in milliseconds, as of `sampledAt`. */
  readonly usedMs?: number;
  readonly sampledAt?: Instant;
  /** Those in use at that moment. */
  readonly inUse?: readonly string[];
  /** When one of its machines was first seen on and ready for its owner while it baked. */
  readonly ranAt?: Instant;
  /** When the next wave was let begin. */
  readonly endedAt?: Instant;
}

/** One revision on its way through the machines of a channel. */
export interface Rollout {
  /** Counts the rollouts of the channel, from 1. */
  readonly number: number;
  readonly revision: PinnedImage;
  readonly since: Instant;
  readonly state: RolloutState;
  /** For people: why it is in its state, without a full stop. */
  readonly reason?: string;
  readonly waves: readonly Wave[];
  /** The index of the current wave. */
  readonly current: number;
  /** Machines that failed with the revision: each is back, or on its way back, on what it had. */
  readonly failures: readonly MemberNote[];
  /** How many of them a person has looked at and gone on: they do not count against it any more. */
  readonly forgiven?: number;
  /** Who or what paused it, and since when; of nobody's doing where no one used its machines. */
  readonly paused?: { readonly since: Instant; readonly actor?: string };
  /** To a revision that was completed before and not taken back since: nothing is to be proven. */
  readonly isBack?: true;
  readonly endedAt?: Instant;
}

/** A rollout that is over, for `rollout history`. */
export interface PastRollout {
  readonly number: number;
  readonly revision: PinnedImage;
  readonly since: Instant;
  readonly endedAt: Instant;
  readonly state: RolloutState;
  readonly reason?: string;
  readonly updated: number;
  readonly failed: number;
  /** How many machines it was meant for. */
  readonly members: number;
}

/** A revision that a channel completed, and when. */
export interface Completion {
  readonly imageId: string;
  readonly name?: string;
  readonly parameterVersion?: number;
  readonly at: Instant;
}

/** A revision that was taken back: never rolled out again, unless git pins it. */
export interface DeniedRevision {
  readonly imageId: string;
  readonly at: Instant;
  readonly actor: string;
  readonly reason: string;
}

/** Whether a rollout still moves, or may move again without a person's word. */
export function isActive({ state }: Pick<Rollout, 'state'>): boolean {
  return state === 'Progressing' || state === 'Baking' || state === 'Paused';
}

/** Whether it came to a halt in which a newer revision takes its place. */
export function isHalted({ state }: Pick<Rollout, 'state'>): boolean {
  return state === 'Degraded' || state === 'Aborted';
}

/** Whether nothing comes of it any more: neither by itself nor by a person's `resume`. */
export function isOver(rollout: Pick<Rollout, 'state'>): boolean {
  return !isActive(rollout) && !isHalted(rollout);
}

/** What requests and events that concern a channel are filed under: no DevInstance has such a name. */
export function channelSubject(channel: string): string {
  return `image/${channel}`;
}

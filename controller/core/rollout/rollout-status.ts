import type { ImageReading } from '../observed.ts';
import type { ChannelRecord, PinnedImage } from '../record.ts';
import type { Wave } from './rollout.ts';

/** Where one machine of a rollout stands. */
export type MemberState =
  /** It has the revision. */
  | 'updated'
  /** It had the revision, which was taken back, and has another image again. */
  | 'back'
  /** Its replacement is under way. */
  | 'replacing'
  /** Its turn has come, but not its moment. */
  | 'due'
  /** Its wave has not begun, or its rollout was over before its moment came. */
  | 'later'
  /** It failed with the revision, and is back on what it had or on its way there. */
  | 'failed'
  /** Its wave does not wait for it. */
  | 'left'
  /** It follows the channel no more: retired, suspended, without a machine. */
  | 'gone';

export interface MemberStatus {
  readonly name: string;
  readonly state: MemberState;
  /** For people: when it is due, or why it is in its state. */
  readonly note?: string;
}

export interface WaveStatus extends Wave {
  readonly machines: readonly MemberStatus[];
  /** For people, of a wave that bakes or has baked: `3.5 of 8 used hours`. */
  readonly baking?: string;
}

/** Why a channel's named image is not rolled out. */
export interface ChannelProblem {
  readonly reason: 'ImageDenied' | 'ImageExpired' | 'ImageUnusable' | 'ImageTooOld';
  readonly message: string;
  readonly remedy: string;
}

/** An image channel as `rollout status` and the plan show it. */
export interface RolloutStatus {
  readonly channel: string;
  /** What the channel's pin, or else its parameter, names now; undefined where that is unread. */
  readonly named: ImageReading | undefined;
  readonly isPinned: boolean;
  /** What the ledger knows of it, as the plan leaves it. */
  readonly record: ChannelRecord;
  /** The waves of the rollout under way, or of the last one; empty where there was none. */
  readonly waves: readonly WaveStatus[];
  /** A newer revision that waits until this rollout is over. */
  readonly waiting?: PinnedImage;
  readonly problems: readonly ChannelProblem[];
  /** Of the named image, in hours. */
  readonly imageAgeHours?: number;
}

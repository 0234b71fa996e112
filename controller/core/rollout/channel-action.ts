import type { Outcome } from '../action.ts';

/** The phases that an AMI's `devinstance:phase` tag may name. */
export type ImagePhase = 'completed' | 'denied';

/** One mutation for an image channel rather than for a DevInstance. Each may be repeated without harm. */
export type ChannelAction =
  /** Writes the SSM parameter that names the channel's stable or previous image. */
  | {
      readonly kind: 'publish-image';
      readonly channel: string;
      readonly parameter: string;
      readonly imageId: string;
    }
  /** Tags the AMI with what became of it. */
  | {
      readonly kind: 'tag-image';
      readonly channel: string;
      readonly imageId: string;
      readonly phase: ImagePhase;
    }
  /**
   * Deregisters an AMI with its snapshots: only one of this account that carries the tags of this
   * fleet and channel, and that no machine of the account is made of, all read right before.
   */
  | { readonly kind: 'deregister-image'; readonly channel: string; readonly imageId: string };

/** How often a channel's action of one kind on one image failed in a row. */
export interface ChannelRetry {
  readonly kind: ChannelAction['kind'];
  readonly imageId: string;
  readonly attempts: number;
  readonly notBefore: string;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** The code of a deregistration that is put off because a machine of the account is made of the image. */
export const imageInUse = 'ImageInUse';

/** Whether an action ended in a way that somebody has to look at. What is in use is kept, and that is all. */
export function isFailure(outcome: Outcome): boolean {
  const isKept = outcome.result === 'refused' && outcome.code === imageInUse;
  return outcome.result !== 'done' && !isKept;
}

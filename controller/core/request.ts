import type { Instant } from './instant.ts';

/** What a person asks the controller to do with a DevInstance, by a command. */
export type RequestedWork =
  | { readonly kind: 'snapshot-home' }
  /** A new home volume from this snapshot, in the same zone; the old one is kept and released. */
  | { readonly kind: 'restore-home'; readonly snapshotId: string };

/**
 * A person's request: a ledger item of its own, written by commands outside the controller's epoch.
 * It always expires; what came of it stays readable until then.
 */
export interface LedgerRequest {
  /** Unique for ever, at most 36 of [a-z0-9-]. */
  readonly id: string;
  /** The DevInstance. */
  readonly name: string;
  readonly work: RequestedWork;
  /** Who asked, for people. */
  readonly actor: string;
  readonly reason: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
  /** Set by the controller once nothing more is done for it. */
  readonly ended?: {
    readonly at: Instant;
    readonly result: 'done' | 'refused';
    /** For people: `snapshot snap-… is complete`. */
    readonly message: string;
  };
}

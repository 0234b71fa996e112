import { dayMs, type Instant, plusMillis } from './instant.ts';

/** What a person asks the controller to do with a DevInstance, by a command. */
export type RequestedWork =
  | { readonly kind: 'snapshot-home' }
  /** A new home volume from this snapshot, in the same zone; the old one is kept and released. */
  | { readonly kind: 'restore-home'; readonly snapshotId: string }
  /** On or off until the request expires, whatever the schedule says. */
  | {
      readonly kind: 'override';
      readonly state: 'running' | 'stopped';
      readonly command: 'extend' | 'start' | 'stop';
      /** The machine was seen off when it was asked for: whoever stopped it did so before. */
      readonly foundOff?: true;
    }
  /** Hands off until the request expires. */
  | { readonly kind: 'suspend' }
  /** Home and duty go back to the machine, or at least the image, from before the last replacement. */
  | { readonly kind: 'rollback' }
  /** About the rollout of a channel: its name is the channel's subject. */
  | {
      readonly kind: 'rollout';
      readonly verb: 'pause' | 'resume' | 'promote' | 'abort' | 'undo';
      /** Of `promote`: through all waves that are left. */
      readonly full?: true;
      /** Of `undo`: an image that the channel completed before. */
      readonly to?: string;
    };

/** The name in a request that means every DevInstance: none can be called so. */
export const everyName = '*';

/**
 * A person's request: a ledger item of its own, written by commands outside the controller's epoch.
 * It always expires; what came of it stays readable until then.
 */
export interface LedgerRequest {
  /** Unique for ever, at most 36 of [a-z0-9-]. */
  readonly id: string;
  /** The DevInstance, `everyName`, or a channel's subject (`image/NAME`). */
  readonly name: string;
  readonly work: RequestedWork;
  /** Who asked, for people. */
  readonly actor: string;
  readonly reason: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
  /** Set by the controller once nothing more is done for it. */
  readonly ended?: RequestEnd;
}

/** What came of a request. */
export interface RequestEnd {
  readonly at: Instant;
  readonly result: 'done' | 'refused' | 'cancelled';
  /** For people: `snapshot snap-… is complete`. */
  readonly message: string;
}

/** Until when a ledger keeps a request, so that a person can still read what came of it. */
export function requestKeptUntil(request: LedgerRequest): Instant {
  return plusMillis(request.expiresAt, dayMs);
}

/** Whether what is open for a DevInstance, or for all, differs between two readings. */
export function isAskedAnew(
  name: string,
  before: readonly LedgerRequest[],
  after: readonly LedgerRequest[],
): boolean {
  return openFor(name, before) !== openFor(name, after);
}

function openFor(name: string, requests: readonly LedgerRequest[]): string {
  return requests
    .filter((request) => request.ended === undefined && isFor(request, name))
    .map(({ id }) => id)
    .sort()
    .join();
}

function isFor(request: LedgerRequest, name: string): boolean {
  return request.name === name || request.name === everyName;
}

/** The requests by instant, then id. */
export function sortRequests(requests: readonly LedgerRequest[]): readonly LedgerRequest[] {
  const order = (request: LedgerRequest) => `${request.at} ${request.id}`;
  return requests.toSorted((one, other) => (order(one) < order(other) ? -1 : 1));
}

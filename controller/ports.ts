import type { Action, Outcome } from './core/action.ts';
import type { ParsedSpecs } from './core/desired.ts';
import type { FleetEvent } from './core/event.ts';
import type { Instant } from './core/instant.ts';
import type { Interest, Observed, Snapshot } from './core/observed.ts';
import type { ChannelRecord, DevInstanceRecord, Marker } from './core/record.ts';
import type { LedgerRequest, RequestEnd } from './core/request.ts';
import type { ChannelAction } from './core/rollout/channel-action.ts';

/** Who this program is to AWS, read before anything else. */
export interface Identity {
  readonly account: string;
  readonly region: string;
}

/** Reads the account. A planning caller gets no more than this, so a dry run has no way to write. */
export interface Observer {
  /** Throws an OperatorError where AWS cannot be asked at all (credentials, endpoint, region). */
  identity(): Promise<Identity>;
  /** Reads everything a pass needs; a part that could not be read is in `failures`. */
  observe(interest: Interest): Promise<Observed>;
  /** All snapshots that carry the fleet's tag. Throws an OperatorError where they cannot be listed. */
  listSnapshots(fleet: string): Promise<readonly Snapshot[]>;
}

/** Reads and changes the account. */
export interface Cloud extends Observer {
  /**
   * Performs actions of one kind, batched where the API allows; answers in the same order and
   * never throws for what AWS says. `mayMutate` is asked right before each call. Different kinds
   * may be performed at the same time.
   */
  perform(actions: readonly Action[], mayMutate: () => boolean): Promise<readonly Outcome[]>;
  /** Performs one action for an image channel; never throws for what AWS says. */
  performOnChannel(action: ChannelAction, mayMutate: () => boolean): Promise<Outcome>;
}

/** Where specs come from. */
export interface Specs {
  read(): Promise<ParsedSpecs>;
}

/** A record as it stands in the ledger: `version` grows by one with each write. */
export interface StoredRecord {
  readonly record: DevInstanceRecord;
  readonly version: number;
}

/** The lease as it stands. A nonce that stays the same for `ttlMs` means that its holder is gone. */
export interface LeaseItem {
  /** Who holds it, for people and for telling a dead process on this machine; '' when released. */
  readonly holder: string;
  readonly nonce: string;
  /** Grows by one with each new holder. */
  readonly epoch: number;
  readonly ttlMs: number;
}

/**
 * Durable memory. Every read is consistent; every write is conditional, but for people's requests
 * and events, of which none replaces another.
 */
export interface Ledger {
  /** For messages: `dynamodb:devinstance-dev`, `file:.devinstance/ledger.json`. */
  readonly description: string;
  /** Makes the store where it is missing and writes the marker. Throws OperatorError where another fleet's is there. */
  init(marker: Marker): Promise<'created' | 'already-there'>;
  /** The marker; undefined where the store exists without one. Throws OperatorError where there is no store. */
  marker(): Promise<Marker | undefined>;
  /** All records, by name. */
  records(): Promise<readonly StoredRecord[]>;
  /**
   * Writes a record over the given version (0: there must be none) if no newer epoch wrote it.
   * Throws LedgerConflict where someone else did; its own write that was only acknowledged badly counts as success.
   */
  putRecord(record: DevInstanceRecord, overVersion: number, epoch: number): Promise<StoredRecord>;
  /** What is known of image channels, by name. */
  channels(): Promise<readonly ChannelRecord[]>;
  /**
   * Writes what is known of a channel, if no newer epoch wrote it. Throws LedgerConflict where one did.
   */
  putChannel(channel: ChannelRecord, epoch: number): Promise<void>;
  lease(): Promise<LeaseItem | undefined>;
  /** Writes the lease if its nonce is still `overNonce` (undefined: there is none). Answers whether it did. */
  putLease(lease: LeaseItem, overNonce: string | undefined): Promise<boolean>;
  /** People's requests by instant, then id: also ended and expired ones, as long as they are kept. */
  requests(): Promise<readonly LedgerRequest[]>;
  /** Writes a request, whatever the epoch. Its id is new. */
  putRequest(request: LedgerRequest): Promise<void>;
  /** Ends a request that is there and has not ended. Answers whether it did. */
  endRequest(id: string, ended: RequestEnd): Promise<boolean>;
  /** Adds events. One that is there already, equal in every field, stays one. */
  putEvents(events: readonly FleetEvent[]): Promise<void>;
  /** The events of one DevInstance, or of all, oldest first, as long as they are kept. */
  events(name?: string): Promise<readonly FleetEvent[]>;
  /** Lets go of connections and files. */
  close(): Promise<void>;
}

/** Someone else wrote the item, or holds a newer epoch. */
export class LedgerConflict extends Error {
  override readonly name = 'LedgerConflict';
}

/** Wall time, which a simulated account may run ahead of; `sleep` may return at once there. */
export interface Clock {
  now(): Instant;
  sleep(millis: number): Promise<void>;
}

/** Time that only ever grows and is never simulated: leases are measured on it. */
export interface Steady {
  millis(): number;
  wait(millis: number): Promise<void>;
}

/** Something an operator must mend: one line that names the cause, and one that says what to do. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly remedy: string;
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

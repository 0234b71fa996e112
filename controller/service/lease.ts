import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type LeaseItem, type Ledger, LedgerConflict, type Steady } from '../ports.ts';

/**
 * A lease outlives three renewals by a third of its length each, and a machine that dies is
 * replaced within two lengths. Longer than a call to AWS may take.
 */
export const LEASE_TTL_MS = 15_000;

/** How often a waiting follower looks. */
const POLL_MS = 1_000;

export interface LeaseOptions {
  readonly ledger: Pick<Ledger, 'lease' | 'putLease'>;
  /** One line that names this process, as `thisHolder` makes it; not empty. */
  readonly holder: string;
  readonly steady: Steady;
  readonly ttlMs: number;
  /** No call to AWS takes longer; shorter than `ttlMs`. */
  readonly callTimeoutMs: number;
  /** Whether a holder's process is known to be gone; undefined where that cannot be known. */
  readonly isHolderDead: (holder: string) => boolean | undefined;
  /** Told once of each holder that is waited for. */
  readonly onWait?: (holder: string) => void;
}

/** The right to be the one writer, for as long as it is renewed. */
export interface Lease {
  /** Goes into every write to the ledger. */
  readonly epoch: number;
  /** How long it still lasts, counted from before its last renewal was sent; 0 when lost. */
  remainingMs(): number;
  /** True where a call to AWS that begins now ends before the lease does. */
  mayMutate(): boolean;
  /** Throws LedgerConflict where another has taken it; other errors leave it as it was. */
  renew(): Promise<void>;
  /**
   * Lets the next one take it at once. To be called when no call to AWS is under way. Never
   * throws: a lease that cannot be released runs out.
   */
  release(): Promise<void>;
}

/**
 * Waits until nobody holds the lease, and takes it. A released lease and that of a process known
 * to be dead are taken at once; any other when its nonce stayed the same for its whole length on our
 * own clock. Whoever takes it from another waits for one more call timeout, in which the other's last
 * calls may still land. Throws what the ledger throws.
 */
export async function acquireLease(options: LeaseOptions): Promise<Lease> {
  const { steady, callTimeoutMs } = options;
  assert(options.holder !== '', 'an empty holder means a released lease');
  assert(options.ttlMs > callTimeoutMs, 'a lease must outlive a call');
  for (;;) {
    const { before, inherited } = await awaitTurn(options);
    const lease = await takeLease(options, before);
    if (lease === undefined) continue;
    if (!inherited) return lease;
    await steady.wait(callTimeoutMs);
    if (await isRenewed(lease)) return lease;
  }
}

interface Turn {
  readonly before: LeaseItem | undefined;
  /** True where a holder lost the lease without letting go of it. */
  readonly inherited: boolean;
}

async function awaitTurn(options: LeaseOptions): Promise<Turn> {
  const { ledger, steady, isHolderDead, onWait } = options;
  let seen: { readonly item: LeaseItem; readonly sinceMs: number } | undefined;
  for (;;) {
    const item = await ledger.lease();
    if (item === undefined || item.holder === '') return { before: item, inherited: false };
    if (isHolderDead(item.holder) === true) return { before: item, inherited: true };
    if (seen?.item.holder !== item.holder) onWait?.(item.holder);
    if (seen?.item.nonce !== item.nonce) seen = { item, sinceMs: steady.millis() };
    const leftMs = seen.sinceMs + item.ttlMs - steady.millis();
    if (leftMs <= 0) return { before: item, inherited: true };
    await steady.wait(Math.min(leftMs, POLL_MS));
  }
}

async function isRenewed(lease: Lease): Promise<boolean> {
  try {
    await lease.renew();
    return true;
  } catch (error) {
    if (error instanceof LedgerConflict) return false;
    throw error;
  }
}

/** Answers undefined where another one was faster. */
async function takeLease(
  options: LeaseOptions,
  before: LeaseItem | undefined,
): Promise<Lease | undefined> {
  const { ledger, holder, steady, ttlMs } = options;
  const first = { holder, ttlMs, epoch: (before?.epoch ?? 0) + 1, nonce: randomUUID() };
  const sentMs = steady.millis();
  if (!(await writeLease(ledger, first, before?.nonce))) return undefined;
  return holdLease(options, first, sentMs);
}

function holdLease(options: LeaseOptions, first: LeaseItem, firstSentMs: number): Lease {
  const { ledger, steady, ttlMs, callTimeoutMs } = options;
  let current = first;
  let untilMs = firstSentMs + ttlMs;
  /** Nonces of writes that failed for us but may still land. */
  let doubtful: readonly string[] = [];
  let ended = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** One write at a time: a release waits for a renewal that is under way. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  const replace = async (holder: string): Promise<boolean> => {
    const next = { ...current, holder, nonce: randomUUID() };
    const sentMs = steady.millis();
    doubtful = [...doubtful, next.nonce];
    if (!(await writeLease(ledger, next, current.nonce))) return false;
    // What was in doubt was conditional on an older nonce, so it can no longer land.
    [current, untilMs, doubtful] = [next, sentMs + ttlMs, []];
    return true;
  };

  const renew = async (): Promise<void> => {
    if (ended) throw new LedgerConflict(`the lease of epoch ${first.epoch} is over`);
    if (await replace(first.holder)) return;
    const found = await ledger.lease();
    if (found !== undefined && doubtful.includes(found.nonce)) {
      current = found;
      if (await replace(first.holder)) return;
    }
    ended = true;
    throw new LedgerConflict(
      `the lease of epoch ${first.epoch} went to ${found?.holder || 'another'}`,
    );
  };

  const release = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await inTurn(async () => {
      await replace('');
    }).catch(() => {});
  };

  const remainingMs = () => (ended ? 0 : Math.max(0, untilMs - steady.millis()));
  return {
    epoch: first.epoch,
    remainingMs,
    mayMutate: () => remainingMs() > callTimeoutMs,
    renew: () => inTurn(renew),
    release,
  };
}

/**
 * Writes the lease over a nonce; answers whether it is ours now. A write whose answer was lost, or
 * that was repeated on the way and then refused, is recognised by its nonce.
 */
async function writeLease(
  ledger: LeaseOptions['ledger'],
  lease: LeaseItem,
  overNonce: string | undefined,
): Promise<boolean> {
  try {
    if (await ledger.putLease(lease, overNonce)) return true;
    return (await ledger.lease())?.nonce === lease.nonce;
  } catch (error) {
    const found = await ledger.lease().catch(() => undefined);
    if (found?.nonce === lease.nonce) return true;
    throw error;
  }
}

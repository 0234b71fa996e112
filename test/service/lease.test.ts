import { describe, expect, test } from 'vitest';
import { memoryLedger } from '../../controller/ledgers/memory.ts';
import { type Ledger, LedgerConflict } from '../../controller/ports.ts';
import { acquireLease, type Lease, type LeaseOptions } from '../../controller/service/lease.ts';
import { type FakeSteady, fakeSteady } from '../support/fake-steady.ts';

const ttlMs = 15_000;
const callTimeoutMs = 5_000;

interface Stage {
  readonly ledger: Ledger;
  readonly steady: FakeSteady;
  /** Begins to acquire the lease; the answer tells how that stands. */
  enter(holder: string, options?: Partial<LeaseOptions>): Entry;
  hold(holder: string, options?: Partial<LeaseOptions>): Promise<Lease>;
}

interface Entry {
  lease?: Lease;
  error?: unknown;
  /** When it had the lease. */
  atMs?: number;
  readonly waitedFor: string[];
}

function stage(): Stage {
  const ledger = memoryLedger();
  const steady = fakeSteady();
  const enter = (holder: string, options: Partial<LeaseOptions> = {}) => {
    const entry: Entry = { waitedFor: [] };
    const onWait = (other: string) => entry.waitedFor.push(other);
    const isHolderDead = () => undefined;
    const common = { ledger, holder, steady, ttlMs, callTimeoutMs, isHolderDead, onWait };
    acquireLease({ ...common, ...options }).then(
      (lease) => Object.assign(entry, { lease, atMs: steady.millis() }),
      (error) => Object.assign(entry, { error }),
    );
    return entry;
  };
  const hold = async (holder: string, options?: Partial<LeaseOptions>) => {
    const entry = enter(holder, options);
    await steady.advance(0);
    return leaseOf(entry);
  };
  return { ledger, steady, enter, hold };
}

function leaseOf({ lease, error }: Entry): Lease {
  if (lease === undefined) throw error ?? new Error('it does not have the lease');
  return lease;
}

/** The ledger, of which the next lease write does something else. */
function unluckyOnce(ledger: Ledger, write: Ledger['putLease']): Ledger {
  let lucky = false;
  return {
    ...ledger,
    putLease: (lease, over) => {
      if (lucky) return ledger.putLease(lease, over);
      lucky = true;
      return write(lease, over);
    },
  };
}

describe('a free lease', () => {
  test('is taken at once', async () => {
    const { ledger, hold } = stage();
    const lease = await hold('a');
    expect(lease.epoch).toBe(1);
    expect(lease.remainingMs()).toBe(ttlMs);
    expect(lease.mayMutate()).toBe(true);
    expect(await ledger.lease()).toMatchObject({ holder: 'a', epoch: 1, ttlMs });
  });

  test('of two that want it one gets it and the other waits', async () => {
    const { steady, enter } = stage();
    const entries = [enter('a'), enter('b')];
    await steady.advance(0);
    const got = entries.filter(({ lease }) => lease !== undefined);
    expect(got).toHaveLength(1);
    const loser = entries.find(({ lease }) => lease === undefined);
    await steady.advance(10_000);
    expect(loser?.waitedFor).toEqual([got[0] === entries[0] ? 'a' : 'b']);
  });

  test('when released is taken at once, in the next epoch', async () => {
    const { ledger, steady, enter, hold } = stage();
    const first = await hold('a');
    const next = enter('b');
    await steady.advance(2_000);
    await first.release();
    expect((await ledger.lease())?.holder).toBe('');
    await steady.advance(1_000);
    expect(leaseOf(next).epoch).toBe(2);
    expect(next.atMs).toBe(3_000);
    expect(leaseOf(next).mayMutate()).toBe(true);
  });
});

describe('a lease that another holds', () => {
  test('is never taken while it is renewed', async () => {
    const { steady, enter, hold } = stage();
    const first = await hold('a');
    const next = enter('b');
    for (let renewals = 0; renewals < 20; renewals++) {
      await steady.advance(ttlMs - 1_000);
      await first.renew();
    }
    expect(next.lease).toBeUndefined();
    expect(next.waitedFor).toEqual(['a']);
    expect(first.mayMutate()).toBe(true);
  });

  test('is taken when its nonce stayed the same for its length, and used a call later', async () => {
    const { ledger, steady, enter, hold } = stage();
    const paused = await hold('a');
    await steady.advance(7_000);
    const next = enter('b');
    await steady.advance(ttlMs - 1);
    expect((await ledger.lease())?.holder).toBe('a');
    expect(paused.mayMutate()).toBe(false);
    await steady.advance(1);
    expect((await ledger.lease())?.holder).toBe('b');
    await steady.advance(callTimeoutMs - 1);
    expect(next.lease).toBeUndefined();
    await steady.advance(1);
    expect(leaseOf(next)).toMatchObject({ epoch: 2 });
    expect(leaseOf(next).remainingMs()).toBe(ttlMs);
  });

  test('is watched for as long as its holder says', async () => {
    const { steady, enter, hold } = stage();
    await hold('a', { ttlMs: 60_000 });
    const next = enter('b');
    await steady.advance(60_000 + callTimeoutMs - 1);
    expect(next.lease).toBeUndefined();
    await steady.advance(1);
    expect(leaseOf(next).epoch).toBe(2);
  });

  test('is taken by one of two followers', async () => {
    const { steady, enter, hold } = stage();
    await hold('a');
    const followers = [enter('b'), enter('c')];
    await steady.advance(ttlMs + callTimeoutMs);
    expect(followers.filter(({ lease }) => lease !== undefined)).toHaveLength(1);
  });

  test('is taken at once where its process is dead, and used a call later', async () => {
    const { ledger, steady, enter, hold } = stage();
    await hold('a');
    const next = enter('b', { isHolderDead: (holder) => holder === 'a' });
    await steady.advance(0);
    expect((await ledger.lease())?.holder).toBe('b');
    expect(next.waitedFor).toEqual([]);
    await steady.advance(callTimeoutMs);
    expect(leaseOf(next).epoch).toBe(2);
    expect(next.atMs).toBe(callTimeoutMs);
  });

  test('is waited for where its process is alive', async () => {
    const { steady, enter, hold } = stage();
    await hold('a');
    const next = enter('b', { isHolderDead: () => false });
    await steady.advance(ttlMs - 1);
    expect(next.waitedFor).toEqual(['a']);
    expect(next.lease).toBeUndefined();
  });

  test('a follower that loses it while it waits for the last calls queues again', async () => {
    const { ledger, steady, enter, hold } = stage();
    await hold('a');
    const next = enter('b', { isHolderDead: (holder) => holder === 'a' });
    await steady.advance(0);
    const mine = await ledger.lease();
    await ledger.putLease({ holder: 'c', nonce: 'c1', epoch: 3, ttlMs }, mine?.nonce);
    await steady.advance(callTimeoutMs + ttlMs + callTimeoutMs);
    expect(next.waitedFor).toEqual(['c']);
    expect(leaseOf(next).epoch).toBe(4);
  });
});

describe('a held lease', () => {
  test('allows calls only while it outlasts them', async () => {
    const { steady, hold } = stage();
    const lease = await hold('a');
    await steady.advance(ttlMs - callTimeoutMs - 1);
    expect(lease.mayMutate()).toBe(true);
    await steady.advance(1);
    expect(lease.mayMutate()).toBe(false);
    await lease.renew();
    expect(lease.mayMutate()).toBe(true);
    await steady.advance(2 * ttlMs);
    expect(lease.remainingMs()).toBe(0);
  });

  test('counts from before it was written', async () => {
    const { ledger, steady, enter } = stage();
    const putLease: Ledger['putLease'] = async (item, over) => {
      const done = await ledger.putLease(item, over);
      await steady.wait(4_000);
      return done;
    };
    const entry = enter('a', { ledger: { ...ledger, putLease } });
    await steady.advance(4_000);
    expect(leaseOf(entry).remainingMs()).toBe(ttlMs - 4_000);
    await steady.advance(6_000);
    const renewal = leaseOf(entry).renew();
    await steady.advance(4_000);
    await renewal;
    expect(leaseOf(entry).remainingMs()).toBe(ttlMs - 4_000);
  });

  test('has a new nonce and the same epoch after each renewal', async () => {
    const { ledger, hold } = stage();
    const lease = await hold('a');
    const nonces = new Set([(await ledger.lease())?.nonce]);
    for (let renewals = 0; renewals < 3; renewals++) {
      await lease.renew();
      nonces.add((await ledger.lease())?.nonce);
    }
    expect(nonces.size).toBe(4);
    expect(await ledger.lease()).toMatchObject({ holder: 'a', epoch: 1 });
  });

  test('goes on after a pause in which nobody took it', async () => {
    const { steady, hold } = stage();
    const lease = await hold('a');
    await steady.advance(10 * ttlMs);
    await lease.renew();
    expect(lease.mayMutate()).toBe(true);
  });

  test('is over for a holder that was paused while another took it', async () => {
    const { ledger, steady, enter, hold } = stage();
    const paused = await hold('a');
    const next = enter('b');
    await steady.advance(ttlMs + callTimeoutMs);
    await expect(paused.renew()).rejects.toThrow(LedgerConflict);
    await expect(paused.renew()).rejects.toThrow(LedgerConflict);
    expect(paused.remainingMs()).toBe(0);
    expect(paused.mayMutate()).toBe(false);
    await paused.release();
    expect((await ledger.lease())?.holder).toBe('b');
    expect(leaseOf(next).mayMutate()).toBe(true);
  });

  test('is released after a renewal that is under way, and not renewed again', async () => {
    const { ledger, steady, enter } = stage();
    const putLease: Ledger['putLease'] = async (item, over) => {
      await steady.wait(1_000);
      return ledger.putLease(item, over);
    };
    const entry = enter('a', { ledger: { ...ledger, putLease } });
    await steady.advance(1_000);
    const lease = leaseOf(entry);
    const renewal = lease.renew();
    await steady.advance(500);
    const release = lease.release();
    expect(lease.mayMutate()).toBe(false);
    await steady.advance(1_500);
    await Promise.all([renewal, release]);
    expect((await ledger.lease())?.holder).toBe('');
    await expect(lease.renew()).rejects.toThrow(LedgerConflict);
    expect(lease.mayMutate()).toBe(false);
    expect((await ledger.lease())?.holder).toBe('');
  });

  test('runs out where the ledger cannot be written', async () => {
    const { ledger, steady, hold } = stage();
    let down = false;
    const putLease: Ledger['putLease'] = async (item, over) => {
      if (down) throw new Error('down');
      return ledger.putLease(item, over);
    };
    const lease = await hold('a', { ledger: { ...ledger, putLease } });
    down = true;
    await steady.advance(4_000);
    await expect(lease.renew()).rejects.toThrow('down');
    expect(lease.remainingMs()).toBe(ttlMs - 4_000);
    await lease.release();
    expect(lease.remainingMs()).toBe(0);
    expect((await ledger.lease())?.holder).toBe('a');
  });
});

describe('a lost answer', () => {
  const lost: [string, (ledger: Ledger) => Ledger['putLease']][] = [
    [
      'an error',
      (ledger) => async (item, over) => {
        await ledger.putLease(item, over);
        throw new Error('cut off');
      },
    ],
    [
      'a refusal',
      (ledger) => async (item, over) => {
        await ledger.putLease(item, over);
        return ledger.putLease({ ...item, nonce: 'again' }, over);
      },
    ],
  ];

  test.each(lost)('to taking the lease (%s): it is ours', async (_how, write) => {
    const { ledger, hold } = stage();
    const lease = await hold('a', { ledger: unluckyOnce(ledger, write(ledger)) });
    expect(lease.epoch).toBe(1);
    await lease.renew();
    expect(lease.mayMutate()).toBe(true);
  });

  test.each(lost)('to renewing it (%s): it is renewed', async (_how, write) => {
    const { ledger, steady, hold } = stage();
    let putLease = ledger.putLease;
    const lease = await hold('a', {
      ledger: { ...ledger, putLease: (item, over) => putLease(item, over) },
    });
    putLease = unluckyOnce(ledger, write(ledger)).putLease;
    await steady.advance(9_000);
    await lease.renew();
    expect(lease.remainingMs()).toBe(ttlMs);
    await lease.renew();
  });

  test('to a renewal that lands only later: the next renewal takes it up', async () => {
    const { ledger, hold } = stage();
    let putLease = ledger.putLease;
    let land = async () => {};
    const lease = await hold('a', {
      ledger: { ...ledger, putLease: (item, over) => putLease(item, over) },
    });
    putLease = unluckyOnce(ledger, async (item, over) => {
      land = async () => void (await ledger.putLease(item, over));
      throw new Error('timed out');
    }).putLease;
    await expect(lease.renew()).rejects.toThrow('timed out');
    await land();
    await lease.renew();
    expect(lease.mayMutate()).toBe(true);
    expect((await ledger.lease())?.holder).toBe('a');
  });
});

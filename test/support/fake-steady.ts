import type { Steady } from '../../controller/ports.ts';

/** A monotonic clock that a test moves. */
export interface FakeSteady extends Steady {
  /** Moves on, waking waiters in their order; what they do at once is done when it resolves. */
  advance(millis: number): Promise<void>;
}

export function fakeSteady(): FakeSteady {
  let nowMs = 0;
  let waiters: { readonly atMs: number; readonly wake: () => void }[] = [];
  const advance = async (millis: number) => {
    const endMs = nowMs + millis;
    for (;;) {
      await settle();
      const next = waiters.toSorted((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined || next.atMs > endMs) break;
      waiters = waiters.filter((waiter) => waiter !== next);
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
    }
    nowMs = endMs;
    await settle();
  };
  return {
    millis: () => nowMs,
    wait: (millis) => new Promise((wake) => waiters.push({ atMs: nowMs + millis, wake })),
    advance,
  };
}

/** Runs everything that waits for nothing but promises. */
function settle(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

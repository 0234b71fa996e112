import { fromMillis } from '../controller/core/instant.ts';
import type { Clock, Steady } from '../controller/ports.ts';

/**
 * Time that only passes where everybody sleeps, and then goes on to the first who wakes: sleeps at
 * the same time overlap, as they do on a real clock, and cost no time to run. For programs that wait
 * for nothing but promises and this clock.
 */
export interface VirtualClock extends Clock {
  /** Milliseconds since the epoch. */
  millis(): number;
  /** The same time as a monotonic clock. */
  readonly steady: Steady;
}

export function virtualClock(beginMillis: number): VirtualClock {
  let now = beginMillis;
  let sleepers: { readonly atMillis: number; readonly wake: () => void }[] = [];
  let isWatched = false;

  /** Runs when all promises that could go on have done so. */
  const wakeFirst = () => {
    isWatched = false;
    now = Math.max(now, Math.min(...sleepers.map(({ atMillis }) => atMillis)));
    const awake = sleepers.filter(({ atMillis }) => atMillis <= now);
    sleepers = sleepers.filter(({ atMillis }) => atMillis > now);
    for (const { wake } of awake) wake();
    watch();
  };
  const watch = () => {
    if (isWatched || sleepers.length === 0) return;
    isWatched = true;
    setImmediate(wakeFirst);
  };
  const sleep = (millis: number) =>
    new Promise<void>((wake) => {
      sleepers.push({ atMillis: now + Math.max(0, millis), wake });
      watch();
    });
  return {
    now: () => fromMillis(now),
    millis: () => now,
    sleep,
    steady: { millis: () => now, wait: sleep },
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import { fromMillis } from '../core/instant.ts';
import type { Clock } from '../ports.ts';

/** The machine's own wall clock. */
export function systemClock(): Clock {
  return {
    now: () => fromMillis(Date.now()),
    sleep: async (millis) => {
      await pause(millis);
    },
  };
}

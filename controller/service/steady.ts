import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Steady } from '../ports.ts';

/** The machine's monotonic clock. It stands still while the machine is suspended. */
export function systemSteady(): Steady {
  return {
    millis: () => performance.now(),
    wait: async (millis) => {
      await sleep(millis);
    },
  };
}

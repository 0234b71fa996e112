import type { Waiting } from '../core/plan/world.ts';

/** What AWS is busy with, counted: `waiting for the machine to run (8), the home to be created (2)`. */
export function waitingText(waiting: readonly Waiting[]): string {
  const counts = new Map<string, number>();
  for (const { what } of waiting) counts.set(what, (counts.get(what) ?? 0) + 1);
  const parts = [...counts].map(([what, count]) => `${what} (${count})`);
  return parts.length === 0 ? '' : `waiting for ${parts.join(', ')}`;
}
